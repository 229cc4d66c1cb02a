"""What one photograph and its cells are measured to be, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from blastvote import io, rle
from blastvote.annotations.journal import CELL, CROWD, LEFT_OUT, Line
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.dataset.check.findings import Finding
from blastvote.dataset.check.outlines import is_box, is_hollow, separate_pieces, wrong_size
from blastvote.dataset.check.overlaps import overlaps
from blastvote.dataset.check.pixels.agreement import POOR, Agreement, agreement
from blastvote.dataset.check.pixels.appearance import DIM, Appearance, appearance, few_colours
from blastvote.dataset.check.pixels.positions import POSITIONS, SCALES
from blastvote.dataset.check.pixels.turned import size_problem, turned_warning
from blastvote.dataset.split.perceptual_hash import perceptual_hashes
from blastvote.dataset.truth import TrueCell
from blastvote.errors import InputError
from blastvote.io.images import AS_SEEN
from blastvote.io.orientation import UPRIGHT

Look = Callable[["ImageFacts", np.ndarray], None]
"""Looks at one photograph, RGB ``uint8 (H, W, 3)``, and what was measured on it, while it is in memory."""

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
    appearance, agreement
        Light and sharpness; how well the outlines agree with the photograph.
    findings
        What is wrong; the sentences do not name the image.
    boxes, hollow
        Number of cells that are rectangles, and that are lines around what is not part of them.
    orientation, brightest, darkest
        EXIF orientation of the file (1: upright), and the largest and the darkest value of a 16-bit file.
    """

    image_id: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    hashes: dict[str, str] = field(default_factory=dict)
    cells: tuple[TrueCell, ...] = ()
    lines: list[Line] = field(default_factory=list)
    appearance: Appearance = field(default_factory=Appearance)
    agreement: Agreement = field(default_factory=Agreement)
    findings: list[Finding] = field(default_factory=list)
    boxes: int = 0
    hollow: int = 0
    orientation: int = UPRIGHT
    brightest: int | None = None
    darkest: int | None = None

    def add(self, kind: str, text: str, cell: Cell | None = None) -> None:
        """Add a finding of a kind (a name in `KINDS`) on the image, or on one cell of it."""
        where = (cell.file, cell.object) if cell is not None else ("", "")
        self.findings.append(Finding(kind, text, self.image_id, *where))

    @property
    def unusable(self) -> bool:
        """Return whether there is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def n_cells(self) -> int:
        """Return the number of cells, crowds not counted."""
        return sum(not cell.crowd for cell in self.cells)


def examine(
    image_id: str,
    path: Path,
    annotation: ImageAnnotation | None,
    settings: io.ReadSettings = AS_SEEN,
    look: Look | None = None,
) -> ImageFacts:
    """Read one photograph, rasterise its cells and note what is wrong with them.

    Parameters
    ----------
    image_id, path
        The image.
    annotation
        Its cells, with configured classes; None if it has none.
    settings
        How the pixels are read.
    look
        Called with the facts and the photograph, which is in memory no longer than this.
    """
    facts = ImageFacts(image_id)
    drawn = annotation.cells if annotation is not None else ()
    try:
        photograph = io.read_photograph(path, settings)
        facts.sha256 = io.sha256(path)
    except InputError as error:
        facts.add("unreadable", str(error).removeprefix(f"{path}: "))
        facts.lines = [_line(image_id, cell, LEFT_OUT, "the photograph cannot be read") for cell in drawn]
        return facts
    image = photograph.pixels
    facts.orientation = photograph.orientation
    facts.brightest, facts.darkest = photograph.brightest, photograph.darkest
    facts.height, facts.width = image.shape[:2]
    facts.hashes = perceptual_hashes(image)
    if min(facts.height, facts.width) < MIN_SIDE:
        size = f"{facts.width}x{facts.height}"
        facts.add("too_small", f"the image is {size} pixels, less than {MIN_SIDE} on a side. Take it out")
    facts.appearance = appearance(image)
    if cv2.meanStdDev(image)[1].max() < 1:
        facts.add("one_colour", "the image is nearly of one colour")
    elif few_colours(image):
        facts.add("few_colours", "the image has two colours only, is it a mask")
    elif facts.appearance.light < DIM:
        facts.add("dim", f"the image is dim (mean light {facts.appearance.light:.0f} of 255)")
    if annotation is not None:
        _examine_annotation(facts, photograph, annotation, settings)
    if look is not None:
        look(facts, image)
    return facts


def _examine_annotation(
    facts: ImageFacts, photograph: io.Photograph, annotation: ImageAnnotation, settings: io.ReadSettings
) -> None:
    size = annotation.width, annotation.height
    wrong = "" if None in size else wrong_size(annotation, facts.width, facts.height)
    if wrong:
        facts.add("reading", wrong)
    elif None not in size and size != (facts.width, facts.height):
        facts.add(*size_problem(photograph, size, settings))  # type: ignore[arg-type]
        reason = "the photograph has another size than the annotated one"
        facts.lines = [_line(facts.image_id, cell, LEFT_OUT, reason) for cell in annotation.cells]
        return
    _examine_cells(facts, annotation)
    facts.agreement = agreement(photograph.pixels, facts.cells)
    turned = turned_warning(photograph, annotation, settings, facts.agreement)
    if turned:
        facts.add("exif_stored", turned)
    else:
        _check_agreement(facts)


def _check_agreement(facts: ImageFacts) -> None:
    score, position = facts.agreement.score, facts.agreement.position
    if position in SCALES:
        facts.add(
            "outlines_scaled",
            f"its outlines fit the photograph far better {POSITIONS[position]} (agreement {score:.2f} as they are), "
            "was it resized after it was annotated",
        )
    elif position != "none":
        facts.add(
            "outlines_turned",
            f"its outlines fit the photograph far better {POSITIONS[position]} (agreement {score:.2f} as they are), "
            "was it turned after it was annotated",
        )
    elif score is not None and score < POOR:
        facts.add(
            "outlines_elsewhere",
            f"its outlines fit no better than if they were moved at random (agreement {score:.2f}), do they belong to "
            "another photograph",
        )


def _examine_cells(facts: ImageFacts, annotation: ImageAnnotation) -> None:
    cells: list[TrueCell] = []
    kept: list[Cell] = []
    outside = 0
    for number, cell in enumerate(annotation.cells):
        mask = _mask(facts, cell, number)
        if mask is None:
            continue
        bounds = cell.bounds()
        if bounds and (bounds[0] < 0 or bounds[1] < 0 or bounds[2] > facts.width or bounds[3] > facts.height):
            outside += 1
        assert cell.class_name is not None
        cells.append(TrueCell(cell.class_name, mask, cell.crowd))
        kept.append(cell)
        facts.lines.append(_line(facts.image_id, cell, CROWD if cell.crowd else CELL, ""))
    if outside:
        facts.add("cut_off", f"{outside} cells reach beyond the image and were cut off there")
    facts.cells = tuple(cells)
    facts.boxes = sum(is_box(cell, true) for cell, true in zip(kept, cells, strict=True))
    facts.hollow = sum(map(is_hollow, cells))
    pieces = separate_pieces(kept, cells)
    if pieces:
        facts.add("several_pieces", pieces)
    single = [
        (f"{number} ({cell.class_name})", cell.mask) for number, cell in enumerate(cells) if not cell.crowd
    ]
    for kind, text in overlaps(single):
        facts.add(kind, text)


def _mask(facts: ImageFacts, cell: Cell, number: int) -> rle.Rle | None:
    """Return a cell's run-length mask; None, with a finding and its line of the ledger, where it has no pixel."""
    name = f"cell {number}" + (f" ({cell.object})" if cell.object else "")
    try:
        mask = cell.run_lengths(facts.height, facts.width)
    except InputError as error:
        facts.add("damaged_mask", f"{name}: {error}", cell)
        facts.lines.append(_line(facts.image_id, cell, LEFT_OUT, str(error).rstrip(".")))
        return None
    area = rle.area(mask)
    if area == 0:
        reason = "no pixel inside the image"
        facts.add("cell_outside", f"{name} has {reason} and was left out", cell)
        facts.lines.append(_line(facts.image_id, cell, LEFT_OUT, reason))
        return None
    if area < MIN_CELL_AREA:
        facts.add("tiny_cell", f"{name} has {area} pixels only", cell)
    if area > LARGEST_SHARE * facts.height * facts.width:
        facts.add("large_cell", _large(name, rle.decode(mask), area), cell)
    return mask


def _line(image_id: str, cell: Cell, outcome: str, reason: str) -> Line:
    return Line(cell.file, cell.object, image_id, outcome, reason)


def _large(name: str, mask: np.ndarray, area: int) -> str:
    share = f"{name} covers {area / mask.size:.0%} of the image"
    if all(edge.any() for edge in (mask[0], mask[-1], mask[:, 0], mask[:, -1])):
        return f"{share} and touches all its edges, is the mask inverted (0 must be the background)"
    return f"{share}, is it a cell or the field around cells"
