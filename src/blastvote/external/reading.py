"""Read the detections of one run, from whatever tool, as our COCO results list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blastvote import io, rle
from blastvote.errors import InputError
from blastvote.external.images import KnownImages
from blastvote.external.label_maps import read_label_maps

Entry = dict[str, Any]
"""An entry of a COCO results list: image_id, category_id, bbox, score, segmentation."""

NEEDED = ("image_id", "category_id", "score", "segmentation")


def read_detections_of(path: Path, known: KnownImages, class_names: Sequence[str]) -> list[Entry]:
    """Return the detections of a run, checked.

    Parameters
    ----------
    path
        A COCO results list (``.json``), or a folder of label maps with ``cells.csv``.
    known
        The images of the study.
    class_names
        The classes of the config: category 1 is the first.

    Returns
    -------
    list of dict
        As ``detections.json`` has them. Boxes that the file lacks are those of the masks; masks may come as polygons.

    Raises
    ------
    InputError
        Naming file, entry, value, expectation and remedy: for an image or a class that the study does not have, a mask
        of another size than its image, or a score that is none.
    """
    if path.is_dir():
        return read_label_maps(path, known, class_names)
    entries = io.read_json(path)
    if not isinstance(entries, list):
        hint = (
            " This looks like a data set's COCO file, not a results list."
            if isinstance(entries, dict) and "annotations" in entries
            else ""
        )
        raise InputError(
            f"{path} holds a JSON {type(entries).__name__}; expected a COCO results list [{{image_id, category_id, "
            f"score, segmentation}}, ...].{hint} Export results."
        )
    return [
        _entry(f"{path}: detection {number}", entry, known, class_names)
        for number, entry in enumerate(entries)
    ]


def _entry(where: str, entry: Any, known: KnownImages, class_names: Sequence[str]) -> Entry:
    missing = [key for key in NEEDED if not isinstance(entry, dict) or key not in entry]
    if missing:
        raise InputError(
            f"{where} has no '{missing[0]}'; expected {', '.join(NEEDED)} (masks, not boxes alone). Export it again."
        )
    sample = known.resolve(entry["image_id"], where)
    category = entry["category_id"]
    if type(category) is not int or not 1 <= category <= len(class_names):
        raise InputError(
            f"{where} has the category {repr(category)[:60]}; expected 1 to {len(class_names)} "
            f"({', '.join(class_names)}: 1 is the first of 'classes'). Number the classes so."
        )
    mask = rle.normalise(where, entry["segmentation"], known.size(sample))
    if mask["size"] != list(known.size(sample)):
        height, width = mask["size"]
        rows, columns = known.size(sample)
        raise InputError(
            f"{where}: its mask is {width}x{height} pixels, but image '{sample}' is {columns}x{rows}. Resize masks to "
            "the photograph before you export them."
        )
    if not rle.area(mask):
        raise InputError(f"{where}: its mask has no pixel. Take the entry out.")
    return {
        "image_id": sample,
        "category_id": category,
        "bbox": checked_box(where, entry["bbox"]) if "bbox" in entry else box_of(mask),
        "score": checked_score(where, entry["score"]),
        "segmentation": mask,
    }


def checked_score(where: str, value: Any) -> float:
    """Return a score; InputError unless it is a number from 0 to 1."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:  # NaN is neither
        raise InputError(
            f"{where} has the score {repr(value)[:60]}; expected a number from 0 to 1. Rescale the scores."
        )
    return value


def checked_box(where: str, value: Any) -> list[float]:
    """Return COCO's box ``[x, y, w, h]`` in pixels; InputError unless it is four numbers of a picture's size."""
    sound = (
        isinstance(value, list) and len(value) == 4 and all(type(number) in (int, float) for number in value)
    )
    if not sound or not all(abs(number) <= rle.FARTHEST for number in value):  # NaN is not
        raise InputError(
            f"{where} has the box {repr(value)[:60]}; expected [x, y, width, height] in pixels, none beyond "
            f"{rle.FARTHEST:,}. Correct it, or leave 'bbox' out: the mask has one."
        )
    return list(value)


def box_of(mask: rle.Rle) -> list[int]:
    """Return COCO's box ``[x, y, w, h]`` of a mask in pixels."""
    top, left, bottom, right = rle.box(mask)
    return [left, top, right - left, bottom - top]
