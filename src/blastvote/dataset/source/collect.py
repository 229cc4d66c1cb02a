"""Bring images, their annotated cells and their labels together, with the configured classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from blastvote.annotations.journal import Journal, Line
from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.check.mask_pairing import check_masks, is_mask_part, mask_paths
from blastvote.dataset.check.pairing import part_annotations
from blastvote.dataset.source.classes import translate, with_classes
from blastvote.dataset.source.labels.read import read_labels
from blastvote.dataset.source.photo_sets import Source
from blastvote.dataset.source.photographs import links_outside
from blastvote.dataset.source.usable import (
    CROWD_ORIGIN,
    apply_crowds,
    check_coordinates,
    note_masks_beside,
    require_cells,
)
from blastvote.errors import InputError
from blastvote.io import ReadSettings
from blastvote.wording import listed, suggest

Vote = Callable[[Mapping[str, int]], str | None]
"""A vote rule: cells of each class to the image's class, or None."""


@dataclass(frozen=True)
class Collection:
    """All images of a source with their true cells.

    Attributes
    ----------
    images
        Image id to path.
    annotations
        Image id to annotation; every cell has a configured class.
    labels
        Columns ``image_id, label, patient_id``, sorted, one row an image.
    sources
        Image id to the name of the part it came from.
    notes
        What was repaired, guessed or left out.
    warnings
        What is most likely a slip in the tables or annotation files.
    lines
        The objects of annotation files that are no cells; every other object is a cell of `annotations`.
    reading
        How the pixels of photographs are read.
    """

    images: dict[str, Path]
    annotations: dict[str, ImageAnnotation]
    labels: pd.DataFrame
    sources: dict[str, str]
    notes: list[str]
    warnings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    reading: ReadSettings = field(default_factory=ReadSettings)

    @property
    def cell_counts(self) -> dict[str, int]:
        """Return the number of cells of each annotated image, crowds not counted."""
        return {i: sum(not c.crowd for c in image.cells) for i, image in self.annotations.items()}


def collect(source: Source, classes: Sequence[str], vote: Vote) -> Collection:
    """Read all annotations and labels of a source; photographs are not opened.

    Parameters
    ----------
    source
        From `blastvote.dataset.source.source.open_source`.
    classes
        The configured classes.
    vote
        Decides the label of an image that neither a table nor the annotation file labels.

    Raises
    ------
    InputError
        For annotations of images that do not exist, unknown or missing classes, images without cells and
        label. One message lists the first cases and their number.
    """
    journal = Journal()
    journal.notes += links_outside(source.images.values())
    rows = read_labels(source, classes, journal).itertuples(index=False)
    table = {str(image_id): (str(label or ""), str(patient)) for image_id, label, patient in rows}
    annotations: dict[str, ImageAnnotation] = {}
    sources: dict[str, str] = {}
    for part in source.parts:
        known = {i: table[i][0] for i in part.images if i in table and table[i][0]}
        found = part_annotations(part, source, journal)
        check_coordinates(found)
        found = apply_crowds(found, source.crowds, journal)
        annotations |= with_classes(part, found, source.class_aliases, classes, known, journal)
        sources |= dict.fromkeys(part.images, part.name)
    note_masks_beside(source, journal)
    if source.unlabelled:
        detail = f"{len(source.unlabelled)} images without cells and label ({listed(source.unlabelled)})"
        journal.warnings.append(f"{detail} were left out, as dataset.unlabelled says")
    files = list(dict.fromkeys(entry for part in source.parts for entry in part.annotations))
    where = listed(files) or listed(part.name for part in source.parts)
    require_cells(where, annotations, journal.lines, len(source.images))
    labels = _labels(source, annotations, table, classes, vote, journal)
    return Collection(
        source.images,
        dict(sorted(annotations.items())),
        labels,
        sources,
        journal.notes,
        journal.warnings,
        journal.lines,
        source.reading,
    )


@dataclass(frozen=True)
class Foreseen:
    """What is known of a data set before any of its images is decoded.

    Attributes
    ----------
    labels
        ``image_id, label, patient_id`` of every image; None where only opening mask images would tell.
    cells
        Image id to its number of cells, crowds not counted; images with mask images are not in it.
    """

    labels: pd.DataFrame | None
    cells: Mapping[str, int] = field(default_factory=dict)


