"""Run-length masks of a COCO file whose runs go along rows: COCO's go along columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from blastvote import rle
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import Cell
from blastvote.rle import Rle

PIECES = 4
"""Runs along rows that are read along columns leave a cell in at least so many pieces."""
TOLERANCE = 2
"""A stated box is that of a mask if no side differs by more pixels."""


def along_columns(cells: Sequence[Cell], boxes: Sequence[Any], journal: Journal) -> list[Cell]:
    """Return the cells of a file, their run-length masks as COCO means them.

    A mask whose stated box fits only if its runs go along rows is read so, with a warning. A mask whose box does not
    tell is read as those that tell, if these agree.

    Parameters
    ----------
    cells
        Those with outlines stay as they are.
    boxes
        Of each cell the box ``[x, y, width, height]`` that the file states, or whatever stands there.
    journal
        Receives the warning.
    """
    told = [
        None if cell.rle is None else goes_along_rows(cell.rle, box)
        for cell, box in zip(cells, boxes, strict=True)
    ]
    rows = told.count(True)
    if not rows:
        return list(cells)
    agreed = False not in told
    turned = [cell.rle is not None and (bool(way) or agreed) for cell, way in zip(cells, told, strict=True)]
    first = cells[told.index(True)].object
    others = f", {sum(turned) - rows} as the others of the file" if sum(turned) > rows else ""
    journal.warnings.append(
        f"the runs of {sum(turned)} masks go along rows (first: {first}), but COCO's go along columns; they were read "
        f"along rows ({rows} by their boxes or pieces{others}). Look at their outlines, and correct the export"
    )
    return [
        replace(cell, rle=by_rows(cell.rle)) if turn and cell.rle is not None else cell
        for cell, turn in zip(cells, turned, strict=True)
    ]


def goes_along_rows(mask: Rle, box: Any) -> bool | None:
    """Return whether the stated box ``[x, y, width, height]`` fits a mask only if its runs go along rows.

    None where the box does not tell: it fits both ways or neither. Where there is no box, many pieces along columns
    that are one piece along rows do.
    """
    if not box:
        return True if _pieces(mask) >= PIECES and _pieces(by_rows(mask)) == 1 else None
    try:
        x, y, width, height = (float(side) for side in box)
    except (TypeError, ValueError, OverflowError):
        return None
    stated = (y, x, y + height, x + width)
    y1, x1, y2, x2 = rle.box(_transposed(mask))
    fits = [_is_near(found, stated) for found in (rle.box(mask), (x1, y1, x2, y2))]
    return None if fits[0] == fits[1] else fits[1]


def by_rows(mask: Rle) -> Rle:
    """Return the mask that the runs of `mask` make if they go along rows."""
    return rle.encode(rle.decode(_transposed(mask)).T)


def _pieces(mask: Rle) -> int:
    """Return into how many connected pieces a mask falls."""
    from scipy import ndimage

    return int(ndimage.label(rle.crop(mask, rle.box(mask)), np.ones((3, 3)))[1])


def _transposed(mask: Rle) -> Rle:
    """Return the mask (W, H) whose columns are the rows along which the runs go."""
    height, width = mask["size"]
    return {"size": [width, height], "counts": mask["counts"]}


def _is_near(found: rle.Box, stated: tuple[float, ...]) -> bool:
    return bool(np.abs(np.subtract(found, stated)).max() <= TOLERANCE)
