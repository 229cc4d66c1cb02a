"""Try what a folder can mean: pairings of photographs and annotations are read, and their cells counted."""

from __future__ import annotations

import re
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
from blastvote.errors import InputError
from blastvote.onboarding.mask_mode import colour_classes
from blastvote.onboarding.survey import Survey, annotation_entries, photograph_entries

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
        Why it cannot be read; empty if it can.
    """

    dataset: dict[str, Any]
    annotations: Mapping[str, ImageAnnotation] = field(default_factory=dict)
    images: int = 0
    error: str = ""

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
        return Trial(dict(dataset), error=str(error))
    detail = (
        ""
        if any(i.cells for i in annotations.values())
        else no_cells(", ".join(entries(dataset["annotations"])), (), journal.lines, len(source.images))
    )
    return Trial(dict(dataset), annotations, len(source.images), detail)


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
    return sorted(tried, key=lambda trial: _dullness(trial.error))


def _dataset(images: list[str], entries: list[str]) -> dict[str, Any]:
    return {
        "source": "local",
        "images": images[0] if len(images) == 1 else images,
        "annotations": entries[0] if len(entries) == 1 else entries,
    }


DULL = (
    "format is not known", "belong to no", "no mask image", "holds no", "the mask of", "does not exist", "no annotated",
    "mask image has colours",
)  # fmt: skip
"""Words of errors that say only that a file is something else."""


def _dullness(error: str) -> int:
    return next((place for place, words in enumerate(DULL, start=1) if words in error), 0)


def cause(found: Survey, failed: list[Trial]) -> str:
    """Return why no reading of a folder gives cells."""
    detail = [trial.error for trial in failed if not _dullness(trial.error)]
    coloured = [
        trial.error for trial in failed if "mask image has colours" in trial.error and _in_masks(trial)
    ]
    if detail or coloured:
        return (detail + coloured)[0]
    count = sum(map(len, found.images.values()))
    named = [
        trial.error.split(" Expected one of")[0] for trial in failed if "format is not known" in trial.error
    ]
    strange = [error for error in named if ".csv: " not in error and ".tsv: " not in error]
    unknown = f" ({strange[0].rstrip('.')})" if strange else ""
    return (
        f"{found.root}: holds {count} image files, but nothing that outlines cells{unknown}. Expected annotations "
        "(VIA, COCO, LabelMe, GeoJSON and others: docs/your_data.md), or a mask image for each photograph."
    )


def _in_masks(trial: Trial) -> bool:
    places = [Path(entry) for entry in entries(trial.dataset["annotations"])]
    return any(MASKS & {part.casefold() for part in place.parts} for place in places)


def tightened(trial: Trial, defaults: Mapping[str, Any]) -> Trial:
    """Return the same reading with the one folder named in which all photographs lie."""
    source = open_source({**defaults, **trial.dataset}, [])
    folders = {path.parent for path in source.images.values()}
    if len(folders) != 1 or "*" in str(trial.dataset["images"]):
        return trial
    closer = read_as({**trial.dataset, "images": str(folders.pop())}, defaults)
    return closer if closer.cells == trial.cells and closer.images == trial.images else trial


LOSSY = ("a label map in a JPEG file", "that are only thin lines")
"""Words of errors of masks whose values are no cells; their pieces may be."""
_SOME_LACK_MASKS = re.compile(r"(\d+) of (\d+) images have no mask image")


def mended(failed: list[Trial], defaults: Mapping[str, Any]) -> list[Trial]:
    """Return the readings of smoothed masks by their pieces, and of masks without those photographs that lack one."""
    found = []
    for trial in failed:
        lack = _SOME_LACK_MASKS.search(trial.error)
        if any(words in trial.error for words in LOSSY):
            found.append(read_as({**trial.dataset, "masks": "components"}, defaults))
        elif lack and 2 * int(lack[1]) < int(lack[2]):
            found.append(read_as({**trial.dataset, "unlabelled": "leave_out"}, defaults))
    return sorted((trial for trial in found if trial.cells), key=lambda trial: trial.worth, reverse=True)


def coloured(failed: list[Trial], defaults: Mapping[str, Any]) -> list[Trial]:
    """Return the readings of folders of masks in which each colour is taken for a class."""
    found = []
    for trial in failed:
        if "mask image has colours" in trial.error and _in_masks(trial):
            colours = colour_classes(entries(trial.dataset["annotations"]))
            if colours:
                found.append(read_as({**trial.dataset, "mask_colours": colours}, defaults))
    return sorted(found, key=lambda trial: trial.worth, reverse=True)
