"""Random textures: one atlas an image, from which every cell takes its own window."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np


class TextureAtlas:
    """Smooth random fields of several grain sizes, each with mean 0 and spread 1.

    Parameters
    ----------
    rng
        Random generator.
    pixel_size_um
        Pixel size in micrometres.
    reach_um
        Largest window that will be asked for, in micrometres.
    """

    GRAINS_UM: ClassVar[dict[str, float]] = {"fine": 0.16, "medium": 0.42, "coarse": 1.1}

    def __init__(self, rng: np.random.Generator, pixel_size_um: float, reach_um: float = 24.0) -> None:
        side = int(np.ceil(reach_um / pixel_size_um)) + 96
        self._fields = {}
        for name, grain in self.GRAINS_UM.items():
            white = rng.standard_normal((side, side), dtype=np.float32)
            field = cv2.GaussianBlur(white, (0, 0), max(0.45, grain / pixel_size_um))
            self._fields[name] = (field - field.mean()) / field.std()

    def window(self, rng: np.random.Generator, grain: str, shape: tuple[int, int]) -> np.ndarray:
        """Take a window of ``shape`` pixels at a random place, turned at random; ``float32``."""
        field = self._fields[grain]
        if rng.random() < 0.5:
            field = field.T
        rows, columns = (
            int(rng.integers(0, side - n + 1)) for side, n in zip(field.shape, shape, strict=True)
        )
        return field[rows : rows + shape[0], columns : columns + shape[1]]


def cloud(rng: np.random.Generator, height: int, width: int, cells: int) -> np.ndarray:
    """Draw a slowly varying ``float32 (h, w)`` field, about -1 to 1, ``cells`` bumps on its long side."""
    longer = max(height, width)
    rows, columns = (max(2, round(cells * n / longer) + 2) for n in (height, width))
    small = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
