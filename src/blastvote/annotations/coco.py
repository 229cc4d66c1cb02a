"""Read COCO instance annotations: polygons, run-length masks (compressed or not) and crowds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from blastvote.annotations.common import clean_polygon, merge_images, note_classless
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.errors import InputError


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
        rle = compress(f"{path}: {where}", segmentation)
        return Cell(names[category], rle=rle, attributes=attributes, crowd=crowd)
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


def compress(where: str, rle: Mapping[str, Any]) -> dict[str, Any]:
    """Return a COCO run-length mask with its counts compressed to text, checked against its size.

    Parameters
    ----------
    where
        Named in errors.
    rle
        ``{"size": [H, W], "counts": list of run lengths, or compressed text}``, column by column.

    Raises
    ------
    InputError
        If the runs do not add up to ``H * W`` pixels.
    """
    from pycocotools import mask as coco_mask

    height, width = (int(side) for side in rle["size"])
    counts = rle["counts"]
    if isinstance(counts, list):
        if sum(counts) != height * width or any(run < 0 for run in counts):
            raise InputError(
                f"{where}: the runs of its mask add up to {sum(counts)} pixels, but its size is {height} x "
                f"{width} = {height * width}. Export the annotations again."
            )
        packed = coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)
        return {"size": [height, width], "counts": packed["counts"].decode("ascii")}
    text = counts.decode("ascii") if isinstance(counts, bytes) else str(counts)
    if sum(_runs(text)) != height * width:
        raise InputError(
            f"{where}: its run-length mask does not fill {height} x {width} pixels. Export it again."
        )
    return {"size": [height, width], "counts": text}


def _runs(text: str) -> list[int]:
    """Return the run lengths of COCO's compressed text (5 bits a character, differences from the third)."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        value |= (code & 0x1F) << shift
        shift += 5
        if code & 0x20:
            continue
        if code & 0x10:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    return runs if shift == 0 and all(run >= 0 for run in runs) else [-1]
