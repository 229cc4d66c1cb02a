"""Read and write files: the only place that knows about colour order, EXIF and temporary names.

Images are RGB ``uint8`` arrays of shape ``(H, W, 3)`` everywhere else. Whatever is written here appears whole
or not at all, and has the same bytes for the same content.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from PIL import Image, ImageOps, UnidentifiedImageError

from blastvote.errors import InputError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
"""File name endings (lower case) that are taken for photographs."""

_ORIENTATION = 0x0112
_KNOWN_SUFFIXES = ", ".join(IMAGE_SUFFIXES)
StrPath = str | os.PathLike[str]


# ---------------------------------------------------------------------------------------------- images


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


# ---------------------------------------------------------------------------------------------- writing


@contextmanager
def atomic_path(path: StrPath) -> Iterator[Path]:
    """Give a temporary sibling of ``path``; rename it to ``path`` when the block ends well, else remove it.

    The temporary name keeps the suffix (writers choose the format by it) and starts with a dot. Missing
    parent folders are made.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with atomic_path(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem[:100]}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_csv(path: StrPath, frame: pd.DataFrame, float_format: str = "%.6f") -> None:
    """Write a table as CSV: UTF-8, header, no index, missing = empty, booleans ``true``/``false``.

    Floating-point columns are written with ``float_format``; a negative zero loses its sign, so that rounding
    noise cannot change the bytes.
    """
    out = frame.copy()
    for column in out.columns:
        if pd.api.types.is_bool_dtype(out[column].dtype):
            out[column] = out[column].astype(object).map({True: "true", False: "false"})
    text = out.to_csv(index=False, lineterminator="\n", na_rep="", float_format=_formatter(float_format))
    write_text(path, text)


def _formatter(float_format: str) -> Callable[[Any], str]:
    def render(value: Any) -> str:
        text = float_format % value
        return text[1:] if text.startswith("-") and float(text) == 0 else text

    return render


def write_json(path: StrPath, obj: Any, indent: int | None = 2) -> None:
    """Write ``obj`` as JSON: UTF-8, keys in their given order, NumPy values as plain ones, no NaN.

    Raises
    ------
    ValueError
        If ``obj`` holds NaN or infinity, which JSON has no words for.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(
        obj, indent=indent, separators=separators, ensure_ascii=False, allow_nan=False, default=_plain
    )
    write_text(path, text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def write_text(path: StrPath, text: str) -> None:
    """Write ``text`` as UTF-8, line ends as they are, atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode("utf-8"))


# ---------------------------------------------------------------------------------------------- reading


def read_text(path: StrPath) -> str:
    """Read a text file as UTF-8 (a byte-order mark is dropped), UTF-16 with a mark, or else Latin-1.

    Raises
    ------
    InputError
        If the file is missing or may not be read.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Expected a readable file.") from error
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def read_json(path: StrPath, notes: list[str] | None = None) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path
        The file.
    notes
        Receives a sentence for every key that an object holds twice; the last value counts, as everywhere.

    Raises
    ------
    InputError
        If the file is missing, empty or not JSON; the message names line and column.
    """

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if notes is not None and len(result) < len(pairs):
            seen: set[str] = set()
            twice = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
            notes.append(f"The key {twice[0]!r} occurs twice in one object; the last one counts.")
        return result

    text = read_text(path)
    if not text.strip():
        raise InputError(f"{path}: the file is empty; expected JSON. Save or export it again.")
    try:
        return json.loads(text, object_pairs_hook=build)
    except (json.JSONDecodeError, RecursionError) as error:
        where = "too great a depth"
        if isinstance(error, json.JSONDecodeError):
            where = f"line {error.lineno}, column {error.colno}"
        raise InputError(
            f"{path}: not valid JSON at {where} ({error}). The file may be cut off: save or export it again."
        ) from error


def read_table(path: StrPath, required: Iterable[str] = ()) -> pd.DataFrame:
    """Read a CSV (``,``, ``;`` or tab) with every value as text, so that ``007`` stays ``007``.

    Parameters
    ----------
    path
        The CSV file; the first line holds the column names. Names and values are stripped of blanks.
    required
        Columns that must be there.

    Returns
    -------
    pandas.DataFrame
        All columns of strings; missing values are empty strings.

    Raises
    ------
    InputError
        If the file is missing, empty, ragged, or lacks a required column.
    """
    text = read_text(path)
    header = text.lstrip().split("\n", 1)[0]
    if not header.strip():
        raise InputError(f"{path}: the table is empty; expected a header line with column names.")
    separator = max(",;\t", key=header.count)
    try:
        frame = pd.read_csv(
            StringIO(text),
            sep=separator,
            dtype=str,
            keep_default_na=False,
            skipinitialspace=True,
            index_col=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: not a well-formed CSV table ({error}). Save it again as CSV.") from error
    frame.columns = [str(column).strip() for column in frame.columns]
    for column in frame.columns:
        frame[column] = frame[column].str.strip()
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise InputError(
            f"{path}: column '{missing[0]}' is missing; the table has {list(frame.columns)}. "
            f"Expected the columns {list(required)}: rename or add it."
        )
    return frame


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
