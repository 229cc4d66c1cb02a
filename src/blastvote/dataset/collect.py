"""Bring images, their annotated cells and their labels together, with the configured classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from blastvote import io
from blastvote.annotations.common import merge_images
from blastvote.annotations.masks import cells_of_label_map, mask_files
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.read import read_annotations
from blastvote.dataset.names import NameIndex, listed, suggest
from blastvote.dataset.source import Part, Source, expand, read_labels, translate
from blastvote.errors import InputError

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
    """

    images: dict[str, Path]
    annotations: dict[str, ImageAnnotation]
    labels: pd.DataFrame
    sources: dict[str, str]
    notes: list[str]


def collect(source: Source, classes: Sequence[str], vote: Vote) -> Collection:
    """Read all annotations and labels of a source; photographs are not opened.

    Parameters
    ----------
    source
        From `blastvote.dataset.source.open_source`.
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
    rows = read_labels(source, classes).itertuples(index=False)
    table = {str(image_id): (str(label or ""), str(patient)) for image_id, label, patient in rows}
    notes: list[str] = []
    annotations: dict[str, ImageAnnotation] = {}
    sources: dict[str, str] = {}
    for part in source.parts:
        known = {i: table[i][0] for i in part.images if i in table and table[i][0]}
        found = _part_annotations(part, source, notes)
        annotations |= _with_classes(part, found, source.class_aliases, classes, known, notes)
        sources |= dict.fromkeys(part.images, part.name)
    labels = _labels(source, annotations, table, classes, vote, notes)
    return Collection(source.images, dict(sorted(annotations.items())), labels, sources, notes)


def precheck(source: Source, classes: Sequence[str], vote: Vote) -> None:
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
        if _is_mask_part(part):
            missing = [p.name for i, p in part.images.items() if i not in _mask_paths(part)]
            _check_masks_exist(part, missing)
            continue
        parts.append(part)
    if parts:
        collect(replace(source, parts=tuple(parts)), classes, vote)
    read_labels(source, classes)


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


# ------------------------------------------------------------------------------------------ annotations


def _is_mask_part(part: Part) -> bool:
    if part.mask_files:
        return True
    for entry in part.annotations:
        path = Path(entry)
        if path.is_dir() and any(p.suffix.lower() in (".json", ".geojson") for p in path.iterdir()):
            return False
        if path.suffix.lower() in (".json", ".geojson", ".csv", ".xml"):
            return False
    return bool(part.annotations)


def _mask_paths(part: Part) -> dict[str, Path]:
    """Return the mask image of each image that has one."""
    if part.mask_files:
        return part.mask_files
    index = NameIndex(part.images)
    found: dict[str, Path] = {}
    for entry in part.annotations:
        path = Path(entry)
        folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
        for stem, mask in mask_files(folder, pattern).items():
            image_id = index.find(stem)
            if image_id is not None:
                found[image_id] = mask
    return found


def _check_masks_exist(part: Part, missing: Sequence[str]) -> None:
    if missing:
        raise InputError(
            f"{listed(part.annotations) or part.name}: {len(missing)} of {len(part.images)} images have no "
            f"mask image ({listed(missing)}). Expected one mask with the same stem for each image: add it "
            "(all zero if there is no cell) or take the image out."
        )


def _part_annotations(part: Part, source: Source, notes: list[str]) -> dict[str, ImageAnnotation]:
    """Return the annotations of a part's images by id."""
    if _is_mask_part(part):
        masks = _mask_paths(part)
        _check_masks_exist(part, [p.name for i, p in part.images.items() if i not in masks])
        found = {}
        values: dict[str, set[int]] = {}
        for image_id in part.images:
            labels = io.read_mask_image(masks[image_id])
            values[masks[image_id].name] = set(np.unique(labels).tolist())
            cells = cells_of_label_map(labels, source.masks)
            height, width = labels.shape
            if not cells:
                notes.append(f"{masks[image_id]}: the mask is empty; the image has no cells.")
            found[image_id] = ImageAnnotation(part.images[image_id].name, width, height, cells=cells)
        if source.masks == "binary":
            _note_rare_values(values, notes)
        return found
    index = NameIndex(part.images)
    result: dict[str, ImageAnnotation] = {}
    for entry in expand(part.annotations):
        annotations = read_annotations(entry, source.class_attribute)
        notes += [f"{entry}: {note}" for note in annotations.notes]
        result = _matched(annotations, index, part, result, notes)
    return result


