"""How an enhanced image looks beside its original: six measures that papers on contrast report."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from blastvote.contrast.numerics.backend import load

MEASURES = ("entropy", "eme", "ssim", "psnr", "ambe", "loe")
"""In the order of `contrast.csv`. A good image has much of the first four and little of the last two."""

BLOCK = 16
"""Side of EME's blocks in pixels."""
SMALL = 2**19
"""Up to so many pixels NumPy counts: numba's import and stored code take 1 s, as a hundred such images take longer."""
_BAND = 32
"""Rows of a table of counts in hand at once: the system takes larger arrays back each time, and clears new pages."""
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def contrast_measures(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> dict[str, float | None]:
    """Return the measures of `MEASURES`; every pixel counts, nothing is sampled.

    Parameters
    ----------
    before, after
        The original and the enhanced image, uint8, RGB (H, W, 3) or grey (H, W), of one shape.

    Returns
    -------
    dict
        ``entropy``: of the enhanced image's grey values, in bits, 0 to 8 (Shannon).
        ``eme``: mean over blocks of 16 pixels of 20 log10 of largest by least grey value, each plus 1 (Agaian et al.
        2007).
        ``ssim``: structural similarity to the original, grey, windows of 7 pixels, up to 1 (Wang et al. 2004; as
        scikit-image's default); None for images of fewer than 7 pixels.
        ``psnr``: peak signal-to-noise ratio to the original over all channels, dB; None where nothing changed, which
        is infinite.
        ``ambe``: absolute difference of the mean grey values, in grey levels (Chen and Ramli 2003).
        ``loe``: share of all pairs of pixels whose order of lightness (the largest channel) changed, 0 to 1: the
        lightness order error of Wang et al. (2013) by the number of pixels.
    """
    loops = load("measures", "numpy" if before.shape[0] * before.shape[1] <= SMALL else "auto")
    old, new = _grey(before), _grey(after)
    counts = np.bincount(np.arange(256), weights=cv2.calcHist([new], [0], None, [256], [0, 256]).ravel())
    shares = counts[counts > 0] / new.size
    mse = float(cv2.norm(before, after, cv2.NORM_L2SQR)) / before.size
    extremes = loops.block_extremes(new, min(BLOCK, *new.shape)).astype(np.float64) + 1
    return {
        "entropy": float(-(shares * np.log2(shares)).sum()) + 0.0,
        "eme": float(20 * np.log10(extremes[..., 1] / extremes[..., 0]).mean()),
        "ssim": float(loops.mean_ssim(old, new, C1, C2)) if min(new.shape) >= loops.WINDOW else None,
        "psnr": 10 * float(np.log10(255**2 / mse)) if mse else None,
        "ambe": abs(cv2.mean(new)[0] - cv2.mean(old)[0]),
        "loe": order_changes(loops.joint_histogram(_lightness(before), _lightness(after))),
    }


def order_changes(counts: NDArray[np.int64]) -> float:
    """Return the share of ordered pairs of pixels (x, y) of which "x at least as light as y" changed.

    Parameters
    ----------
    counts : ndarray, (256, 256) int64
        How many pixels have each lightness before (row) and after (column).
    """
    changed, above = 0.0, np.zeros(257)
    for start in range(0, 256, _BAND):
        n = np.ascontiguousarray(
            counts[start : start + _BAND, ::-1], dtype=np.float64
        )  # lightest after first
        sums = cv2.integral(n, sdepth=cv2.CV_64F) + above  # of all rows above and all columns before
        # Pixels y that were at most as light as x and are lighter now; those that were darker and no longer are.
        changed += float((n * (sums[1:, :-1] + sums[:-1, 1:])).sum())
        above = sums[-1]
    return float(changed / float(counts.sum()) ** 2)


def _grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _lightness(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if image.ndim == 2:
        return image
    red, green, blue = cv2.split(image)
    return np.asarray(cv2.max(cv2.max(red, green), blue))
