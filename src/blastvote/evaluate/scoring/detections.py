"""Read `detections.json`: a COCO results list whose image ids are ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote import io, rle
from blastvote.errors import InputError

KEYS = ("image_id", "category_id", "bbox", "score", "segmentation")


@dataclass(frozen=True)
class Detections:
    """Detections in a fixed order: by image id, then falling score, then class, box and mask.

    So nothing that is worked out of them depends on the order of the file, ties between scores included.

    Attributes
    ----------
    frame : DataFrame
        One row a detection: image_id, class_index (0 for category 1), score, x, y, w, h, area_px.
    rles : tuple of dict
        The run-length masks of the rows.
    """

    frame: pd.DataFrame
    rles: tuple[rle.Rle, ...]

    def of_image(self) -> dict[str, np.ndarray]:
        """Return the row numbers of every image that has detections."""
        groups = self.frame.groupby("image_id", sort=False).indices
        return {str(name): np.asarray(rows) for name, rows in groups.items()}

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Detections:
        """Return the detections of these row numbers, in their order."""
        frame = self.frame.iloc[np.asarray(rows, dtype=np.intp)].reset_index(drop=True)
        return Detections(frame, tuple(self.rles[row] for row in rows))


def read_detections(source: Path | str | Sequence[Mapping[str, Any]]) -> Detections:
    """Read a detections file, or take an already loaded results list.

    Parameters
    ----------
    source
        The path of a `detections.json`, or its content.

    Raises
    ------
    InputError
        For a file that is missing, is not a JSON list, or whose entries lack a key or hold a score or a
        box that is not of numbers.
    """
    entries = _load(source)
    where = str(source) if isinstance(source, (str, Path)) else "the list of detections"
    for number, entry in enumerate(entries):
        missing = [key for key in KEYS if not isinstance(entry, Mapping) or key not in entry]
        if missing:
            raise InputError(
                f"{where}: detection {number} has no '{missing[0]}'; expected {', '.join(KEYS)}. Run the "
                "inference again to write a whole file."
            )
    boxes = np.array([_box(where, n, e["bbox"]) for n, e in enumerate(entries)], dtype=np.float64).reshape(
        -1, 4
    )
    masks = [rle.normalise(f"{where}: detection {n}", e["segmentation"]) for n, e in enumerate(entries)]
    numbers = [
        (_number(where, n, e, "category_id", Integral), _number(where, n, e, "score", Real))
        for n, e in enumerate(entries)
    ]
    frame = pd.DataFrame(
        {
            "image_id": pd.Series([str(entry["image_id"]) for entry in entries], dtype=object),
            "class_index": np.array([category for category, _ in numbers], dtype=np.int64) - 1,
            "score": np.array([score for _, score in numbers], dtype=np.float64),
            **{name: boxes[:, column] for column, name in enumerate("xywh")},
            "area_px": np.array([rle.area(mask) for mask in masks], dtype=np.int64),
        }
    )
    keys = [frame["image_id"], -frame["score"], *(frame[name] for name in ("class_index", *"yxhw"))]
    ranks = list(zip(*(key.tolist() for key in keys), (mask["counts"] for mask in masks), strict=True))
    return Detections(frame, tuple(masks)).take(sorted(range(len(ranks)), key=ranks.__getitem__))


def _number(where: str, number: int, entry: Mapping[str, Any], key: str, kind: type) -> Any:
    """Return a number of an entry; InputError where it is none of its kind, or larger than any of ours."""
    value = entry[key]
    if _usable(value, kind):
        return value
    raise InputError(
        f"{where}: detection {number} has the {key} {str(value)[:60]}; expected a number. Run the inference again."
    )


def _usable(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and abs(cast(float, value)) < 2**31


def _box(where: str, number: int, box: Any) -> Any:
    if isinstance(box, list | tuple) and len(box) == 4 and all(_usable(value, Real) for value in box):
        return box
    raise InputError(
        f"{where}: detection {number} has the box {str(box)[:60]}; expected [x, y, width, height], four numbers. Run "
        "the inference again to write a whole file."
    )


def _load(source: Path | str | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if not isinstance(source, (str, Path)):
        return list(source)
    if not Path(source).is_file():
        raise InputError(f"{source}: there is no such file. Run the inference first.")
    entries = io.read_json(source)
    if not isinstance(entries, list):
        raise InputError(f"{source} holds a JSON {type(entries).__name__}; expected a COCO results list.")
    return entries


def check_classes(detections: Detections, class_names: Sequence[str]) -> None:
    """Raise InputError when a detection's category is not one of the classes."""
    indices = detections.frame["class_index"]
    unknown = indices[(indices < 0) | (indices >= len(class_names))]
    if len(unknown):
        raise InputError(
            f"A detection has the category {int(unknown.iloc[0]) + 1}; the config has "
            f"{len(class_names)} classes ({', '.join(class_names)}). Run the inference again with it."
        )
