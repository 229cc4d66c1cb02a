"""Read COCO instance annotations: polygons, run-length masks (compressed or not) and crowds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from blastvote.annotations.common import clean_polygon, merge_images, note_classless
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.errors import InputError
from blastvote.rle import normalise


def is_coco(document: Any) -> bool:
    """Return whether a parsed JSON document looks like COCO instances."""
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("images"), list)
        and "annotations" in document
    )


def read_coco_annotations(path: str | Path, document: Mapping[str, Any]) -> AnnotationSet:
    """Convert a parsed COCO document to the common form.

    Parameters
    ----------
    path
        The file, for messages.
    document
        The parsed JSON (see `is_coco`).

    Raises
    ------
    InputError
        If an annotation names an image or category that the file does not define, or a run-length mask is
        damaged.
    """
    notes: list[str] = []
    try:
        images = {image["id"]: image for image in document["images"]}
        _names_by_id(path, "image", document["images"], "file_name")
        names = _names_by_id(path, "category", document.get("categories") or [], "name")
        cells: dict[Any, list[Cell]] = {image_id: [] for image_id in images}
        for number, entry in enumerate(document["annotations"]):
            where = f"annotation {entry.get('id', number)}"
            if entry["image_id"] not in images:
                raise InputError(
                    f"{path}: {where} belongs to image_id {entry['image_id']!r}, which 'images' does not hold. Add "
                    "the image or remove the annotation."
                )
            cell = _cell(path, where, entry, names, notes)
            if cell is not None:
                cells[entry["image_id"]].append(cell)
        found = [_image(image, cells[image_id]) for image_id, image in images.items()]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not well-formed COCO ({error!r}). Expected images, annotations and categories."
        ) from error
    merged = merge_images(found, notes)
    note_classless(merged.values(), notes)
    return AnnotationSet(str(path), "coco", merged, notes)


def _names_by_id(
    path: str | Path, kind: str, entries: Iterable[Mapping[str, Any]], key: str
) -> dict[Any, str]:
    """Return names by id; an error where one id has two names, as cells would land on the wrong one."""
    names: dict[Any, str] = {}
    for entry in entries:
        name = str(entry[key])
        if names.setdefault(entry["id"], name) != name:
            raise InputError(
                f"{path}: the {kind} id {entry['id']!r} stands for {names[entry['id']]!r} and {name!r}. Give each "
                "an id of its own; files must not be joined without numbering them anew."
            )
    return names


def _image(image: Mapping[str, Any], cells: list[Cell]) -> ImageAnnotation:
    own_id = image.get("image_id")  # our own files carry it beside COCO's integer
    return ImageAnnotation(
        file_name=str(image["file_name"]),
        width=image.get("width"),
        height=image.get("height"),
        label=image.get("label") or None,
        cells=tuple(cells),
        aliases=(own_id,) if isinstance(own_id, str) else (),
    )


def _cell(
    path: str | Path, where: str, entry: Mapping[str, Any], names: Mapping[Any, str], notes: list[str]
) -> Cell | None:
    category = entry.get("category_id")
    if category not in names:
        raise InputError(
            f"{path}: {where} has category_id {category!r}, which 'categories' ({dict(names)}) does not hold. Add "
            "the category or correct the annotation."
        )
    segmentation = entry.get("segmentation")
    crowd = bool(entry.get("iscrowd", 0))
    attributes = dict(entry.get("attributes") or {})
    if isinstance(segmentation, Mapping):
        mask = normalise(f"{path}: {where}", segmentation)
        return Cell(names[category], rle=mask, attributes=attributes, crowd=crowd)
    if isinstance(segmentation, list) and all(isinstance(value, int | float) for value in segmentation):
        segmentation = [segmentation] if segmentation else []  # one polygon, not wrapped in a list
    polygons = []
    for part in segmentation or []:
        polygon, problem = clean_polygon(part)
        if polygon is None:
            notes.append(f"{where}: an outline was left out: {problem}.")
        else:
            polygons.append(polygon)
    if not polygons:
        notes.append(f"{where} has no outline and was left out.")
        return None
    return Cell(names[category], polygons=tuple(polygons), attributes=attributes, crowd=crowd)
