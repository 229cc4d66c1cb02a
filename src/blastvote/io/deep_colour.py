"""Colours of 16 bits, of which Pillow keeps 8."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, TiffImagePlugin

from blastvote.errors import InputError
from blastvote.io.opening import damaged

SEPARATE = 2
"""TIFF's planar configuration of colours that lie one behind the other."""


def is_deep_colour(path: Path, image: Image.Image) -> bool:
    """Return whether an opened image, not decoded yet, has colours of 16 bits.

    Raises
    ------
    InputError
        If they lie in separate planes of a TIFF: Pillow and OpenCV both garble these.
    """
    if image.mode.startswith("I"):
        return False
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        tags = image.tag_v2
        bits = tags.get(TiffImagePlugin.BITSPERSAMPLE, (1,))
        several = tags.get(TiffImagePlugin.SAMPLESPERPIXEL, 1) > 1
        if several and tags.get(TiffImagePlugin.PLANAR_CONFIGURATION) == SEPARATE and max(bits) > 8:
            raise InputError(
                f"{path}: a TIFF of {max(bits)}-bit colours in separate planes cannot be read; expected them pixel by "
                "pixel. Save it as 8-bit RGB (ImageJ: Image > Type > RGB Color), or as PNG."
            )
    return ";16" in str(getattr(image, "tile", ""))


def read_deep_colour(path: Path) -> np.ndarray:
    """Read an image of 16-bit colours upright, RGB, ``uint8`` or ``uint16 (H, W, 3)``.

    Raises
    ------
    InputError
        If it is damaged, or of another pixel type.
    """
    # Pillow keeps only the high byte of 16-bit colour; OpenCV keeps both, and turns images upright.
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    try:
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    except cv2.error as error:
        raise damaged(path, str(error.err)) from error
    if bgr is None:
        raise damaged(path, "16-bit colours that cannot be decoded")
    if bgr.dtype not in (np.uint8, np.uint16):
        raise InputError(
            f"{path}: pixel type {bgr.dtype}; expected 8 or 16 bit. Convert the image to 8-bit RGB."
        )
    return np.asarray(bgr[..., ::-1])
