"""What went wrong with which cell: matching statistics of one image, on masks.

A detection and a true cell match when their masks overlap by an IoU of at least 0.5; matching is one to one,
best score first, and does not look at the class, so that a wrong class is told from a miss.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

IOU = 0.5
COVERED = 0.5

COUNTS = (
    "n_true",
    "n_detected",
    "correct",
    "wrong_class",
    "missed",
    "duplicates",
    "false_positives",
    "merged_detections",
    "split_cells",
    "touching_pairs",
    "touching_pairs_separated",
)
"""Columns of the statistics, in the order in which tables list them."""


@dataclass(frozen=True)
class ImageMatch:
    """The statistics of one image.

    Attributes
    ----------
    counts : dict
        The numbers named in `COUNTS`. `correct` + `wrong_class` + `missed` = `n_true`;
        `correct` + `wrong_class` + `duplicates` + `false_positives` = `n_detected`.
        A duplicate overlaps (IoU >= 0.5) a cell that a better detection already took. `merged_detections`
        cover at least half of each of two touching cells; `split_cells` are those of which two or more
        detections, overlapping each other by an IoU below 0.5, each lie at least half inside. A touching pair
        is separated when each of its cells has a matching detection of its own, of whichever class.
    pairs : ndarray, (P, 2) int64
        (actual, predicted) class index of every cell and every false detection; K stands for background.
    """

    counts: dict[str, int]
    pairs: NDArray[np.int64]


@dataclass(frozen=True)
class Overlap:
    """What matching needs of one image: N detections, M true cells and the pixels they share.

    Attributes
    ----------
    class_index, true_class : ndarray, (N,) and (M,) int64
    areas, true_areas : ndarray, (N,) and (M,) float64
        Pixels of the masks.
    shared : ndarray, (N, M) float64
        Pixels common to each detection (in falling order of score) and each true cell.
    """

    class_index: NDArray[np.int64]
    areas: NDArray[np.float64]
    true_class: NDArray[np.int64]
    true_areas: NDArray[np.float64]
    shared: NDArray[np.float64]

    def take(self, rows: NDArray[np.intp]) -> "Overlap":
        """Return the overlap of these detections alone."""
        return replace(
            self, class_index=self.class_index[rows], areas=self.areas[rows], shared=self.shared[rows]
        )

    def ious(self) -> NDArray[np.float64]:
        """Return intersection over union of each detection and true cell, (N, M)."""
        union = self.areas[:, None] + self.true_areas[None, :] - self.shared
        return np.divide(self.shared, union, out=np.zeros_like(union), where=union > 0)


def match_image(
    overlap: Overlap, touching: NDArray[np.intp], between: NDArray[np.float64], n_classes: int
) -> ImageMatch:
    """Return the statistics of one image.

    Parameters
    ----------
    overlap
        Its detections and true cells.
    touching : ndarray, (P, 2)
        Pairs of touching true cells.
    between : ndarray, (N, N)
        IoU between the detections.
    n_classes : int
        K, the index that stands for background.
    """
    ious = overlap.ious()
    owner = match_one_to_one(ious)
    matched = owner >= 0
    taken = np.zeros(len(overlap.true_areas), dtype=bool)
    taken[owner[matched]] = True
    right = matched.copy()
    right[matched] = overlap.class_index[matched] == overlap.true_class[owner[matched]]
    duplicate = ~matched & (ious >= IOU).any(axis=1)
    counts = {
        "n_true": len(overlap.true_areas),
        "n_detected": len(overlap.areas),
        "correct": int(right.sum()),
        "wrong_class": int((matched & ~right).sum()),
        "missed": int((~taken).sum()),
        "duplicates": int(duplicate.sum()),
        "false_positives": int((~matched & ~duplicate).sum()),
        "merged_detections": _merged(overlap, touching),
        "split_cells": _split(overlap, between),
        "touching_pairs": len(touching),
        "touching_pairs_separated": int(taken[touching].all(axis=1).sum()) if len(touching) else 0,
    }
    return ImageMatch(counts, _pairs(overlap, owner, taken, n_classes))


def _pairs(
    overlap: Overlap, owner: NDArray[np.intp], taken: NDArray[np.bool_], background: int
) -> NDArray[np.int64]:
    """Return (actual, predicted) of matched cells, then of missed cells, then of false detections."""
    matched = owner >= 0
    missed, false = overlap.true_class[~taken], overlap.class_index[~matched]
    return np.concatenate(
        [
            np.stack([overlap.true_class[owner[matched]], overlap.class_index[matched]], axis=1),
            np.stack([missed, np.full_like(missed, background)], axis=1),
            np.stack([np.full_like(false, background), false], axis=1),
        ]
    )


def match_one_to_one(ious: NDArray[np.float64]) -> NDArray[np.intp]:
    """Give every detection, in order, the free cell it overlaps most if the IoU is >= 0.5, else -1: (N,)."""
    owner = np.full(ious.shape[0], -1, dtype=np.intp)
    free = np.ones(ious.shape[1], dtype=bool)
    for row, values in enumerate(ious):
        candidates = np.where(free, values, -1.0)
        if len(candidates) and candidates.max() >= IOU:
            owner[row] = int(candidates.argmax())
            free[owner[row]] = False
    return owner


def _merged(overlap: Overlap, touching: NDArray[np.intp]) -> int:
    if len(touching) == 0 or len(overlap.areas) == 0:
        return 0
    covered = overlap.shared >= COVERED * np.maximum(overlap.true_areas, 1.0)[None, :]
    return int((covered[:, touching[:, 0]] & covered[:, touching[:, 1]]).any(axis=1).sum())


def _split(overlap: Overlap, between: NDArray[np.float64]) -> int:
    inside = overlap.shared >= COVERED * np.maximum(overlap.areas, 1.0)[:, None]
    number = 0
    for cell in np.flatnonzero(inside.sum(axis=0) >= 2):
        parts = np.flatnonzero(inside[:, cell])
        ious = between[np.ix_(parts, parts)]
        number += bool((ious[np.triu_indices(len(parts), 1)] < IOU).any())
    return number
