"""One table of labels and patients as its writer meant it: names of columns, codes, one column for each class."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.dataset.source.classes import translate
from blastvote.errors import InputError
from blastvote.io.tables import LINES
from blastvote.wording import listed

ID_COLUMNS = (
    "image_id", "image", "image_name", "file_name", "filename", "file", "name", "path", "id", "img", "photograph",
)  # fmt: skip
LABEL_COLUMNS = ("label", "class", "class_label", "subtype", "diagnosis", "category", "image_label")
PATIENT_COLUMNS = ("patient_id", "patient", "case", "case_id", "slide", "slide_id", "subject", "subject_id")

_WHOLE = re.compile(r"([+-]?\d+)[.,]0+")  # a number that passed through a spreadsheet or a table of floats
_YES, _NO = ("1", "true", "yes", "x"), ("", "0", "false", "no")


@dataclass(frozen=True)
class Row:
    """One line of a table of labels.

    Attributes
    ----------
    line
        Where it stands in the file.
    names
        What it calls the image, the likeliest first.
    label
        As written.
    target
        The class that is meant; empty text leaves the image out, or the label open where none is written; None if
        unknown.
    patient
        As written.
    """

    line: int
    names: tuple[str, ...]
    label: str
    target: str | None
    patient: str


def read_label_table(
    path: str, aliases: Mapping[str, str], classes: Sequence[str], notes: list[str]
) -> list[Row]:
    """Read a table of labels.

    Parameters
    ----------
    path
        The CSV file.
    aliases
        Names or codes to classes.
    classes
        The configured classes.
    notes
        Receives a sentence on all that was guessed.

    Raises
    ------
    InputError
        If the table cannot be read, has no line, no column that names images, or neither labels nor patients.
    """
    own: list[str] = []
    table = io.read_table(path, notes=own)
    id_column, label_column, patient_column = (
        _column(path, table, names) for names in (ID_COLUMNS, LABEL_COLUMNS, PATIENT_COLUMNS)
    )
    marked = _class_columns(table, classes) if label_column is None else {}
    if id_column is None or not (label_column or patient_column or marked):
        missing = "no image" if id_column is None else "no label"
        raise InputError(
            f"{path}: the columns {listed(table.columns, 12)} name no image or no label ({missing}); expected "
            "'image_id' (or 'file_name') with 'label' or 'patient_id', or a column of 0 and 1 for each class. Rename "
            "the columns."
        )
    if table.empty:
        raise InputError(f"{path}: has a header and no line below it. Add a line for each image.")
    rows = []
    for line, row in zip(table.attrs[LINES], table.to_dict("records"), strict=True):
        label = (
            _marked_class(path, line, row, marked) if marked else row[label_column] if label_column else ""
        )
        target = _class(label, aliases, classes) if label else ""
        if label and target and target != label and label not in aliases:
            own.append(f"The label {label!r} is read as {target!r}.")
        name = row[id_column]
        rows.append(Row(line, _names(name), label, target, row[patient_column] if patient_column else ""))
    if marked:
        own.append(f"Labels are read from the columns {', '.join(marked)}, one for each class.")
    notes += [f"{path}: {note}" for note in dict.fromkeys(own)]
    return rows


def _column(path: str, table: pd.DataFrame, names: Sequence[str]) -> str | None:
    folded: dict[str, list[str]] = {}
    for column in table.columns:
        folded.setdefault(column.casefold().replace(" ", "_").replace("-", "_"), []).append(column)
    for name in names:
        found = folded.get(name, [])
        if len(found) > 1:
            raise InputError(
                f"{path}: the columns {' and '.join(map(repr, found))} have the same name but for capitals and blanks. "
                "Remove or rename all but one."
            )
        if found:
            return found[0]
    return None


def _names(name: str) -> tuple[str, ...]:
    """Return what a name may mean: itself, or ``7`` where a spreadsheet made ``7.0`` or ``7,0`` of it."""
    whole = _WHOLE.fullmatch(name)
    return (name, whole[1]) if whole else (name,)


def _class(label: str, aliases: Mapping[str, str], classes: Sequence[str]) -> str | None:
    """Return the class that a label means: as written, as a whole number, or but for capitals."""
    for text in _names(label):
        target = translate(text, aliases, classes)
        if target is not None:
            return target
    alike = [name for name in classes if name.casefold() == label.casefold()]
    return alike[0] if len(alike) == 1 else None


def _class_columns(table: pd.DataFrame, classes: Sequence[str]) -> dict[str, str]:
    """Return the columns that are called as classes and hold 0 and 1 (or x), if there are at least two."""
    found = {
        name: name
        for name in classes
        if name in table and table[name].map(lambda value: _flag(value) is not None).all()
    }
    return found if len(found) > 1 else {}


def _flag(value: str) -> bool | None:
    text = _names(value.casefold())[-1]
    return True if text in _YES else False if text in _NO else None


def _marked_class(path: str, line: int, row: Mapping[Hashable, Any], columns: Mapping[str, str]) -> str:
    chosen = [name for name in columns if _flag(row[name])]
    if len(chosen) > 1:
        raise InputError(
            f"{path}: line {line} marks {' and '.join(chosen)}; expected one class. Leave one 1."
        )
    return chosen[0] if chosen else ""
