"""The three protocols: rows ``(image_id, fold, role, flip)`` of a checked table of images.

Groups (patients where known, else images) are shuffled by a hash of the seed and the group's name, so that one
added image moves as few others as possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from blastvote.dataset.split.groups import Group, deal, make_groups, shuffled
from blastvote.dataset.split.settings import SplitSettings
from blastvote.errors import InputError

Row = tuple[str, int, str, str]
"""``image_id, fold, role, flip``."""


def paper(table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]) -> list[Row]:
    """Return the rows in which flipped copies of some images of each class train, and all originals test."""
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
            remedy = "lower protocol.folds" if settings.name == "kfold" else "take the class out of 'classes'"
            why = "one for each fold" if settings.name == "kfold" else "train, val and test"
            others = {image_id for group in groups if group.label != name for image_id in group.image_ids}
            mixed = int(((table["label"] == name) & table["image_id"].isin(others)).sum())
            detail = f" ({mixed} of its images are of patients most of whose images are of another class)"
            raise InputError(
                f"Class {name!r} has {len(own)} {unit}{detail if mixed else ''}, but protocol '{settings.name}' needs "
                f"{need} or more of each class ({why}). Add {unit} of this class, or {remedy}."
            )
        order = shuffled(own, settings.name, settings.seed, name)
        result[name] = [own[key] for key in order]
    return result


def _training_rows(groups: Iterable[Group], fold: int, settings: SplitSettings) -> list[Row]:
    ids = (image_id for group in groups for image_id in group.image_ids)
    return [(image_id, fold, "train", flip) for image_id in ids for flip in ("none", *settings.copies)]


def _rows(groups: Iterable[Group], fold: int, role: str) -> list[Row]:
    return [(image_id, fold, role, "none") for group in groups for image_id in group.image_ids]


def holdout(table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]) -> list[Row]:
    """Return the rows of one stratified split into training, validation and test groups."""
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


def kfold(table: pd.DataFrame, settings: SplitSettings, classes: Sequence[str]) -> list[Row]:
    """Return the rows in which every group tests in one of the folds."""
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
