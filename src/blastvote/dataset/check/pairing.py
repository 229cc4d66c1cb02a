"""Pair the images of a part with their annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from blastvote.annotations.common import merge_images
from blastvote.annotations.files import is_annotation_entry
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import check_mask_file, mask_files, read_mask_annotation
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.annotations.read import read_annotations
from blastvote.dataset.source.image_ids import NameIndex
from blastvote.dataset.source.photo_sets import Part, Source, expand
from blastvote.errors import InputError
from blastvote.wording import listed, suggest


def is_mask_part(part: Part) -> bool:
    """Return whether a part's annotations are mask images."""
    if part.mask_files:
        return True
    return bool(part.annotations) and not any(map(is_annotation_entry, part.annotations))


def mask_paths(part: Part, journal: Journal) -> dict[str, Path]:
    """Return the mask image of each image that has one; note mask images that belong to none."""
    if part.mask_files:
        return part.mask_files
    index = NameIndex(part.images)
    found: dict[str, Path] = {}
    lost: list[str] = []
    for entry in part.annotations:
        path = Path(entry)
        folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
        for stem, mask in mask_files(folder, pattern).items():
            image_id = index.find(stem)
            if image_id is not None:
                found[image_id] = mask
            else:
                lost.append(mask.name)
    if lost:
        journal.notes.append(
            f"{listed(part.annotations)}: {len(lost)} mask images belong to no photograph in use ({listed(lost)})."
        )
    return found


def check_masks(part: Part, masks: Mapping[str, Path], mode: str) -> None:
    """Raise InputError if any image of a part has no mask image, or one that cannot be a mask."""
    for mask in masks.values():
        check_mask_file(mask, mode)
    missing = [path.name for image_id, path in part.images.items() if image_id not in masks]
    if missing:
        raise InputError(
            f"{listed(part.annotations) or part.name}: {len(missing)} of {len(part.images)} images have no "
            f"mask image ({listed(missing)}). Expected one mask with the same stem for each image: add it "
            "(all zero if there is no cell) or take the image out."
        )


def part_annotations(part: Part, source: Source, journal: Journal) -> dict[str, ImageAnnotation]:
    """Return the annotations of a part's images by id."""
    if is_mask_part(part):
        masks = mask_paths(part, journal)
        check_masks(part, masks, source.masks)
        found = {}
        values: dict[str, set[int]] = {}
        for image_id, photograph in part.images.items():
            found[image_id] = read_mask_annotation(
                masks[image_id], photograph.name, source.masks, source.ignore_values, journal
            )
            values[masks[image_id].name] = set(found[image_id].attributes["values"])
        if source.masks == "binary":
            _note_rare_values(values, journal.notes)
        return found
    index = NameIndex(part.images)
    result: dict[str, ImageAnnotation] = {}
    for entry in expand(part.annotations):
        annotations = read_annotations(entry, source.class_attribute)
        notes = [f"{entry}: {note}" for note in annotations.notes]
        warnings = [f"{entry}: {warning}" for warning in annotations.warnings]
        journal.take(notes, warnings, annotations.lines)
        result = _matched(annotations, index, part, result, journal)
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
    journal: Journal,
) -> dict[str, ImageAnnotation]:
    lost, renamed = [], list(before.values())
    taken: dict[str, str] = {}
    for image in annotations.images.values():
        image_id = index.find(image.file_name, *image.aliases)
        if image_id is None:
            if image.cells:
                lost.append(image.file_name)
            else:
                journal.notes.append(
                    f"{annotations.path}: {image.file_name} has no cells and no image; it was left out."
                )
            continue
        other = taken.setdefault(image_id, image.file_name)
        if PurePosixPath(other).name == PurePosixPath(image.file_name).name and other != image.file_name:
            raise InputError(
                f"{annotations.path}: {other!r} and {image.file_name!r} lie in different folders, but both would be "
                f"{part.images[image_id]}. Name both folders in config key 'dataset.images', or split the file."
            )
        renamed.append(replace(image, file_name=image_id))
    if lost:
        names = [path.name for path in part.images.values()]
        folder = next(iter(part.images.values())).parent
        raise InputError(
            f"{annotations.path}: {len(lost)} of {len(annotations.images)} annotated images do not exist "
            f"in {folder}: {listed(lost)}.{suggest(lost[0], names)} Add the images, correct their names, "
            "or remove their annotations."
        )
    return merge_images(renamed, journal)
