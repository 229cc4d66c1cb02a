"""What one photograph and its cells are measured to be, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blastvote import io, rle
from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.split.perceptual_hash import perceptual_hashes
from blastvote.dataset.truth import TrueCell
from blastvote.errors import InputError

MIN_SIDE = 32
"""Images with a shorter side than this many pixels are an error: no cell can be told in them."""
MIN_CELL_AREA = 16
"""Cells of fewer pixels than this are warned of: most likely a slip of the mouse."""
DUPLICATE_IOU = 0.8
"""Two cells of one image that overlap more than this are warned of as one cell outlined twice."""


@dataclass
class ImageFacts:
    """What was measured on one image and its cells.

    Attributes
    ----------
    image_id, sha256
        Id, and SHA-256 of the file.
    width, height
        Size in pixels.
    hashes
        Perceptual hashes of the image and its mirror images, by the names in `HASH_COLUMNS`.
    cells
        The cells that have pixels in the image, as run-length masks.
    outside
        Number of cells that reach beyond the image; what is outside is cut off.
    errors, warnings
        Sentences, without the image's name.
    """

    image_id: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    hashes: dict[str, str] = field(default_factory=dict)
    cells: tuple[TrueCell, ...] = ()
    outside: int = 0
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def n_cells(self) -> int:
        """Return the number of cells, crowds not counted."""
        return sum(not cell.crowd for cell in self.cells)


def examine(image_id: str, path: Path, annotation: ImageAnnotation | None) -> ImageFacts:
    """Read one photograph, rasterise its cells and note what is wrong with them.

    Parameters
    ----------
    image_id, path
        The image.
    annotation
        Its cells, with configured classes; None if it has none.
    """
    facts = ImageFacts(image_id)
    try:
        image = io.read_image(path)
        facts.sha256 = io.sha256(path)
    except InputError as error:
        facts.errors.append(str(error).removeprefix(f"{path}: "))
        return facts
    facts.height, facts.width = image.shape[:2]
    facts.hashes = perceptual_hashes(image)
    if min(facts.height, facts.width) < MIN_SIDE:
        facts.errors.append(
            f"the image is {facts.width}x{facts.height} pixels, less than {MIN_SIDE} on a side. Take it out"
        )
    if image.std() < 1:
        facts.warnings.append("the image is nearly of one colour")
    if annotation is not None:
        _examine_cells(facts, annotation)
    return facts


def _examine_cells(facts: ImageFacts, annotation: ImageAnnotation) -> None:
    size = annotation.width, annotation.height
    if None not in size and size != (facts.width, facts.height):
        facts.errors.append(
            f"the image is {facts.width}x{facts.height} pixels, but its annotation was made on "
            f"{size[0]}x{size[1]}. Restore the original image, or annotate this one"
        )
        return
    cells: list[TrueCell] = []
    for number, cell in enumerate(annotation.cells):
        try:
            mask = cell.mask(facts.height, facts.width)
        except InputError as error:
            facts.errors.append(f"cell {number}: {error}")
            continue
        area = int(mask.sum())
        bounds = cell.bounds()
        if area == 0:
            facts.warnings.append(f"cell {number} has no pixel inside the image and was left out")
            continue
        if area < MIN_CELL_AREA:
            facts.warnings.append(f"cell {number} has {area} pixels only")
        if bounds and (bounds[0] < 0 or bounds[1] < 0 or bounds[2] > facts.width or bounds[3] > facts.height):
            facts.outside += 1
        assert cell.class_name is not None
        cells.append(TrueCell(cell.class_name, rle.encode(mask), cell.crowd))
    facts.cells = tuple(cells)
    facts.warnings += _overlaps(cells)


def _overlaps(cells: Sequence[TrueCell]) -> list[str]:
    """Return a warning for each pair of cells that is most likely one cell outlined twice."""
    single = [(number, cell.mask) for number, cell in enumerate(cells) if not cell.crowd]
    masks = [mask for _, mask in single]
    overlap = rle.iou(masks, masks)
    pairs = np.argwhere(np.triu(overlap, 1) > DUPLICATE_IOU)
    return [
        f"cells {single[a][0]} and {single[b][0]} overlap by {overlap[a, b]:.0%} (IoU), perhaps one cell "
        "outlined twice"
        for a, b in pairs
    ]
