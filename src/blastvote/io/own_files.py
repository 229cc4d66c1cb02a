"""Files that blastvote itself wrote: where one is damaged, the remedy is to make it again."""

from __future__ import annotations

import errno
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from blastvote.errors import InputError
from blastvote.io.images import read_image
from blastvote.io.reading import read_json
from blastvote.io.writing import StrPath

# What readers raise on a truncated or altered file (pandas' errors on CSV files are ValueErrors; the last three are
# NumPy's, on texts and headers of arrays).
_DAMAGE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError, RecursionError, MemoryError,
    zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, SystemError, SyntaxError, tokenize.TokenError,
)  # fmt: skip


@contextmanager
def own_file(path: StrPath) -> Iterator[None]:
    """Turn whatever is raised while an existing file of ours is read into one message with the remedy.

    Raises
    ------
    InputError
        That the file is damaged, to be deleted and made again.
    """
    try:
        yield
    except (*_DAMAGE, OSError) as error:
        # Of the system's errors, only that for a place before the file's beginning, which a damaged zip names.
        if not Path(path).exists() or (isinstance(error, OSError) and error.errno != errno.EINVAL):
            raise
        reason = (str(error).removeprefix(f"{path}: ") or type(error).__name__).rstrip(".")
        raise InputError(
            f"{path}: blastvote made this file, and it is damaged ({reason}). Delete it and run again."
        ) from error


def read_own_image(path: StrPath) -> np.ndarray:
    """Read an enhanced image or a flipped copy, RGB ``uint8 (H, W, 3)``; InputError as `own_file`."""
    with own_file(path):
        return read_image(path)


def read_own_json(path: StrPath, *keys: str) -> Any:
    """Read a JSON file of ours, or the value that keys lead to in it; InputError as `own_file`."""
    with own_file(path):
        value = read_json(path)
        for key in keys:
            value = value[key]
        return value
