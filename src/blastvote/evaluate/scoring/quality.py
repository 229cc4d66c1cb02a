"""How good the masks of one image are: hits and overlaps at several IoUs, and how far matched boundaries lie apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from blastvote import rle
from blastvote.evaluate.scoring.matching import Overlap

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Least IoU of a match."""


@dataclass(frozen=True)
class ImageQuality:
    """What F1, panoptic quality and boundary distances are summed up from.

    Attributes
    ----------
    counts : ndarray, (K, 5, 4) float64
        By class and IoU of `LEVELS`: matched cells (true positives), false detections, missed cells, and the sum of
        the IoUs of the matched.
    boundary : ndarray, (3,) float64
        Of the pairs matched at IoU 0.5: their number, and the sums of their mean distances and of their 95 %
        distances in pixels (`boundaries.boundary_distances`).
    """

    counts: NDArray[np.float64]
    boundary: NDArray[np.float64]


def image_quality(
    overlap: Overlap, masks: tuple[list[rle.Rle], list[rle.Rle]], forgiven: NDArray[np.bool_], n_classes: int
) -> ImageQuality:
    """Return the counts of one image.

    A detection and a cell of its class match when their IoU is at least the level, one to one: as many pairs as
    possible, and among these choices the largest sum of IoUs. Masks that do not overlap one another have only one
    such choice above 0.5, which is Kirillov's panoptic matching (2019).

    Parameters
    ----------
    overlap
        The image's confident detections and true cells (no crowds).
    masks
        Their run-length masks: of the detections, of the cells.
    forgiven : ndarray, (N,) bool
        Detections that are not false where they match nothing: they lie in a crowd of their class.
    n_classes : int
    """
    ious = overlap.ious() * (overlap.class_index[:, None] == overlap.true_class[None, :])
    found = np.bincount(overlap.class_index, minlength=n_classes)
    true = np.bincount(overlap.true_class, minlength=n_classes)
    excused = np.bincount(overlap.class_index[forgiven], minlength=n_classes)
    counts = np.zeros((n_classes, len(LEVELS), 4))
    pairs: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    for number, level in enumerate(LEVELS):
        rows, columns = match_best(ious, level)
        pairs.append((rows, columns))
        kind = overlap.class_index[rows]
        hits = np.bincount(kind, minlength=n_classes)
        spared = excused - np.bincount(kind[forgiven[rows]], minlength=n_classes)
        counts[:, number] = np.stack(
            [
                hits,
                found - hits - spared,
                true - hits,
                np.bincount(kind, weights=ious[rows, columns], minlength=n_classes),
            ],
            axis=1,
        )
    return ImageQuality(counts, _boundary_sums(masks, *pairs[0]))


def match_best(ious: NDArray[np.float64], level: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the pairs: the most of an IoU >= `level`, then the largest sum of IoUs."""
    allowed = ious >= level
    if not allowed.any():
        none = np.zeros(0, dtype=np.intp)
        return none, none
    if allowed.sum(axis=0).max() > 1 or allowed.sum(axis=1).max() > 1:
        # One pair more is worth more than any sum of IoUs.
        worth = np.where(allowed, 1 + ious / (2 * min(ious.shape)), 0.0)
        rows, columns = linear_sum_assignment(worth, maximize=True)
        kept = allowed[rows, columns]
        return rows[kept], columns[kept]
    rows, columns = np.nonzero(allowed)
    return rows, columns


def _boundary_sums(
    masks: tuple[list[rle.Rle], list[rle.Rle]], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    # Here, because numba takes half a second to import and an image without matches needs none.
    from blastvote.evaluate.scoring.boundaries import boundary_distances

    pairs = [boundary_distances(masks[0][i], masks[1][j]) for i, j in zip(rows, columns, strict=True)]
    return np.concatenate([[len(pairs)], np.sum(pairs, axis=0) if pairs else np.zeros(2)])


def in_crowd(
    detections: tuple[list[rle.Rle], NDArray[np.int64], NDArray[np.float64]],
    crowds: tuple[list[rle.Rle], NDArray[np.int64]],
) -> NDArray[np.bool_]:
    """Return which detections lie by more than half in crowds of their class: (N,).

    Parameters
    ----------
    detections
        Their masks, class indices and areas.
    crowds
        Masks and class indices.
    """
    rles, classes, areas = detections
    shared = rle.shared_pixels(rles, crowds[0], areas) * (classes[:, None] == crowds[1][None, :])
    return shared.sum(axis=1) > areas / 2
