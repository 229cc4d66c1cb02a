"""Read and write images: the only place that knows about colour order, EXIF and bit depths."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from blastvote.errors import InputError
from blastvote.io.writing import StrPath, atomic_path

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
"""File name endings (lower case) that are taken for photographs."""

_ORIENTATION = 0x0112
_KNOWN_SUFFIXES = ", ".join(IMAGE_SUFFIXES)


def read_image(path: StrPath) -> np.ndarray:
    """Read a photograph as RGB.

    The EXIF orientation is applied (annotation tools in browsers show images turned), grey becomes three
    equal channels, an alpha channel is dropped without blending, 16 bit is scaled to 8 bit by
    ``round(v / 257)``, and of a file with several pages the first is taken. Colour profiles are not applied.

    Parameters
    ----------
    path
        An image file of any type that Pillow reads.

    Returns
    -------
    numpy.ndarray
        ``uint8``, shape ``(H, W, 3)``, contiguous.

    Raises
    ------
    InputError
        If the file is missing, not an image, truncated, or of a pixel type without a known white point
        (32 bit integers, floating point).
    """
    with _open_image(path) as image:
        if _is_16_bit(image):
            return _read_16_bit(Path(path))
        if image.mode in ("I", "F"):
            raise InputError(
                f"{path}: pixel type '{image.mode}' (32 bit) has no known white point; expected 8 or 16 bit. "
                "Convert the image to 8-bit RGB."
            )
        try:
            upright = ImageOps.exif_transpose(image)
            return np.ascontiguousarray(np.asarray(upright.convert("RGB"), dtype=np.uint8))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise _corrupt(path, error) from error


def read_mask_image(path: StrPath) -> np.ndarray:
    """Read a mask image (label map) without touching its values.

    Parameters
    ----------
    path
        A single-channel or palette image: palette images give their indices. RGB images are accepted when
        the three channels are equal.

    Returns
    -------
    numpy.ndarray
        ``int32``, shape ``(H, W)``.

    Raises
    ------
    InputError
        If the file is missing, unreadable, or a colour image.
    """
    with _open_image(path) as image:
        try:
            values = np.asarray(image)
        except (OSError, SyntaxError, ValueError) as error:
            raise _corrupt(path, error) from error
    if values.ndim == 3:
        if values.shape[2] in (2, 4):
            values = values[..., :-1]
        if not (values == values[..., :1]).all():
            raise InputError(
                f"{path}: the mask image has colours; expected one channel, 0 for background and every "
                "other value a cell. Save the label map as an 8- or 16-bit grey image."
            )
        values = values[..., 0]
    if not np.issubdtype(values.dtype, np.integer) and values.dtype != bool:
        raise InputError(
            f"{path}: mask values are {values.dtype}; expected integers. Save it as 8 or 16 bit."
        )
    return values.astype(np.int32)


def image_size(path: StrPath) -> tuple[int, int]:
    """Return ``(width, height)`` in pixels as :func:`read_image` would give them, from the header alone.

    Raises
    ------
    InputError
        If the file is missing or not an image.
    """
    with _open_image(path) as image:
        width, height = image.size
        turned = image.getexif().get(_ORIENTATION, 1) in (5, 6, 7, 8)
    return (height, width) if turned else (width, height)


def is_single_channel(path: StrPath) -> bool:
    """Return whether an image file has one channel (grey, palette or black and white), from its header."""
    with _open_image(path) as image:
        return image.mode in ("1", "L", "P", "I") or image.mode.startswith("I;16")


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


def _open_image(path: StrPath) -> Image.Image:
    path = Path(path)
    try:
        return Image.open(path)
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such image file. Correct the path or restore the file."
        ) from error
    except IsADirectoryError as error:
        raise InputError(f"{path}: is a folder; expected an image file.") from error
    except PermissionError as error:
        raise InputError(f"{path}: may not be read. Give yourself read permission.") from error
    except UnidentifiedImageError as error:
        size = path.stat().st_size
        what = "is empty (0 bytes)" if size == 0 else "is not an image that can be read"
        raise InputError(
            f"{path}: {what}; expected one of {_KNOWN_SUFFIXES}. Replace it or take it out."
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _corrupt(path, error) from error


def _corrupt(path: StrPath, error: Exception) -> InputError:
    return InputError(f"{path}: the image is damaged or too large ({error}). Copy it again or take it out.")


def _is_16_bit(image: Image.Image) -> bool:
    return image.mode.startswith("I;16") or any(";16" in str(tile[3]) for tile in getattr(image, "tile", []))


def _read_16_bit(path: Path) -> np.ndarray:
    # Pillow keeps only the high byte of 16-bit colour; OpenCV keeps both.
    data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
    bgr = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    if bgr is None:
        raise _corrupt(path, ValueError("16-bit data could not be decoded"))
    if bgr.dtype == np.uint16:
        bgr = ((bgr.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if bgr.dtype != np.uint8:
        raise InputError(
            f"{path}: pixel type {bgr.dtype}; expected 8 or 16 bit. Convert the image to 8-bit RGB."
        )
    return np.ascontiguousarray(bgr[..., ::-1])
