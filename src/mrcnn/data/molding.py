"""Molding an image for the network, and the vector that says what was done to it."""

from typing import NamedTuple

import numpy as np


def mold_image(image: np.ndarray, mean_pixel: tuple[float, ...]) -> np.ndarray:
    """Subtract the mean colour from an RGB image (H, W, C); float32."""
    return image.astype(np.float32) - np.asarray(mean_pixel, np.float32)


def unmold_image(image: np.ndarray, mean_pixel: tuple[float, ...]) -> np.ndarray:
    """Add the mean colour again and return the image (H, W, C) as uint8: the inverse of `mold_image`."""
    return np.clip(np.rint(image + np.asarray(mean_pixel, np.float32)), 0, 255).astype(np.uint8)


class ImageMeta(NamedTuple):
    """What an image's meta vector says."""

    image_id: np.ndarray
    original_image_shape: np.ndarray
    image_shape: np.ndarray
    window: np.ndarray
    scale: np.ndarray
    active_class_ids: np.ndarray


def compose_image_meta(
    image_id: int,
    original_image_shape: tuple[int, int, int],
    image_shape: tuple[int, int, int],
    window: tuple[int, int, int, int],
    scale: float,
    active_class_ids: np.ndarray,
) -> np.ndarray:
    """Pack an image's attributes into one vector, in Matterport's order.

    Parameters
    ----------
    image_id
        A number (for messages and logs only).
    original_image_shape, image_shape
        (H, W, C) before and after resizing.
    window
        (y1, x1, y2, x2) of the part that is not padding, pixels.
    scale
        Factor of enlargement.
    active_class_ids
        (num_classes,) 1 for each class the image's data set knows, else 0.

    Returns
    -------
    numpy.ndarray
        float64 (12 + num_classes,).
    """
    parts = ([image_id], original_image_shape, image_shape, window, [scale], active_class_ids)
    return np.concatenate([np.asarray(part, np.float64) for part in parts])


def parse_image_meta(meta: np.ndarray) -> ImageMeta:
    """Take meta vectors (..., 12 + num_classes) apart again; integers become int32, the scale float32."""
    cuts = {"image_id": (0, 1), "original_image_shape": (1, 4), "image_shape": (4, 7), "window": (7, 11)}
    whole = {name: meta[..., start:stop].astype(np.int32) for name, (start, stop) in cuts.items()}
    return ImageMeta(
        image_id=whole["image_id"][..., 0],
        original_image_shape=whole["original_image_shape"],
        image_shape=whole["image_shape"],
        window=whole["window"],
        scale=meta[..., 11].astype(np.float32),
        active_class_ids=meta[..., 12:].astype(np.int32),
    )
