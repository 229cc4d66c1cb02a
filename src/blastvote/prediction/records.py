"""One record a photograph, and the tables that are joined from all records, one after the other."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from blastvote import rle
from blastvote.io import atomic_path, read_own_json, write_json
from blastvote.io.formulas import guarded
from blastvote.prediction.predictor import Prediction

CELL_HEADER = ("image_id", "cell_id", "class", "score", "y1", "x1", "y2", "x2", "area_px")


def record_of(
    image_id: str, path: Path, key: str, prediction: Prediction, shape: tuple[int, int], more: dict[str, Any]
) -> dict[str, Any]:
    """Return all that is kept of a photograph: plain values, masks run-length coded."""
    cells = []
    for cell, name in zip(prediction.cells, prediction.classes, strict=True):
        y1, x1, y2, x2 = (int(v) for v in cell.box)
        cells.append(
            {
                "class": name,
                "score": round(cell.score, 6),
                "box": [y1, x1, y2, x2],
                "area_px": int(cell.mask.sum()),
                "probabilities": [round(float(p), 4) for p in cell.probabilities],
                "rle": rle.encode_crop(cell.mask, y1, x1, shape),
            }
        )
    known = not np.isnan(prediction.confidence)
    return {
        "image_id": image_id,
        "file": path.name,
        "key": key,
        "height": shape[0],
        "width": shape[1],
        "vote": prediction.vote,
        "confidence": round(prediction.confidence, 3) if known else None,
        "cells": cells,
        **more,
    }


def read_records(folder: Path, names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the records of these images, in this order; those that do not exist are left out."""
    for name in names:
        path = folder / f"{name}.json"
        if path.is_file():
            yield read_own_json(path)


def finished(folder: Path, name: str, key: str) -> bool:
    """Return whether a photograph has a whole record that was made in the same way."""
    try:
        return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["key"] == key
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return False


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Write the record of a photograph."""
    write_json(folder / f"{record['image_id']}.json", record, indent=None)


def write_tables(out: Path, folder: Path, names: Sequence[str], classes: Sequence[str]) -> None:
    """Write ``cells.csv``, ``votes.csv`` and ``cells.coco.json``; one record is in memory at a time."""
    with (
        atomic_path(out / "cells.csv") as cells_path,
        atomic_path(out / "votes.csv") as votes_path,
        cells_path.open("w", encoding="utf-8", newline="") as cells_file,
        votes_path.open("w", encoding="utf-8", newline="") as votes_file,
    ):
        cells = csv.writer(cells_file, lineterminator="\n")
        votes = csv.writer(votes_file, lineterminator="\n")
        cells.writerow([*CELL_HEADER, *(f"p_{name}" for name in classes)])
        votes.writerow(
            ["image_id", "file", *(f"n_{name}" for name in classes), "vote", "undetected", "confidence",
             "pixel_size_um", "pixel_size_uncertainty", "pixel_size_source"]
        )  # fmt: skip
        for record in read_records(folder, names):
            cells.writerows(_cell_rows(record))
            votes.writerow(_vote_row(record, classes))
    with (
        atomic_path(out / "cells.coco.json") as coco_path,
        coco_path.open("w", encoding="utf-8") as coco_file,
    ):
        _write_coco(coco_file, folder, names, classes)


def _cell_rows(record: dict[str, Any]) -> list[list[Any]]:
    return [
        [guarded(record["image_id"]), k, c["class"], c["score"], *c["box"], c["area_px"], *c["probabilities"]]
        for k, c in enumerate(record["cells"], start=1)
    ]


def _vote_row(record: dict[str, Any], classes: Sequence[str]) -> list[Any]:
    counts = [sum(c["class"] == name for c in record["cells"]) for name in classes]
    size = record["pixel_size"]
    return [
        *(guarded(record["image_id"]), guarded(record["file"]), *counts, record["vote"] or ""),
        "true" if record["vote"] is None else "false",
        "" if record["confidence"] is None else record["confidence"],
        *(("", "", "") if size is None else (size["um"], size["uncertainty"], size["source"])),
    ]


def _write_coco(file: IO[str], folder: Path, names: Sequence[str], classes: Sequence[str]) -> None:
    """Write one COCO document piece by piece."""
    categories = [{"id": k, "name": name} for k, name in enumerate(classes, start=1)]
    file.write(f'{{"categories": {json.dumps(categories)}, "images": [')
    for number, record in enumerate(read_records(folder, names), start=1):
        image = {
            "id": number,
            "file_name": record["file"],
            "width": record["width"],
            "height": record["height"],
        }
        file.write(("" if number == 1 else ",") + "\n" + json.dumps(image))
    file.write('], "annotations": [')
    cell_id = 0
    for number, record in enumerate(read_records(folder, names), start=1):
        for cell in record["cells"]:
            cell_id += 1
            y1, x1, y2, x2 = cell["box"]
            entry = {
                "id": cell_id,
                "image_id": number,
                "category_id": 1 + list(classes).index(cell["class"]),
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "area": cell["area_px"],
                "iscrowd": 0,
                "score": cell["score"],
                "segmentation": cell["rle"],
            }
            file.write(("" if cell_id == 1 else ",") + "\n" + json.dumps(entry))
    file.write("]}\n")
