"""Read LabelMe files: one JSON an image, with polygons, rectangles, circles and masks."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from blastvote.annotations.common import (
    clean_polygon,
    joined_groups,
    note_classless,
    side_of,
    size_problem,
    unread_shape,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.shapes.raster import ellipse_polygon
from blastvote.errors import InputError
from blastvote.io.opening import embedded_image
from blastvote.rle import Rle, encode_crop

OUTLINED = ("polygon", "rectangle", "oriented_rectangle", "rotation", "quadrilateral", "linestrip")
"""Types of shapes whose points run around the cell; X-AnyLabeling calls an oriented rectangle ``rotation``."""


def is_labelme(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like LabelMe's."""
    document = file.document
    return (
        isinstance(document, Mapping) and isinstance(document.get("shapes"), list) and "imagePath" in document
    )


@annotation_format("labelme", "LabelMe", "json", is_labelme)
def read_labelme(file: AnnotationFile) -> AnnotationSet:
    """Convert a LabelMe document to the common form.

    Shapes of one label and one ``group_id`` are parts of one cell. The image's name is the last part of
    ``imagePath``; one ticked flag of the image is its label.

    Raises
    ------
    InputError
        If a shape is not an object with points.
    """
    path, document = file.path, file.document
    journal = Journal(str(path))
    name = PurePosixPath(str(document["imagePath"]).replace("\\", "/")).name
    size = side_of(document.get("imageHeight")), side_of(document.get("imageWidth"))
    groups: dict[Any, list[Cell]] = {}
    for number, shape in enumerate(document["shapes"]):
        if not isinstance(shape, Mapping) or "points" not in shape:
            raise InputError(f"{path}: shape {number} has no points. Save the file again in LabelMe.")
        cell = _cell(name, f"shape {number}", shape, size, journal)
        if cell is not None:
            group = shape.get("group_id")
            groups.setdefault((number,) if group is None else (group, cell.class_name), []).append(cell)
    cells = joined_groups(groups.values(), name, journal)
    flags = document.get("flags") or {}
    ticked = [flag for flag, on in flags.items() if on is True]
    image = ImageAnnotation(
        file_name=name,
        width=size[1],
        height=size[0],
        label=ticked[0] if len(ticked) == 1 else None,
        cells=cells,
        aliases=(Path(path).stem,),
    )
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "labelme", {name: image})


def _cell(
    image: str, thing: str, shape: Mapping[str, Any], size: tuple[Any, Any], journal: Journal
) -> Cell | None:
    kind = shape.get("shape_type") or "polygon"
    label = str(shape.get("label") or "").strip() or None
    common: dict[str, Any] = {
        "attributes": {key: shape[key] for key in ("flags", "description") if shape.get(key)},
        "file": journal.file,
        "object": thing,
    }
    points = shape["points"]
    try:
        if kind == "mask":
            return Cell(label, rle=_mask(shape, points, size), **common)
        if kind == "rectangle" and len(points) == 2:
            (x0, y0), (x1, y1) = points
            points = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        elif kind == "circle":
            (cx, cy), (ex, ey) = points
            radius = float(np.hypot(ex - cx, ey - cy))
            points = ellipse_polygon((cx, cy), (radius, radius)) if radius > 0 else []
        elif kind not in OUTLINED:
            journal.leave_out(image, thing, unread_shape(kind))
            return None
    except (TypeError, ValueError, LookupError, OverflowError) as error:
        journal.leave_out(image, thing, f"its {kind} cannot be read ({error})")
        return None
    polygon, problem = clean_polygon(points)
    if polygon is None:
        journal.leave_out(image, thing, str(problem))
        return None
    return Cell(label, polygons=(polygon,), **common)


def _mask(shape: Mapping[str, Any], points: Any, size: tuple[Any, Any]) -> Rle:
    """Return the run-length form of a LabelMe mask: a PNG of the box that starts at the first point."""
    problem = size_problem(*size)
    if problem is not None:
        raise ValueError(problem)
    height, width = int(size[0]), int(size[1])
    part = embedded_image(base64.b64decode(shape["mask"]), height, width) > 0
    if part.ndim != 2:
        raise ValueError("it has colours")
    left, top = (round(float(value)) for value in points[0])
    if left < 0 or top < 0 or left >= width or top >= height:
        raise ValueError("it lies outside the image")
    return encode_crop(part[: height - top, : width - left], top, left, (height, width))
