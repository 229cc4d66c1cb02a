"""Which classes there are, and where they stand: in the annotations, in a table, or in the names of folders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from blastvote import io
from blastvote.dataset.source.classes import IMAGE_LABEL
from blastvote.dataset.source.labels.folders import class_folder
from blastvote.dataset.source.labels.tables import read_label_table
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.source import open_source
from blastvote.errors import InputError
from blastvote.onboarding.folder.outlines import Trial, entries
from blastvote.study.configuration.reserved import check_classes
from blastvote.wording import listed

FEWEST = 3
"""Images of a class that any protocol needs: to train, to validate, to test."""
ONLY = "cell"
"""The class of all cells where nothing tells classes."""


@dataclass(frozen=True)
class Classes:
    """The classes of a study.

    Attributes
    ----------
    names
        For the config key ``classes``.
    aliases
        For ``dataset.class_aliases``.
    labels
        For ``dataset.labels``: tables, one for all photographs or one for each entry of ``dataset.images``.
    notes
        Where they come from, for the comments of the configuration.
    """

    names: list[str]
    aliases: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_classes(trial: Trial, tables: Sequence[Path], defaults: Mapping[str, Any]) -> Classes:
    """Return the classes of a reading.

    Parameters
    ----------
    trial
        The reading.
    tables
        CSV files of the folder.
    defaults
        The section ``dataset`` of the embedded default.

    Where nothing says of which class cells are, there is one: `ONLY`.
    """
    source = open_source({**defaults, **trial.dataset}, [])
    labels, files = _table_labels([part.images for part in source.parts], tables)
    own = Counter(image.label for image in trial.annotations.values() if image.label)
    cells = trial.class_names
    without = cells.pop("", 0)
    per_image = {i: image.label for i, image in trial.annotations.items() if image.label} | labels
    if not without and _are_of_one_name(cells, trial, per_image):
        names, aliases = _names(Counter(per_image.values()))
        (name,) = cells
        note = f"All cells are called {name!r}; each is taken for the class of its image"
        return Classes(
            names, aliases | {name: IMAGE_LABEL}, files, [f"{note}: {_counted(Counter(per_image.values()))}."]
        )
    if cells:
        names, aliases = _names(cells)
        if without:
            aliases[""] = ""
        aliases |= _meant(own, names, aliases)
        note = "The classes are those of the cells in the annotations"
        return Classes(names, aliases, files, [f"{note}: {_counted(cells)}."])
    folders = Counter(class_folder(path) for path in source.images.values())
    for found, where in ((Counter(labels.values()), listed(files)), (own, "the annotation files")):
        if found:
            names, aliases = _names(found)
            return Classes(
                names, aliases, files, [f"The classes are the labels in {where}: {_counted(found)}."]
            )
    if 1 < len(folders) <= len(source.images) / 2 and all(folders):
        names, aliases = _names(folders)
        note = f"The classes are the folders of the photographs: {_counted(folders)}."
        return Classes(names, aliases, files, [note])
    note = (
        "Nothing says of which class the cells are, so they are all of one. To tell classes apart, give them in the "
        "annotation tool, or put a table with the columns image_id,label into the folder"
    )
    return Classes([ONLY], {"": ONLY}, [], [f"{note}."])


def _are_of_one_name(cells: Mapping[str, int], trial: Trial, labels: Mapping[str, str]) -> bool:
    """Return whether the cells tell no classes apart, but the labels of their images do."""
    outlined = {image_id for image_id, image in trial.annotations.items() if image.cells}
    return len(cells) == 1 < len({*labels.values()} - {*cells}) and outlined <= {*labels}


def _table_labels(
    parts: Sequence[Mapping[str, Path]], tables: Sequence[Path]
) -> tuple[dict[str, str], list[str]]:
    """Return the labels that tables give to images, and the tables: one for all, or one for each part."""
    images = {image_id: path for part in parts for image_id, path in part.items()}
    whole = _best(images, tables)
    own = [_best(part, tables) for part in parts] if len(parts) > 1 else []
    if own and all(best.labels for best in own) and len({best.path for best in own}) == len(own):
        labels = {image_id: label for best in own for image_id, label in best.labels.items()}
        return labels, [str(best.path) for best in own]
    labels = {image_id: label for image_id, label in whole.labels.items() if label}
    return labels, [str(whole.path)] if whole.labels else []


class _Best(NamedTuple):
    labels: dict[str, str]  # by image id, "" where the table holds patients only
    lost: int  # lines that name no image
    path: Path


def _best(images: Mapping[str, Path], tables: Sequence[Path]) -> _Best:
    """Return the table that names most of the images, is called as their folder, and names fewest others."""
    folders = {path.parent.name.casefold() for path in images.values()}

    def worth(best: _Best) -> tuple[int, bool, int]:
        called = any(folder in best.path.stem.casefold() for folder in folders)
        return len(best.labels), called, -best.lost

    return max((_labels_in(path, images) for path in tables), key=worth, default=_Best({}, 0, Path()))


def _labels_in(path: Path, images: Mapping[str, Path]) -> _Best:
    index = NameIndex(images)
    try:
        columns = list(io.read_table(path).columns)  # each may be a class with 0 and 1 below it
        rows = read_label_table(str(path), {}, columns, [])
    except InputError:
        return _Best({}, 0, path)  # a table of something else
    found = [(index.find(*row.names, numbers=True), row.label) for row in rows]
    labels = {image_id: label for image_id, label in found if image_id is not None}
    return _Best(labels, len(found) - len(labels), path)


def _names(found: Mapping[str, int]) -> tuple[list[str], dict[str, str]]:
    """Return class names as the configuration takes them, and the aliases that lead to them."""
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for name in sorted(found, key=lambda name: (-found[name], name)):
        safe = re.sub(r"[\s,/]+", "_", re.sub(r"^(\d+)[.,]0+$", r"\1", name.strip())).strip("_") or "unnamed"
        safe = f"class_{safe}" if re.fullmatch(r"[\d.+-]+", safe) else safe
        safe = f"{safe}_cell" if _is_reserved(safe) else safe
        chosen = names.setdefault(safe.casefold(), safe)
        if chosen != name:
            aliases[name] = chosen
    return sorted(names.values(), key=_natural), dict(sorted(aliases.items()))


def _meant(labels: Iterable[str], names: Sequence[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """Return the class that each label of whole images means: the one class whose name holds it (`blast L1`: `L1`).

    One that means none says nothing, and the cells vote.
    """
    meant = {}
    for label in labels:
        holding = [name for name in names if label.casefold() in name.casefold()]
        if label not in names and label not in aliases:
            meant[label] = holding[0] if len(holding) == 1 else ""
    return meant


def _is_reserved(name: str) -> bool:
    try:
        check_classes([name])
    except InputError:
        return True
    return False


def _natural(name: str) -> list[Any]:
    return [int(piece) if piece.isdigit() else piece.casefold() for piece in re.split(r"(\d+)", name)]


def _counted(found: Mapping[str, int]) -> str:
    return listed((f"{name} ({count})" for name, count in sorted(found.items())), 12)


def require_enough(root: Path, images: Sequence[str], dataset: Mapping[str, Any]) -> None:
    """Raise InputError where no protocol can split the images."""
    if len(images) < FEWEST:
        check = f"blastvote check {entries(dataset['images'])[0]} --annotations {entries(dataset['annotations'])[0]}"
        raise InputError(
            f"{root}: {len(images)} of its photographs can be used, but a study needs {FEWEST} or more: to train, to "
            f"validate and to test. Add photographs; `{check}` looks at those that there are."
        )


def as_one(classes: Classes, why: str) -> Classes:
    """Return one class that all others are."""
    aliases = {name: ONLY if target else "" for name, target in classes.aliases.items()}
    aliases |= {name: ONLY for name in classes.names if name != ONLY}
    return Classes([ONLY], aliases, classes.labels, [*classes.notes, why])


def without(classes: Classes, dropped: Iterable[str], why: str) -> Classes:
    """Return classes without some, whose cells and images are then left out."""
    removed = set(dropped)
    aliases = {name: "" if target in removed else target for name, target in classes.aliases.items()}
    aliases |= {name: "" for name in removed if name not in aliases.values()}
    kept = [name for name in classes.names if name not in removed]
    return Classes(kept, aliases, classes.labels, [*classes.notes, why])
