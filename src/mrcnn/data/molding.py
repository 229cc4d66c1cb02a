"""Molding an image for the network, and the vector that says what was done to it."""

import numpy as np


def mold_image(image: np.ndarray, mean_pixel: tuple[float, ...]) -> np.ndarray:
    """Subtract the mean colour from an RGB image (H, W, C); float32."""
    return image.astype(np.float32) - np.asarray(mean_pixel, np.float32)


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
