"""The loops of `blastvote.contrast.measures` in NumPy and OpenCV, for images too small to be worth numba's import.

Every result has the bits of `measures_numba`: counts and sums are whole numbers, and what is not is added up in the
same order.
"""

import cv2
import numpy as np

WINDOW = 7
"""Side of SSIM's window in pixels."""
BAND = 32
"""Rows of windows in hand at once: their arrays stay in the processor's cache."""


def joint_histogram(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how often each pair of values occurs in two uint8 images of one shape: int64 (256, 256)."""
    pairs = 256 * one.astype(np.int32) + other
    return np.bincount(pairs.ravel(), minlength=256 * 256).reshape(256, 256)


def block_extremes(image: np.ndarray, side: int) -> np.ndarray:
    """Return the least and the largest value of each whole block of a uint8 image: (rows, columns, 2)."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    bands = image[: rows * side, : columns * side].reshape(rows, side, columns * side)
    return np.stack(
        [extreme.reduce(extreme.reduce(bands, axis=1).reshape(rows, columns, side), axis=2)
         for extreme in (np.minimum, np.maximum)],
        axis=-1,
    )  # fmt: skip


def mean_ssim(one: np.ndarray, other: np.ndarray, c1: float, c2: float) -> float:
    """Return the mean of SSIM over all windows inside two uint8 images (H, W), both sides at least `WINDOW`."""
    rows, columns = (side - WINDOW + 1 for side in one.shape)
    n = WINDOW * WINDOW
    of_means, of_variances = 1 / n**2, 1 / (n * (n - 1))  # sample variances: n - 1
    lines = np.empty(rows)
    for start in range(0, rows, BAND):
        seen = slice(start, start + BAND + WINDOW - 1)
        a, b = one[seen].astype(np.float32), other[seen].astype(np.float32)
        sa, sb, sab, squares_sum = map(_window_sums, (a, b, a * b, a * a + b * b))
        both, squares = sa * sb, sa * sa + sb * sb
        above = (2 * both * of_means + c1) * (2 * (n * sab - both) * of_variances + c2)
        below = (squares * of_means + c1) * ((n * squares_sum - squares) * of_variances + c2)
        lines[start : start + BAND] = np.cumsum(above / below, axis=1)[:, -1]
    return float(np.cumsum(lines)[-1] / (rows * columns))  # cumsum: np.sum would add in another order


def _window_sums(plane: np.ndarray) -> np.ndarray:
    """Return the sums of all windows inside a plane of whole numbers: float64, exact."""
    sums = cv2.boxFilter(plane, cv2.CV_64F, (WINDOW, WINDOW), anchor=(0, 0), normalize=False)
    return np.asarray(sums[: 1 - WINDOW, : 1 - WINDOW])
