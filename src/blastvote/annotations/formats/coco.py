"""Read COCO instance annotations: polygons, run-length masks (compressed or not) and crowds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.annotations.common import (
    BOX_REASON,
    clean_polygon,
    is_true,
    merge_images,
    note_classless,
    side_of,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.row_runs import along_columns
from blastvote.errors import InputError
from blastvote.rle import normalise


def is_coco(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like COCO instances."""
    document = file.document
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("images"), list)
        and "annotations" in document
    )


@annotation_format("coco", "COCO", "json", is_coco)
def read_coco(file: AnnotationFile) -> AnnotationSet:
    """Convert a COCO document to the common form.

    Ids may be numbers or text (``1``, ``1.0`` and ``"1"`` are one id). A file without categories names classes by their
    numbers; an annotation whose category is null has no class.

    Raises
    ------
    InputError
        If an annotation names an image or category that the file does not define, or a run-length mask is
        damaged.
    """
    path, document = file.path, file.document
    journal = Journal(str(path))
    try:
        entries = document["annotations"]
        if not isinstance(entries, list):
            kind = type(entries).__name__
            raise InputError(f"{path}: 'annotations' is of type {kind}; expected a list. Export it again.")
        images = {_id(image["id"]): image for image in document["images"]}
        _refuse_panoptic(path, entries)
        _names_by_id(path, "image", document["images"], "file_name")
        names = _names_by_id(path, "category", document.get("categories") or [], "name")
        if not names and entries:
            journal.notes.append("The file names no categories; their numbers are taken for class names.")
        cells: list[Cell] = []
        owners, boxes = [], []
        for number, entry in enumerate(entries):
            where = f"annotation {entry.get('id', number)}"
            image_id = _id(entry["image_id"])
            if image_id not in images:
                raise InputError(
                    f"{path}: {where} belongs to image_id {entry['image_id']!r}, which 'images' does not hold. Add "
                    "the image or remove the annotation."
                )
            cell = _cell(where, str(images[image_id]["file_name"]), entry, names, journal)
            if cell is not None:
                cells.append(cell)
                owners.append(image_id)
                boxes.append(entry.get("bbox"))
        cells_of: dict[str, list[Cell]] = {image_id: [] for image_id in images}
        for image_id, cell in zip(owners, along_columns(cells, boxes, journal), strict=True):
            cells_of[image_id].append(cell)
        found = [_image(image, cells_of[image_id]) for image_id, image in images.items()]
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path}: not well-formed COCO ({error!r}). Expected images, annotations and categories."
        ) from error
    merged = merge_images(found, journal)
    note_classless(merged.values(), journal.notes)
    return AnnotationSet.of(journal, "coco", merged)


def _id(value: Any) -> str:
    """Return an id as text; whole numbers that passed through a table of floats lose their ``.0``."""
    text = str(value).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdecimal() else text


def _refuse_panoptic(path: Path, entries: list[Any]) -> None:
    """Raise InputError for COCO's panoptic form, whose masks lie in other files."""
    if any(isinstance(entry, Mapping) and "segments_info" in entry for entry in entries):
        raise InputError(
            f"{path}: COCO panoptic annotations, whose masks are images in other files. Export COCO instances, or save "
            "label maps and name their folder."
        )


def _names_by_id(
    path: str | Path, kind: str, entries: Iterable[Mapping[str, Any]], key: str
) -> dict[str, str]:
    """Return names by id; an error where one id has two names, as cells would land on the wrong one."""
    names: dict[str, str] = {}
    for entry in entries:
        name = str(entry[key])
        if names.setdefault(_id(entry["id"]), name) != name:
            raise InputError(
                f"{path}: the {kind} id {entry['id']!r} stands for {names[_id(entry['id'])]!r} and {name!r}. Give "
                "each an id of its own; files must not be joined without numbering them anew."
            )
    return names


def _image(image: Mapping[str, Any], cells: list[Cell]) -> ImageAnnotation:
    own_id = image.get("image_id")  # our own files carry it beside COCO's integer
    extra = image.get("extra")  # Roboflow keeps the name before the upload here
    uploaded = extra.get("name") if isinstance(extra, Mapping) else None
    return ImageAnnotation(
        file_name=str(image["file_name"]),
        width=side_of(image.get("width")),
        height=side_of(image.get("height")),
        label=image.get("label") or None,
        cells=tuple(cells),
        aliases=tuple(name for name in (own_id, uploaded) if isinstance(name, str)),
    )


def _cell(
    where: str, image: str, entry: Mapping[str, Any], names: Mapping[str, str], journal: Journal
) -> Cell | None:
    category = entry.get("category_id")
    if category is not None and names and _id(category) not in names:
        raise InputError(
            f"{journal.file}: {where} has category_id {category!r}, which 'categories' "
            f"({ {n if not n.isdigit() else int(n): name for n, name in names.items()} }) does not hold. Add "
            "the category or correct the annotation."
        )
    name = None if category is None else names.get(_id(category), _id(category))
    segmentation = entry.get("segmentation")
    common: dict[str, Any] = {
        "attributes": dict(entry.get("attributes") or {}),
        "crowd": is_true(entry.get("iscrowd", 0)),
        "file": journal.file,
        "object": where,
    }
    if isinstance(segmentation, Mapping):
        return Cell(name, rle=normalise(f"{journal.file}: {where}", segmentation), **common)
    if (
        isinstance(segmentation, list)
        and segmentation
        and (_all_numbers(segmentation) or _are_points(segmentation))
    ):
        segmentation = [segmentation]  # one polygon, not wrapped in a list
    polygons, problems = [], []
    for part in segmentation or []:
        polygon, problem = clean_polygon(part)
        if polygon is None:
            problems.append(str(problem))
        else:
            polygons.append(polygon)
    if polygons:
        journal.notes += [f"{image}: {where}: a part was left out: {problem}." for problem in problems]
        return Cell(name, polygons=tuple(polygons), **common)
    reason = BOX_REASON if entry.get("bbox") else "it has no outline"
    journal.leave_out(image, where, problems[0] if problems else reason)
    return None


def _all_numbers(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _are_points(values: Sequence[Any]) -> bool:
    """Return whether a list holds points ``[x, y]``: no polygon has two numbers."""
    return all(isinstance(value, list) and len(value) == 2 and _all_numbers(value) for value in values)
