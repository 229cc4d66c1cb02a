"""Outlines of a mask along the edges of its pixels: painted again by `raster`, they give the same mask."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Outline:
    """One connected part of a mask.

    Attributes
    ----------
    outer
        ``int64 (N, 2)``: corners ``x, y`` in pixels, (0, 0) is the outer corner of the top left pixel; open.
    holes
        The same of what the part encloses without holding it.
    """

    outer: NDArray[np.int64]
    holes: list[NDArray[np.int64]] = field(default_factory=list)


def outlines(mask: NDArray[np.bool_], x: int = 0, y: int = 0) -> list[Outline]:
    """Return the outlines of the parts of a mask; pixels that only share a corner are different parts.

    Parameters
    ----------
    mask
        ``bool (H, W)``.
    x, y
        Where the mask's top left pixel lies in the image, in pixels.

    Examples
    --------
    >>> outlines(np.array([[1, 1], [1, 0]], dtype=bool))[0].outer.tolist()
    [[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]]
    """
    from scipy import ndimage

    part, _ = ndimage.label(mask)
    padded = np.pad(part, 1)
    parts: dict[int, Outline] = {}
    holes: list[tuple[int, NDArray[np.int64]]] = []
    for ring in _rings(padded > 0):
        left, top = ring[0]
        inside = int(padded[top + 1, left + 1])  # the pixel below and right of the ring's top left corner
        moved = ring + np.array([x, y])
        if inside:
            parts[inside] = Outline(moved)
        else:
            holes.append((int(padded[top, left + 1]), moved))
    for owner, ring in holes:
        parts[owner].holes.append(ring)
    return list(parts.values())


def _rings(padded: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the closed paths along the edges of a padded mask, each from its top left corner to the right.

    The corners of such paths say it all: sorted by row, two and two of them bound a horizontal edge; sorted by
    column, a vertical one.
    """
    upper_left, upper_right = padded[:-1, :-1], padded[:-1, 1:]
    lower_left, lower_right = padded[1:, :-1], padded[1:, 1:]
    count = upper_left.astype(np.int8) + upper_right + lower_left + lower_right
    saddle = (count == 2) & (upper_left == lower_right)
    y, x = np.nonzero((count % 2 == 1) | saddle)
    # Two paths meet in a saddle: its corner is there twice, once for the edge to the left, once to the right.
    twice = saddle[y, x]
    y, x, twice = (np.repeat(values, 1 + twice) for values in (y, x, twice))
    right = np.zeros(len(y), dtype=bool)
    right[1:] = twice[1:] & (y[1:] == y[:-1]) & (x[1:] == x[:-1])
    # Each path keeps to its own pixel: the edge to the left goes on upwards where the upper left pixel is set.
    downwards = twice & (right == upper_left[y, x])
    horizontal = _partners(np.lexsort((right, x, y)))
    vertical = _partners(np.lexsort((downwards, y, x)))
    rings = []
    free = np.ones(len(y), dtype=bool)
    for start in range(len(y)):
        if not free[start]:
            continue
        corners, corner, level = [], start, True
        while free[corner]:
            free[corner] = False
            corners.append(corner)
            corner = int((horizontal if level else vertical)[corner])
            level = not level
        rings.append(np.stack([x[corners], y[corners]], axis=1).astype(np.int64))
    return rings


def _partners(order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the other end of each corner's edge, from the order in which two and two are the ends of one."""
    partner = np.empty_like(order)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    return partner
