"""Read annotations of any supported format, told apart by their content."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blastvote.annotations.class_attribute import with_class_attribute
from blastvote.annotations.common import merge_images
from blastvote.annotations.contents import open_file
from blastvote.annotations.files import annotation_files
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.files import read_mask_folder
from blastvote.annotations.mask_images.names import MASK_FOLDERS
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.annotations.registry import AnnotationFile, find_format, supported
from blastvote.errors import InputError, UnknownFormatError
from blastvote.wording import listed

_DAMAGE = (
    ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What a value of another kind than a format has there can raise in its reader."""


def read_annotations(path: str | Path, class_attribute: str | None = None) -> AnnotationSet:
    """Read annotations of any supported format in the common form.

    Parameters
    ----------
    path
        A file of one of the formats in `blastvote.annotations.formats`, or a folder that holds such files or mask
        images. The format follows from the content, not from the name.
    class_attribute
        The attribute that holds the class. None takes the label; in VIA and GeoJSON the only attribute, or the
        likeliest with a note.

    Returns
    -------
    AnnotationSet
        Images with their cells, and notes on all that was repaired, guessed or left out.

    Raises
    ------
    InputError
        If the path is missing or nothing in it is of a supported format.

    Examples
    --------
    >>> annotations = read_annotations("annotations_via.json")      # doctest: +SKIP
    >>> annotations.images["11.jpg"].cells[0].mask(2592, 3872).sum()  # doctest: +SKIP
    """
    path = Path(path)
    if path.is_dir():
        return _read_folder(path, class_attribute or None)
    notes: list[str] = []
    file = open_file(path, class_attribute or None, notes)
    found = find_format(file)
    if found is None:
        raise UnknownFormatError(
            f"{path}: the format is not known ({_described(file)}). Expected one of: {supported()}."
        )
    try:
        annotations = found.read(file)
        if file.class_attribute and not found.finds_class:
            annotations = with_class_attribute(annotations, file.class_attribute)
    except InputError:
        raise
    except _DAMAGE as error:
        # A value of another kind than the format has there: which one, the readers need not foresee.
        raise InputError(
            f"{path}: the annotations are damaged ({type(error).__name__}: {str(error)[:200]}). Expected the file "
            "as its annotation tool wrote it: export it again."
        ) from error
    return replace(annotations, notes=[*annotations.notes, *notes])


def _described(file: AnnotationFile) -> str:
    """Return what a file of no known format holds, in a few words."""
    document: Any = file.document
    if file.content == "csv":
        return f"a table with the columns {list(document.columns)[:5]}"
    if file.content == "xml":
        return f"XML with the root <{document.tag[:40]}>"
    if file.content == "binary":
        return "a binary file"
    if file.content == "text":
        start = " ".join(document.split())[:40]
        return f"a text that begins with {start!r}" if start else "an empty text"
    if isinstance(document, Mapping):
        return f"an object with the keys {list(document)[:5]}" if document else "an empty object"
    return f"a {type(document).__name__}"


def _folder_of(file: Path, root: Path) -> str:
    """Return the nearest folder below `root` that is not called ``labels`` or so, with a slash; empty if none is."""
    names = (folder.name for folder in file.relative_to(root).parents if folder.name)
    return next((f"{name}/" for name in names if name.casefold() not in MASK_FOLDERS), "")


def _by_their_own_names(
    images: list[ImageAnnotation], named: Mapping[str, set[str]], journal: Journal
) -> list[ImageAnnotation]:
    """Return images under the names of their files where several files name one image: copied, or saved anew."""
    wrong = {name: stems for name, stems in named.items() if len(stems) > 1}
    result = []
    for image in images:
        stem = next((alias for alias in image.aliases if alias in wrong.get(image.file_name, ())), None)
        result.append(image if stem is None else replace(image, file_name=stem))
    for name, stems in wrong.items():
        journal.warnings.append(
            f"{len(stems)} files name one image, {name!r}; each was taken for the image that it is called after "
            f"({listed(sorted(stems), 3)})"
        )
    return result


def _read_folder(folder: Path, class_attribute: str | None) -> AnnotationSet:
    files = annotation_files(folder)
    if not files:
        return read_mask_folder(folder)
    journal = Journal(str(folder))
    images, formats = [], set()
    unknown: list[UnknownFormatError] = []
    named: dict[str, set[str]] = {}
    for file in files:
        try:
            part = read_annotations(file, class_attribute)
        except UnknownFormatError as error:
            unknown.append(error)
            continue
        journal.take(part.notes, part.warnings, part.lines)
        formats.add(part.format)
        # Names in files of subfolders count from there: train/a.png is not val/a.png.
        own = _folder_of(file, folder)
        for image in part.images.values():
            image = replace(image, file_name=own + image.file_name) if own else image
            if file.stem in image.aliases:  # a format of one file an image, which is called as it
                named.setdefault(image.file_name, set()).add(file.stem)
            images.append(image)
    if not formats:
        raise unknown[0]
    journal.warnings += [f"{error} It was not read".replace(". It was", "; it was") for error in unknown]
    images = _by_their_own_names(images, named, journal)
    journal.notes = list(dict.fromkeys(journal.notes))  # such as where each of many files finds its classes
    return AnnotationSet.of(journal, "+".join(sorted(formats)), merge_images(images, journal))
