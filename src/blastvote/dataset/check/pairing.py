"""Pair the images of a part with their annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from blastvote import io
from blastvote.annotations.common import merge_images
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.annotations.read import read_annotations
from blastvote.dataset.check.mask_pairing import is_mask_part, mask_annotations
from blastvote.dataset.source.name_index import NameIndex
from blastvote.dataset.source.patterns import expand
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.errors import InputError
from blastvote.wording import listed, suggest


def part_annotations(part: Part, source: Source, journal: Journal) -> dict[str, ImageAnnotation]:
    """Return the annotations of a part's images by id."""
    if is_mask_part(part):
        return mask_annotations(part, source, journal)
    index = NameIndex(part.images)
    result: dict[str, ImageAnnotation] = {}
    for entry in expand(part.annotations):
        annotations = read_annotations(entry, source.class_attribute)
        notes = [f"{entry}: {note}" for note in annotations.notes]
        warnings = [f"{entry}: {warning}" for warning in annotations.warnings]
        journal.take(notes, warnings, ())
        result = _matched(annotations, index, part, result, journal)
    return result


@dataclass(frozen=True)
class _Found:
    """Which image each name of an annotation file means.

    Attributes
    ----------
    ids
        Name in the file to image id.
    lost
        Names that mean no image.
    guessed
        Names that only mean an image once what tools add to names is taken away.
    """

    ids: dict[str, str]
    lost: list[str]
    guessed: list[str]


def _find_all(annotations: AnnotationSet, index: NameIndex, part: Part) -> _Found:
    """Find the images of an annotation file; an error where two different ones would be one photograph."""
    ids: dict[str, str] = {}
    lost, guessed = [], []
    owners: dict[str, str] = {}
    for name, image in annotations.images.items():
        image_id = index.find(name, *image.aliases)
        if image_id is None:
            image_id = index.guess(name, *image.aliases)
            if image_id is None:
                lost.append(name)
                continue
            guessed.append(name)
        ids[name] = image_id
        other = owners.setdefault(image_id, name)
        if other != name:
            _refuse_two(annotations, part.images[image_id], other, name)
    return _Found(ids, lost, guessed)


def _take_the_only_one(annotations: AnnotationSet, part: Part, found: _Found, journal: Journal) -> None:
    """Take a file that does not name its image for that of the only photograph, with a warning."""
    if len(annotations.images) != 1 or len(part.images) != 1 or not found.lost:
        return
    (name,) = found.lost
    if annotations.images[name].named_by_file:
        ((image_id, path),) = part.images.items()
        found.ids[name] = image_id
        found.lost.clear()
        journal.warnings.append(
            f"{annotations.path}: files of this format ({annotations.format}) do not name their image; it was taken "
            f"for that of the only photograph, {path.name}. Call it as the photograph to be sure"
        )


def _refuse_two(annotations: AnnotationSet, photograph: Path, one: str, other: str) -> None:
    """Raise InputError if two names of a file are two images, which would both be one photograph."""
    first, second = (PurePosixPath(name.replace("\\", "/")) for name in (one, other))
    if first.name.casefold() == second.name.casefold():
        if first.parent == second.parent:
            return
        raise InputError(
            f"{annotations.path}: {one!r} and {other!r} lie in different folders, but both would be "
            f"{photograph}. Name both folders in config key 'dataset.images', or split the file."
        )
    endings = [name.suffix.lower() in io.IMAGE_SUFFIXES for name in (first, second)]
    if not all(endings) and first.stem.casefold() == second.stem.casefold():
        return
    raise InputError(
        f"{annotations.path}: {one!r} and {other!r} are two images, but both would be {photograph}. Add the other "
        "photograph, correct the names, or remove one of the two entries."
    )


def _refuse_ambiguous(where: object, names: Sequence[str], part: Part) -> None:
    """Raise InputError if a name without a folder is that of photographs in several folders."""
    for name in names:
        base = PurePosixPath(name.replace("\\", "/")).name.casefold()
        alike = [path.as_posix() for path in part.images.values() if path.name.casefold() == base]
        if len(alike) > 1:
            raise InputError(
                f"{where}: {name!r} may be {listed(alike)}: {len(alike)} photographs have this name. Put the folder "
                f"before it ({'/'.join(Path(alike[0]).parts[-2:])}) in the annotation file, or give a list of files in "
                "config key 'dataset.annotations', one for each folder of 'dataset.images'."
            )


def _matched(
    annotations: AnnotationSet,
    index: NameIndex,
    part: Part,
    before: dict[str, ImageAnnotation],
    journal: Journal,
) -> dict[str, ImageAnnotation]:
    found = _find_all(annotations, index, part)
    where = annotations.path
    _take_the_only_one(annotations, part, found, journal)
    empty = [name for name in found.lost if not annotations.images[name].cells]
    lost = [name for name in found.lost if annotations.images[name].cells]
    journal.notes += [f"{where}: {name} has no cells and no image; it was left out." for name in empty]
    if lost:
        names = [path.name for path in part.images.values()]
        folder = next(iter(part.images.values())).parent
        _refuse_ambiguous(where, lost, part)
        if all(annotations.images[name].named_by_file for name in lost):
            raise InputError(
                f"{where}: files of this format ({annotations.format}) do not name their image, so each must be called "
                f"as it, such as {names[0]}.json or {Path(names[0]).stem}.txt; {listed(lost)} is no image in {folder}."
                f"{suggest(lost[0], names)} Rename the files, or add the images."
            )
        raise InputError(
            f"{where}: {len(lost)} of {len(annotations.images)} annotated images do not exist "
            f"in {folder}: {listed(lost)}.{suggest(lost[0], names)} Add the images, correct their names, "
            "or remove their annotations."
        )
    if found.guessed:
        detail = listed(f"{name} is {part.images[found.ids[name]].name}" for name in found.guessed)
        journal.notes.append(f"{where}: {len(found.guessed)} image names were changed by a tool ({detail}).")
    journal.lines += [
        replace(line, image=found.ids.get(line.image, line.image)) for line in annotations.lines
    ]
    renamed = [replace(annotations.images[name], file_name=image_id) for name, image_id in found.ids.items()]
    return merge_images([*before.values(), *renamed], journal)
