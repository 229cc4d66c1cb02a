"""Label maps: an image a sample whose value n is cell n, and a table with the class and score of each cell."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from blastvote import io, rle
from blastvote.annotations.mask_images.names import photograph_stem
from blastvote.errors import InputError
from blastvote.external.images import KnownImages
from blastvote.external.pattern import CELLS
from blastvote.wording import suggest

if TYPE_CHECKING:
    from numpy.typing import NDArray

BOX = ("x", "y", "w", "h")
MOST_CELLS = 65535


def read_label_maps(folder: Path, known: KnownImages, class_names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the detections of a folder: label maps named as the photographs, and ``cells.csv``.

    The table has image_id, cell (the value in the label map), class, and if known score (else 1) and the box x, y, w,
    h in pixels (else that of the mask). Every cell of every label map needs a line, as a map knows no classes.

    Raises
    ------
    InputError
        Naming file, value, expectation and remedy.
    """
    table_path = folder / CELLS
    if not table_path.is_file():
        raise InputError(
            f"{folder}: holds no {CELLS}. Label maps have no classes: write a table image_id,cell,class (and score), "
            "one line a cell, or use a COCO results file."
        )
    table = io.read_table(table_path, required=["image_id", "cell", "class"])
    maps = _maps(folder, known)
    lines: dict[str, list[tuple[str, dict[str, str]]]] = {sample: [] for sample in maps}
    for number, row in enumerate(table.to_dict("records"), start=2):
        where = f"{table_path}: line {number}"
        sample = known.resolve(row["image_id"], where)
        if sample not in maps:
            raise InputError(f"{where}: there is no label map of image '{sample}' in {folder}. Put it there.")
        lines[sample].append((where, {str(key): str(value) for key, value in row.items()}))
    entries: list[dict[str, Any]] = []
    for sample, path in maps.items():
        labels = _read(path, known.size(sample))
        entries += [{"image_id": sample} | _entry(*line, path, labels, class_names) for line in lines[sample]]
        without = set(np.unique(labels).tolist()) - {0, *(int(row["cell"]) for _, row in lines[sample])}
        if without:
            raise InputError(f"{path}: cell {min(without)} has no line in {table_path}. Add its class there.")
    return entries


def _maps(folder: Path, known: KnownImages) -> dict[str, Path]:
    """Return sample id to label map; endings such as ``_cp_masks`` are dropped."""
    maps: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in io.IMAGE_SUFFIXES:
            sample = known.resolve(photograph_stem(path.stem), str(path))
            if sample in maps:
                raise InputError(f"{path} and {maps[sample].name} are both image '{sample}'. Remove one.")
            maps[sample] = path
    return maps


def _read(path: Path, size: tuple[int, int]) -> NDArray[np.int32]:
    labels = io.read_mask_image(path)
    if labels.shape != size:
        raise InputError(
            f"{path} is {labels.shape[1]}x{labels.shape[0]} pixels, but its image is {size[1]}x{size[0]}. Resize the "
            "label map to the photograph (nearest neighbour)."
        )
    return labels


def _entry(
    where: str, row: Mapping[str, str], path: Path, labels: NDArray[np.int32], class_names: Sequence[str]
) -> dict[str, Any]:
    if row["class"] not in class_names:
        raise InputError(
            f"{where}: the class {row['class']!r} is none of {', '.join(class_names)}."
            f"{suggest(row['class'], class_names)} Name one of them."
        )
    value = int(row["cell"]) if re.fullmatch("[0-9]{1,9}", row["cell"]) else 0
    mask = labels == value
    if not value or not mask.any():
        raise InputError(
            f"{where}: the label map {path.name} has no cell {row['cell'][:60]!r}; expected a value of the map from 1 "
            "on. Correct it."
        )
    packed = rle.encode(mask)
    top, left, bottom, right = rle.box(packed)
    score = _number(where, row.get("score") or "1", "score")
    if not 0 <= score <= 1:
        raise InputError(
            f"{where} has the score {row['score'][:60]}; expected a number from 0 to 1. Rescale the scores."
        )
    given = [row.get(name, "") for name in BOX]
    box = [_number(where, text, name) for text, name in zip(given, BOX, strict=True)] if all(given) else None
    return {
        "category_id": list(class_names).index(row["class"]) + 1,
        "bbox": box or [left, top, right - left, bottom - top],
        "score": score,
        "segmentation": packed,
    }


def _number(where: str, text: str, name: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not abs(number) <= rle.FARTHEST:  # NaN is not
        raise InputError(f"{where}: {name} is {text[:60]!r}; expected a number. Correct it.")
    return number


def write_label_maps(
    folder: Path, entries: Sequence[Mapping[str, Any]], class_names: Sequence[str], where: str
) -> None:
    """Write a run's detections as label maps (16-bit PNG) with their table; numbers as exact as they are.

    Raises
    ------
    InputError
        If two masks of one image overlap: a pixel can hold one cell only.
    """
    from PIL import Image

    maps: dict[str, NDArray[np.uint16]] = {}
    rows = []
    for entry in entries:
        sample, mask = str(entry["image_id"]), rle.decode(entry["segmentation"])
        labels = maps.setdefault(sample, np.zeros(mask.shape, dtype=np.uint16))
        if labels[mask].any() or not mask.any() or labels.max() == MOST_CELLS:
            raise InputError(
                f"{where}: cells of image '{sample}' overlap or are empty, which a label map cannot hold. Export them "
                "as COCO results (--as coco)."
            )
        number = int(labels.max()) + 1
        labels[mask] = number
        values = dict(zip(BOX, map(float, entry["bbox"]), strict=True))
        name = class_names[entry["category_id"] - 1]
        rows.append({"image_id": sample, "cell": number, "class": name, "score": entry["score"], **values})
    folder.mkdir(parents=True, exist_ok=True)
    for sample, labels in maps.items():
        Image.fromarray(labels).save(folder / f"{sample}.png")
    columns = ["image_id", "cell", "class", "score", *BOX]
    with io.atomic_path(folder / CELLS) as path:
        pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
