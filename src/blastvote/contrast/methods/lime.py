"""Illumination correction after LIME (Guo, Li, Ling, IEEE Trans. Image Processing 26(2), 2017).

LIME's denoiser is left out.
"""

import numpy as np

from blastvote.contrast.numerics.backend import load
from blastvote.contrast.numerics.illumination import smooth
from blastvote.contrast.registry import method


@method(
    "lime",
    params={
        "gamma": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "a number from 0 (no change) to 1 (divide by the illumination): exponent of "
            "the illumination.",
        },
        "lam": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1000,
            "description": "smoothness of the illumination, above 0, at most 1000.",
        },
        "floor": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 1,
            "description": "lowest illumination divided by, above 0, at most 1.",
        },
    },
    grey=True,
    aliases={"lambda": "lam"},
)
def lime(image: np.ndarray, gamma: float = 0.8, lam: float = 0.5, floor: float = 0.05) -> np.ndarray:
    """Divide the image by its smooth illumination to the power gamma.

    The illumination is the map T of EFF at half resolution (the same quadratic approximation of LIME's
    problem, window 5), enlarged and limited to [floor, 1]; the result is rounded half up and saturated.
    """
    pixels = load("pixels")
    illumination = pixels.enlarge(smooth(pixels.halve_lightness(image), lam), *image.shape[:2])
    np.clip(illumination, floor, 1.0, out=illumination)
    gain = illumination**-gamma
    out = np.empty_like(image)
    for start in range(0, len(image), 64):
        band = gain[start : start + 64]
        lifted = image[start : start + 64] * (band[..., None] if image.ndim == 3 else band)
        out[start : start + 64] = np.minimum(np.floor(lifted + 0.5), 255)
    return out
