"""What one photograph and its cells are measured to be, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blastvote import io, rle
from blastvote.annotations.journal import CELL, CROWD, LEFT_OUT, Line
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.dataset.check.overlaps import overlap_warnings
from blastvote.dataset.split.perceptual_hash import perceptual_hashes
from blastvote.dataset.truth import TrueCell
from blastvote.errors import InputError

MIN_SIDE = 32
"""Images with a shorter side than this many pixels are an error: no cell can be told in them."""
MIN_CELL_AREA = 16
"""Cells of fewer pixels than this are warned of: most likely a slip of the mouse."""
LARGEST_SHARE = 0.6
"""Cells that cover more of their image than this are warned of: most likely a field, or an inverted mask."""


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
    lines
        What became of every cell of the annotation, for the ledger.
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
    lines: list[Line] = field(default_factory=list)
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
    drawn = annotation.cells if annotation is not None else ()
    try:
        image = io.read_image(path)
        facts.sha256 = io.sha256(path)
    except InputError as error:
        facts.errors.append(str(error).removeprefix(f"{path}: "))
        facts.lines = [_line(image_id, cell, LEFT_OUT, "the photograph cannot be read") for cell in drawn]
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
        reason = "the photograph has another size than the annotated one"
        facts.lines = [_line(facts.image_id, cell, LEFT_OUT, reason) for cell in annotation.cells]
        return
    cells: list[TrueCell] = []
    for number, cell in enumerate(annotation.cells):
        try:
            mask = cell.mask(facts.height, facts.width)
        except InputError as error:
            facts.errors.append(f"{_named(cell, number)}: {error}")
            facts.lines.append(_line(facts.image_id, cell, LEFT_OUT, str(error).rstrip(".")))
            continue
        area = int(mask.sum())
        bounds = cell.bounds()
        if area == 0:
            reason = "no pixel inside the image"
            facts.warnings.append(f"{_named(cell, number)} has {reason} and was left out")
            facts.lines.append(_line(facts.image_id, cell, LEFT_OUT, reason))
            continue
        if area < MIN_CELL_AREA:
            facts.warnings.append(f"{_named(cell, number)} has {area} pixels only")
        if area > LARGEST_SHARE * mask.size:
            facts.warnings.append(_large(_named(cell, number), mask, area))
        if bounds and (bounds[0] < 0 or bounds[1] < 0 or bounds[2] > facts.width or bounds[3] > facts.height):
            facts.outside += 1
        assert cell.class_name is not None
        cells.append(TrueCell(cell.class_name, rle.encode(mask), cell.crowd))
        facts.lines.append(_line(facts.image_id, cell, CROWD if cell.crowd else CELL, ""))
    facts.cells = tuple(cells)
    single = [
        (f"{number} ({cell.class_name})", cell.mask) for number, cell in enumerate(cells) if not cell.crowd
    ]
    facts.warnings += overlap_warnings(single)


def _named(cell: Cell, number: int) -> str:
    return f"cell {number}" + (f" ({cell.object})" if cell.object else "")


def _line(image_id: str, cell: Cell, outcome: str, reason: str) -> Line:
    return Line(cell.file, cell.object, image_id, outcome, reason)


def _large(name: str, mask: np.ndarray, area: int) -> str:
    share = f"{name} covers {area / mask.size:.0%} of the image"
    if all(edge.any() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1])):
        return f"{share} and touches all its edges, is the mask inverted (0 must be the background)"
    return f"{share}, is it a cell or the field around cells"