def _note_rare_values(values: Mapping[str, set[int]], notes: list[str]) -> None:
    """Note grey levels that few binary masks have: strokes that slipped, or lossy compression."""
    share = Counter(value for own in values.values() for value in own)
    for name, own in values.items():
        rare = sorted(value for value in own if share[value] * 10 < len(values))
        if rare:
            told = ", ".join(map(str, rare[:8]))
            notes.append(f"{name}: holds grey levels that few masks have ({told}); they count as the cell.")


def _matched(
    annotations: AnnotationSet,
    index: NameIndex,
    part: Part,
    before: dict[str, ImageAnnotation],
    notes: list[str],
) -> dict[str, ImageAnnotation]:
    lost, renamed = [], list(before.values())
    for image in annotations.images.values():
        image_id = index.find(image.file_name, *image.aliases)
        if image_id is None:
            if image.cells:
                lost.append(image.file_name)
            else:
                notes.append(
                    f"{annotations.path}: {image.file_name} has no cells and no image; it was left out."
                )
            continue
        renamed.append(replace(image, file_name=image_id))
    if lost:
        names = [path.name for path in part.images.values()]
        folder = next(iter(part.images.values())).parent
        raise InputError(
            f"{annotations.path}: {len(lost)} of {len(annotations.images)} annotated images do not exist "
            f"in {folder}: {listed(lost)}.{suggest(lost[0], names)} Add the images, correct their names, "
            "or remove their annotations."
        )
    return merge_images(renamed, notes)


# ------------------------------------------------------------------------------------------ classes


def _with_classes(
    part: Part,
    found: dict[str, ImageAnnotation],
    aliases: Mapping[str, str],
    classes: Sequence[str],
    known: Mapping[str, str],
    notes: list[str],
) -> dict[str, ImageAnnotation]:
    """Return annotations whose cells have configured classes; errors are gathered into one."""
    classless = all(cell.class_name is None for image in found.values() for cell in image.cells)
    unknown: Counter[str] = Counter()
    first: dict[str, str] = {}
    dropped: Counter[str] = Counter()
    result = {}
    for image_id, image in found.items():
        label = known.get(image_id) or (translate(image.label, aliases, classes) if image.label else None)
        cells: list[Cell] = []
        for number, cell in enumerate(image.cells):
            name = cell.class_name or ""
            target = label if classless and not name and label else translate(name, aliases, classes)
            if target is None:
                unknown[name] += 1
                first.setdefault(name, f"cell {number} of {part.images[image_id].name}")
            elif target == "":
                dropped[name] += 1
            else:
                cells.append(replace(cell, class_name=target))
        result[image_id] = replace(image, file_name=part.images[image_id].name, cells=tuple(cells))
    if unknown:
        raise InputError(_unknown_classes(part, unknown, first, classes))
    notes += [
        f"{count} cells of class {name!r} were left out, as configured." for name, count in dropped.items()
    ]
    if classless and any(image.cells for image in found.values()):
        notes.append(
            f"{listed(part.annotations)}: cells have no class of their own; each has its image's label."
        )
    return result


def _unknown_classes(
    part: Part, unknown: Counter[str], first: Mapping[str, str], classes: Sequence[str]
) -> str:
    where = listed(part.annotations) or part.name
    named = {name: count for name, count in unknown.items() if name}
    if named:
        name = next(iter(named))
        all_names = listed(f"{n!r} ({c} cells)" for n, c in named.items())
        return (
            f"{where}: cells have classes that are not in config key 'classes' {list(classes)}: "
            f"{all_names}; the first is {first[name]}.{suggest(name, classes)} Correct them, add them to "
            f"'classes', or map them: dataset.class_aliases: {{{name!r}: {classes[0]!r}}} ('' leaves such "
            "cells out)."
        )
    return (
        f"{where}: {unknown['']} cells have no class; the first is {first['']}. Expected one of "
        f"{list(classes)}. Choose a class for each in the annotation tool, name the attribute that holds "
        "it (dataset.class_attribute), give labels for the images (dataset.labels; used where no cell has "
        f"a class), or map missing ones: dataset.class_aliases: {{'': {classes[0]!r}}} ('' leaves them "
        "out)."
    )


# ------------------------------------------------------------------------------------------ labels


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
