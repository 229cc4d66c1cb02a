"""Find and classify the lymphoblasts of photographs that belong to no study: ``blastvote predict``."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from blastvote import rle
from blastvote.annotations.geojson_export import ExportedCell, write_geojson
from blastvote.dataset.check.pixels.brightness import black_level_remedy, is_dark, is_narrow
from blastvote.errors import InputError
from blastvote.figures.palette import class_colours, rgb
from blastvote.figures.pictures.cells import Cells
from blastvote.figures.pictures.overlay import overlay_cells
from blastvote.io import ReadSettings, file_state, read_photograph, real_path, sha256, write_image
from blastvote.prediction.names import named_images
from blastvote.prediction.predictor import Predictor
from blastvote.prediction.records import finished, read_records, record_of, write_record, write_tables
from blastvote.prediction.white_balance import is_grey
from blastvote.scale.enlargement import MOST, enlargement
from blastvote.scale.photo_sizes import PixelSizes
from blastvote.scale.pixel_size import PixelSize

LOGGER = logging.getLogger("blastvote.predict")
OVERLAY_SIDE = 1600
"""The longer side of an overlay in pixels, at most."""


@dataclass(frozen=True)
class Outcome:
    """How a prediction went.

    Attributes
    ----------
    done
        Images that have results now.
    earlier
        How many of them had them from an earlier call.
    failed
        Name and reason of those that could not be used.
    """

    done: tuple[str, ...]
    earlier: int
    failed: dict[str, str]


@dataclass(frozen=True)
class PredictSettings:
    """How photographs are looked at.

    Attributes
    ----------
    pixel_size
        Micrometres; or ``auto``: from the files' tags, else estimated from the red cells.
    min_score
        From which score on a cell counts; None takes the model's.
    threads
        Of the networks.
    reading
        How the pixels are read.
    precision
        Of the network: ``float32`` or ``bfloat16``; None takes the model's.
    runtime
        What runs the networks: ``tensorflow`` or ``onnx``.
    """

    pixel_size: float | str = "auto"
    min_score: float | None = None
    threads: int = 2
    reading: ReadSettings = field(default_factory=ReadSettings)
    precision: str | None = None
    runtime: str = "tensorflow"


def predict_images(
    paths: Sequence[Path],
    model: str,
    out: Path,
    how: PredictSettings | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Outcome:
    """Find the cells of photographs, let them vote, and write tables, overlays and annotations.

    Photographs are read one after the other. Those that an earlier call with the same model and settings finished are
    not looked at again; broken ones are passed over.

    Parameters
    ----------
    paths
        Image files and folders.
    model
        See `blastvote.segmentation.weights.model_file.read_model`.
    out
        Receives ``cells.csv``, ``votes.csv``, ``cells.coco.json``, ``overlays/``, ``geojson/`` and ``records/``.
    how
        Settings; None takes those of `PredictSettings`.
    progress
        Called after each photograph: how many are done, how many there are, its name.

    Raises
    ------
    InputError
        If there is no image or no such model, or if the stated pixel size is far too large for it.
    """
    images = named_images(paths)
    how = how or PredictSettings()
    predictor = Predictor(model, how.min_score, how.threads, how.precision, how.runtime)
    _refuse_stated_size(how, predictor.model.pixel_size_um, list(images.values()))
    sizes = PixelSizes(how.pixel_size, list(images.values()), how.reading)
    if predictor.model.pixel_size_um is None and how.pixel_size != "auto":
        LOGGER.warning(
            "%s knows no pixel size, so --pixel-size plays no part: %s.", model, _unscaled(predictor)
        )
    settings = {
        "model": predictor.model.description,
        "weights": sha256(predictor.model.path),
        "min_score": predictor.model.min_score,
        "pixel_size": how.pixel_size,
        "reading": asdict(how.reading),
        "precision": predictor.model.network.precision,
        "runtime": how.runtime,
    }
    records = out / "records"
    for folder in (records, out / "overlays", out / "geojson"):
        folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    earlier = 0
    for number, (name, path) in enumerate(images.items(), start=1):
        try:
            key = _key(path, settings)
            if finished(records, name, key):
                earlier += 1
            else:
                _predict_one(name, path, key, predictor, sizes, out)
        except (InputError, ValueError, OSError, cv2.error, MemoryError) as error:
            failed[name] = str(error) or type(error).__name__
            (records / f"{name}.json").unlink(missing_ok=True)
        if progress is not None:
            progress(number, len(images), name)
    done = tuple(name for name in images if name not in failed)
    write_tables(out, records, done, predictor.model.classes)
    return Outcome(done, earlier, failed)


def votes_of(out: Path, outcome: Outcome) -> list[dict[str, Any]]:
    """Return name, number of cells, vote and confidence of each photograph of a prediction."""
    return [
        {
            "image_id": record["image_id"],
            "cells": len(record["cells"]),
            "vote": record["vote"] or "undetected",
            "confidence": record["confidence"],
        }
        for record in read_records(out / "records", outcome.done)
    ]


def _refuse_stated_size(how: PredictSettings, network_um: float | None, paths: list[Path]) -> None:
    """Refuse a pixel size under which no photograph could be used, before one is looked at."""
    if isinstance(how.pixel_size, str) or network_um is None or how.pixel_size <= MOST * network_um:
        return
    looks_like: PixelSize | None = None
    with contextlib.suppress(InputError):
        looks_like = PixelSizes("auto", paths, how.reading).of(paths[0])
    enlargement(how.pixel_size, network_um, looks_like=looks_like)


def _unscaled(predictor: Predictor) -> str:
    """Say how a network without a pixel size gets its photographs."""
    if predictor.model.description.get("tiles"):
        return "photographs come in their own pixels, as in its training"
    return f"whole photographs are resized to {predictor.detector.side} pixels, as in its training"


def _key(path: Path, settings: dict[str, Any]) -> str:
    """Return what determines the results of a photograph, as a short text."""
    text = json.dumps([str(real_path(path)), *file_state(path), settings], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _predict_one(name: str, path: Path, key: str, predictor: Predictor, sizes: PixelSizes, out: Path) -> None:
    """Predict one photograph and write its overlay, its GeoJSON and, last, its record."""
    photograph = read_photograph(path, sizes.reading)
    if is_dark(photograph.brightest, sizes.reading):
        LOGGER.warning(
            "%s: its brightest value is %d of %d, so it comes out dark. If it holds fewer than 16 bits, say what is "
            "white: --white-level 4095 for 12 bits.",
            path, photograph.brightest, sizes.reading.white_level,
        )  # fmt: skip
    if is_narrow(photograph.darkest, photograph.brightest, sizes.reading):
        LOGGER.warning(
            "%s: its values go from %d to %d, of 0 to %d, so it comes out grey. %s.",
            path, photograph.darkest, photograph.brightest, sizes.reading.white_level,
            black_level_remedy(photograph.darkest or 0, photograph.brightest or 0),
        )  # fmt: skip
    image = photograph.pixels
    size = sizes.of(path, image) if predictor.model.pixel_size_um is not None else None
    if predictor.model.description.get("white_balance") and is_grey(image):
        LOGGER.warning(
            "%s: has no colour; the network knows stained cells by their colour and finds few.", path
        )
    doubt = "" if size is None else sizes.doubt(size, path, image)
    if doubt:
        LOGGER.warning("%s", doubt)
    found = predictor(image, None if size is None else size.um)
    more = {"pixel_size": None if size is None else asdict(size)}
    record = record_of(name, path, key, found, image.shape[:2], more)
    classes = predictor.model.classes
    colours = {label: rgb(colour) for label, colour in class_colours(classes).items()}
    cells = [ExportedCell(c["class"], c["rle"], c["score"]) for c in record["cells"]]
    write_geojson(out / "geojson" / f"{name}.geojson", cells, colours)
    write_image(out / "overlays" / f"{name}.jpg", draw_record(image, record, classes), quality=90)
    write_record(out / "records", record)


def draw_record(image: np.ndarray, record: dict[str, Any], classes: Sequence[str]) -> np.ndarray:
    """Return the photograph ``uint8 (h, w, 3)``, at most 1600 pixels long, with the cells of its record."""
    shrink = min(1.0, OVERLAY_SIDE / max(image.shape[:2]))
    size = tuple(max(1, round(n * shrink)) for n in image.shape[1::-1])
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    masks, boxes = [], []
    for cell in record["cells"]:
        y1, x1, y2, x2 = cell["box"]
        top, left = int(y1 * shrink), int(x1 * shrink)
        height = min(max(1, round((y2 - y1) * shrink)), size[1] - top)
        width = min(max(1, round((x2 - x1) * shrink)), size[0] - left)
        part = rle.crop(cell["rle"], (y1, x1, y2, x2)).astype(np.uint8)
        mask = np.zeros(small.shape[:2], bool)
        mask[top : top + height, left : left + width] = cv2.resize(
            part, (width, height), interpolation=cv2.INTER_NEAREST
        )
        masks.append(mask)
        boxes.append([top, left, top + height, left + width])
    labels = [cell["class"] for cell in record["cells"]]
    scores = [cell["score"] for cell in record["cells"]]
    return overlay_cells(small, Cells(masks, labels, scores, np.array(boxes).reshape(-1, 4)), classes)
