"""Read SuperAnnotate JSON (vector projects): one file an image, polygons with holes and ellipses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blastvote.annotations.common import BOX_REASON, note_classless, side_of, unread_shape
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn
from blastvote.annotations.registry import AnnotationFile, annotation_format


def is_superannotate(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like one of SuperAnnotate's."""
    document = file.document
    return (
        isinstance(document, Mapping)
        and isinstance(document.get("metadata"), Mapping)
        and isinstance(document.get("instances"), list)
    )


@annotation_format(
    "superannotate",
    "SuperAnnotate JSON",
    "json",
    is_superannotate,
    ("classes.json", "config.json", "workflow.json"),
)
def read_superannotate(file: AnnotationFile) -> AnnotationSet:
    """Convert a SuperAnnotate document to the common form; a tag of the image is its label."""
    document = file.document
    journal = Journal(str(file.path))
    metadata = document["metadata"]
    stem = file.path.name.removesuffix(".json").removesuffix("___objects")
    name = str(metadata.get("name") or stem)
    cells, tags = [], [tag for tag in document.get("tags") or [] if isinstance(tag, str)]
    for number, entry in enumerate(document["instances"]):
        title = str(entry.get("className") or "").strip() or None
        if entry.get("type") == "tag":
            tags.append(title or "")
            continue
        own = {
            a.get("groupName"): a.get("name") for a in entry.get("attributes") or [] if isinstance(a, Mapping)
        }
        attributes = {str(group): value for group, value in own.items() if group}
        cell = _cell(Drawn(journal, name, f"instance {number}", title, attributes), entry)
        if cell is not None:
            cells.append(cell)
    image = ImageAnnotation(
        name,
        side_of(metadata.get("width")),
        side_of(metadata.get("height")),
        tags[0] if len(tags) == 1 and tags[0] else None,
        tuple(cells),
        aliases=(stem,) if stem != name else (),
    )
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "superannotate", {name: image})


def _cell(drawn: Drawn, entry: Mapping[str, Any]) -> Cell | None:
    kind = entry.get("type")
    if kind == "polygon":
        return drawn.polygon(entry["points"], entry.get("exclude") or [])
    if kind == "ellipse":
        centre, radii = (entry["cx"], entry["cy"]), (entry["rx"], entry["ry"])
        return drawn.ellipse(centre, radii, entry.get("angle"))
    if kind in ("bbox", "rbbox"):
        return drawn.no_cell(BOX_REASON)
    if "parts" in entry:
        return drawn.no_cell(
            "a pixel project keeps its masks in another file (___save.png); export COCO instead"
        )
    return drawn.no_cell(unread_shape(kind))
