"""Boxes ``(y1, x1, y2, x2)`` in NumPy, without TensorFlow (data preparation, evaluation, results)."""

import numpy as np


def norm_boxes(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Normalise pixel boxes (N, 4) by the image's (height, width); float32.

    Matterport's convention: ``y1/(h-1)`` and ``(y2-1)/(h-1)``.
    """
    height, width = shape[:2]
    scale = np.array([height - 1, width - 1, height - 1, width - 1])
    shift = np.array([0, 0, 1, 1])
    return np.divide(boxes - shift, scale).astype(np.float32)


def denorm_boxes(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Turn normalised boxes (N, 4) into pixel boxes (N, 4) int32; the inverse of `norm_boxes`."""
    height, width = shape[:2]
    scale = np.array([height - 1, width - 1, height - 1, width - 1])
    shift = np.array([0, 0, 1, 1])
    return np.around(np.multiply(boxes, scale) + shift).astype(np.int32)


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


def compute_iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """IoU (N,) of one box (4,) with boxes (N, 4)."""
    return compute_overlaps(np.asarray(box)[None], boxes)[0]


def compute_overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """IoU (N, M) float64 of boxes (N, 4) with boxes (M, 4); 0 where both are empty."""
    boxes, others = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    top_left = np.maximum(boxes[:, None, :2], others[None, :, :2])
    bottom_right = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    intersection = np.prod(np.maximum(bottom_right - top_left, 0), axis=-1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)
    other_area = np.prod(others[:, 2:] - others[:, :2], axis=-1)
    union = area[:, None] + other_area[None] - intersection
    return np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


def non_max_suppression(boxes: np.ndarray, scores: np.ndarray, threshold: float) -> np.ndarray:
    """Indices (int32, by falling score) of the boxes (N, 4) that no better kept box overlaps above `threshold`."""
    order = np.argsort(scores)[::-1]
    keep = []
    while order.size:
        best, rest = order[0], order[1:]
        keep.append(best)
        order = rest[compute_iou(boxes[best], boxes[rest]) <= threshold]
    return np.array(keep, np.int32)