def precheck(source: Source, classes: Sequence[str], vote: Vote) -> Foreseen:
    """Check all that can be told without decoding images: quick enough for every parse of the workflow.

    Annotation files are readable, annotated images and mask images exist, classes and labels are known. Mask
    images themselves are not opened.

    Raises
    ------
    InputError
        As `collect`.
    """
    parts = []
    for part in source.parts:
        if is_mask_part(part):
            check_masks(part, mask_paths(part, Journal()), source.masks.mode)
            continue
        parts.append(part)
    found = collect(replace(source, parts=tuple(parts)), classes, vote) if parts else None
    cells = {} if found is None else found.cell_counts
    if found is not None and len(parts) == len(source.parts):
        return Foreseen(found.labels, cells)
    table = read_labels(source, classes)
    complete = set(source.images) <= set(table["image_id"][table["label"] != ""])
    return Foreseen(table.reset_index(drop=True) if complete else None, cells)


def labels_table(source: Source, classes: Sequence[str], vote: Vote) -> pd.DataFrame:
    """Return ``image_id, label, patient_id`` of every image, sorted; annotations are read only where needed.

    Raises
    ------
    InputError
        As `collect`.
    """
    table = read_labels(source, classes)
    if set(source.images) <= set(table["image_id"][table["label"] != ""]):
        return table.reset_index(drop=True)
    return collect(source, classes, vote).labels


def _labels(
    source: Source,
    annotations: Mapping[str, ImageAnnotation],
    table: Mapping[str, tuple[str, str]],
    classes: Sequence[str],
    vote: Vote,
    journal: Journal,
) -> pd.DataFrame:
    rows, lost, lost_ids, by_vote = [], [], [], 0
    for image_id, path in source.images.items():
        label, patient = table.get(image_id, ("", ""))
        image = annotations.get(image_id)
        if not label and image is not None and image.label:
            translated = translate(image.label, source.class_aliases, classes)
            if translated is None:
                raise InputError(
                    f"{path}: its annotation file gives the image the label {image.label!r}; expected one "
                    f"of {list(classes)}.{suggest(image.label, classes)} Correct it, or map it in config "
                    "key 'dataset.class_aliases'."
                )
            label = translated
        if not label and image is not None:
            counted = Counter(cell.class_name for cell in image.cells if not cell.crowd)
            label = vote({name: counted[name] for name in classes}) or "" if counted else ""
            by_vote += bool(label)
        if not label:
            lost.append(path.name)
            lost_ids.append(image_id)
        rows.append((image_id, label, patient))
    if lost:
        raise InputError(
            f"{path.parent}: {len(lost)} of {len(rows)} images have neither annotated cells nor a label "
            f"({listed(lost)}){_why(lost_ids, lost, annotations, journal)}. Annotate their cells, give their "
            "labels in a table (config key 'dataset.labels'), or leave them out, as negatives must be: "
            "dataset.unlabelled: leave_out (--unlabelled)."
        )
    if by_vote:
        journal.notes.append(f"{by_vote} images got their label by the vote of their true cells.")
    frame = pd.DataFrame(rows, columns=["image_id", "label", "patient_id"], dtype=object)
    return frame.sort_values("image_id").reset_index(drop=True)


def _why(
    image_ids: Sequence[str],
    names: Sequence[str],
    annotations: Mapping[str, ImageAnnotation],
    journal: Journal,
) -> str:
    """Return why the objects of images without cells are no cells, as an insertion into a sentence."""
    own = {*image_ids, *names}
    empty = [name for i, name in zip(image_ids, names, strict=True) if i in annotations]
    reasons = Counter(line.reason for line in journal.lines if line.image in own)
    crowds = sum(cell.crowd for i in image_ids if i in annotations for cell in annotations[i].cells)
    if crowds:
        reasons[f"crowds ({CROWD_ORIGIN}; dataset.crowds: cells counts them)"] = crowds
    detail = listed((f"{count} x {reason}" for reason, count in reasons.most_common()), 3)
    if detail:
        return f"; what was drawn in them is no cell: {detail}"
    if len(empty) == len(names):
        return (
            "; the annotations name them without a cell, and an image without cells has no class to vote for"
        )
    if empty:
        return f"; the annotations name {len(empty)} of them without a cell, and the others not at all"
    return "; the annotations do not name them" if annotations else ""
