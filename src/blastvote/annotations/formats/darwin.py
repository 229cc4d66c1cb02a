"""Read Darwin JSON, versions 1 and 2 (V7): one file an image, polygons with holes, ellipses and mask layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from blastvote.annotations.common import BOX_REASON, note_classless, side_of, size_problem, unread_shape
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn, Size
from blastvote.annotations.registry import AnnotationFile, annotation_format

LAYER = "raster_layer"


def is_darwin(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like one of Darwin's."""
    document = file.document
    if not isinstance(document, Mapping) or not isinstance(document.get("annotations"), list):
        return False
    item, image = document.get("item"), document.get("image")
    return isinstance(item, Mapping) or (isinstance(image, Mapping) and "filename" in image)


@annotation_format("darwin", "Darwin JSON (V7)", "json", is_darwin)
def read_darwin(file: AnnotationFile) -> AnnotationSet:
    """Convert a Darwin document to the common form.

    Paths of one polygon are rings by the even-odd rule. A tag of the image is its label.
    """
    document = file.document
    journal = Journal(str(file.path))
    item = document.get("item") or document["image"]
    slots = [slot for slot in item.get("slots") or [] if isinstance(slot, Mapping)]
    place = slots[0] if slots else item
    size = side_of(place.get("height")), side_of(place.get("width"))
    name = str(item.get("name") or item.get("original_filename") or item["filename"])
    sources = [s.get("file_name") for slot in slots for s in slot.get("source_files") or []]
    aliases = tuple(a for a in (*sources, item.get("filename")) if isinstance(a, str) and a != name)
    layers = _layers(document["annotations"], size)
    cells: list[Cell] = []
    tags: list[str] = []
    for number, entry in enumerate(document["annotations"]):
        title = str(entry.get("name") or "").strip() or None
        if "tag" in entry:
            tags.append(title or "")
        elif LAYER not in entry:
            drawn = Drawn(journal, name, f"annotation {number}", title)
            cell = _cell(drawn, entry, layers.get(str(entry.get("id"))), size)
            if cell is not None:
                cells.append(cell)
    label = tags[0] if len(tags) == 1 else None
    image = ImageAnnotation(name, size[1], size[0], label, tuple(cells), aliases)
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "darwin", {name: image})


def _cell(drawn: Drawn, entry: Mapping[str, Any], mask: np.ndarray | None, size: Size) -> Cell | None:
    if "frames" in entry:
        return drawn.no_cell("an annotation of a video")
    polygon = entry.get("polygon") or entry.get("complex_polygon")
    if polygon is not None:
        return drawn.rings(_paths(polygon))
    if "mask" in entry:
        if mask is None:
            return drawn.no_cell("no mask layer of the file holds its pixels")
        return drawn.pixels(mask, 0, 0, size)
    if "ellipse" in entry:
        ellipse = entry["ellipse"]
        centre, radius = ellipse["center"], ellipse["radius"]
        angle = float(np.rad2deg(float(ellipse.get("angle") or 0)))
        return drawn.ellipse((centre["x"], centre["y"]), (radius["x"], radius["y"]), angle)
    if "bounding_box" in entry:
        return drawn.no_cell(BOX_REASON)
    kinds = [key for key in entry if isinstance(entry[key], Mapping)]
    return drawn.no_cell(unread_shape(kinds[0] if kinds else "unknown"))


def _paths(polygon: Mapping[str, Any]) -> list[list[tuple[Any, Any]]]:
    """Return the rings of a polygon of either version as pairs of x and y."""
    paths = polygon.get("paths")
    if paths is None:
        paths = polygon["path"]
        if paths and isinstance(paths[0], Mapping):
            paths = [paths, *(polygon.get("additional_paths") or [])]
    return [[(point["x"], point["y"]) for point in path] for path in paths]


def _layers(entries: list[Any], size: Size) -> dict[str, np.ndarray]:
    """Return the masks ``bool (H, W)`` of the file's mask layers by annotation id."""
    masks: dict[str, np.ndarray] = {}
    if size_problem(*size) is not None:
        return masks
    for layer in _of(entries, LAYER):
        runs = np.asarray(layer["dense_rle"], dtype=np.int64).reshape(-1, 2)
        height, width = size[0] or 0, size[1] or 0
        if (runs[:, 1] < 0).any() or runs[:, 1].sum() != height * width:
            raise ValueError(f"a mask layer does not fill {width}x{height} pixels")
        values = np.repeat(runs[:, 0], runs[:, 1]).reshape(height, width)
        for key, value in layer["mask_annotation_ids_mapping"].items():
            masks[str(key)] = values == value
    return masks


def _of(entries: list[Any], key: str) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        if isinstance(entry, Mapping) and isinstance(entry.get(key), Mapping):
            yield entry[key]
