"""Plain NumPy versions of what the graph computes; golden arrays of the genuine code vouch for them."""

import numpy as np

from mrcnn.data.rpn_targets import NEGATIVE, NEUTRAL, match_anchors
from mrcnn.geometry.numpy_boxes import compute_overlaps


def box_refinement(boxes: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Deltas (N, 4) float32 of (dy, dx, log dh, log dw) that turn `boxes` (N, 4) into `targets` (N, 4)."""
    boxes, targets = boxes.astype(np.float32), targets.astype(np.float32)
    size, target_size = boxes[:, 2:] - boxes[:, :2], targets[:, 2:] - targets[:, :2]
    centre, target_centre = boxes[:, :2] + 0.5 * size, targets[:, :2] + 0.5 * target_size
    return np.concatenate([(target_centre - centre) / size, np.log(target_size / size)], axis=1)


def apply_box_deltas(boxes: np.ndarray, deltas: np.ndarray) -> np.ndarray:
    """Move and scale boxes (N, 4) by deltas (N, 4) of (dy, dx, log dh, log dw); float32."""
    boxes = boxes.astype(np.float32)
    size = boxes[:, 2:] - boxes[:, :2]
    centre = boxes[:, :2] + 0.5 * size + deltas[:, :2] * size
    size = size * np.exp(deltas[:, 2:])
    corner = centre - 0.5 * size
    return np.concatenate([corner, corner + size], axis=1).astype(np.float32)


def non_max_suppression(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """Indices (int32, by falling score) of the boxes (N, 4) that no better kept box overlaps above `threshold`."""
    order = np.argsort(scores)[::-1]
    keep = []
    while order.size:
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[compute_overlaps(boxes[best][None], boxes[rest])[0] <= threshold]
    return np.array(keep, np.int32)


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
