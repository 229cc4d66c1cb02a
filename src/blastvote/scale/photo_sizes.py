"""The pixel size of each photograph of a set: stated, tagged, or estimated with its neighbours' help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from blastvote.errors import InputError
from blastvote.io import ReadSettings, image_size, read_image
from blastvote.scale.pixel_size import RED_CELL_UM, PixelSize, estimate_pixel_size
from blastvote.scale.tags import tagged_pixel_size

ENOUGH_CELLS = 40
NEIGHBOURS = 9
SURE_CELLS = 12
CONTRADICTION = 1.5
"""By so much red cells and a stated pixel size may differ: beyond it, most blasts are missed (docs/starter.md)."""


class PixelSizes:
    """Tells the pixel size of photographs.

    Parameters
    ----------
    stated
        Micrometres; ``metadata``: what the file's tags say; or ``auto``: the tags, else the red cells.
    paths
        All photographs: where one has few red cells, up to nine others of the same width and height are estimated too,
        and the median counts.
    reading
        How photographs are read; None as a viewer shows them.
    """

    def __init__(
        self, stated: float | str, paths: Sequence[Path], reading: ReadSettings | None = None
    ) -> None:
        self.stated, self.paths, self.reading = stated, list(paths), reading or ReadSettings()
        self._place = {path: k for k, path in enumerate(self.paths)}
        self._estimates: dict[Path, PixelSize | None] = {}
        self._shapes: dict[Path, tuple[int, int] | None] = {}

    def of(self, path: Path, image: np.ndarray | None = None) -> PixelSize:
        """Return the pixel size of a photograph; ``image`` spares reading it again.

        Raises
        ------
        InputError
            If there are no tags, or too few red cells to estimate it.
        """
        if not isinstance(self.stated, str):
            return PixelSize(float(self.stated))
        tagged = tagged_pixel_size(path)
        if tagged is not None:
            return tagged
        if self.stated == "metadata":
            raise InputError(
                f"{path}: has no OME, ImageJ or resolution tag that tells the pixel size. Give it in micrometres, in a "
                "column of a sheet, or as auto."
            )
        own = self._estimate(path, image)
        if own is not None and own.cells >= ENOUGH_CELLS:
            return own
        others = [self._estimate(other) for other in self._like(path)]
        known = [size for size in (own, *others) if size is not None]
        if not known:
            raise InputError(
                f"{path}: the pixel size cannot be estimated, there are too few round red cells. State it in "
                "micrometres (dataset.pixel_size_um in a study, --pixel-size of blastvote predict)."
            )
        middle = float(np.median([size.um for size in known]))
        spread = float(np.std([np.log(size.um) for size in known])) / np.sqrt(len(known))
        return PixelSize(
            middle, max(spread, min(s.uncertainty for s in known)), "red cells", sum(s.cells for s in known)
        )

    def doubt(self, size: PixelSize, path: Path, image: np.ndarray) -> str:
        """Return a sentence where many red cells contradict a stated or tagged pixel size, else an empty text."""
        if size.source == "red cells":
            return ""
        seen = self._estimate(path, image)
        if seen is None or seen.cells < SURE_CELLS or 1 / CONTRADICTION < seen.um / size.um < CONTRADICTION:
            return ""
        whence = "its tags say" if size.source == "tags" else "stated are"
        return (
            f"{path}: {whence} {size.um:.3g} µm a pixel, but its red cells would then be "
            f"{RED_CELL_UM * size.um / seen.um:.3g} µm across: they look like {seen.um:.3g} µm a pixel. The "
            "former counts; if it is wrong, cells are missed."
        )

    def _estimate(self, path: Path, image: np.ndarray | None = None) -> PixelSize | None:
        if path not in self._estimates:
            try:
                self._estimates[path] = estimate_pixel_size(
                    read_image(path, self.reading) if image is None else image
                )
            except InputError:
                self._estimates[path] = None
        return self._estimates[path]

    def _shape(self, path: Path) -> tuple[int, int] | None:
        if path not in self._shapes:
            try:
                self._shapes[path] = image_size(path, self.reading)
            except InputError:
                self._shapes[path] = None
        return self._shapes[path]

    def _like(self, path: Path) -> list[Path]:
        """Return the nearest photographs of the same width and height."""
        mine, place = self._shape(path), self._place[path]
        like: list[Path] = []
        for k in (place + side * away for away in range(1, 3 * NEIGHBOURS) for side in (-1, 1)):
            if 0 <= k < len(self.paths) and len(like) < NEIGHBOURS and self._shape(self.paths[k]) == mine:
                like.append(self.paths[k])
        return like
