"""Whether the configured network fits the data: limits against the number of cells, anchors against their sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.check.scale import CellSizes, fit_findings
from blastvote.errors import InputError
from blastvote.scale.framing import Framing
from blastvote.segmentation.limits import Crowded, limits_note, require_limits


def most_cells(facts: Sequence[ImageFacts], framing: Framing | None) -> Crowded:
    """Return the image with the most cells, or with the fullest tile where photographs are cut into tiles."""
    if framing is None or framing.overlap is None:
        return Crowded.of({fact.image_id: fact.n_cells for fact in facts})
    return Crowded.of({fact.image_id: _fullest_tile(fact, framing) for fact in facts}, tiled=True)


def _fullest_tile(fact: ImageFacts, framing: Framing) -> int:
    """Return the most cells that a tile of a photograph holds; those that its border cuts take a place too."""
    boxes = np.array(_boxes([fact]), float).reshape(-1, 4)
    if not len(boxes):
        return 0
    height, width = framing.size(fact.image_id, fact.height, fact.width)
    boxes *= np.array([height / max(fact.height, 1), width / max(fact.width, 1)] * 2)
    tiles = framing.tiles(fact.image_id, fact.height, fact.width)
    return max(int(tile.holds(boxes).sum()) for tile in tiles)


def check_fit(
    report: CheckReport,
    facts: Sequence[ImageFacts],
    model: Mapping[str, Any] | None,
    framing: Framing | None = None,
) -> None:
    """Add to a report how many cells the images have and how large they are, and what does not fit the network.

    Parameters
    ----------
    report
        Of the check; it gets counts, notes, warnings and errors.
    facts
        Of all images.
    model
        The section ``model`` of the configuration; None where no configuration is known.
    framing
        Pixel size and tiles that it comes to; None where whole photographs are resized.
    """
    crowded = most_cells(facts, framing)
    sides = [np.sqrt((y2 - y1) * (x2 - x1)) for y1, x1, y2, x2 in _boxes(facts)]
    if not sides:
        return
    report.counts["most cells in an image"] = max(fact.n_cells for fact in facts)
    report.counts["median width of a cell in pixels"] = round(float(np.median(sides)), 1)
    if model is None:
        return
    try:
        require_limits(model, crowded)
    except InputError as error:
        report.add("limits", str(error))
    images = [CellSizes.of_facts(fact) for fact in facts]
    for kind, text in fit_findings(images, model, framing):
        report.add(kind, text)
    note = limits_note(model, crowded)
    if note:
        report.add("limits_raised", note)


def _boxes(facts: Sequence[ImageFacts]) -> list[tuple[int, int, int, int]]:
    return [cell.box for fact in facts for cell in fact.cells if not cell.crowd]
