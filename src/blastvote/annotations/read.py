"""Read an annotation file of any supported format, told apart by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blastvote import io
from blastvote.annotations.formats.via import CSV_COLUMNS, is_via, read_via, read_via_csv
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet
from blastvote.errors import InputError

SUPPORTED = (
    "VIA 1 or 2 (JSON, project or CSV), COCO, LabelMe, GeoJSON, or a folder of these or of mask images"
)


def read_annotations(path: str | Path, class_attribute: str | None = None) -> AnnotationSet:
    """Read annotations of any supported format in the common form.

    Parameters
    ----------
    path
        A VIA 1 or 2 file (project, JSON or CSV export), a COCO, LabelMe or GeoJSON file, or a folder that
        holds such files or mask images. The format follows from the content, not from the name.
    class_attribute
        The attribute that holds the class, for formats that have several (VIA, GeoJSON). None takes the only
        one, or the likeliest with a note.

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
    class_attribute = class_attribute or None
    if path.is_dir():
        return _read_folder(path, class_attribute)
    if path.suffix.lower() == ".csv":
        table = io.read_table(path)
        if not set(CSV_COLUMNS) <= set(table.columns):
            raise InputError(
                f"{path}: not a VIA CSV export (it lacks {list(CSV_COLUMNS)}). Expected {SUPPORTED}."
            )
        return read_via_csv(path, class_attribute)
    if path.suffix.lower() == ".xml":
        raise InputError(
            f"{path}: XML annotations (Pascal VOC) hold boxes, not outlines of cells, and a mask cannot be "
            f"made of a box. Outline the cells. Supported: {SUPPORTED}."
        )
    notes: list[str] = []
    document = io.read_json(path, notes)
    annotations = _read_document(path, document, class_attribute)
    return replace(annotations, notes=[*annotations.notes, *notes])


def _read_document(path: Path, document: Any, class_attribute: str | None) -> AnnotationSet:
    from blastvote.annotations.formats import coco, geojson, labelme

    try:
        if is_via(document):
            return read_via(path, document, class_attribute)
        if coco.is_coco(document):
            return coco.read_coco_annotations(path, document)
        if labelme.is_labelme(document):
            return labelme.read_labelme(path, document)
        if geojson.is_geojson(document):
            return geojson.read_geojson(path, document, class_attribute)
    except InputError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A value of another kind than the format has there: which one, the readers need not foresee.
        raise InputError(
            f"{path}: the annotations are damaged ({type(error).__name__}: {error}). Expected the file as its "
            "annotation tool wrote it: export it again."
        ) from error
    if isinstance(document, Mapping) and {"project", "file", "metadata"} <= set(document):
        raise InputError(
            f"{path}: a VIA 3 file; expected VIA 1 or 2. Export it as COCO from VIA 3, or use VIA 2."
        )
    if isinstance(document, Mapping):
        kind = f"an object with the keys {list(document)[:5]}" if document else "an empty object"
    else:
        kind = f"a {type(document).__name__}"
    raise InputError(f"{path}: the format is not known ({kind}). Expected {SUPPORTED}.")


def _read_folder(folder: Path, class_attribute: str | None) -> AnnotationSet:
    from blastvote.annotations.common import merge_images
    from blastvote.annotations.formats.masks import read_mask_folder

    files = sorted(
        p
        for p in folder.iterdir()
        if p.suffix.lower() in (".json", ".geojson") and not p.name.startswith(".")
    )
    if not files:
        return read_mask_folder(folder)
    parts = [read_annotations(file, class_attribute) for file in files]
    journal = Journal(str(folder))
    for part in parts:
        journal.take(part.notes, part.warnings, part.lines)
    images = merge_images((image for part in parts for image in part.images.values()), journal)
    return AnnotationSet.of(journal, "+".join(sorted({part.format for part in parts})), images)
