"""Pieces that the readers of several formats share: outlines, classes, notes, merging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from blastvote.annotations.journal import JOINED, REPEATED, Journal, Line
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.wording import listed

CLASS_ATTRIBUTES = ("class", "subtype", "label", "category", "cell_type", "celltype", "type", "name")
"""Attribute names that hold the class when the user names none, most likely first."""

LABEL_ATTRIBUTES = CLASS_ATTRIBUTES[:-2]
"""Attribute names of an image that hold its class (``type`` and ``name`` say other things of an image)."""


FARTHEST = 1_000_000
"""Coordinates beyond this many pixels are taken for damage."""

MOST_PIXELS = 400_000_000
"""A mask of an image with more pixels than this is taken for damage."""


BOX_REASON = "it is a box, and boxes are no outlines"
"""Why a box is left out."""


def side_of(value: Any) -> int | None:
    """Return a width or height in pixels of whatever a file says; None for nothing, 0 and what is no whole number."""
    try:
        side = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(side) if 0 < side <= FARTHEST and side.is_integer() else None


def size_problem(height: int | None, width: int | None) -> str | None:
    """Return why a mask cannot be placed in an image of this size; None if it can."""
    if height is None or width is None:
        return "the file does not say the image's size, which a mask needs"
    if height * width > MOST_PIXELS:
        return f"its image is said to have {width}x{height} pixels"
    return None


def is_true(value: Any) -> bool:
    """Return whether a flag is set, however it is written: 1, true, "1", "true"; "0" and null are not."""
    return str(value).strip().casefold() in ("1", "1.0", "true", "yes")


def clean_polygon(points: Any) -> tuple[np.ndarray | None, str | None]:
    """Return an open polygon ``(N, 2)`` and, if it cannot be one, None with the reason.

    A repeated last point is dropped, as are points that repeat their predecessor.
    """
    try:
        values = np.array(points, dtype=np.float64)
        # Points of three numbers are no polygon; one list of all numbers may stand in another list.
        if values.ndim > 1 and values.shape[-1] not in (2, values.size):
            return None, "its points are not pairs of numbers"
        polygon = values.reshape(-1, 2)
    except (TypeError, ValueError, OverflowError):
        return None, "its points are not pairs of numbers"
    if not np.isfinite(polygon).all():
        return None, "it has coordinates that are not finite numbers"
    if np.abs(polygon).max(initial=0) > FARTHEST:
        return None, f"it has coordinates beyond {FARTHEST:,} pixels"
    if len(polygon) > 1:
        polygon = polygon[np.append(True, (polygon[1:] != polygon[:-1]).any(axis=1))]
        while len(polygon) > 1 and (polygon[-1] == polygon[0]).all():
            polygon = polygon[:-1]
    if len(polygon) < 3:
        return None, f"it has {len(polygon)} distinct point{'s' * (len(polygon) != 1)}, a polygon needs 3"
    # Points on one line; a figure of eight has no signed area either, but pixels inside.
    x, y = (polygon - polygon[0]).T
    if not (x[1] * y - y[1] * x).any():
        return None, "its area is zero"
    return polygon, None


def class_of(value: Any) -> str | None:
    """Return a class name from an attribute's value: text, a number, or the one ticked box of several."""
    if isinstance(value, Mapping):
        ticked = [str(name).strip() for name, on in value.items() if on is True or str(on).lower() == "true"]
        return ticked[0] if len(ticked) == 1 else None
    if value is None or isinstance(value, bool | list):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def several_ticked(value: Any) -> bool:
    """Return whether more than one box of a checkbox attribute is ticked."""
    return (
        isinstance(value, Mapping)
        and sum(on is True or str(on).lower() == "true" for on in value.values()) > 1
    )


