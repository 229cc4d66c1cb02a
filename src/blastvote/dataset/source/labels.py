"""Labels and patients of images: from tables, or from the folders that images lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from blastvote import io
from blastvote.dataset.source.classes import translate
from blastvote.dataset.source.folder_labels import folder_labels
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.errors import InputError
from blastvote.wording import listed, suggest

ID_COLUMNS = ("image_id", "image", "file_name", "filename", "file", "name", "path", "id")
LABEL_COLUMNS = ("label", "class", "class_label", "subtype")
PATIENT_COLUMNS = ("patient_id", "patient", "case", "case_id", "slide", "slide_id")


def read_labels(source: Source, classes: Sequence[str], warnings: list[str] | None = None) -> pd.DataFrame:
    """Read the tables of labels.

    Parameters
    ----------
    source
        The data set.
    classes
        Allowed labels, after aliases.
    warnings
        Receives a sentence on the lines of each table that name no image.

    Returns
    -------
    pandas.DataFrame
        Columns ``image_id, label, patient_id`` for the images that a table or their folder names, sorted. A label
        mapped to nothing by an alias is ``None``; an empty one means the table leaves it open.

    Raises
    ------
    InputError
        If a label is unknown, or a table names one image twice with different values, or fits no image at
        all.
    """
    rows: dict[str, tuple[str | None, str]] = {}
    lost: dict[str, dict[int, str]] = {}
    for part in source.parts:
        if part.labels:
            own, unknown = _read_one(part, source.class_aliases, classes)
            rows |= own
            # A table that serves several folders names images of all of them.
            before = lost.get(part.labels, unknown)
            lost[part.labels] = {line: name for line, name in unknown.items() if line in before}
    for table, lines in lost.items():
        if lines and warnings is not None:
            told = listed(f"{name} (line {line})" for line, name in lines.items())
            total = len(io.read_table(table))
            warnings.append(f"{table}: {len(lines)} of {total} lines name no image: {told}.")
    for image_id, label in folder_labels(source, classes).items():
        given, patient = rows.get(image_id, ("", ""))
        rows[image_id] = ((label or None) if given == "" else given, patient)
    data = [(image_id, *values) for image_id, values in sorted(rows.items())]
    return pd.DataFrame(data, columns=["image_id", "label", "patient_id"], dtype=object)


def _read_one(
    part: Part, aliases: Mapping[str, str], classes: Sequence[str]
) -> tuple[dict[str, tuple[str | None, str]], dict[int, str]]:
    """Return label and patient by image, and the lines that name no image (but would leave none out)."""
    table = io.read_table(part.labels)
    id_column, label_column, patient_column = (
        _column(table, names) for names in (ID_COLUMNS, LABEL_COLUMNS, PATIENT_COLUMNS)
    )
    if id_column is None or (label_column is None and patient_column is None):
        raise InputError(
            f"{part.labels}: the columns {list(table.columns)} name no image or no label; expected "
            "'image_id' (or 'file_name') with 'label' or 'patient_id'. Rename the columns."
        )
    index = NameIndex(part.images)
    rows: dict[str, tuple[str | None, str]] = {}
    lost: dict[int, str] = {}
    for line, row in enumerate(table.to_dict("records"), start=2):
        image_id = index.find(row[id_column], numbers=True)
        label = row[label_column] if label_column else ""
        if image_id is None:
            if not label or translate(label, aliases, classes) != "":
                lost[line] = row[id_column]
            continue
        found = translate(label, aliases, classes) if label else ""
        if found is None:
            raise InputError(
                f"{part.labels}: line {line} labels {row[id_column]!r} as {label!r}; expected one of "
                f"{list(classes)}.{suggest(label, classes)} Correct it, or map it in config key "
                "'dataset.class_aliases' (to '' to leave such images out)."
            )
        values = (found if found or not label else None), row[patient_column] if patient_column else ""
        if rows.get(image_id, values) != values:
            raise InputError(
                f"{part.labels}: line {line} names {row[id_column]!r} again with other values. Keep one line."
            )
        rows[image_id] = values
    if not rows:
        raise InputError(
            f"{part.labels}: none of its {len(table)} lines names one of the {len(part.images)} images; "
            f"the first says {table[id_column].iloc[0] if len(table) else ''!r}, an image is "
            f"{next(iter(part.images.values())).name!r}. Name images by their file names."
        )
    return rows, lost


def _column(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    folded = {
        str(column).casefold().replace(" ", "_"): str(column) for column in reversed(list(table.columns))
    }
    return next((folded[name] for name in names if name in folded), None)
