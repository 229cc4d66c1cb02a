"""Read `detections.json`: a COCO results list whose image ids are ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pycocotools import mask as coco_mask

from blastvote.errors import InputError

KEYS = ("image_id", "category_id", "bbox", "score", "segmentation")


@dataclass(frozen=True)
class Detections:
    """The detections of one run, in a fixed order: by image id, then falling score, then file order.

    Attributes
    ----------
    frame : DataFrame
        One row a detection: image_id, class_index (0 for category 1), score, x, y, w, h, area_px.
    rles : tuple of dict
        The compressed RLE masks of the rows (`counts` as bytes).
    """

    frame: pd.DataFrame
    rles: tuple[dict[str, Any], ...]

    def of_image(self) -> dict[str, np.ndarray]:
        """Return the row numbers of every image that has detections."""
        groups = self.frame.groupby("image_id", sort=False).indices
        return {str(name): np.asarray(rows) for name, rows in groups.items()}


def read_detections(source: Path | str | Sequence[Mapping[str, Any]]) -> Detections:
    """Read a detections file, or take an already loaded results list.

    Parameters
    ----------
    source
        The path of a `detections.json`, or its content.

    Raises
    ------
    InputError
        For a file that is missing, is not a JSON list, or whose entries lack a key or hold a score that is
        not a number.
    """
    entries = _load(source)
    where = str(source) if isinstance(source, (str, Path)) else "the list of detections"
    for number, entry in enumerate(entries):
        missing = [key for key in KEYS if key not in entry]
        if missing:
            raise InputError(
                f"{where}: detection {number} has no '{missing[0]}'; expected {', '.join(KEYS)}. Run the "
                "inference again to write a whole file."
            )
    boxes = np.array([entry["bbox"] for entry in entries], dtype=np.float64).reshape(-1, 4)
    rles = [_as_bytes(entry["segmentation"]) for entry in entries]
    frame = pd.DataFrame(
        {
            "image_id": pd.Series([str(entry["image_id"]) for entry in entries], dtype=object),
            "class_index": np.array([entry["category_id"] for entry in entries], dtype=np.int64) - 1,
            "score": np.array([entry["score"] for entry in entries], dtype=np.float64),
            **{name: boxes[:, column] for column, name in enumerate("xywh")},
            "area_px": np.array([coco_mask.area(rle) for rle in rles], dtype=np.int64),
        }
    )
    if not np.isfinite(frame["score"]).all():
        raise InputError(f"{where}: a score is not a number. Run the inference again.")
    order = np.lexsort((-frame["score"].to_numpy(), frame["image_id"].to_numpy(dtype=str)))
    return Detections(frame.iloc[order].reset_index(drop=True), tuple(rles[row] for row in order))


def _load(source: Path | str | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if not isinstance(source, (str, Path)):
        return list(source)
    try:
        entries = json.loads(Path(source).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{source}: there is no such file. Run the inference first.") from None
    except ValueError as error:
        raise InputError(f"{source} is not valid JSON ({error}). Run the inference again.") from None
    if not isinstance(entries, list):
        raise InputError(f"{source} holds a JSON {type(entries).__name__}; expected a COCO results list.")
    return entries


def _as_bytes(rle: Mapping[str, Any]) -> dict[str, Any]:
    counts = rle["counts"]
    return {
        "size": list(rle["size"]),
        "counts": counts.encode("ascii") if isinstance(counts, str) else counts,
    }


def check_classes(detections: Detections, class_names: Sequence[str]) -> None:
    """Raise InputError when a detection's category is not one of the classes."""
    indices = detections.frame["class_index"]
    strange = indices[(indices < 0) | (indices >= len(class_names))]
    if len(strange):
        raise InputError(
            f"A detection has the category {int(strange.iloc[0]) + 1}; the config has "
            f"{len(class_names)} classes ({', '.join(class_names)}). Run the inference again with it."
        )
