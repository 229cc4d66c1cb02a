"""Write files whole or not at all, with the same bytes for the same content."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blastvote.io.formulas import guarded
from mrcnn.files import atomic_path

if TYPE_CHECKING:
    import pandas as pd

StrPath = str | os.PathLike[str]


def write_csv(path: StrPath, frame: pd.DataFrame, float_format: str = "%.6f") -> None:
    """Write a table as CSV: UTF-8, header, no index, missing = empty, booleans ``true``/``false``.

    Floating-point columns are written with ``float_format``; a negative zero loses its sign, so that rounding
    noise cannot change the bytes. Text that a spreadsheet would calculate (``=1+1``) gets a ``'`` before it, which
    `read_table` drops again.
    """
    import pandas as pd

    out = frame.copy()
    for column in out.columns:
        if pd.api.types.is_bool_dtype(out[column].dtype):
            out[column] = out[column].astype(object).map({True: "true", False: "false"})
        elif not pd.api.types.is_numeric_dtype(out[column].dtype):
            out[column] = out[column].map(guarded)
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
