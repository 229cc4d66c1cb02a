"""Say which image trains, validates and tests: the protocols ``paper``, ``holdout`` and ``kfold``.

Every protocol is a function of the set of images and the seed alone: the order of the input does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.dataset.augment import FLIPS
from blastvote.dataset.split import protocols
from blastvote.dataset.split.settings import SplitSettings
from blastvote.errors import InputError

COLUMNS = ["image_id", "fold", "role", "flip"]
ROLES = ("train", "val", "test")
ROWS = {"paper": protocols.paper, "holdout": protocols.holdout, "kfold": protocols.kfold}


def make_splits(
    labels: pd.DataFrame,
    settings: SplitSettings | Mapping[str, Any],
    class_names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return who trains, validates and tests.

    Parameters
    ----------
    labels
        Columns ``image_id`` and ``label``, optionally ``patient_id`` (empty = unknown: the image stands
        alone). The manifest fits.
    settings
        The protocol, or the config section ``protocol``.
    class_names
        The classes; each must have enough images. Default: the labels that occur.

    Returns
    -------
    pandas.DataFrame
        Columns ``image_id, fold, role, flip``, sorted by fold, role (train, val, test), image_id and flip.

        - ``paper`` (fold 0): ``images_per_class`` images of each class are drawn; each gets one flipped
        copy (flips in turn);
          the copies train and validate (3:1, stratified); every original tests. The train and val rows have a
          flip and never ``none``.
        - ``holdout`` (fold 0): grouped and stratified parts; training images also appear with each flip.
        - ``kfold``: each image tests in exactly one fold; the validation part is drawn from the training
        folds.

    Raises
    ------
    InputError
        If settings are out of range, labels are missing, or a class has too few images or groups.
    """
    if not isinstance(settings, SplitSettings):
        settings = SplitSettings.from_config(settings)
    settings.validate()
    table = _checked(labels, class_names)
    classes = list(class_names) if class_names is not None else sorted(set(table["label"]))
    rows = ROWS[settings.name](table, settings, classes)
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = frame.assign(role=frame["role"].map(ROLES.index), flip=frame["flip"].map(FLIPS.index))
    return frame.loc[order.sort_values(["fold", "role", "image_id", "flip"]).index].reset_index(drop=True)


def _checked(labels: pd.DataFrame, class_names: Sequence[str] | None) -> pd.DataFrame:
    table = labels.copy()
    if "patient_id" not in table:
        table["patient_id"] = ""
    table = table[["image_id", "label", "patient_id"]].fillna("").astype(str)
    if table.empty:
        raise InputError("There are no images to split. Check config key 'dataset.images'.")
    twice = table["image_id"][table["image_id"].duplicated()]
    if len(twice):
        raise InputError(f"image_id {twice.iloc[0]!r} occurs twice among the images; ids must be unique.")
    known = set(class_names) if class_names is not None else set(table["label"]) - {""}
    wrong = table[~table["label"].isin(known)]
    if len(wrong):
        first = wrong.iloc[0]
        what = f"the label {first['label']!r}" if first["label"] else "no label"
        raise InputError(
            f"{len(wrong)} of {len(table)} images have no label among {sorted(known)}; the first, "
            f"{first['image_id']!r}, has {what}. Label them in the table of labels, or take them out."
        )
    return table.sort_values("image_id").reset_index(drop=True)


def read_splits(path: str | Path) -> pd.DataFrame:
    """Read a ``splits.csv``: ``image_id`` (text), ``fold`` (int), ``role``, ``flip``.

    Raises
    ------
    InputError
        If a column is missing, or a fold, role or flip is not what it may be.
    """
    frame = io.read_table(path, required=COLUMNS)[COLUMNS]
    for column, allowed in (("role", ROLES), ("flip", FLIPS)):
        wrong = frame[~frame[column].isin(allowed)]
        if len(wrong):
            raise InputError(
                f"{path}: line {wrong.index[0] + 2} has {column} {wrong.iloc[0][column]!r}; expected one "
                f"of {allowed}."
            )
    return frame.assign(fold=io.whole_numbers(path, frame, "fold", "Make the splits again."))
