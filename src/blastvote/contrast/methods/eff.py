"""The exposure fusion framework (EFF), equations (1) to (10) of the paper.

Source: Ying, Li, Ren, Wang, Wang, "A New Image Contrast Enhancement Algorithm Using Exposure Fusion
Framework", CAIP 2017; mode ``original`` is their MATLAB code, mode ``opencv_port`` the widely used Python
port of it (`eff_port`).
"""

from typing import Any

import numpy as np

from blastvote.contrast.methods.eff_port import enhance_port
from blastvote.contrast.numerics import resize
from blastvote.contrast.numerics.backend import load
from blastvote.contrast.numerics.exposure import CAMERA_A, CAMERA_B, LEVELS, best_exposure, transform
from blastvote.contrast.numerics.illumination import smooth
from blastvote.contrast.registry import method

BAD = 0.5  # illumination below which a pixel counts as under-exposed

_POSITIVE = {"type": "number", "exclusiveMinimum": 0}


@method(
    "eff",
    params={
        "mode": {
            "enum": ["original", "opencv_port"],
            "description": "original: the authors' MATLAB code. opencv_port: the Python port that most papers use "
            "(AndyHuang1995/Image-Contrast-Enhancement), which stretches, resizes and truncates differently.",
        },
        "mu": {
            "type": "number",
            "minimum": 0,
            "maximum": 10,
            "description": "exponent of (5), a number from 0 to 10.",
        },
        "lam": {
            **_POSITIVE,
            "maximum": 1000,
            "description": "lambda of (6), above 0, at most 1000: smoothness of T.",
        },
        "sigma": {
            "type": "integer",
            "minimum": 1,
            "maximum": 99,
            "description": "window of (8), 1 to 99 pixels.",
        },
        "a": {
            "type": "number",
            "minimum": -5,
            "maximum": 5,
            "description": "camera parameter a, a number from -5 to 5.",
        },
        "b": {
            "type": "number",
            "minimum": -5,
            "maximum": 5,
            "description": "camera parameter b, a number from -5 to 5.",
        },
        "k": {
            "anyOf": [{"enum": ["auto", None]}, {**_POSITIVE, "maximum": 100}],
            "description": "exposure ratio: 'auto' (most entropy on [1, 7]) or a number above 0, at most 100.",
        },
    },
    grey=True,
    aliases={"lambda": "lam"},
)
def eff(
    image: np.ndarray,
    mode: str = "original",
    mu: float = 0.5,
    lam: float = 0.5,
    sigma: int = 5,
    a: float = CAMERA_A,
    b: float = CAMERA_B,
    k: float | str | None = "auto",
) -> tuple[np.ndarray, dict[str, Any]]:
    """Fuse the image with a longer exposure of itself where the scene is dark.

    Parameters
    ----------
    image
        uint8 (H, W, 3) or (H, W).
    mode, mu, lam, sigma, a, b, k
        See the schema. A given `k` is used as it is, whether or not a pixel is under-exposed.

    Returns
    -------
    image : numpy.ndarray
        uint8, same shape; rounded half up and saturated once, at the end (mode ``opencv_port`` truncates).
    details : dict
        ``k`` (None if no pixel of the thumbnail is under-exposed; the output then equals the input in mode
        ``original``) and ``bad_share``, the share of pixels with T < 0.5.
    """
    forced = None if k is None or k == "auto" else float(k)
    enhancer = enhance_port if mode == "opencv_port" else enhance_original
    return enhancer(image, mu=mu, lam=lam, sigma=sigma, a=a, b=b, k=forced)


def enhance_original(
    image: np.ndarray,
    mu: float,
    lam: float,
    sigma: int,
    a: float,
    b: float,
    k: float | None,
    solver: str = "auto",
) -> tuple[np.ndarray, dict[str, Any]]:
    """Enhance as the authors' MATLAB code does.

    Arguments and results as `eff`; `solver` is that of `illumination.smooth`.
    """
    pixels = load("pixels", solver)
    half = pixels.halve_lightness(image, np.float64 if solver == "exact" else np.float32)  # (7)
    illumination = pixels.enlarge(smooth(half, lam, sigma, solver), *image.shape[:2])
    bad = illumination < BAD
    details: dict[str, Any] = {"k": k, "bad_share": float(np.count_nonzero(bad) / bad.size)}
    if k is not None:
        brighter = np.minimum(transform(LEVELS, k, a, b), 1.0)
    else:
        details["k"] = k = search_exposure(image, bad, pixels.shrink_rows)
        if k is None:
            return image.copy(), details
        brighter = np.minimum(transform(LEVELS, k, a, b) - 0.01, 1e30)  # single precision holds 3e38
    return pixels.fuse(image, 255.0 * (brighter - LEVELS), illumination, mu), details


def search_exposure(image: np.ndarray, bad: np.ndarray, shrink: resize.Shrink) -> float | None:
    """Return the exposure ratio with most entropy among the bad pixels of the 50x50 thumbnail.

    None if the thumbnail has no bad pixel.
    """
    bad_small = resize.mask_thumbnail(bad, shrink=shrink)
    if not bad_small.any():
        return None
    small = np.maximum(resize.thumbnail(image, shrink=shrink) / 255.0, 0.0)
    brightness = small if small.ndim == 2 else np.cbrt(small[..., 0] * small[..., 1] * small[..., 2])
    return best_exposure(brightness.T[bad_small.T], half_up=True, tolerance=1e-4)
