"""Read YOLO segmentation labels: one text file an image, a class number and an outline a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from blastvote import io
from blastvote.annotations.common import BOX_REASON
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.annotations.objects import Drawn
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.yolo_tasks import OBB_WARNING, are_oriented_boxes, key_points
from blastvote.errors import InputError

NAME_LISTS = (
    *("classes.txt", "obj.names", "labels.txt", "_darknet.labels"),
    *("predefined_classes.txt", "class_names.txt", "names.txt", "class_list.txt"),
)
"""Files that name the classes, one a line."""
CONFIG_FOLDERS = ("cfg", "config", "configs", "data", "meta")
"""Folders that may hold the YAML file of the data set beside them."""
DATA_SET = frozenset(("nc", "train", "val", "path"))
"""Keys of which a YAML file that describes a data set has one."""
FARTHEST = 1.5
"""Coordinates beyond this part of the image are pixels, which YOLO does not write."""


def is_yolo(file: AnnotationFile) -> bool:
    """Return whether a text has a class number and at least four numbers in each line; an empty one has no object."""
    return all(_is_line(line.split()) for line in file.document.splitlines() if line.strip())


def _is_line(words: list[str]) -> bool:
    try:
        values = [float(word) for word in words]
        return len(words) > 4 and values[0].is_integer() and values[0] >= 0
    except ValueError:
        return False


def class_list(labels: Path) -> Path | None:
    """Return the file that names the classes of a file of labels, if there is one."""
    return _class_names(labels, [])[1]


@annotation_format(
    "yolo",
    "YOLO segmentation (TXT)",
    "text",
    is_yolo,
    (*NAME_LISTS, "train.txt", "valid.txt", "notes.json"),
    beside=class_list,
)
def read_yolo(file: AnnotationFile) -> AnnotationSet:
    """Convert YOLO labels to the common form.

    The file's stem names the image. Classes are named by ``data.yaml`` or ``classes.txt`` in the same folder or one
    of the two above, or by the YAML of a data set in a folder beside; else they are called by their numbers.

    Raises
    ------
    InputError
        If coordinates are pixels, or a class has no name.
    """
    path = file.path
    journal = Journal(str(path))
    names, source = _class_names(path, journal.notes)
    cells = []
    lines = [line.split() for line in file.document.splitlines() if line.strip()]
    numbers = [np.array([float(text) for text in texts]) for _, *texts in lines]
    points = key_points(numbers, _key_point_shape(source))
    for number, (index, *_) in enumerate(lines, start=1):
        values = numbers[number - 1]
        title = _class_name(path, number, int(float(index)), names, source)
        drawn = Drawn(journal, path.stem, f"line {number}", title)
        if len(values) in (4, 5):
            drawn.no_cell(BOX_REASON)
            continue
        if points:
            drawn.no_cell(f"it is a box with {points} key points (YOLO pose), and they are no outline")
            continue
        values = values[: len(values) // 2 * 2]  # a predicted outline ends in its score
        if np.isfinite(values).all() and np.abs(values).max() > FARTHEST:
            raise InputError(
                f"{path}: line {number} has the coordinate {np.abs(values).max():g}; YOLO's are parts of the image's "
                "width and height, from 0 to 1. Divide x by the width and y by the height."
            )
        cell = drawn.polygon(values, relative=True)
        if cell is not None:
            cells.append(cell)
    if cells and are_oriented_boxes(numbers):
        journal.warnings.append(f"{path.stem}: {OBB_WARNING}")
    if lines and names:
        journal.notes.append(f"Classes are named by {source}.")
    elif lines:
        journal.notes.append(
            "No data.yaml or classes.txt names the classes; their numbers are taken for names."
        )
    image = ImageAnnotation(path.stem, cells=tuple(cells), named_by_file=True)
    return AnnotationSet.of(journal, "yolo", {path.stem: image})


def _class_name(path: Path, line: int, index: int, names: dict[int, str], source: Path | None) -> str:
    if not names:
        return str(index)
    if index not in names:
        raise InputError(
            f"{path}: line {line} has class number {index}, but {source} names {len(names)} classes "
            f"({', '.join(f'{n}: {name}' for n, name in list(names.items())[:5])}). Correct one of them."
        )
    return names[index]


def _class_names(labels: Path, notes: list[str]) -> tuple[dict[int, str], Path | None]:
    """Return the classes of a file of labels by number, and the file that names them; unreadable files are noted."""
    for place in labels.parents[:3]:
        for path in _yaml_files(place):
            names = _yaml_names(path, notes)
            if names:
                return names, path
        for name in NAME_LISTS:
            if (place / name).is_file() and place / name != labels:
                lines = [line.strip() for line in io.read_text(place / name).splitlines()]
                return {n: line for n, line in enumerate(lines) if line}, place / name
    for path in (path for place in labels.parents[:3] for path in _yaml_files(place, "*/*")):
        if path.parent.name.casefold() not in CONFIG_FOLDERS:
            continue
        names = _yaml_names(path, notes, DATA_SET)
        if names:
            return names, path
    return {}, None


def _key_point_shape(source: Path | None) -> Any:
    """Return the key ``kpt_shape`` of the YAML file that names the classes; None if there is none."""
    if source is None or source.suffix.lower() not in (".yaml", ".yml"):
        return None
    document: Any = io.read_yaml(source)
    return document.get("kpt_shape")


def _yaml_files(place: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in place.glob(pattern) if path.suffix.lower() in (".yaml", ".yml"))


def _yaml_names(path: Path, notes: list[str], keys: frozenset[str] = frozenset()) -> dict[int, str]:
    """Return the key ``names`` of a YAML file, a list or a mapping; empty if it has none, or none of `keys`."""
    if not path.is_file():
        return {}
    try:
        document: Any = io.read_yaml(path)
    except InputError as error:
        notes.append(f"{error} It was not searched for names of classes.")
        return {}
    if not isinstance(document, dict) or (keys and not keys & document.keys()):
        return {}
    names = document.get("names")
    pairs = enumerate(names) if isinstance(names, list) else names.items() if isinstance(names, dict) else ()
    return {int(n): str(name).strip() for n, name in pairs if str(n).isdecimal() and len(str(n)) < 10}
