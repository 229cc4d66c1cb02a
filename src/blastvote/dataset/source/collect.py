"""Bring images, their annotated cells and their labels together, with the configured classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.check.pairing import check_masks, is_mask_part, mask_paths, part_annotations
from blastvote.dataset.source.classes import translate, with_classes
from blastvote.dataset.source.labels import read_labels
from blastvote.dataset.source.photo_sets import Source
from blastvote.errors import InputError
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
        What is most likely a slip in the tables.
    """

    images: dict[str, Path]
    annotations: dict[str, ImageAnnotation]
    labels: pd.DataFrame
    sources: dict[str, str]
    notes: list[str]
    warnings: list[str] = field(default_factory=list)


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
    warnings: list[str] = []
    rows = read_labels(source, classes, warnings).itertuples(index=False)
    table = {str(image_id): (str(label or ""), str(patient)) for image_id, label, patient in rows}
    notes: list[str] = []
    annotations: dict[str, ImageAnnotation] = {}
    sources: dict[str, str] = {}
    for part in source.parts:
        known = {i: table[i][0] for i in part.images if i in table and table[i][0]}
        found = part_annotations(part, source, notes)
        annotations |= with_classes(part, found, source.class_aliases, classes, known, notes)
        sources |= dict.fromkeys(part.images, part.name)
    labels = _labels(source, annotations, table, classes, vote, notes)
    return Collection(source.images, dict(sorted(annotations.items())), labels, sources, notes, warnings)


def precheck(source: Source, classes: Sequence[str], vote: Vote) -> pd.DataFrame | None:
    """Check all that can be told without decoding images: quick enough for every parse of the workflow.

    Annotation files are readable, annotated images and mask images exist, classes and labels are known. Mask
    images themselves are not opened.

    Returns
    -------
    pandas.DataFrame or None
        ``image_id, label, patient_id`` of every image; None where only opening mask images would tell.

    Raises
    ------
    InputError
        As `collect`.
    """
    parts = []
    for part in source.parts:
        if is_mask_part(part):
            check_masks(part, mask_paths(part, []), source.masks)
            continue
        parts.append(part)
    labels = collect(replace(source, parts=tuple(parts)), classes, vote).labels if parts else None
    if len(parts) == len(source.parts):
        return labels
    table = read_labels(source, classes)
    complete = set(source.images) <= set(table["image_id"][table["label"] != ""])
    return table.reset_index(drop=True) if complete else None


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
    notes: list[str],
) -> pd.DataFrame:
    rows, lost, by_vote = [], [], 0
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
        if not label and image is not None and image.cells:
            label = (
                vote({name: sum(cell.class_name == name for cell in image.cells) for name in classes}) or ""
            )
            by_vote += bool(label)
        if not label:
            lost.append(path.name)
        rows.append((image_id, label, patient))
    if lost:
        raise InputError(
            f"{path.parent}: {len(lost)} of {len(rows)} images have neither annotated cells nor a label "
            f"({listed(lost)}). Annotate their cells, give their labels in a table (config key "
            "'dataset.labels'), or take them out."
        )
    if by_vote:
        notes.append(f"{by_vote} images got their label by the vote of their true cells.")
    frame = pd.DataFrame(rows, columns=["image_id", "label", "patient_id"], dtype=object)
    return frame.sort_values("image_id").reset_index(drop=True)
