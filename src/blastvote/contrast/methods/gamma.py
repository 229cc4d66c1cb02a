"""Gamma correction."""

import cv2
import numpy as np

from blastvote.contrast.registry import method


@method(
    "gamma",
    params={
        "gamma": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 20,
            "description": "a number above 0, at most 20: below 1 brightens, above 1 darkens, 1 changes nothing.",
        }
    },
    grey=True,
)
def gamma(image: np.ndarray, gamma: float = 0.7) -> np.ndarray:
    """Raise every sample to a power: v becomes floor(255 (v / 255)^gamma + 0.5)."""
    table = np.floor(255.0 * (np.arange(256) / 255.0) ** gamma + 0.5).astype(np.uint8)
    return cv2.LUT(image, table)
