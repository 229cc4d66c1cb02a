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
    # One coordinate at a time: NumPy is slow along an axis of two.
    y1, x1, y2, x2 = np.asarray(boxes, np.float64).T[:, :, None]
    top, left, bottom, right = np.asarray(others, np.float64).T[:, None, :]
    height = np.maximum(np.minimum(y2, bottom) - np.maximum(y1, top), 0)
    width = np.maximum(np.minimum(x2, right) - np.maximum(x1, left), 0)
    intersection = height * width
    union = (y2 - y1) * (x2 - x1) + (bottom - top) * (right - left) - intersection
    overlaps: np.ndarray = np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)
    return overlaps
