"""Which anchors the RPN learns from, and the deltas it should predict for them."""

import numpy as np

from mrcnn.geometry.numpy_boxes import compute_overlaps

NEGATIVE, NEUTRAL = -1, 0


def match_anchors(anchors: np.ndarray, gt_class_ids: np.ndarray, gt_boxes: np.ndarray) -> np.ndarray:
    """Match every anchor to an instance, before any sampling.

    An anchor is positive if it overlaps an instance by at least 0.7 or is among the best for an instance;
    negative below 0.3 if it also avoids crowds (overlap < 0.001); neutral otherwise.

    Parameters
    ----------
    anchors
        (A, 4) pixels.
    gt_class_ids
        (N,); a negative id marks a crowd box, which is matched with nothing.
    gt_boxes
        (N, 4) pixels.

    Returns
    -------
    numpy.ndarray
        int32 (A,): k + 1 for a positive anchor of instance k (an index into `gt_boxes`), 0 for a neutral one,
        -1 for a negative one. With no instance all anchors are negative.
    """
    gt_class_ids = np.asarray(gt_class_ids)
    crowd = gt_class_ids < 0
    clear = np.ones(len(anchors), bool)
    if crowd.any():
        clear = compute_overlaps(anchors, gt_boxes[crowd]).max(axis=1) < 0.001
    instances = np.flatnonzero(~crowd)
    if not instances.size:
        return np.where(clear, NEGATIVE, NEUTRAL).astype(np.int32)
    overlaps = compute_overlaps(anchors, gt_boxes[instances])
    best, best_overlap = overlaps.argmax(axis=1), overlaps.max(axis=1)
    match = np.where((best_overlap < 0.3) & clear, NEGATIVE, NEUTRAL)
    # Ties make several anchors the best of one instance: all count. An instance that no anchor touches
    # has no best one (Matterport would call all anchors outside it positive).
    best_of_instance = overlaps.max(axis=0)
    positive = ((overlaps == best_of_instance) & (best_of_instance > 0)).any(axis=1) | (best_overlap >= 0.7)
    return np.where(positive, instances[best] + 1, match).astype(np.int32)


def sample_anchors(
    match: np.ndarray, count: int, rng: np.random.Generator | np.random.RandomState
) -> np.ndarray:
    """Keep at most `count` anchors of `match` (A,), at most half of them positive; the rest turn neutral."""
    sampled = match.copy()
    positive = np.flatnonzero(sampled > 0)
    _neutralise(sampled, positive, len(positive) - count // 2, rng)
    negative = np.flatnonzero(sampled == NEGATIVE)
    _neutralise(sampled, negative, len(negative) - (count - int((sampled > 0).sum())), rng)
    return sampled


def _neutralise(
    match: np.ndarray, candidates: np.ndarray, surplus: int, rng: np.random.Generator | np.random.RandomState
) -> None:
    if surplus > 0:
        match[rng.choice(candidates, surplus, replace=False)] = NEUTRAL


def rpn_deltas(
    anchors: np.ndarray, match: np.ndarray, gt_boxes: np.ndarray, count: int, std_dev: tuple[float, ...]
) -> np.ndarray:
    """Deltas (count, 4) float64, (dy, dx, log dh, log dw) / std_dev, of the positive anchors, then zeros."""
    positive = np.flatnonzero(match > 0)
    target = np.asarray(gt_boxes, np.float64)[match[positive] - 1]
    source = anchors[positive]
    size, target_size = source[:, 2:] - source[:, :2], target[:, 2:] - target[:, :2]
    shift = (target[:, :2] + 0.5 * target_size) - (source[:, :2] + 0.5 * size)
    deltas = np.zeros((count, 4))
    deltas[: len(positive)] = np.concatenate([shift / size, np.log(target_size / size)], axis=1) / std_dev
    return deltas


def build_rpn_targets(
    anchors: np.ndarray,
    gt_class_ids: np.ndarray,
    gt_boxes: np.ndarray,
    count: int,
    std_dev: tuple[float, ...],
    rng: np.random.Generator | np.random.RandomState,
) -> tuple[np.ndarray, np.ndarray]:
    """RPN targets of one image.

    Parameters
    ----------
    anchors
        (A, 4) pixels.
    gt_class_ids, gt_boxes
        (N,) and (N, 4) pixels; a negative class id marks a crowd.
    count
        Anchors to train on (``rpn_train_anchors_per_image``).
    std_dev
        Divisors of the deltas (``rpn_bbox_std_dev``).
    rng
        Chooses among surplus anchors.

    Returns
    -------
    tuple
        rpn_match int32 (A,): 1 positive, -1 negative, 0 neutral; rpn_bbox float64 (count, 4).
    """
    match = sample_anchors(match_anchors(anchors, gt_class_ids, gt_boxes), count, rng)
    return np.sign(match).astype(np.int32), rpn_deltas(anchors, match, gt_boxes, count, std_dev)
