"""Labels and patients of images: from tables, or from the folders that images lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from blastvote import io
from blastvote.annotations.journal import Journal
from blastvote.dataset.source.labels.folders import folder_labels
from blastvote.dataset.source.labels.tables import read_label_table
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.errors import InputError
from blastvote.wording import listed, suggest


def read_labels(source: Source, classes: Sequence[str], journal: Journal | None = None) -> pd.DataFrame:
    """Read the tables of labels.

    Parameters
    ----------
    source
        The data set.
    classes
        Allowed labels, after aliases.
    journal
        Receives a warning of the lines of each table that name no image, and notes on how tables were read.

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
    journal = Journal() if journal is None else journal
    notes: list[str] = []
    for part in source.parts:
        if part.labels:
            own, unknown = _read_one(part, source.class_aliases, classes, notes)
            rows |= own
            # A table that serves several folders names images of all of them.
            before = lost.get(part.labels, unknown)
            lost[part.labels] = {line: name for line, name in unknown.items() if line in before}
    for table, lines in lost.items():
        if lines:
            detail = listed(f"{name} (line {line})" for line, name in lines.items())
            total = len(io.read_table(table))
            journal.warnings.append(f"{table}: {len(lines)} of {total} lines name no image: {detail}.")
    journal.notes += dict.fromkeys(notes)
    for image_id, label in folder_labels(source, classes).items():
        given, patient = rows.get(image_id, ("", ""))
        rows[image_id] = ((label or None) if given == "" else given, patient)
    data = [(image_id, *values) for image_id, values in sorted(rows.items())]
    return pd.DataFrame(data, columns=["image_id", "label", "patient_id"], dtype=object)


def _read_one(
    part: Part, aliases: Mapping[str, str], classes: Sequence[str], notes: list[str]
) -> tuple[dict[str, tuple[str | None, str]], dict[int, str]]:
    """Return label and patient by image, and the lines that name no image (but would leave none out)."""
    table = read_label_table(part.labels, aliases, classes, notes)
    index = NameIndex(part.images)
    rows: dict[str, tuple[str | None, str]] = {}
    lost: dict[int, str] = {}
    for row in table:
        image_id = index.find(*row.names, numbers=True)
        if image_id is None:
            if not row.label or row.target != "":
                lost[row.line] = row.names[0]
            continue
        if row.target is None:
            raise InputError(
                f"{part.labels}: line {row.line} labels {row.names[0]!r} as {row.label!r}; expected one of "
                f"{list(classes)}.{suggest(row.label, classes)} Correct it, or map it in config key "
                "'dataset.class_aliases' (to '' to leave such images out)."
            )
        values = (row.target if row.target or not row.label else None), row.patient
        if rows.get(image_id, values) != values:
            raise InputError(
                f"{part.labels}: line {row.line} names {row.names[0]!r} again with other values. Keep one line."
            )
        rows[image_id] = values
    if not rows:
        raise InputError(
            f"{part.labels}: none of its {len(table)} lines names one of the {len(part.images)} images; "
            f"the first says {table[0].names[0]!r}, an image is "
            f"{next(iter(part.images.values())).name!r}. Name images by their file names."
        )
    return rows, lost
