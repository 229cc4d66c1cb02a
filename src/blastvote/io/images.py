"""Read and write images: the only place that knows about colour order, EXIF, pages and bit depths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from blastvote.errors import InputError
from blastvote.io.deep_colour import is_deep_colour, read_deep_colour
from blastvote.io.opening import open_image
from blastvote.io.orientation import UPRIGHT, orientation_of, seen_upright, stored, swaps_sides
from blastvote.io.pages import photograph_pages, zero_is_white
from blastvote.io.writing import StrPath, atomic_path

WHITE = 65535
"""The brightest value of 16 bits."""
SAMPLE = 250_000
"""Pixels in which the darkest value is looked for."""


@dataclass(frozen=True)
class ReadSettings:
    """What image files cannot tell of themselves.

    Attributes
    ----------
    exif
        ``apply`` turns a photograph as its EXIF orientation says; ``ignore`` takes the pixels as they are stored.
    white_level
        The value of a 16-bit photograph that becomes white: 65535, or 4095 where 12 bits are stored in 16.
    """

    exif: str = "apply"
    white_level: int = WHITE

    @classmethod
    def from_config(cls, dataset: Mapping[str, Any]) -> ReadSettings:
        """Return what the config section ``dataset`` says."""
        return cls(dataset["exif"], dataset["white_level"])


AS_SEEN = ReadSettings()


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photograph, and what its file says of its pixels.

    Attributes
    ----------
    pixels
        RGB, ``uint8 (H, W, 3)``, contiguous.
    orientation
        The file's EXIF orientation, 1 to 8; 1 is upright.
    brightest
        The largest value of a 16-bit file; None for 8 bits.
    darkest
        The value that one pixel in a thousand of a 16-bit file lies below; None for 8 bits.
    """

    pixels: np.ndarray
    orientation: int = UPRIGHT
    brightest: int | None = None
    darkest: int | None = None


def read_image(path: StrPath, settings: ReadSettings = AS_SEEN) -> np.ndarray:
    """Return the pixels of `read_photograph`: RGB, ``uint8 (H, W, 3)``, contiguous."""
    return read_photograph(path, settings).pixels


def read_photograph(path: StrPath, settings: ReadSettings = AS_SEEN) -> Photograph:
    """Read a photograph as RGB.

    The EXIF orientation is applied (annotation tools in browsers show images turned), grey becomes three equal
    channels, an alpha channel is dropped without blending, and 16 bits are scaled to 8 by
    ``round(255 v / white_level)``. Of several pages the first is the photograph where the others are smaller; or three
    pages are its colours where the metadata of OME or ImageJ say so. Colour profiles are not applied.

    Parameters
    ----------
    path
        An image file of one of `blastvote.io.opening.FORMATS`.
    settings
        Whether EXIF counts, and the white level of 16 bits.

    Raises
    ------
    InputError
        If the file is missing, not an image, truncated, of a pixel type without a known white point (32-bit integers,
        floating point), or if it is not clear which page is the photograph.
    """
    path = Path(path)
    with open_image(path) as image:
        pages = photograph_pages(path, image)
        # Before the EXIF data are read: with them Pillow decodes a PNG, and then no longer says its depth.
        deep_colour = is_deep_colour(path, image)
        orientation = orientation_of(image)
        planes = [read_deep_colour(path)] if deep_colour else [_page(path, image, page) for page in pages]
        channels = [plane if plane.ndim == 2 else plane[..., 0] for plane in planes]
        values = planes[0] if len(planes) == 1 else np.dstack(channels)
    brightest = darkest = None
    if values.dtype == np.uint16:
        brightest, darkest = int(values.max(initial=0)), _darkest(values)
        values = _eight_bits(settings.white_level)[values]
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=-1)
    if settings.exif == "ignore":
        values = stored(values, orientation)
    return Photograph(np.ascontiguousarray(values), orientation, brightest, darkest)


