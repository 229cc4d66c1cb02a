"""Open image files of others: a closed list of formats, and words for whatever is wrong with a file."""

from __future__ import annotations

import os
import stat
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, TiffImagePlugin, UnidentifiedImageError

from blastvote.errors import InputError
from blastvote.io.writing import StrPath

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
"""File name endings (lower case) that are taken for photographs."""
FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")
"""What Pillow may take a file for, whatever its name says: some other formats (EPS) start other programs."""

# What damaged image data raise in Pillow's readers.
_DAMAGE = (
    OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, EOFError, MemoryError,
    RuntimeError, struct.error, zlib.error,
)  # fmt: skip


@contextmanager
def open_image(path: StrPath) -> Iterator[Image.Image]:
    """Open an image file; nothing but its header has been read when the block starts.

    Raises
    ------
    InputError
        If the file is missing, no regular file, not of `FORMATS`, too large, or if its data prove damaged within the
        block.
    """
    path = Path(path)
    require_regular(path, "image file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # Pillow's, on damaged tags and on sizes that are read all the same
            # Through a stream: of a file by its name, Pillow garbles turned grey TIFFs (it maps them into memory).
            with path.open("rb") as stream, opened(stream) as image:
                yield image
    except InputError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(f"{path}: {_unreadable(path)}") from error
    except Image.DecompressionBombError as error:
        raise InputError(
            f"{path}: the image is too large ({error}). Cut it into parts, or export it smaller."
        ) from error
    except _DAMAGE as error:
        raise damaged(path, error) from error


def _unreadable(path: Path) -> str:
    """Return why Pillow knows no such image, and what to do."""
    with path.open("rb") as stream:
        head = stream.read(8)
        if head[:4] in (b"II*\0", b"MM\0*"):
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    tags = TiffImagePlugin.ImageFileDirectory_v2(head)
                    stream.seek(tags.next)
                    tags.load(stream)
                    bits = tags.get(TiffImagePlugin.BITSPERSAMPLE, (1,))
            except _DAMAGE:
                bits = (0,)
            if max(bits) > 16:
                return (
                    f"a TIFF of {max(bits)} bits a value cannot be read; expected 8 or 16. Save it as 16 bit."
                )
    what = "is not an image that can be read" if head else "is empty (0 bytes)"
    return f"{what}; expected one of {', '.join(IMAGE_SUFFIXES)}. Replace it or take it out."


def embedded_image(data: bytes, height: int, width: int) -> np.ndarray:
    """Return the pixels of an image that an annotation file holds, ``(h, w)`` or ``(h, w, channels)``.

    Parameters
    ----------
    data
        The image file's bytes.
    height, width
        Of the photograph: no embedded image may be larger.

    Raises
    ------
    ValueError
        If it is no image of `FORMATS`, damaged, or larger.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(BytesIO(data)) as image:
                if image.size[0] > width or image.size[1] > height:
                    raise ValueError(
                        f"it has {image.size[0]}x{image.size[1]} pixels, its photograph {width}x{height}"
                    )
                return np.asarray(image)
    except UnidentifiedImageError:
        raise ValueError("it holds no image of a format that is read") from None
    except (*_DAMAGE, Image.DecompressionBombError) as error:
        raise ValueError(str(error) or type(error).__name__) from error


def opened(stream: IO[bytes]) -> Image.Image:
    """Open an image of one of `FORMATS`; what it raises is Pillow's."""
    return Image.open(stream, formats=FORMATS)


def damaged(path: StrPath, error: Exception | str) -> InputError:
    """Return the error on an image file whose data cannot be decoded."""
    reason = str(error) or type(error).__name__
    return InputError(f"{path}: the image is damaged ({reason}). Copy it again or take it out.")


def require_listable(folder: Path) -> None:
    """Raise InputError if the content of a folder may not be seen: it would seem to be empty."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise InputError(
            f"{folder}: its content cannot be listed ({error.strerror}). Give yourself permission to read the folder."
        ) from error


def file_state(path: Path) -> tuple[int, int]:
    """Return a file's bytes and the time of its last change in ns; zeros where it is not there, such as a dead link.

    Whoever reads the file says what is wrong with it.
    """
    try:
        state = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return state.st_size, state.st_mtime_ns


def real_path(path: Path) -> Path:
    """Return a path with its links followed as far as they lead; `Path.resolve` raises of links in a circle."""
    return Path(os.path.realpath(path))


def require_regular(path: Path, expected: str) -> None:
    """Raise InputError unless a path is a file with bytes of its own; to open a pipe would block for ever.

    Parameters
    ----------
    path
        What is to be read.
    expected
        What it should be, such as ``image file``.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise InputError(
            f"{path}: there is no such {expected}. Correct the path or restore the file."
        ) from error
    except (OSError, ValueError) as error:  # no permission, a name too long, a NUL byte
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({reason}). Expected a readable {expected}.") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{path}: is a folder; expected one {expected}. Correct the path.")
    if not stat.S_ISREG(mode):
        raise InputError(
            f"{path}: is a pipe, a socket or a device, no {expected}. Copy its content into a file."
        )
