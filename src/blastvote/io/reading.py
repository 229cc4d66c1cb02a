"""Read text, JSON and tables that others wrote, and tell what is wrong with them."""

from __future__ import annotations

import csv
import hashlib
import json
import warnings
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.errors import InputError
from blastvote.io.writing import StrPath


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
        The CSV file; the first line holds the column names. Names and values are stripped of blanks, the
        header of a leading ``#``.
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
    _check_widths(path, text, separator)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)  # empty values at the ends of lines
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
    frame = frame.rename(columns={frame.columns[0]: frame.columns[0].removeprefix("#").strip()})
    for column in frame.columns:
        frame[column] = frame[column].str.strip()
    missing = [column for column in required if column not in frame.columns]
    if missing:
        raise InputError(
            f"{path}: column '{missing[0]}' is missing; the table has {list(frame.columns)}. "
            f"Expected the columns {list(required)}: rename or add it."
        )
    return frame


def _check_widths(path: StrPath, text: str, separator: str) -> None:
    """Raise InputError at the first line with more values than columns; pandas would drop them unseen."""
    lines = csv.reader(StringIO(text), delimiter=separator, skipinitialspace=True)
    columns: list[str] = []
    while True:
        try:
            line = next(lines)
        except (StopIteration, csv.Error):  # csv.Error: fields longer than 128 kB, as outlines can be
            return
        columns = columns or line
        if any(value.strip() for value in line[len(columns) :]):
            raise InputError(
                f"{path}: line {lines.line_num} has {len(line)} values, but the header names {len(columns)} columns "
                f"{columns}. Name every column; put quotes around values that hold '{separator}'."
            )


def sha256(path: StrPath) -> str:
    """Return the SHA-256 of a file's bytes as 64 hexadecimal digits."""
    path = Path(path)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file. Correct the path.") from error
