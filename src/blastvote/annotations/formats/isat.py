"""Read ISAT JSON: one file an image, polygons in groups and layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from blastvote.annotations.common import is_true, joined_groups, note_classless, side_of
from blastvote.annotations.journal import JOINED, Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn
from blastvote.annotations.registry import AnnotationFile, annotation_format

BACKGROUND = "__background__"
"""The category that cuts holes into the layers below."""


def is_isat(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like one of ISAT's."""
    document = file.document
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("objects"), list)
        and isinstance(document.get("info"), Mapping)
    )


@annotation_format("isat", "ISAT JSON", "json", is_isat, ("isat.yaml",))
def read_isat(file: AnnotationFile) -> AnnotationSet:
    """Convert an ISAT document to the common form.

    Objects of one category and one group are parts of one cell. An object of the category ``__background__`` is a
    hole in the cells of lower layers.
    """
    document = file.document
    journal = Journal(str(file.path))
    info = document["info"]
    name = str(info.get("name") or file.path.stem)
    groups: dict[Any, list[Cell]] = {}
    layers: list[tuple[float, Cell]] = []
    for number, entry in enumerate(document["objects"]):
        title = str(entry.get("category") or "").strip() or None
        drawn = Drawn(journal, name, f"object {number}", title, _attributes(entry))
        cell = drawn.polygon(entry["segmentation"])
        if cell is None:
            continue
        if title == BACKGROUND:
            journal.end(JOINED, name, cell.object, "a hole in the cells below it")
            layers.append((float(entry.get("layer") or 0), cell))
            continue
        cell = replace(cell, crowd=is_true(entry.get("iscrowd", 0)))
        group = entry.get("group")
        groups.setdefault((number,) if group is None else (group, title), []).append(cell)
    cells = [_with_holes(cell, layers) for cell in joined_groups(groups.values(), name, journal)]
    image = ImageAnnotation(name, side_of(info.get("width")), side_of(info.get("height")), cells=tuple(cells))
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "isat", {name: image})


def _attributes(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("note", "layer") if entry.get(key)}


def _with_holes(cell: Cell, layers: list[tuple[float, Cell]]) -> Cell:
    own = float(cell.attributes.get("layer") or 0)
    holes = tuple(polygon for layer, hole in layers if layer > own for polygon in hole.polygons)
    return replace(cell, holes=holes) if holes else cell
