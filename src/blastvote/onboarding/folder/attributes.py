"""The attribute of cells that holds their class, where their labels are all alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from blastvote.annotations.common import CLASS_ATTRIBUTES, class_of, find_attribute
from blastvote.annotations.model import Cell
from blastvote.onboarding.folder.mask_mode import is_masks
from blastvote.onboarding.folder.outlines import Trial, read_as

MOST_CLASSES = 12
"""Attributes with more values number the cells, or describe them."""


def with_attribute(trial: Trial, defaults: Mapping[str, Any]) -> Trial:
    """Return the reading with the class attribute that tells classes apart, if the labels do not and one does."""
    if len(trial.class_names) != 1 or is_masks(trial.annotations.values()):
        return trial
    name = telling_attribute(cell for image in trial.annotations.values() for cell in image.cells)
    if name is None:
        return trial
    tried = read_as({**trial.dataset, "class_attribute": name}, defaults)
    return tried if tried.cells == trial.cells and len(tried.class_names) > 1 else trial


def telling_attribute(cells: Iterable[Cell]) -> str | None:
    """Return the attribute that every cell has, as text, with two to `MOST_CLASSES` values, likely names first."""
    values: dict[str, list[str]] = {}
    count = 0
    for cell in cells:
        count += 1
        for key, value in cell.attributes.items():
            name = class_of(value) if isinstance(value, str) else None
            if name is not None and not name.replace(".", "", 1).isdecimal():
                values.setdefault(key, []).append(name)
    telling = [
        key
        for key, own in values.items()
        if len(own) == count and 1 < len(set(own)) <= min(MOST_CLASSES, count // 2)
    ]
    likely = find_attribute(None, telling, CLASS_ATTRIBUTES)
    return likely or next(iter(telling), None)
