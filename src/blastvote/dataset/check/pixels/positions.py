"""Where outlines may have been drawn: on the photograph mirrored, turned, or at another size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from blastvote.dataset.split.perceptual_hash import TURNS

Points = NDArray[np.floating]
"""Positions or directions ``x, y`` in pixels of the reduced photograph, ``(..., 2)``."""
POSITIONS = {
    "horizontal": "mirrored left to right",
    "vertical": "mirrored top to bottom",
    "both": "turned by 180 degrees",
    "transposed": "with rows and columns exchanged",
    "quarter turn right": "turned by 90 degrees to the right",
    "quarter turn left": "turned by 90 degrees to the left",
    "quarter turn and mirrored": "turned by 90 degrees and mirrored",
    "half": "at half the size",
    "twice": "at twice the size",
    "per cent": "if their coordinates are per cent of width and height",
}
"""What outlines in another position are, in words; the names are those of `FLIPS`, `TURNS` and `SCALES`."""
SCALES = {"half": 0.5, "twice": 2.0, "per cent": None}
"""Factors of outlines that were drawn on the photograph at another size; None is that of per cent. Of those that are
four times as large too few are left in the photograph to tell."""
OF_ORIENTATION = dict(
    zip(range(2, 9), ("horizontal", "both", "vertical", TURNS[0], TURNS[1], TURNS[3], TURNS[2]), strict=True)
)
"""EXIF orientation to the position that makes outlines of the stored pixels fit the upright ones."""


def factor_of(name: str, size: tuple[int, int], scale: float) -> NDArray[np.float32]:
    """Return by what to multiply ``x, y`` of outlines in a photograph of `size` (H, W) that was reduced by `scale`."""
    factor = SCALES[name]
    sides = (size[1], size[0])
    return np.array([side / (100 * scale) if factor is None else factor for side in sides], dtype=np.float32)


def placed_outlines(
    points: Points, normals: Points, position: str, size: tuple[int, int]
) -> tuple[Points, Points]:
    """Return outlines and directions of a photograph of another orientation in one of `size` (H, W)."""
    flips = {"none": (0, 0), "horizontal": (1, 0), "vertical": (0, 1), "both": (1, 1)}
    flips |= dict(zip(TURNS, flips.values(), strict=True))
    if position in TURNS:
        points, normals = points[:, ::-1], normals[:, ::-1]
    mirrored = np.array(flips[position], dtype=bool)
    extent = np.array([size[1], size[0]], dtype=np.float32)
    return np.where(mirrored, extent - points, points), np.where(mirrored, -normals, normals)
