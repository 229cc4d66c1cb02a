"""Say which image trains, validates and tests: the protocols ``paper``, ``holdout`` and ``kfold``.

Every protocol is a function of the set of images and the seed alone: the order of the input does not
matter. Groups (patients where known, else images) are shuffled by a hash of the seed and the group's name,
so that one added image moves as few others as possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import io
from blastvote.dataset.augment import FLIPS
from blastvote.dataset.split.groups import Group, deal, make_groups, shuffled
from blastvote.errors import InputError

COLUMNS = ["image_id", "fold", "role", "flip"]
ROLES = ("train", "val", "test")
PROTOCOLS = ("paper", "holdout", "kfold")


@dataclass(frozen=True)
class SplitSettings:
    """The protocol and its numbers; field names are those of the config section ``protocol``.

    Attributes
    ----------
    name
        ``paper``, ``holdout`` or ``kfold``.
    seed
        Decides who is drawn.
    test_fraction
        ``holdout``: part of all images that tests.
    val_fraction
        ``holdout``, ``kfold``: part of all images that validates.
    folds
        ``kfold``: number of folds.
    images_per_class
        ``paper``: images of a class whose flipped copies are trained on.
    train_fraction
        ``paper``: part of the flipped copies that trains; the rest validates.
    flips
        Flipped copies: in ``holdout`` and ``kfold`` each training image gets all of them beside itself, in
        ``paper`` each chosen image gets one, in turn.
    """

    name: str = "holdout"
    seed: int = 0
    test_fraction: float = 0.5
    val_fraction: float = 0.1
    folds: int = 5
    images_per_class: int = 20
    train_fraction: float = 0.75
    flips: tuple[str, ...] = ("horizontal", "vertical")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SplitSettings:
        """Make settings of the config section ``protocol``; missing keys keep their defaults."""
        known = {key: config[key] for key in cls.__dataclass_fields__ if key in config}
        flips = known.get("flips", cls.flips)
        known["flips"] = tuple([flips] if isinstance(flips, str) else flips)
        return cls(**known)

    def validate(self) -> None:
        """Raise InputError for a number out of range or an unknown name."""
        if self.name not in PROTOCOLS:
            raise InputError(f"protocol.name is {self.name!r}; expected one of {', '.join(PROTOCOLS)}.")
        for flip in self.flips:
            if flip not in FLIPS:
                raise InputError(f"protocol.flips holds {flip!r}; expected some of {', '.join(FLIPS[1:])}.")
        for key in ("test_fraction", "val_fraction", "train_fraction"):
            if not 0 < getattr(self, key) < 1:
                raise InputError(
                    f"protocol.{key} is {getattr(self, key)}; expected a number between 0 and 1."
                )
        if self.name == "holdout" and self.test_fraction + self.val_fraction >= 1:
            raise InputError(
                "protocol.test_fraction + protocol.val_fraction is "
                f"{self.test_fraction + self.val_fraction:g}: nothing is left to train on. Make their sum "
                "less than 1."
            )
        if self.name == "kfold" and self.folds < 2:
            raise InputError(f"protocol.folds is {self.folds}; expected 2 or more.")
        if self.name == "paper" and not self.copies:
            raise InputError(
                "protocol.flips is empty, but protocol 'paper' trains on flipped copies. Name a flip."
            )

    @property
    def copies(self) -> tuple[str, ...]:
        """Return the flips that make a copy, without ``none``, in the order of `FLIPS`."""
        return tuple(flip for flip in FLIPS[1:] if flip in self.flips)


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
    rows = {"paper": _paper, "holdout": _holdout, "kfold": _kfold}[settings.name](table, settings, classes)
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


def _paper(
    table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]
) -> list[tuple[str, int, str, str]]:
    wanted = settings.images_per_class
    n_train = round(wanted * settings.train_fraction)
    if not 0 < n_train < wanted:
        raise InputError(
            f"protocol.images_per_class = {wanted} with protocol.train_fraction = "
            f"{settings.train_fraction} gives {n_train} training and {wanted - n_train} validation copies "
            "of a class; both must be 1 or more. Raise images_per_class."
        )
    rows = [(image_id, 0, "test", "none") for image_id in table["image_id"]]
    for name in classes:
        ids = list(table["image_id"][table["label"] == name])
        if len(ids) < wanted:
            raise InputError(
                f"Protocol 'paper' draws {wanted} images of each class, but class {name!r} has {len(ids)}. "
                f"Lower protocol.images_per_class to {len(ids)} or less, or add images."
            )
        chosen = shuffled(ids, "paper", settings.seed, name)[:wanted]
        for place, image_id in enumerate(chosen):
            role = "train" if place < n_train else "val"
            rows.append((image_id, 0, role, settings.copies[place % len(settings.copies)]))
    return rows


def _by_class(
    table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str], need: int
) -> dict[str, list[Group]]:
    """Return the shuffled groups of each class; an error if a class has fewer than ``need``."""
    groups = make_groups(table)
    grouped = any(len(group.image_ids) > 1 for group in groups)
    result = {}
    for name in classes:
        own = {group.name: group for group in groups if group.label == name}
        if len(own) < need:
            unit = "patients or lone images" if grouped else "images"
            cure = "lower protocol.folds" if settings.name == "kfold" else "take the class out of 'classes'"
            why = "one for each fold" if settings.name == "kfold" else "train, val and test"
            raise InputError(
                f"Class {name!r} has {len(own)} {unit}, but protocol '{settings.name}' needs {need} or "
                f"more of each class ({why}). Add {unit} of this class, or {cure}."
            )
        order = shuffled(own, settings.name, settings.seed, name)
        result[name] = [own[key] for key in order]
    return result


def _training_rows(
    groups: Iterable[Group], fold: int, settings: SplitSettings
) -> list[tuple[str, int, str, str]]:
    ids = (image_id for group in groups for image_id in group.image_ids)
    return [(image_id, fold, "train", flip) for image_id in ids for flip in ("none", *settings.copies)]


def _rows(groups: Iterable[Group], fold: int, role: str) -> list[tuple[str, int, str, str]]:
    return [(image_id, fold, role, "none") for group in groups for image_id in group.image_ids]


def _holdout(
    table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]
) -> list[tuple[str, int, str, str]]:
    shares = {
        "train": 1 - settings.test_fraction - settings.val_fraction,
        "val": settings.val_fraction,
        "test": settings.test_fraction,
    }
    rows = []
    for groups in _by_class(table, settings, classes, need=3).values():
        parts = deal(groups, shares)
        rows += _training_rows(parts["train"], 0, settings)
        rows += _rows(parts["val"], 0, "val") + _rows(parts["test"], 0, "test")
    return rows


def _kfold(
    table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]
) -> list[tuple[str, int, str, str]]:
    folds = settings.folds
    rest = (folds - 1) / folds
    if settings.val_fraction >= rest:
        raise InputError(
            f"protocol.val_fraction is {settings.val_fraction}, but with {folds} folds only {rest:.3g} of "
            "the images are not tested. Lower it."
        )
    rows = []
    by_class = _by_class(table, settings, classes, need=max(folds, 3))
    for place, (name, groups) in enumerate(by_class.items()):
        # Each class starts at another fold, so that the odd ones out do not all land in the first.
        order = [str((place + step) % folds) for step in range(folds)]
        parts = deal(groups, dict.fromkeys(order, 1 / folds))
        for fold in range(folds):
            rows += _rows(parts[str(fold)], fold, "test")
            others = {g.name: g for part, own in parts.items() if part != str(fold) for g in own}
            rest_groups = [others[key] for key in shuffled(others, "val", settings.seed, name, fold)]
            shares = {"train": 1 - settings.val_fraction / rest, "val": settings.val_fraction / rest}
            dealt = deal(rest_groups, shares)
            rows += _training_rows(dealt["train"], fold, settings) + _rows(dealt["val"], fold, "val")
    return rows


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
    if not frame["fold"].str.fullmatch(r"\d+").all():
        raise InputError(
            f"{path}: column 'fold' holds something else than whole numbers. Make the splits again."
        )
    return frame.assign(fold=frame["fold"].astype(int))
