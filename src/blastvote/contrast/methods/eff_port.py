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

from blastvote.contrast.methods.dhe_wadud import value_of
from blastvote.contrast.numerics.backend import load
from blastvote.contrast.numerics.exposure import best_exposure, transform
from blastvote.contrast.numerics.illumination import smooth


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
    pixels = load("pixels", solver)
    low, high = float(image.min()), float(image.max())
    table = stretch(np.clip(np.arange(256.0), low, high), low, high)  # other levels do not occur
    brightness = area_brightness(image, table) if k is None else None  # first, while little else is in memory
    half = smooth(halve_lightness(image, table), lam, sigma, solver)
    illumination = cv2.resize(half, (width, height), interpolation=cv2.INTER_AREA)
    np.maximum(illumination, 0, out=illumination)
    bad = illumination < 0.5
    if brightness is not None:
        k = search_exposure(brightness, bad)
    brighter = table if k is None else transform(table, k, a, b) - 0.01
    details = {"k": k, "bad_share": float(np.count_nonzero(bad) / bad.size)}
    return pixels.fuse_truncated(image, table, brighter, illumination, mu), details


def halve_lightness(image: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the lightness (7) of the stretched image at half the size, stretched again, float64.

    `table` is what `stretch` makes of each level.
    """
    lightness = image if image.ndim == 2 else value_of(image)
    lightness = cv2.LUT(lightness, table.astype(np.float32))  # imresize works in single precision
    height, width = (max(1, int(n * 0.5)) for n in lightness.shape)
    half = pillow_bicubic(lightness, height, width).astype(np.float64)
    return stretch(half, half.min(), half.max())


def stretch(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return values scaled so that `low` and `high` become 0 and 1, in OpenCV's order.

    All zero if they are equal.
    """
    scale = 1.0 / (high - low) if high - low > np.finfo(float).eps else 0.0
    return values * scale + (0.0 - low * scale)


def pillow_bicubic(plane: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a plane, float32 or bool (H, W), resized by Pillow's bicubic, float32 (height, width)."""
    from PIL import Image

    picture = Image.fromarray(plane.view(np.uint8) if plane.dtype == bool else plane)
    picture = picture.convert("F")  # a mask takes a byte a pixel until here
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))


def area_brightness(image: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the geometric mean of R, G and B, float64 (50, 50), of the area-averaged and stretched thumbnail."""
    planes = [image] if image.ndim == 2 else (cv2.extractChannel(image, c) for c in range(3))
    small = [cv2.resize(cv2.LUT(plane, table), (50, 50), interpolation=cv2.INTER_AREA) for plane in planes]
    low, high = min(plane.min() for plane in small), max(plane.max() for plane in small)
    small = [stretch(plane, low, high) for plane in small]
    return small[0] if len(small) == 1 else np.maximum(small[0] * small[1] * small[2], 0.0) ** (1 / 3)


def search_exposure(brightness: np.ndarray, bad: np.ndarray) -> float | None:
    """Return the exposure ratio as the port finds it, None if no pixel of the 50x50 mask is under-exposed."""
    bad_small = pillow_bicubic(bad, 50, 50) >= 0.5
    if not bad_small.any():
        return None
    return best_exposure(brightness[bad_small], half_up=False, tolerance=1e-5)
