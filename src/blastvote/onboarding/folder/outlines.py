"""Try what a folder can mean: pairings of photographs and annotations are read, and their cells counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blastvote.annotations.files import is_annotation_entry
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.names import MASKS
from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.check.pairing import part_annotations
from blastvote.dataset.source.source import open_source
from blastvote.dataset.source.usable import check_coordinates, no_cells
from blastvote.errors import (
    ColouredMaskError,
    InputError,
    LossyMaskError,
    MissingMasksError,
    UnknownFormatError,
    UnrelatedInputError,
)
from blastvote.onboarding.folder.mask_mode import colour_classes
from blastvote.onboarding.folder.survey import TABLES, Survey, annotation_entries, photograph_entries

MOST_TRIALS = 60
"""Pairings that are read: folders of folders could be paired for hours."""


@dataclass(frozen=True)
class Trial:
    """What one reading of a folder comes to.

    Attributes
    ----------
    dataset
        The keys of the config section ``dataset`` that it takes.
    annotations
        Image id to its annotation, classes as the files name them.
    images
        Number of photographs.
    error
        Why it cannot be read, or gives no cell; None if it does.
    """

    dataset: dict[str, Any]
    annotations: Mapping[str, ImageAnnotation] = field(default_factory=dict)
    images: int = 0
    error: InputError | None = None

    @property
    def cells(self) -> int:
        """Return the number of objects, crowds included."""
        return sum(len(image.cells) for image in self.annotations.values())

    @property
    def crowds(self) -> int:
        """Return the number of crowds."""
        return sum(cell.crowd for image in self.annotations.values() for cell in image.cells)

    @property
    def class_names(self) -> Counter[str]:
        """Return how many cells each class has, "" for none."""
        cells = (cell for image in self.annotations.values() for cell in image.cells)
        return Counter(cell.class_name or "" for cell in cells)

    @property
    def outlined(self) -> int:
        """Return the number of photographs with objects."""
        return sum(bool(image.cells) for image in self.annotations.values())

    @property
    def complete(self) -> bool:
        """Return whether every photograph has objects."""
        return bool(self.images) and self.outlined == self.images

    @property
    def worth(self) -> tuple[int, ...]:
        """Return what makes one reading better than another: photographs with cells, classes, cells, few others."""
        named = len([name for name in self.class_names if name])
        depth = sum(
            len(Path(entry).parts)
            for key in ("images", "annotations")
            for entry in entries(self.dataset[key])
        )
        return self.outlined, named, self.cells, self.outlined - self.images, depth


def entries(value: Any) -> list[str]:
    """Return what a key of the configuration names: one path, or a list of them."""
    return [value] if isinstance(value, str) else list(value)


def read_as(dataset: Mapping[str, Any], defaults: Mapping[str, Any]) -> Trial:
    """Read a data set as a configuration would; mistakes become the trial's error."""
    journal = Journal()
    annotations: dict[str, ImageAnnotation] = {}
    try:
        source = open_source({**defaults, **dataset}, [])
        for part in source.parts:
            annotations |= part_annotations(part, source, journal)
        check_coordinates(annotations)
    except InputError as error:
        return Trial(dict(dataset), error=error)
    if any(image.cells for image in annotations.values()):
        return Trial(dict(dataset), annotations, len(source.images))
    why = no_cells(", ".join(entries(dataset["annotations"])), (), journal.lines, len(source.images))
    kind = InputError if journal.lines else UnrelatedInputError
    return Trial(dict(dataset), annotations, len(source.images), kind(why))


