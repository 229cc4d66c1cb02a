"""How light and how sharp a photograph is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

DIM = 60.0
"""Photographs of less mean light than this (of 255) are noted."""
BLURRED = 0.4
"""Photographs whose sharpness is below this share of the median are warned of."""
LEAST_IMAGES = 5
"""Sharpness is compared from so many photographs on."""


@dataclass(frozen=True)
class Appearance:
    """What a photograph looks like.

    Attributes
    ----------
    light
        Mean grey value, 0 to 255.
    spread
        Standard deviation of the grey values.
    sharpness
        Standard deviation of the Laplacian of the grey values, divided by `spread`: it falls with blur, and does not
        depend on light. Comparable among photographs of one microscope and size alone.
    """

    light: float = 0.0
    spread: float = 0.0
    sharpness: float = 0.0


def appearance(image: NDArray[np.uint8]) -> Appearance:
    """Measure a photograph, RGB ``uint8 (H, W, 3)``."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    mean, spread = (float(value.item()) for value in cv2.meanStdDev(grey))
    # 16-bit integers hold every value of the 3x3 Laplacian of 8-bit grey exactly.
    detail = float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S, ksize=1))[1].item())
    return Appearance(mean, spread, detail / spread if spread >= 1 else 0.0)


def few_colours(image: NDArray[np.uint8]) -> bool:
    """Return whether a photograph, RGB ``uint8 (H, W, 3)``, has two colours at most, as masks have and drawings."""
    height, width = image.shape[:2]
    sample = image[:: max(1, height // 128), :: max(1, width // 128)].reshape(-1, 3)
    return len(np.unique(sample, axis=0)) <= 2


def blurred(sharpness: Sequence[float]) -> list[bool]:
    """Return which photographs are far less sharp than the middle one of all."""
    values = np.asarray(sharpness, dtype=float)
    if len(values) < LEAST_IMAGES:
        return [False] * len(values)
    return [bool(value) for value in values < BLURRED * np.median(values)]
