"""The loops of `blastvote.contrast.measures`: one pass over all pixels each."""

import numpy as np

from blastvote.contrast.numerics.compiled import compiled

WINDOW = 7
"""Side of SSIM's window in pixels."""


@compiled()
def joint_histogram(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how often each pair of values occurs in two uint8 images of one shape: int64 (256, 256)."""
    counts = np.zeros((256, 256), dtype=np.int64)
    for row in range(one.shape[0]):
        for column in range(one.shape[1]):
            counts[one[row, column], other[row, column]] += 1
    return counts


@compiled()
def block_extremes(image: np.ndarray, side: int) -> np.ndarray:
    """Return the least and the largest value of each whole block of a uint8 image: (rows, columns, 2)."""
    rows, columns = image.shape[0] // side, image.shape[1] // side
    found = np.zeros((rows, columns, 2), dtype=np.uint8)
    found[..., 0] = 255
    for row in range(rows * side):
        for block in range(columns):
            low, high = found[row // side, block]
            for column in range(block * side, (block + 1) * side):
                value = image[row, column]
                low, high = min(low, value), max(high, value)
            found[row // side, block, 0], found[row // side, block, 1] = low, high
    return found


@compiled()
def mean_ssim(one: np.ndarray, other: np.ndarray, c1: float, c2: float) -> float:
    """Return the mean of SSIM over all windows inside two uint8 images (H, W), both sides at least `WINDOW`.

    Sums of a window are exact integers, slid along: first down the columns, then along the row.
    """
    height, width = one.shape
    n = WINDOW * WINDOW
    of_means, of_variances = 1 / n**2, 1 / (n * (n - 1))  # sample variances: n - 1
    sums = np.zeros((5, width), dtype=np.int32)
    total = 0.0
    for row in range(height):
        _slide_down(sums, one, other, row)
        if row < WINDOW - 1:
            continue
        sa = sb = saa = sbb = sab = np.int64(0)
        line = 0.0
        for column in range(width):
            sa += sums[0, column]
            sb += sums[1, column]
            saa += sums[2, column]
            sbb += sums[3, column]
            sab += sums[4, column]
            if column >= WINDOW:
                leaving = column - WINDOW
                sa -= sums[0, leaving]
                sb -= sums[1, leaving]
                saa -= sums[2, leaving]
                sbb -= sums[3, leaving]
                sab -= sums[4, leaving]
            if column >= WINDOW - 1:
                both, squares = sa * sb, sa * sa + sb * sb
                above = (2 * both * of_means + c1) * (2 * (n * sab - both) * of_variances + c2)
                line += above / (
                    (squares * of_means + c1) * ((n * (saa + sbb) - squares) * of_variances + c2)
                )
        total += line
    return total / ((height - WINDOW + 1) * (width - WINDOW + 1))


@compiled(inline="always")
def _slide_down(sums: np.ndarray, one: np.ndarray, other: np.ndarray, row: int) -> None:
    """Add a row of pixels to the columns' sums, and take the row away that has left the window."""
    for column in range(sums.shape[1]):
        a, b = np.int32(one[row, column]), np.int32(other[row, column])
        sums[0, column] += a
        sums[1, column] += b
        sums[2, column] += a * a
        sums[3, column] += b * b
        sums[4, column] += a * b
    if row >= WINDOW:
        for column in range(sums.shape[1]):
            a, b = np.int32(one[row - WINDOW, column]), np.int32(other[row - WINDOW, column])
            sums[0, column] -= a
            sums[1, column] -= b
            sums[2, column] -= a * a
            sums[3, column] -= b * b
            sums[4, column] -= a * b