def trials(found: Survey, defaults: Mapping[str, Any]) -> list[Trial]:
    """Return the readings of a folder that give cells, the best first; if there is none, those that fail.

    Parameters
    ----------
    found
        The folder.
    defaults
        The section ``dataset`` of the embedded default.
    """
    tried: list[Trial] = []
    for images in photograph_entries(found):
        for place in annotation_entries(found, images):
            masks = not any(map(is_annotation_entry, place))
            if len(tried) < MOST_TRIALS and not (masks and any(trial.complete for trial in tried)):
                tried.append(read_as(_dataset(images, place), defaults))
    good = [trial for trial in tried if trial.cells]
    if good:
        return sorted(good, key=lambda trial: trial.worth, reverse=True)
    return tried


def _dataset(images: list[str], entries: list[str]) -> dict[str, Any]:
    return {
        "source": "local",
        "images": images[0] if len(images) == 1 else images,
        "annotations": entries[0] if len(entries) == 1 else entries,
    }


DULL = (UnrelatedInputError, MissingMasksError, ColouredMaskError)
"""Errors that say no more than that a folder or file is something other than the annotations."""


def cause(found: Survey, failed: list[Trial]) -> str:
    """Return why no reading of a folder gives cells."""
    detail = [trial.error for trial in failed if not isinstance(trial.error, DULL)]
    coloured = [trial.error for trial in failed if _is_coloured_mask(trial)]
    if detail or coloured:
        return str((detail + coloured)[0])
    count = sum(map(len, found.images.values()))
    strange = [
        str(trial.error)
        for trial in failed
        if isinstance(trial.error, UnknownFormatError) and not _is_table(trial)
    ]
    unknown = f" ({strange[0].split(' Expected one of')[0].rstrip('.')})" if strange else ""
    return (
        f"{found.root}: holds {count} image files, but nothing that outlines cells{unknown}. Expected annotations "
        "(VIA, COCO, LabelMe, GeoJSON and others: docs/your_data.md), or a mask image for each photograph."
    )


def _annotation_paths(trial: Trial) -> list[Path]:
    return [Path(entry) for entry in entries(trial.dataset["annotations"])]


def _is_table(trial: Trial) -> bool:
    return any(path.suffix.lower() in TABLES for path in _annotation_paths(trial))


def _is_coloured_mask(trial: Trial) -> bool:
    """Return whether colours are what is wrong, in a folder that is called that of masks."""
    in_masks = any(MASKS & {part.casefold() for part in path.parts} for path in _annotation_paths(trial))
    return isinstance(trial.error, ColouredMaskError) and in_masks


def tightened(trial: Trial, defaults: Mapping[str, Any]) -> Trial:
    """Return the same reading with the one folder named in which all photographs lie."""
    source = open_source({**defaults, **trial.dataset}, [])
    folders = {path.parent for path in source.images.values()}
    if len(folders) != 1 or "*" in str(trial.dataset["images"]):
        return trial
    closer = read_as({**trial.dataset, "images": str(folders.pop())}, defaults)
    return closer if closer.cells == trial.cells and closer.images == trial.images else trial


def mended(failed: list[Trial], defaults: Mapping[str, Any]) -> list[Trial]:
    """Return the readings of smoothed masks by their pieces, and of masks without those photographs that lack one."""
    found = []
    for trial in failed:
        error = trial.error
        if isinstance(error, LossyMaskError):
            found.append(read_as({**trial.dataset, "masks": "components"}, defaults))
        elif isinstance(error, MissingMasksError) and 2 * error.missing < error.images:
            found.append(read_as({**trial.dataset, "unlabelled": "leave_out"}, defaults))
    return sorted((trial for trial in found if trial.cells), key=lambda trial: trial.worth, reverse=True)


def coloured(failed: list[Trial], defaults: Mapping[str, Any]) -> list[Trial]:
    """Return the readings of folders of masks in which each colour is taken for a class."""
    found = []
    for trial in failed:
        if _is_coloured_mask(trial):
            colours = colour_classes(entries(trial.dataset["annotations"]))
            if colours:
                found.append(read_as({**trial.dataset, "mask_colours": colours}, defaults))
    return sorted(found, key=lambda trial: trial.worth, reverse=True)
