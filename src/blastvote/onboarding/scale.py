"""Sides of images and tiles, and pixel sizes, by the cells and the files' tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from blastvote.dataset.check.measure import ImageFacts
from blastvote.errors import InputError
from blastvote.scale.tags import tagged_pixel_size

LARGEST_SIDE = 1024
"""``model.image_size`` is not proposed larger: the memory of a training grows with its square."""
TILE_SIDE = 512


def fitting_model(
    facts: Sequence[ImageFacts], default: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return keys of the section ``model`` at which the cells fit its anchors, and the reason of each.

    Parameters
    ----------
    facts
        Of all images.
    default
        The section ``model`` of the embedded default.
    """
    boxes = [
        (float(np.sqrt((y2 - y1) * (x2 - x1))), max(fact.width, fact.height))
        for fact in facts
        for y1, x1, y2, x2 in (cell.box for cell in fact.cells if not cell.crowd)
    ]
    cell = float(np.median([side for side, _ in boxes]))
    share = float(np.median([side / longest for side, longest in boxes]))
    smallest = min(default["options"]["rpn_anchor_scales"])
    side = max(default["image_size"], int(np.ceil(smallest / share / 64)) * 64)
    if side > LARGEST_SIDE and cell >= smallest:
        why = f"the photographs are large: a cell of them is {cell:.0f} pixels wide, which whole images would lose"
        return {"image_size": TILE_SIDE, "tiles": True}, {"tiles": why}
    side = min(side, LARGEST_SIDE)
    return {"image_size": side}, {
        "image_size": f"half of the cells are at least {share * side:.0f} pixels wide then"
    }


def stated_pixel_size(paths: Iterable[Path]) -> float | None:
    """Return the pixel size in micrometres that the tags of all photographs state, None where they do not agree."""
    sizes: set[float | None] = set()
    for path in paths:
        try:
            tagged = tagged_pixel_size(path)
        except InputError:
            return None
        sizes.add(round(tagged.um, 6) if tagged else None)
        if len(sizes) > 1:
            return None
    return sizes.pop() if sizes else None
