"""The manifest: one row an image, with what was measured on its file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from blastvote import io
from blastvote.errors import InputError

if TYPE_CHECKING:
    from blastvote.dataset.check.measure import ImageFacts
    from blastvote.dataset.source.collect import Collection

COLUMNS = ["image_id", "path", "sha256", "width", "height", "label", "patient_id", "n_cells", "source"]


def build_manifest(collection: Collection, facts: Iterable[ImageFacts]) -> pd.DataFrame:
    """Return the manifest of a collection.

    Parameters
    ----------
    collection
        Images, labels and cells (`blastvote.dataset.source.collect.collect`).
    facts
        What the check measured on each image (`blastvote.dataset.check.measure.examine`).

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS`, sorted by ``image_id``. ``path`` is relative to the working folder where it
        lies inside.
    """
    measured = {fact.image_id: fact for fact in facts}
    rows = []
    for image_id, label, patient in collection.labels.itertuples(index=False):
        fact = measured[image_id]
        rows.append(
            (
                image_id,
                portable_path(collection.images[image_id]),
                fact.sha256,
                fact.width,
                fact.height,
                label,
                patient,
                fact.n_cells,
                collection.sources[image_id],
            )
        )
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("image_id").reset_index(drop=True)


def portable_path(path: str | os.PathLike[str]) -> str:
    """Return a path with ``/``, relative to the working folder if it lies inside."""
    path = Path(path)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix()


def read_manifest(path: str | Path, class_names: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a ``manifest.csv``: text columns stay text, ``width``, ``height`` and ``n_cells`` become integers.

    Raises
    ------
    InputError
        If a column is missing, an id occurs twice, a number is none, or a label is not in ``class_names``.
    """
    frame = io.read_table(path, required=COLUMNS)[COLUMNS]
    twice = frame["image_id"][frame["image_id"].duplicated()]
    if len(twice):
        raise InputError(f"{path}: image_id {twice.iloc[0]!r} occurs twice; ids must be unique.")
    for column in ("width", "height", "n_cells"):
        frame[column] = io.whole_numbers(path, frame, column, "Make the manifest again.")
    if class_names is not None and not frame["label"].isin(list(class_names)).all():
        wrong = frame[~frame["label"].isin(list(class_names))]
        raise InputError(
            f"{path}: image {wrong.iloc[0]['image_id']!r} has the label {wrong.iloc[0]['label']!r}; "
            f"expected one of {list(class_names)}. Make the manifest again with these classes."
        )
    return frame
