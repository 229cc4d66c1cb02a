"""EFF as ``ying.py`` of AndyHuang1995/Image-Contrast-Enhancement computes it, with the versions that it pins.

Where it differs from the original: the image is stretched from its lowest to its highest sample (a constant
image becomes black); the half map has the floor of half the size, made by Pillow's antialiased bicubic in
single precision (`scipy.misc.imresize`, mode F), and is stretched too; it is enlarged by OpenCV's INTER_AREA;
the thumbnail is OpenCV's area mean, stretched; the mask is Pillow's bicubic, tested >= 0.5; entropy bins and
the result are truncated.
"""

from typing import Any

import cv2
import numpy as np
from PIL import Image

from blastvote.contrast.exposure import best_exposure, transform
from blastvote.contrast.illumination import smooth


def enhance_port(
    image: np.ndarray,
    mu: float,
    lam: float,
    sigma: int,
    a: float,
    b: float,
    k: float | None,
    solver: str = "auto",
) -> tuple[np.ndarray, dict[str, Any]]:
    """Enhance as the port does; arguments and results as `eff.enhance_original`.

    The port has neither `a`, `b` nor `k`; `a` and `b` act on J, and a given `k` replaces the one searched
    for.
    """
    height, width = image.shape[:2]
    table = np.maximum(stretch(np.arange(256.0), float(image.min()), float(image.max())), 0.0)
    lightness = table[image.max(axis=-1) if image.ndim == 3 else image]
    half = pillow_bicubic(lightness, max(1, int(height * 0.5)), max(1, int(width * 0.5))).astype(np.float64)
    half = stretch(half, half.min(), half.max())
    smoothed = smooth(half, lam, sigma, solver).astype(np.float64)
    illumination = np.maximum(cv2.resize(smoothed, (width, height), interpolation=cv2.INTER_AREA), 0.0)
    bad = illumination < 0.5
    if k is None:
        k = search_exposure(image, table, bad)
    brighter = table if k is None else transform(table, k, a, b) - 0.01
    details = {"k": k, "bad_share": float(bad.mean())}
    out = np.empty_like(image)
    for start in range(0, height, 64):
        band = image[start : start + 64]
        weight = illumination[start : start + 64] ** mu
        weight = weight[..., None] if band.ndim == 3 else weight
        fused = table[band] * weight + brighter[band] * (1 - weight)  # (4)
        out[start : start + 64] = np.clip(fused * 255, 0, 255)
    return out, details


def stretch(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return values scaled so that `low` and `high` become 0 and 1, in OpenCV's order.

    All zero if they are equal.
    """
    scale = 1.0 / (high - low) if high - low > np.finfo(float).eps else 0.0
    return values * scale + (0.0 - low * scale)


def pillow_bicubic(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the plane resized by Pillow's bicubic, float32 (height, width)."""
    return np.asarray(
        Image.fromarray(plane.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
    )


def search_exposure(image: np.ndarray, table: np.ndarray, bad: np.ndarray) -> float | None:
    """Return the exposure ratio as the port finds it, None if no pixel of the 50x50 mask is under-exposed."""
    bad_small = pillow_bicubic(bad, 50, 50) >= 0.5
    if not bad_small.any():
        return None
    planes = [image] if image.ndim == 2 else [image[..., c] for c in range(3)]
    small = [
        np.maximum(cv2.resize(table[plane], (50, 50), interpolation=cv2.INTER_AREA), 0.0) for plane in planes
    ]
    low, high = min(plane.min() for plane in small), max(plane.max() for plane in small)
    small = [stretch(plane, low, high) for plane in small]
    brightness = small[0] if len(small) == 1 else (small[0] * small[1] * small[2]) ** (1 / 3)
    return best_exposure(brightness[bad_small], half_up=False, tolerance=1e-5)