def find_attribute(wanted: str | None, names: Iterable[str], preferred: Sequence[str]) -> str | None:
    """Return the one of ``names`` that is ``wanted`` (or is up to case), or the first of ``preferred``."""
    names = list(dict.fromkeys(names))
    folded = {name.casefold().strip().replace(" ", "_"): name for name in reversed(names)}
    if wanted:
        return wanted if wanted in names else folded.get(wanted.casefold().strip().replace(" ", "_"))
    return next((folded[name] for name in preferred if name in folded), None)


def joined_groups(groups: Iterable[list[Cell]], image: str, journal: Journal) -> tuple[Cell, ...]:
    """Return one cell for each group of shapes that are parts of it; groups of masks stay apart."""
    cells: list[Cell] = []
    for parts in groups:
        first = parts[0]
        if len(parts) == 1 or any(part.rle is not None or part.holes for part in parts):
            cells += parts
            continue
        for part in parts[1:]:
            journal.end(JOINED, image, part.object, f"a part of the same cell as {first.object} (group_id)")
        outlines = tuple(polygon for part in parts for polygon in part.polygons)
        cells.append(replace(first, polygons=outlines))
    return tuple(cells)


def points_of_text(text: str) -> tuple[Any, str | None]:
    """Return the points of ``x,y;x,y;...``, or the reason why there are none."""
    try:
        return [[float(value) for value in pair.split(",")] for pair in text.split(";") if pair.strip()], None
    except ValueError:
        return None, "its points are not pairs of numbers"


WITHOUT_AREA = (
    "point", "points", "keypoint", "keypoints", "keypointlabels", "line", "lines", "linestrip", "polyline", "link",
    "angle", "skeleton", "template", "tag", "string", "text", "vector", "directional_vector",
)  # fmt: skip
"""Shapes of annotation tools that are points, lines or words."""


def unread_shape(kind: object) -> str:
    """Return why an object of this type is no cell: it has no area, or it is a shape that nobody here knows."""
    if str(kind).casefold() in WITHOUT_AREA:
        return f"a shape of type {kind!r} has no area"
    return f"shapes of type {kind!r} are not read; draw the cell as a polygon"


def merge_images(images: Iterable[ImageAnnotation], journal: Journal) -> dict[str, ImageAnnotation]:
    """Index images by file name; several entries of one name become one, equal cells counted once."""
    merged: dict[str, ImageAnnotation] = {}
    for image in images:
        before = merged.get(image.file_name)
        if before is None:
            merged[image.file_name] = image
            continue
        known = {_cell_key(cell) for cell in before.cells}
        new = tuple(cell for cell in image.cells if _cell_key(cell) not in known)
        for cell in image.cells:
            if _cell_key(cell) in known:
                reason = "an equal cell of this image has been read already"
                journal.lines.append(Line(cell.file, cell.object, image.file_name, REPEATED, reason))
        journal.notes.append(
            f"{image.file_name}: has several entries; they were joined ({len(new)} cells added, "
            f"{len(image.cells) - len(new)} repeated cells left out)."
        )
        files = sorted({cell.file for cell in before.cells + new})
        if new and before.cells and len(files) > 1:
            journal.warnings.append(
                f"{image.file_name}: {len(files)} files hold cells of this image ({listed(files)}), and all of them "
                "count. If these are the outlines of several people, name one file"
            )
        merged[image.file_name] = replace(
            before,
            cells=before.cells + new,
            label=before.label if before.label is not None else image.label,
            width=before.width or image.width,
            height=before.height or image.height,
            aliases=tuple(dict.fromkeys(before.aliases + image.aliases)),
        )
    return merged


def _cell_key(cell: Cell) -> tuple[Any, ...]:
    outlines = tuple(polygon.tobytes() for polygon in cell.polygons)
    return cell.class_name, outlines, str(cell.rle) if cell.rle else None


def note_classless(images: Iterable[ImageAnnotation], notes: list[str]) -> None:
    """Add a note on cells without a class, if there are any."""
    bad = [(i.file_name, n) for i in images for n, c in enumerate(i.cells) if c.class_name is None]
    if bad:
        name, number = bad[0]
        notes.append(f"{len(bad)} cells have no class (first: cell {number} of {name}).")
