"""Read "CVAT for images 1.1" (XML): polygons, closed polylines, ellipses and brush masks."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np

from blastvote.annotations.common import (
    BOX_REASON,
    clean_polygon,
    joined_groups,
    merge_images,
    note_classless,
    points_of_text,
    side_of,
    size_problem,
    unread_shape,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.shapes.raster import ellipse_polygon
from blastvote.errors import InputError
from blastvote.rle import Rle, encode_crop


def is_cvat(file: AnnotationFile) -> bool:
    """Return whether an XML file is one of CVAT's."""
    root = file.document
    return root.tag == "annotations" and any(root.find(tag) is not None for tag in ("image", "track", "meta"))


@annotation_format("cvat", "CVAT XML", "xml", is_cvat)
def read_cvat(file: AnnotationFile) -> AnnotationSet:
    """Convert "CVAT for images 1.1" to the common form.

    Polygons of one label and one group are parts of one cell, as in CVAT's own COCO export. One tag of an image is
    its label.

    Raises
    ------
    InputError
        If an image has no name, or the file holds tracks of a video only, which name no images.
    """
    root, path = file.document, file.path
    journal = Journal(str(path))
    tracks = root.findall("track")
    if tracks and root.find("image") is None:
        raise InputError(
            f"{path}: 'CVAT for video' with {len(tracks)} tracks, which number the images but do not name them. Export "
            "the task again as 'CVAT for images 1.1'."
        )
    for track in tracks:
        journal.leave_out("", f"track {track.get('id')}", "a track of a video names no image")
    images = merge_images([_image(path, element, journal) for element in root.findall("image")], journal)
    note_classless(images.values(), journal.notes)
    return AnnotationSet.of(journal, "cvat", images)


def _image(path: Path, element: Element, journal: Journal) -> ImageAnnotation:
    name = element.get("name")
    if not name:
        raise InputError(f"{path}: an <image> has no name. Export the task from CVAT again.")
    size = side_of(element.get("height")), side_of(element.get("width"))
    groups: dict[Any, list[Cell]] = {}
    tags = []
    for number, shape in enumerate(element):
        thing = f"{shape.tag} {number}"
        if shape.tag == "tag":
            tags.append(shape.get("label"))
            continue
        cell = _cell(name, thing, shape, size, journal)
        if cell is not None:
            group = shape.get("group_id", "0")
            key = (number,) if group == "0" else (group, cell.class_name)
            groups.setdefault(key, []).append(cell)
    label = tags[0] if len(tags) == 1 else None
    return ImageAnnotation(name, size[1], size[0], label, joined_groups(groups.values(), name, journal))


def _cell(
    image: str, thing: str, shape: Element, size: tuple[int | None, int | None], journal: Journal
) -> Cell | None:
    label = (shape.get("label") or "").strip() or None
    attributes = {e.get("name", ""): e.text or "" for e in shape.findall("attribute")}
    common: dict[str, Any] = {"attributes": attributes, "file": journal.file, "object": thing}
    points: Any = None
    problem: str | None
    if shape.tag == "mask":
        mask, problem = _mask(shape, size)
        if mask is not None:
            return Cell(label, rle=mask, **common)
    elif shape.tag in ("polygon", "polyline"):
        points, problem = points_of_text(shape.get("points", ""))
        if shape.tag == "polyline" and points and points[0] != points[-1]:
            problem = "a polyline that does not end where it starts has no area"
    elif shape.tag == "ellipse":
        points, problem = _ellipse(shape)
    elif shape.tag == "box":
        problem = BOX_REASON
    else:
        problem = unread_shape(shape.tag)
    if problem is None:
        points, problem = clean_polygon(points)
    if problem is not None:
        journal.leave_out(image, thing, problem)
        return None
    return Cell(label, (points,), **common)


def _ellipse(shape: Element) -> tuple[Any, str | None]:
    try:
        cx, cy, rx, ry = (float(shape.get(key, "")) for key in ("cx", "cy", "rx", "ry"))
        angle = float(shape.get("rotation", 0))
    except ValueError:
        return None, "its ellipse has values that are not numbers"
    if not np.isfinite([cx, cy, rx, ry, angle]).all() or min(rx, ry) <= 0:
        return None, "its ellipse has no radius above 0"
    return ellipse_polygon((cx, cy), (rx, ry), float(np.deg2rad(angle))), None


def _mask(shape: Element, size: tuple[int | None, int | None]) -> tuple[Rle | None, str | None]:
    """Return the run-length form of a brush mask: runs over the rows of a box, the first is background."""
    problem = size_problem(*size)
    if problem is not None:
        return None, problem
    height, width = size[0] or 0, size[1] or 0
    try:
        runs = np.array([int(run) for run in shape.get("rle", "").split(",")])
        left, top, columns, rows = (int(float(shape.get(k, ""))) for k in ("left", "top", "width", "height"))
    except (ValueError, OverflowError):
        return None, "its brush mask holds what is no whole number"
    inside = left >= 0 and top >= 0 and 0 < columns <= width - left and 0 < rows <= height - top
    if not inside or (runs < 0).any() or runs.sum() != columns * rows:
        return None, f"its brush mask does not fill a box of {columns}x{rows} inside the image"
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return encode_crop(flat.reshape(rows, columns), top, left, (height, width)), None
