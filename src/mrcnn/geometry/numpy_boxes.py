"""Boxes ``(y1, x1, y2, x2)`` in NumPy, without TensorFlow (data preparation, evaluation, results)."""

import numpy as np


def norm_boxes(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Normalise pixel boxes (N, 4) by the image's (height, width); float32.

    Matterport's convention: ``y1/(h-1)`` and ``(y2-1)/(h-1)``.
    """
    height, width = shape[:2]
    scale = np.array([height - 1, width - 1, height - 1, width - 1])
    shift = np.array([0, 0, 1, 1])
    normalised: np.ndarray = np.divide(boxes - shift, scale).astype(np.float32)
    return normalised


def denorm_boxes(boxes: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Turn normalised boxes (N, 4) into pixel boxes (N, 4) int32; the inverse of `norm_boxes`."""
    height, width = shape[:2]
    scale = np.array([height - 1, width - 1, height - 1, width - 1])
    shift = np.array([0, 0, 1, 1])
    pixels: np.ndarray = np.around(np.multiply(boxes, scale) + shift).astype(np.int32)
    return pixels


def compute_overlaps(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """IoU (N, M) float64 of boxes (N, 4) with boxes (M, 4); 0 where both are empty."""
    boxes, others = np.asarray(boxes, np.float64), np.asarray(others, np.float64)
    top_left = np.maximum(boxes[:, None, :2], others[None, :, :2])
    bottom_right = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    intersection = np.prod(np.maximum(bottom_right - top_left, 0), axis=-1)
    area = np.prod(boxes[:, 2:] - boxes[:, :2], axis=-1)
    other_area = np.prod(others[:, 2:] - others[:, :2], axis=-1)
    union = area[:, None] + other_area[None] - intersection
    overlaps: np.ndarray = np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)
    return overlaps
