"""The one form in memory that annotation files of every format are read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blastvote.annotations.journal import Journal, Line
from blastvote.annotations.shapes.raster import rasterise_window
from blastvote.errors import InputError
from blastvote.rle import Rle, decode, encode_crop


@dataclass(frozen=True, eq=False)
class Cell:
    """One annotated cell: outlines, or a run-length mask.

    Attributes
    ----------
    class_name
        The class as the file names it, or None where the file names none.
    polygons
        Outlines, each ``float64`` of shape ``(N, 2)`` with ``x, y`` in pixels; the cell is their union.
    holes
        Outlines of what is not part of the cell.
    rle
        Run-length mask in place of outlines.
    attributes
        Everything else the file says of the cell.
    relative
        Whether the outlines are parts of the image's width and height (0 to 1), not pixels.
    crowd
        Whether this marks a group of uncounted cells (COCO's ``iscrowd``).
    file, object
        Where it stands: the annotation file, and the object's name in it (``region 3``), for the ledger.
    """

    class_name: str | None
    polygons: tuple[np.ndarray, ...] = ()
    holes: tuple[np.ndarray, ...] = ()
    rle: Rle | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    crowd: bool = False
    relative: bool = False
    file: str = ""
    object: str = ""

    def mask(self, height: int, width: int) -> np.ndarray:
        """Return the cell's mask, ``bool`` of shape ``(height, width)``; parts outside the image are cut off.

        Raises
        ------
        InputError
            If the cell is a run-length mask of another size.
        """
        return decode(self.run_lengths(height, width))

    def run_lengths(self, height: int, width: int) -> Rle:
        """Return the run-length mask of `mask`; nothing larger than the cell's box is made.

        Raises
        ------
        InputError
            If the cell is a run-length mask of another size.
        """
        if self.rle is None:
            scale = np.array([width, height]) if self.relative else np.ones(2)
            polygons, holes = ([ring * scale for ring in rings] for rings in (self.polygons, self.holes))
            window = rasterise_window(polygons, height, width, holes)
            return encode_crop(window.crop, window.top, window.left, (height, width))
        if list(self.rle["size"]) == [width, height] != [height, width]:
            raise InputError(
                f"A run-length mask has the size [{width}, {height}], which is width before height; COCO writes "
                f"[{height}, {width}]. Correct the export; its runs may go along rows in place of columns."
            )
        if list(self.rle["size"]) != [height, width]:
            raise InputError(
                f"A run-length mask is {self.rle['size'][1]}x{self.rle['size'][0]} pixels, but its image "
                f"is {width}x{height}. Annotate the image at the size it has now, or restore the original "
                "image."
            )
        return self.rle

    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return ``(x_min, y_min, x_max, y_max)`` of the outlines in pixels; None where the image's size is needed."""
        if not self.polygons or self.relative:
            return None
        points = np.concatenate(self.polygons)
        low, high = points.min(axis=0), points.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


@dataclass(frozen=True, eq=False)
class ImageAnnotation:
    """What an annotation file says of one image.

    Attributes
    ----------
    file_name
        Name of the image as the file gives it; for formats that do not name it, the annotation file's stem.
    width, height
        Size in pixels if the file tells, else None.
    label
        Class of the whole image if the file tells, else None.
    cells
        The annotated cells, in file order.
    aliases
        Other names under which the image may lie on disk.
    attributes
        Everything else the file says of the image.
    named_by_file
        Whether the format does not name the image, so that the annotation file's name does.
    """

    file_name: str
    width: int | None = None
    height: int | None = None
    label: str | None = None
    cells: tuple[Cell, ...] = ()
    aliases: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    named_by_file: bool = False


@dataclass(frozen=True, eq=False)
class AnnotationSet:
    """All images of an annotation file or folder.

    Attributes
    ----------
    path
        Where it was read from.
    format
        Name of the format (`blastvote.annotations.registry.FORMATS`; VIA says its version), or ``masks``.
    images
        Annotations by the image's file name, in file order.
    notes
        What was repaired, guessed or skipped, one sentence each.
    warnings
        What is most likely a slip.
    lines
        The objects that did not become a cell; each object of the file is a cell or one of these.
    """

    path: str
    format: str
    images: dict[str, ImageAnnotation]
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, journal: Journal, kind: str, images: dict[str, ImageAnnotation]) -> AnnotationSet:
        """Return what a reader of the format `kind` found, with its journal."""
        return cls(journal.file, kind, images, journal.notes, journal.warnings, journal.lines)

    @property
    def class_names(self) -> list[str]:
        """Return the class names in use, sorted."""
        return sorted(
            {c.class_name for i in self.images.values() for c in i.cells if c.class_name is not None}
        )

    @property
    def n_cells(self) -> int:
        """Return the number of cells of all images."""
        return sum(len(image.cells) for image in self.images.values())
