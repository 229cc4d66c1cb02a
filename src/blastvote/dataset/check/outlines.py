"""What outlines themselves give away: boxes that stand for cells, and objects in several places."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from blastvote import rle
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.dataset.truth import TrueCell
from blastvote.wording import listed

LEAST_SIDE = 5
"""Cells with a shorter side than this many pixels say nothing of how they were drawn."""
LEAST_PIECE = 16
"""Pieces of fewer pixels are slips."""
LEAST_SHARE = 0.1
"""Pieces smaller than this part of the largest are slips, too."""
HOLLOW = 0.6
"""Cells that fill less than this of what they enclose are lines drawn around cells."""
RIGHT_ANGLE = 0.05
"""Largest cosine of the corners of a rectangle."""


def is_box(cell: Cell, true: TrueCell) -> bool:
    """Return whether a cell is a rectangle, turned or not."""
    top, left, bottom, right = true.box
    if true.crowd or min(bottom - top, right - left) < LEAST_SIDE:
        return False
    return rle.area(true.mask) == (bottom - top) * (right - left) or _is_rectangle(cell, true.mask["size"])


def _is_rectangle(cell: Cell, size: Sequence[int]) -> bool:
    if len(cell.polygons) != 1 or len(cell.polygons[0]) != 4 or cell.holes:
        return False
    corners = cell.polygons[0] * (size[::-1] if cell.relative else 1)
    sides = np.roll(corners, -1, axis=0) - corners
    sides = sides / (np.linalg.norm(sides, axis=1, keepdims=True) + 1e-9)
    return bool((np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1)) < RIGHT_ANGLE).all())


def is_hollow(true: TrueCell) -> bool:
    """Return whether a cell is a drawn line around what is not part of it."""
    top, left, bottom, right = true.box
    if true.crowd or min(bottom - top, right - left) < 2 * LEAST_SIDE:
        return False
    rings, _ = cv2.findContours(true.crop().astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return rle.area(true.mask) < HOLLOW * sum(map(cv2.contourArea, rings))


def wrong_size(annotation: ImageAnnotation, width: int, height: int) -> str:
    """Return why a stated size cannot be that of the outlines; empty if it can, or they do not fit the photograph.

    Parameters
    ----------
    annotation
        With a stated size.
    width, height
        Of the photograph, in pixels.
    """
    bounds = [cell.bounds() for cell in annotation.cells]
    if not bounds or None in bounds:
        return ""
    _, _, right, bottom = np.max([box for box in bounds if box], axis=0)
    beyond = right > 1.5 * (annotation.width or 0) or bottom > 1.5 * (annotation.height or 0)
    if not beyond or right > width + 1 or bottom > height + 1:
        return ""
    return (
        f"its annotation states {annotation.width}x{annotation.height} pixels, but the outlines reach to "
        f"{right:.0f}x{bottom:.0f} and fit the photograph: the stated size was not used"
    )


def separate_pieces(drawn: Sequence[Cell], cells: Sequence[TrueCell]) -> str:
    """Return a warning of single objects that lie in several places; empty if there is none.

    Values of label maps are left out: their reader warns of them with the mode that splits them.
    """
    scattered = []
    for number, (cell, true) in enumerate(zip(drawn, cells, strict=True)):
        if true.crowd or "value" in cell.attributes or (cell.rle is None and len(cell.polygons) < 2):
            continue
        count, _, stats, _ = cv2.connectedComponentsWithStats(true.crop().astype(np.uint8), connectivity=8)
        areas = stats[1:count, cv2.CC_STAT_AREA]
        large = int((areas >= max(LEAST_PIECE, LEAST_SHARE * areas.max(initial=0))).sum())
        if large > 1:
            scattered.append(f"cell {number} ({cell.object}): {large}")
    if not scattered:
        return ""
    count = len(scattered)
    what = "cell consists" if count == 1 else "cells consist"
    return f"{count} {what} of several separate pieces ({listed(scattered)}), which count as one cell each"
