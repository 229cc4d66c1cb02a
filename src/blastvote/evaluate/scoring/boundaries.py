"""How far the outlines of two masks lie apart. Compiled: a study has a hundred thousand pairs of masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blastvote import rle
from blastvote.contrast.numerics.compiled import compiled


def boundary_distances(mask: rle.Rle, other: rle.Rle) -> tuple[float, float]:
    """Return how far the boundaries of two masks of one image lie apart, in pixels.

    A boundary pixel is one of the mask with a side neighbour outside it (or outside the image). For each boundary
    pixel of either mask, the distance to the nearest of the other is taken, centre to centre.

    Returns
    -------
    mean : float
        Average symmetric surface distance: the mean of the two directions' means.
    p95 : float
        The 95th percentile of all distances of both directions, the robust form of Hausdorff's distance.
        Both as MedPy and panoptica define them (`assd`, `hd95`). Infinite where a mask is empty.
    """
    edges = [boundary(one) for one in (mask, other)]
    if not all(map(len, edges)):
        return np.inf, np.inf
    there, back = np.sqrt(_nearest(*edges)), np.sqrt(_nearest(*edges[::-1]))
    both = np.sort(np.concatenate([there, back]))
    rank = 0.95 * (len(both) - 1)
    low = int(rank)
    above = both[min(low + 1, len(both) - 1)]
    return float((there.mean() + back.mean()) / 2), float(both[low] + (rank - low) * (above - both[low]))


def boundary(mask: rle.Rle) -> NDArray[np.int64]:
    """Return (row, column) of the boundary pixels of a mask: (P, 2), in pixels."""
    return _boundary(np.cumsum(rle.run_lengths(mask["counts"])), int(mask["size"][0]))


@compiled()
def _boundary(edges: NDArray[np.int64], height: int) -> NDArray[np.int64]:
    """Return the boundary pixels of a mask whose runs, background first, end at these places (column by column)."""
    top, bottom, left, right = height, -1, edges[-1], -1
    for run in range(0, len(edges) - 1, 2):
        start, stop = edges[run], edges[run + 1]
        if start == stop:
            continue
        first, last = start // height, (stop - 1) // height
        left, right = min(left, first), max(right, last)
        # A run that goes on in the next column touches the image's lower and upper side.
        top = 0 if last > first else min(top, start % height)
        bottom = height - 1 if last > first else max(bottom, (stop - 1) % height)
    if right < 0:
        return np.zeros((0, 2), dtype=np.int64)
    # One pixel of background around: what is outside the image is outside the mask.
    inside = np.zeros((bottom - top + 3, right - left + 3), dtype=np.uint8)
    for run in range(0, len(edges) - 1, 2):
        for pixel in range(edges[run], edges[run + 1]):
            inside[pixel % height - top + 1, pixel // height - left + 1] = 1
    number = 0
    pixels = np.empty((inside.size, 2), dtype=np.int64)
    for row in range(1, inside.shape[0] - 1):
        for column in range(1, inside.shape[1] - 1):
            whole = inside[row - 1, column] + inside[row + 1, column]
            whole += inside[row, column - 1] + inside[row, column + 1]
            if inside[row, column] and whole < 4:
                pixels[number, 0], pixels[number, 1] = row + top - 1, column + left - 1
                number += 1
    return pixels[:number].copy()


@compiled()
def _nearest(points: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the squared distance of each point to the nearest of the others."""
    result = np.empty(len(points))
    for index in range(len(points)):
        least = np.int64(2**62)
        for other in range(len(others)):
            down, across = points[index, 0] - others[other, 0], points[index, 1] - others[other, 1]
            least = min(least, down * down + across * across)
        result[index] = least
    return result
