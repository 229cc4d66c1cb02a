"""The colour of the light, taken out of a photograph: its empty slide becomes grey."""

from __future__ import annotations

import cv2
import numpy as np

LOOKED_AT = 256
"""Side in pixels of the small copy in which the empty slide is looked for: its brightest twentieth."""
MOST = 2.0
"""No channel is changed by more than this factor: what is yellower is no smear under a lamp."""


def white_balanced(image: np.ndarray) -> np.ndarray:
    """Return a photograph ``uint8 (H, W, 3)`` in which red and blue of the empty slide are as bright as green.

    A network sees the casts of its training only; those of other lamps and cameras may lie outside. The brightness
    stays: green is not changed.
    """
    shrink = min(1.0, LOOKED_AT / max(image.shape[:2]))
    size = tuple(max(1, round(n * shrink)) for n in image.shape[1::-1])
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    red, green, blue = np.maximum(np.percentile(small.reshape(-1, 3), 95, axis=0), 1)
    levels = np.arange(256)
    gains = [np.clip(green / red, 1 / MOST, MOST), 1.0, np.clip(green / blue, 1 / MOST, MOST)]
    table = np.stack([np.rint(levels * gain).clip(0, 255) for gain in gains], axis=1).astype(np.uint8)
    return np.stack([table[image[..., channel], channel] for channel in range(3)], axis=2)
