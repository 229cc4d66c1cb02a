"""Read Supervisely JSON: one file an image, polygons with holes and bitmaps."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping
from typing import Any

from blastvote.annotations.common import BOX_REASON, note_classless, side_of, size_problem, unread_shape
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn, Size
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.io.opening import embedded_image

MOST_BYTES = 64_000_000
"""A bitmap that unpacks to a larger PNG file than this is damage."""


def is_supervisely(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like one of Supervisely's."""
    document = file.document
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("objects"), list)
        and isinstance(document.get("size"), Mapping)
    )


@annotation_format(
    "supervisely",
    "Supervisely JSON",
    "json",
    is_supervisely,
    ("meta.json", "key_id_map.json", "obj_class_to_machine_color.json"),
)
def read_supervisely(file: AnnotationFile) -> AnnotationSet:
    """Convert a Supervisely document to the common form.

    The file does not name its image: ``a.png.json`` belongs to ``a.png``. One tag of the image is its label.
    """
    document = file.document
    journal = Journal(str(file.path))
    name = file.path.stem
    size = side_of(document["size"].get("height")), side_of(document["size"].get("width"))
    cells = []
    for number, entry in enumerate(document["objects"]):
        title = str(entry.get("classTitle") or "").strip() or None
        own = {str(t.get("name")): t.get("value") for t in entry.get("tags") or [] if isinstance(t, Mapping)}
        cell = _cell(Drawn(journal, name, f"object {number}", title, own), entry, size)
        if cell is not None:
            cells.append(cell)
    tags = [tag.get("name") for tag in document.get("tags") or [] if isinstance(tag, Mapping)]
    label = str(tags[0]) if len(tags) == 1 and tags[0] else None
    image = ImageAnnotation(name, size[1], size[0], label, tuple(cells), named_by_file=True)
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "supervisely", {name: image})


def _cell(drawn: Drawn, entry: Mapping[str, Any], size: Size) -> Cell | None:
    kind = entry.get("geometryType") or ("bitmap" if entry.get("bitmap") else "polygon")
    if kind == "polygon":
        return drawn.polygon(entry["points"]["exterior"], entry["points"].get("interior") or [])
    if kind == "bitmap":
        return _bitmap(drawn, entry["bitmap"], size)
    if kind == "rectangle":
        return drawn.no_cell(BOX_REASON)
    return drawn.no_cell(unread_shape(kind))


def _bitmap(drawn: Drawn, bitmap: Mapping[str, Any], size: Size) -> Cell | None:
    """Return the cell of a bitmap: a zipped PNG whose first pixel lies at ``origin``."""
    problem = size_problem(*size)
    if problem is not None:
        return drawn.no_cell(problem)
    try:
        packed = base64.b64decode(bitmap["data"])
        unpacked = zlib.decompressobj().decompress(packed, MOST_BYTES)
        values = embedded_image(unpacked, size[0] or 0, size[1] or 0)
        left, top = (int(value) for value in bitmap["origin"])
    except (LookupError, TypeError, ValueError, OverflowError, zlib.error) as error:
        return drawn.no_cell(f"its bitmap cannot be read ({error})")
    if values.ndim == 3:
        values = values[..., -1] if values.shape[2] in (2, 4) else values.max(axis=2)
    return drawn.pixels(values > 0, top, left, size)
