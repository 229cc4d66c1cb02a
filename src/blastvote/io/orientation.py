"""The EXIF orientation of photographs: how the stored pixels are turned or mirrored to be seen upright."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

_TAG = 0x0112
_PNG_CHUNKS = {"exif", "Raw profile type exif"}
UPRIGHT = 1
"""The orientation of pixels that are stored as they are seen."""


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation of an image that was opened but not loaded, 1 to 8; 1 where the file has none."""
    if image.format == "PNG" and not _PNG_CHUNKS & set(image.info):
        return (
            UPRIGHT  # without the chunk, Pillow would decode the whole image to look for it behind the pixels
        )
    tags = getattr(image, "tag_v2", None)  # a TIFF file's own
    value = image.getexif().get(_TAG, UPRIGHT) if tags is None else tags.get(_TAG, UPRIGHT)
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT


def seen_upright(image: Image.Image) -> Image.Image:
    """Return an opened image as its EXIF orientation turns it (Pillow turns TIFF files by itself)."""
    return ImageOps.exif_transpose(image) if orientation_of(image) != UPRIGHT else image


def swaps_sides(orientation: int) -> bool:
    """Return whether width and height change places."""
    return orientation >= 5


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn stored pixels ``(H, W, ...)`` as they are to be seen."""
    if swaps_sides(orientation):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels


def stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn upright pixels ``(H, W, ...)`` back as the file stores them: the inverse of `upright`."""
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels.swapaxes(0, 1) if swaps_sides(orientation) else pixels
