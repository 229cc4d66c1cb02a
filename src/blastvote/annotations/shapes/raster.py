"""Turn polygons into masks by one exact rule.

Coordinates are those of a canvas: ``(0, 0)`` is the outer corner of the top left pixel, and the centre of
the pixel in row ``r`` and column ``c`` lies at ``x = c + 0.5, y = r + 0.5``. A pixel belongs to a polygon
when its centre lies inside by the non-zero winding rule, which is how a browser, and with it an annotation
tool, paints an outline: a loop that crosses itself stays filled. A centre exactly on a left or upper edge is
inside, on a right or lower edge outside, so polygons that share an edge share no pixel and leave no gap.
Whatever lies outside the image is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

FARTHEST = 1e15
"""Coordinates beyond this are brought back to it: their products would overflow, and no image is as large."""


@dataclass(frozen=True)
class Window:
    """The part of a mask that holds all its pixels.

    Attributes
    ----------
    crop
        ``bool (h, w)``.
    top, left
        Where its first pixel lies in the image.
    """

    crop: np.ndarray
    top: int
    left: int


def rasterise(
    polygons: Iterable[np.ndarray], height: int, width: int, holes: Iterable[np.ndarray] = ()
) -> np.ndarray:
    """Return the union of ``polygons`` without the ``holes`` as a mask.

    Parameters
    ----------
    polygons, holes
        Arrays ``(N, 2)`` of ``x, y`` in pixels, open or closed, in either direction, any real numbers.
    height, width
        Size of the image in pixels.

    Returns
    -------
    numpy.ndarray
        ``bool``, shape ``(height, width)``.

    Examples
    --------
    >>> square = np.array([[1, 0], [3, 0], [3, 2], [1, 2]])
    >>> rasterise([square], 3, 4).astype(int)
    array([[0, 1, 1, 0],
           [0, 1, 1, 0],
           [0, 0, 0, 0]])
    """
    window = rasterise_window(polygons, height, width, holes)
    mask = np.zeros((height, width), dtype=bool)
    rows, columns = window.crop.shape
    mask[window.top : window.top + rows, window.left : window.left + columns] = window.crop
    return mask


def rasterise_window(
    polygons: Iterable[np.ndarray], height: int, width: int, holes: Iterable[np.ndarray] = ()
) -> Window:
    """Return what `rasterise` returns, without the rest of the image: a cell takes no more memory than its box."""
    rings = [np.asarray(ring, dtype=np.float64) for ring in polygons]
    rings = [ring for ring in rings if len(ring) >= 3]
    spans = np.array([_span(ring, height, width) for ring in rings], dtype=int).reshape(-1, 4)
    top, left = spans[:, :2].min(axis=0, initial=max(height, width))
    bottom, right = spans[:, 2:].max(axis=0, initial=0)
    window = Window(np.zeros((max(bottom - top, 0), max(right - left, 0)), dtype=bool), int(top), int(left))
    for ring in rings:
        _paint(window, ring, True)
    for hole in holes:
        if len(hole) >= 3:
            _paint(window, np.asarray(hole, dtype=np.float64), False)
    return window


def _span(points: np.ndarray, height: int, width: int) -> tuple[int, int, int, int]:
    """Return first row and column, and those after the last, whose centres the bounding box can hold."""
    left, top = np.clip(np.ceil(points.min(axis=0) - 0.5), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0) - 0.5), 0, (width, height)).astype(int)
    return int(top), int(left), int(bottom), int(right)


def _paint(window: Window, points: np.ndarray, value: bool) -> None:
    """Set the pixels inside one polygon, in place."""
    rows, columns = window.crop.shape
    top, left, bottom, right = _span(points, window.top + rows, window.left + columns)
    top, left = max(top, window.top), max(left, window.left)
    if left >= right or top >= bottom:
        return
    row, column, turns = _crossings(points, top, bottom, left, right)
    winding = np.zeros((bottom - top, right - left + 1), dtype=np.int32)
    np.add.at(winding, (row - top, column - left), turns)
    inside = np.cumsum(winding[:, :-1], axis=1) != 0
    window.crop[top - window.top : bottom - window.top, left - window.left : right - window.left][inside] = (
        value
    )


def _crossings(
    points: np.ndarray, top: int, bottom: int, left: int, right: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where edges cross the lines of pixel centres: row, first column at or right of it, direction."""
    points = np.clip(points, -FARTHEST, FARTHEST)
    start, end = points, np.roll(points, -1, axis=0)
    down = end[:, 1] > start[:, 1]
    # Always from the upper to the lower end: two polygons that share an edge get the very same crossings.
    upper, lower = np.where(down[:, None], start, end), np.where(down[:, None], end, start)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), top, bottom).astype(int)
    last = np.clip(np.ceil(lower[:, 1] - 0.5), top, bottom).astype(int)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(points)), counts)
    offset = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = first[edge] + offset
    rise = lower[edge, 1] - upper[edge, 1]
    share = (rows + 0.5 - upper[edge, 1]) / rise
    x = upper[edge, 0] + share * (lower[edge, 0] - upper[edge, 0])
    columns = np.clip(np.ceil(x - 0.5), left, right).astype(int)
    return rows, columns, np.where(down[edge], 1, -1).astype(np.int32)


def signed_area(polygon: np.ndarray) -> float:
    """Return the area enclosed by a polygon ``(N, 2)`` in square pixels, negative if it runs the other way."""
    x, y = np.asarray(polygon, dtype=np.float64).T
    return float((np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def ellipse_polygon(
    centre: Sequence[float], radii: Sequence[float], angle: float = 0.0, tolerance: float = 0.01
) -> np.ndarray:
    """Return a polygon on an ellipse that leaves it by at most ``tolerance`` pixels.

    Parameters
    ----------
    centre
        ``x, y`` in pixels.
    radii
        Half axes along x and y before turning, in pixels.
    angle
        Turn in radians, clockwise as seen on the screen (y points down), as the HTML canvas and VIA have it.
    tolerance
        Greatest distance between polygon and ellipse, in pixels.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(N, 2)``.
    """
    centre, radii = np.clip([centre, radii], -FARTHEST, FARTHEST)
    largest = max(abs(radii[0]), abs(radii[1]), 1e-9)
    step = max(np.arccos(max(1 - tolerance / largest, 0.0)), 1e-4)
    count = 4 * int(np.clip(np.ceil(np.pi / step / 4), 4, 1024))
    t = np.arange(count) * (2 * np.pi / count)
    x, y = radii[0] * np.cos(t), radii[1] * np.sin(t)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos])
