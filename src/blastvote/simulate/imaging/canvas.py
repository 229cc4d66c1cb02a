"""The slide being painted: amounts of dye, and thickness for refraction."""

from __future__ import annotations

import numpy as np

from blastvote.simulate.imaging.stain import DYES
from blastvote.simulate.imaging.texture import TextureAtlas


class Canvas:
    """A slide under construction.

    Attributes
    ----------
    dyes
        ``float32 (H, W, 4)``: amount of each dye (`blastvote.simulate.imaging.stain.DYES`).
    thickness
        ``float32 (H, W)``: relative thickness of cells; its curvature refracts light at edges.
    atlas
        Textures for the cells.
    scale
        Pixels per micrometre.
    covered
        Window and coverage of the cell that was last put on what lay below.
    """

    covered: tuple[tuple[slice, slice], np.ndarray] | None = None

    def __init__(self, height: int, width: int, pixel_size_um: float, atlas: TextureAtlas) -> None:
        self.dyes = np.zeros((height, width, len(DYES)), np.float32)
        self.thickness = np.zeros((height, width), np.float32)
        self.atlas = atlas
        self.scale = 1.0 / pixel_size_um

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.thickness.shape
        return height, width

    def add(self, window: tuple[slice, slice], dye: int, amount: np.ndarray) -> None:
        """Add ``amount`` of a dye, as where cells lie in front of each other."""
        self.dyes[window][..., dye] += amount

    def cover(self, window: tuple[slice, slice], coverage: np.ndarray, opacity: float) -> None:
        """Push aside what lies below a cell: keep ``1 - opacity`` of it where the cell covers."""
        self.covered = window, coverage
        keep = 1 - np.float32(opacity) * coverage
        self.dyes[window] *= keep[..., None]
        self.thickness[window] *= keep
