"""The colour of the light, taken out of a photograph."""

from __future__ import annotations

import cv2
import numpy as np

LOOKED_AT = 256
"""Side in pixels of the small copy in which the empty slide is looked for: its brightest twentieth."""
SEEN = (0.9, 1.1)
"""Red and blue of the empty slide as shares of its green in nine of ten simulated smears (`pretraining/ship.py`)."""
GREY = (1.0, 1.0)
"""The same of an empty slide under white light."""
COLOURLESS = 6
"""Grey levels by which the channels of a grey photograph may differ."""
MOST = 2.0
"""No channel is changed by more than this factor: what is yellower is no smear under a lamp."""


def white_balanced(image: np.ndarray, shares: tuple[float, float] = SEEN) -> np.ndarray:
    """Return a photograph ``uint8 (H, W, 3)`` whose empty slide has one of the colours asked for.

    Red and blue are scaled, each so far that its share of green comes to lie between the two `shares`; a photograph
    that lies there stays as it is, pixel by pixel. The brightness stays: green is not changed.
    """
    small = _small(image)
    slide = np.maximum(np.percentile(small.reshape(-1, 3), 95, axis=0), 1)
    share = slide / slide[1]
    gains = np.clip(np.clip(share, *shares) / share, 1 / MOST, MOST)
    if (gains == 1).all():
        return image
    table = np.rint(np.arange(256)[:, None] * gains).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table[None]))


def is_grey(image: np.ndarray) -> bool:
    """Return whether a photograph ``uint8 (H, W, 3)`` has no colour: its channels hardly differ."""
    small = _small(image).astype(np.int16)
    return bool((small.max(2) - small.min(2)).max() <= COLOURLESS)


def _small(image: np.ndarray) -> np.ndarray:
    shrink = min(1.0, LOOKED_AT / max(image.shape[:2]))
    size = tuple(max(1, round(n * shrink)) for n in image.shape[1::-1])
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
