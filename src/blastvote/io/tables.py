"""Read tables that others wrote: CSV as spreadsheets of any country save it, with every value as text."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from blastvote.errors import InputError
from blastvote.io.formulas import unguarded
from blastvote.io.reading import read_text
from blastvote.io.writing import StrPath

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = ",;\t|"
MOST_COLUMNS = 1000
"""A table of ours has a dozen columns; with many more it is something else, and would take minutes."""
LINES = "lines"
"""Key of the line of each row in a table's ``attrs``: blank lines and line breaks within quotes count."""

csv.field_size_limit(2**31 - 1)  # outlines in VIA's tables are longer than the module's 128 kB


def read_table(path: StrPath, required: Iterable[str] = (), notes: list[str] | None = None) -> pd.DataFrame:
    """Read a CSV with every value as text, so that ``007`` stays ``007``.

    The separator (comma, semicolon, tab or bar) is the one that the header has most of, or what a first line ``sep=;``
    says. Names and values are stripped of blanks, the header of a leading ``#``. Blank lines and empty values behind
    the last column do not count.

    Parameters
    ----------
    path
        The CSV file; the first line holds the column names.
    required
        Columns that must be there.
    notes
        Receives a sentence where the file is not plain UTF-8.

    Returns
    -------
    pandas.DataFrame
        All columns of strings; missing values are empty strings. ``attrs["lines"]`` has the line of each row.

    Raises
    ------
    InputError
        If the file is missing, empty, no table, ragged, names a column twice, or lacks a required one.
    """
    import pandas as pd

    text = _plain_text(path, read_text(path, notes))
    separator, text, skipped = _separator(text)
    rows = _rows(path, text, separator, skipped)
    _, header = next(rows, (0, []))
    header = _header(path, header)
    data, lines = [], []
    for line, row in rows:
        if any(row[len(header) :]):
            raise InputError(
                f"{path}: line {line} has {len(row)} values, but the header names {len(header)} columns {header}. Name "
                f"every column; put quotes around values that hold '{separator}'."
            )
        data.append(row[: len(header)] + [""] * (len(header) - len(row)))
        lines.append(line)
    frame = pd.DataFrame(data, columns=header, dtype=str)
    frame.attrs[LINES] = lines
    missing = [column for column in required if column not in header]
    if missing:
        raise InputError(
            f"{path}: column '{missing[0]}' is missing; the table has {header}. Expected the columns "
            f"{list(required)}: rename or add it."
        )
    return frame


def whole_numbers(path: StrPath, table: pd.DataFrame, column: str, remedy: str) -> pd.Series:
    """Return a column of a table that `read_table` read as whole numbers of 0 and more.

    Raises
    ------
    InputError
        If a value is none, or has more than 18 digits; the message ends with `remedy`.
    """
    wrong = ~table[column].str.fullmatch(r"[0-9]{1,18}")
    _refuse_first(path, table, column, wrong, f"a whole number of at most 18 digits. {remedy}")
    return table[column].astype("int64")


def numbers(path: StrPath, table: pd.DataFrame, column: str, remedy: str) -> pd.Series:
    """Return a column of a table that `read_table` read as finite numbers; errors as `whole_numbers`."""
    import pandas as pd

    values = pd.to_numeric(table[column].str.slice(0, 400), errors="coerce").astype("float64")
    _refuse_first(path, table, column, ~(values.abs() < math.inf), f"a number. {remedy}")  # NaN is not less
    return values


def _refuse_first(path: StrPath, table: pd.DataFrame, column: str, wrong: pd.Series, expected: str) -> None:
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        raise InputError(
            f"{path}: line {table.attrs[LINES][row]} has {column} {table[column].iloc[row][:60]!r}; expected {expected}"
        )


def _plain_text(path: StrPath, text: str) -> str:
    """Return the text without its last line breaks; refuse what is no text or empty."""
    if text.startswith(("PK\x03\x04", "\xd0\xcf\x11\xe0")):
        raise InputError(
            f"{path}: is a workbook (Excel, LibreOffice), not a CSV. Save the sheet as CSV (UTF-8)."
        )
    place = text.find("\0")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise InputError(
            f"{path}: line {line} holds a NUL byte, so it is no text table. Save it again as CSV (UTF-8)."
        )
    if not text.strip(f" \t\r\n{SEPARATORS}"):
        raise InputError(f"{path}: the table is empty; expected a header line with column names.")
    return text


def _separator(text: str) -> tuple[str, str, int]:
    """Return the separator, the text from the header on, and how many lines were skipped before it."""
    body = text.lstrip()
    skipped = text[: len(text) - len(body)].count("\n")
    first, _, rest = body.partition("\n")
    hint = first.strip().strip('"').casefold()
    if hint.startswith("sep=") and len(hint) == 5:  # Excel's own line
        return hint[-1], rest, skipped + 1
    unquoted = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=unquoted.count), body, skipped


def _rows(path: StrPath, text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the stripped values of each row that has any."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    start = skipped + 1
    while True:
        try:
            row = [unguarded(value.strip()) for value in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            line = skipped + reader.line_num
            raise InputError(
                f"{path}: line {line}: not a well-formed CSV table ({error}). Check its quotes, or save it again."
            ) from error
        if any(row):
            yield start, row
        start = skipped + reader.line_num + 1


def _header(path: StrPath, names: Sequence[str]) -> list[str]:
    header = [name.removeprefix("#").strip() if place == 0 else name for place, name in enumerate(names)]
    while header and not header[-1]:
        header.pop()
    if len(header) > MOST_COLUMNS:
        raise InputError(
            f"{path}: has {len(header)} columns; expected at most {MOST_COLUMNS}. Is this the right file?"
        )
    header = [name or f"unnamed {place}" for place, name in enumerate(header, start=1)]
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        places = " and ".join(str(place) for place, name in enumerate(header, start=1) if name == twice)
        if re.fullmatch(r"-?\d+([.,]\d+)?", twice):
            raise InputError(
                f"{path}: the first line has {twice!r} in columns {places}, a value, no name of a column. Put a line "
                "with the columns' names above it."
            )
        raise InputError(f"{path}: columns {places} are both called {twice!r}. Remove or rename all but one.")
    return header
