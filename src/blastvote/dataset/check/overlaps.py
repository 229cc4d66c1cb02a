"""Cells of one image that lie on one another: one cell outlined twice, or a field around cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blastvote import rle as masks
from blastvote.rle import Rle

DUPLICATE_IOU = 0.8
"""Two cells of one image that overlap more than this are warned of as one cell outlined twice."""
MOST_TOLD = 5
"""Pairs that are spelt out; of more, the number is told."""
MOST_PAIRS = 1000
"""The search ends here: nobody reads on, and thousands of equal cells would take minutes."""
BLOCK = 200
"""Cells that are compared with all others at a time."""


def overlaps(cells: Sequence[tuple[str, Rle]]) -> list[tuple[str, str]]:
    """Return what there is of cells that lie on one another, a bounded number whatever the file holds.

    Parameters
    ----------
    cells
        Name (number and class, for the message) and run-length mask of each cell of an image; crowds left out.

    Returns
    -------
    list of (kind, text)
        Kinds of `blastvote.dataset.check.findings`.
    """
    if len(cells) < 2:
        return []
    first: dict[str, str] = {}
    equal = [
        (number, first[rle["counts"]])
        for number, rle in cells
        if first.setdefault(rle["counts"], number) != number
    ]
    detail = [f"cells {b} and {a} are equal, pixel for pixel" for a, b in equal[:MOST_TOLD]]
    if len(equal) > MOST_TOLD:
        detail.append(f"and {len(equal) - MOST_TOLD} more cells are equal to another")
    seen: set[str] = set()
    unique = [(n, rle) for n, rle in cells if not (rle["counts"] in seen or seen.add(rle["counts"]))]  # type: ignore[func-returns-value]
    return [
        *(("equal_cells", text) for text in detail),
        *(("overlapping_cells", text) for text in _overlapping(unique)),
        *(("enclosing_cell", text) for text in _enclosing(unique)),
    ]


def _overlapping(cells: Sequence[tuple[str, Rle]]) -> list[str]:
    rles = [rle for _, rle in cells]
    pairs: list[tuple[str, str, float]] = []
    for start in range(0, len(cells), BLOCK):
        overlap = masks.iou(rles[start : start + BLOCK], rles)
        for a, b in np.argwhere(overlap > DUPLICATE_IOU):
            if start + a < b:
                pairs.append((cells[start + a][0], cells[b][0], float(overlap[a, b])))
        if len(pairs) >= MOST_PAIRS:
            break
    detail = [
        f"cells {a} and {b} overlap by {iou:.0%} (IoU), perhaps one cell outlined twice"
        for a, b, iou in pairs[:MOST_TOLD]
    ]
    if len(pairs) > MOST_TOLD:
        more = "at least " if len(pairs) >= MOST_PAIRS else ""
        detail.append(f"and {more}{len(pairs) - MOST_TOLD} more pairs of cells overlap as much")
    return detail


def _enclosing(cells: Sequence[tuple[str, Rle]]) -> list[str]:
    """Return warnings of cells whose box holds the boxes of several others that lie within them by more than 90 %."""
    from pycocotools import mask as coco_mask

    rles = [rle for _, rle in cells]
    boxes = np.asarray(coco_mask.toBbox(rles)).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    detail = []
    for place in np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")[:BLOCK]:
        inside = ((low >= low[place]) & (high <= high[place])).all(axis=1)
        inside[place] = False
        if inside.sum() < 2:
            continue
        others = [rles[n] for n in np.flatnonzero(inside)]
        # Overlap with a crowd is measured against the other's area alone: how much of it lies within.
        within = coco_mask.iou(others, [rles[place]], [1]).ravel() > 0.9
        if within.sum() >= 2:
            detail.append(
                f"cell {cells[place][0]} encloses {within.sum()} others, is it a cell or the field around cells"
            )
    return detail[:MOST_TOLD]
