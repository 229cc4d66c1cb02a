"""The cell check: a small network sees each found cell alone, and may say that it is no blast.

It has the architecture and the crops of the network that tells subtypes apart, and one class more, *no blast*. It has a
veto and no vote: it lowers the score of a cell that it holds for none, and raises no score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from blastvote.segmentation.objects import Cell

VETO = 0.5
"""The check speaks where its probability of no blast is greater. Not fitted: there no blast is likelier than blast."""


def checked(cells: Sequence[Cell], no_blast: np.ndarray, min_score: float) -> tuple[list[Cell], list[int]]:
    """Lower the scores of cells that are probably no blasts, and leave out those that fall below the least score.

    Parameters
    ----------
    cells
        The N cells of a photograph.
    no_blast
        ``float (N,)``: the check's probability that each is no blast.
    min_score
        The least score of a cell: that below which the detector leaves its own out.

    Returns
    -------
    tuple of list
        The cells that are left, by falling score; and the place of each among the N.
    """
    lowered = {
        k: 1 - float(p)
        for k, (cell, p) in enumerate(zip(cells, no_blast, strict=True))
        if p > VETO and 1 - float(p) < cell.score
    }
    scores = [lowered.get(k, cell.score) for k, cell in enumerate(cells)]
    # The detector has judged the others, in single precision, where a score may equal the least one.
    places = [k for k, score in enumerate(scores) if k not in lowered or score >= min_score]
    places.sort(key=lambda k: -scores[k])
    return [replace(cells[k], score=scores[k]) for k in places], places
