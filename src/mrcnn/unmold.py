"""From the network's detections back to the user's image: boxes in pixels, masks whole or as crops (NumPy)."""

from typing import Any

import numpy as np

from mrcnn.data.masks import MaskCrop
from mrcnn.data.resize import Window
from mrcnn.geometry.numpy_boxes import denorm_boxes, norm_boxes
from mrcnn.prediction import Prediction

MASK_THRESHOLD = 0.5


def unmold_crops(
    found: Prediction, original_shape: tuple[int, ...], molded_shape: tuple[int, ...], window: Window
) -> dict[str, Any]:
    """Return the detections of one image with their masks as crops: no mask of the image's size is made.

    Parameters
    ----------
    found
        NumPy arrays of one image: boxes (D, 4) normalised to the molded image, class ids (D,) with 0 for padding,
        scores (D,), probabilities (D, K), masks (D, h, w).
    original_shape, molded_shape
        Height and width (further entries are ignored) of the user's and of the molded image.
    window
        (y1, x1, y2, x2) pixels: the part of the molded image that is not padding.

    Returns
    -------
    dict
        `rois` (N, 4) int32 pixels (y1, x1, y2, x2), half-open; `class_ids` (N,) int32; `scores` (N,) float32;
        `probabilities` (N, K) float32; `masks`, a list of N `MaskCrop`. Boxes without area are left out.
    """
    height, width = original_shape[:2]
    padding = np.flatnonzero(found.class_ids == 0)
    count = padding[0] if padding.size else len(found.class_ids)
    frame = norm_boxes(np.asarray(window), molded_shape[:2])
    shift = np.concatenate([frame[:2], frame[:2]])
    scale = np.concatenate([frame[2:] - frame[:2]] * 2)
    pixels = denorm_boxes((found.boxes[:count] - shift) / scale, (height, width))
    solid = np.flatnonzero((pixels[:, 2] > pixels[:, 0]) & (pixels[:, 3] > pixels[:, 1]))
    return {
        "rois": pixels[solid],
        "class_ids": found.class_ids[solid].astype(np.int32),
        "scores": found.scores[solid].astype(np.float32),
        "probabilities": found.probabilities[solid].astype(np.float32),
        "masks": [crop_mask(found.masks[k], pixels[k], (height, width)) for k in solid],
    }


def unmold_detections(
    found: Prediction, original_shape: tuple[int, ...], molded_shape: tuple[int, ...], window: Window
) -> dict[str, np.ndarray]:
    """Return Matterport's dictionary for one image: as `unmold_crops`, but `masks` is (H, W, N) bool."""
    result = unmold_crops(found, original_shape, molded_shape, window)
    full = np.zeros((len(result["masks"]), *original_shape[:2]), bool)
    for target, crop in zip(full, result["masks"], strict=True):
        y1, x1, y2, x2 = crop.box
        target[y1:y2, x1:x2] = crop.mask
    return {**result, "masks": np.moveaxis(full, 0, -1)}


def crop_mask(mask: np.ndarray, box: np.ndarray, image_shape: tuple[int, int]) -> MaskCrop:
    """Resize `mask` (h, w) of probabilities to the pixel box, cut it at one half and at the edges of the image."""
    y1, x1, y2, x2 = (int(v) for v in box)
    resized = resize_bilinear(mask, (y2 - y1, x2 - x1)) >= MASK_THRESHOLD
    top, left = max(0, y1), max(0, x1)
    bottom, right = max(top, min(image_shape[0], y2)), max(left, min(image_shape[1], x2))
    return MaskCrop(top, left, resized[top - y1 : bottom - y1, left - x1 : right - x1])


def unmold_mask(mask: np.ndarray, box: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """Return the mask (H, W) bool of the image for a small mask (h, w) of probabilities in a pixel box."""
    full = np.zeros(image_shape[:2], bool)
    paste_mask(mask, np.asarray(box), full)
    return full


def paste_mask(mask: np.ndarray, box: np.ndarray, target: np.ndarray) -> None:
    """Write `mask` (h, w), resized to the pixel box and cut at one half, into `target` (H, W) bool."""
    crop = crop_mask(mask, box, (target.shape[0], target.shape[1]))
    y1, x1, y2, x2 = crop.box
    target[y1:y2, x1:x2] = crop.mask


def resize_bilinear(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Resize (h, w) to `shape`, bilinear without antialiasing, as scikit-image's ``resize(order=1)``.

    Pixel centres correspond by ``(i + 0.5) * h / H - 0.5``; outside the image is 0, and the result is kept within the
    range of the input. Bilinear interpolation is separable: two small matrix products.
    """
    image = np.asarray(image, np.float64)
    rows = _weights(image.shape[0], shape[0])
    columns = _weights(image.shape[1], shape[1])
    resized: np.ndarray = np.clip(rows @ image @ columns.T, image.min(), image.max())
    return resized


def _weights(source: int, target: int) -> np.ndarray:
    """Matrix (target, source) of linear interpolation, with zeros beyond the edges."""
    position = (np.arange(target) + 0.5) * source / target - 0.5
    distance = np.abs(position[:, None] - np.arange(source)[None, :])
    return np.maximum(1.0 - distance, 0.0)