def _darkest(values: np.ndarray) -> int:
    """Return the value that one in a thousand of the values lies below, by a sample: dead pixels do not count."""
    step = max(1, int(np.sqrt(values.shape[0] * values.shape[1] / SAMPLE)))
    sample = values[::step, ::step].ravel()
    return int(np.partition(sample, sample.size // 1000)[sample.size // 1000]) if sample.size else 0


def _eight_bits(white_level: int) -> np.ndarray:
    """Return the 8-bit value of each 16-bit value: a table takes a quarter of the memory of arithmetic on the image."""
    values = (np.arange(WHITE + 1, dtype=np.uint32) * 255 + white_level // 2) // white_level
    return np.minimum(values, 255).astype(np.uint8)


def _page(path: Path, image: Image.Image, number: int) -> np.ndarray:
    """Return a page upright, ``uint8 (H, W, 3)`` or ``uint16 (H, W)``."""
    if image.tell() != number:
        image.seek(number)
    if image.mode in ("I", "F"):
        raise InputError(
            f"{path}: pixel type '{image.mode}' (32 bit or signed) has no known white point; expected 8 or 16 bit. "
            "Convert the image to 8-bit RGB."
        )
    if image.mode.startswith("I;16"):
        return _grey_16(image)
    upright = seen_upright(image)
    # Without these tests Pillow would copy the photograph twice.
    return np.asarray(upright if upright.mode == "RGB" else upright.convert("RGB"))


def _grey_16(image: Image.Image) -> np.ndarray:
    inverted = zero_is_white(image)
    values = np.asarray(seen_upright(image)).astype(np.uint16)
    return WHITE - values if inverted else values  # Pillow inverts 8 bits only


def image_size(path: StrPath, settings: ReadSettings = AS_SEEN) -> tuple[int, int]:
    """Return ``(width, height)`` in pixels as :func:`read_image` would give them, from the header alone.

    Raises
    ------
    InputError
        If the file is missing or not an image.
    """
    with open_image(path) as image:
        width, height = image.size
        turned = swaps_sides(orientation_of(image))
        seen_in_header = image.format == "TIFF"  # Pillow gives the sides of the upright image for TIFF only
    swap = turned and seen_in_header == (settings.exif == "ignore")
    return (height, width) if swap else (width, height)


def write_image(path: StrPath, image: np.ndarray, compression: int = 1, quality: int = 95) -> None:
    """Write an image: PNG or JPEG by the suffix, atomically, with the same bytes for the same pixels.

    Parameters
    ----------
    path
        Ends in ``.png``, ``.jpg`` or ``.jpeg``.
    image
        ``uint8`` RGB ``(H, W, 3)``; or ``uint8``/``uint16`` ``(H, W)`` (16 bit only as PNG).
    compression
        PNG effort 0-9. 1 is fast; the pixels are exact at every setting.
    quality
        JPEG quality 1-100.

    Raises
    ------
    InputError
        If the suffix is another one.
    ValueError
        If the array has another shape or type.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".png", ".jpg", ".jpeg"):
        raise InputError(f"{path}: cannot write images as '{path.suffix}'; expected .png, .jpg or .jpeg.")
    colour = image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8
    grey = image.ndim == 2 and (image.dtype == np.uint8 or (image.dtype == np.uint16 and suffix == ".png"))
    if not (colour or grey) or image.size == 0:
        raise ValueError(
            f"{path}: cannot write an array of shape {image.shape} and type {image.dtype}; "
            "expected uint8 (H, W, 3)."
        )
    if suffix == ".png":
        options = [cv2.IMWRITE_PNG_COMPRESSION, int(compression)]
    else:
        options = [cv2.IMWRITE_JPEG_QUALITY, int(quality)]
    pixels = image[..., ::-1] if colour else image  # OpenCV wants BGR
    done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), options)
    if not done:
        raise OSError(f"{path}: OpenCV could not encode the image.")
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.tobytes())
