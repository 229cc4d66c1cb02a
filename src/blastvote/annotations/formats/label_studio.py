"""Read Label Studio's JSON and JSON-MIN: polygons, ellipses and brush masks, in per cent of the image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from blastvote.annotations.common import (
    BOX_REASON,
    merge_images,
    note_classless,
    side_of,
    size_problem,
    unread_shape,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import Drawn, Size
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.shapes.brush import brush_mask
from blastvote.io import IMAGE_SUFFIXES

BOXES = ("rectangle", "rectanglelabels")


def is_label_studio(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like Label Studio's: a task or a list of tasks, whole or JSON-MIN."""
    tasks = _tasks(file.document)
    return bool(tasks) and all(
        isinstance(task, Mapping) and (_is_task(task) or _is_minimal(task)) for task in tasks
    )


def _tasks(document: Any) -> list[Any]:
    return document if isinstance(document, list) else [document] if isinstance(document, Mapping) else []


def _is_task(task: Mapping[str, Any]) -> bool:
    return isinstance(task.get("data"), Mapping) and isinstance(task.get("annotations"), list)


def _is_minimal(task: Mapping[str, Any]) -> bool:
    return "annotator" in task or any(map(_is_minimal_field, task.values()))


def _is_minimal_field(value: Any) -> bool:
    """Return whether a field of a JSON-MIN task is a list of regions."""
    return isinstance(value, list) and any(isinstance(v, Mapping) and "original_width" in v for v in value)


@annotation_format("label_studio", "Label Studio JSON", "json", is_label_studio)
def read_label_studio(file: AnnotationFile) -> AnnotationSet:
    """Convert Label Studio's tasks to the common form.

    Of a task that several people annotated, the one marked as ground truth counts, else the last; the objects of
    the others are left out. A choice for the whole image is its label.
    """
    journal = Journal(str(file.path))
    images = []
    for number, task in enumerate(_tasks(file.document)):
        thing = f"task {task.get('id', number)}"
        name = _image_name(task.get("data") if _is_task(task) else task)
        if name is None:
            journal.leave_out("", thing, "it names no image")
            continue
        results = _results(task, name, thing, journal) if _is_task(task) else _minimal(task)
        images.append(_image(name, thing, results, journal))
    merged = merge_images(images, journal)
    note_classless(merged.values(), journal.notes)
    return AnnotationSet.of(journal, "label_studio", merged)


def _image_name(data: Any) -> str | None:
    """Return the first value that looks like the name of an image, else the first that is a path."""
    texts = [value for value in data.values() if isinstance(value, str)] if isinstance(data, Mapping) else []
    named = [text for text in texts if text.split("?X-")[0].casefold().endswith(IMAGE_SUFFIXES)]
    paths = [text for text in texts if "/" in text]
    return next(iter((*named, *paths)), None)


_UNFINISHED = {
    "prediction": "a prediction that nobody has made an annotation",
    "draft": "a draft that nobody has submitted; submit it in Label Studio, and export again",
}
"""What a task may hold in place of annotations, and why it counts for nothing."""


def _results(task: Mapping[str, Any], image: str, thing: str, journal: Journal) -> list[Any]:
    """Return the results of the annotation that counts."""
    made = [annotation for annotation in task["annotations"] if isinstance(annotation, Mapping)]
    valid = [annotation for annotation in made if not annotation.get("was_cancelled")]
    for annotation in made:
        if annotation.get("was_cancelled"):
            _leave_out(annotation, image, thing, "its annotation was cancelled (skipped)", journal)
    if not valid:
        for kind, reason in _UNFINISHED.items():
            for number, other in enumerate(task.get(f"{kind}s") or []):
                results = other.get("result") if isinstance(other, Mapping) else None
                for place, _ in enumerate(results if isinstance(results, list) else []):
                    journal.leave_out(image, f"{thing}, {kind} {number}, result {place}", reason)
        return []
    chosen = next((a for a in valid if a.get("ground_truth")), valid[-1])
    if len(valid) > 1:
        journal.warnings.append(
            f"{image}: {len(valid)} annotations of one image; annotation {chosen.get('id')} counts"
        )
        for other in valid:
            if other is not chosen:
                _leave_out(other, image, thing, "another annotation of the same image counts", journal)
    return list(chosen.get("result") or [])


def _leave_out(annotation: Mapping[str, Any], image: str, thing: str, reason: str, journal: Journal) -> None:
    """Record that the results of an annotation are no cells."""
    for number, _ in enumerate(annotation.get("result") or []):
        journal.leave_out(image, f"{thing}, annotation {annotation.get('id')}, result {number}", reason)


def _minimal(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the regions of a JSON-MIN task in the form of a whole one."""
    regions = [
        v for value in task.values() if _is_minimal_field(value) for v in value if isinstance(v, Mapping)
    ]
    return [{**region, "value": region} for region in regions]


_SHAPE = ("points", "rle", "radiusX", "radiusY", "x", "y", "width", "height", "rotation", "vertices")
"""Parts of a value that are a shape."""


@dataclass
class _Region:
    """The results of one id: a shape, its parts, and what is said of it."""

    number: int
    shape: Mapping[str, Any] | None = None
    drawn: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def _image(name: str, thing: str, results: Iterable[Any], journal: Journal) -> ImageAnnotation:
    regions: dict[Any, _Region] = {}
    for number, result in enumerate(results):
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping):
            related = isinstance(result, Mapping) and result.get("type") == "relation"
            reason = "a relation of two regions, no object" if related else "it has no value"
            journal.leave_out(name, f"{thing}, result {number}", reason)
            continue
        key = result.get("id", ("no id", number))
        drawn = {part: value[part] for part in _SHAPE if part in value}
        known = regions.get(key)
        if drawn and known is not None and known.drawn not in ({}, drawn):
            # An id that a script gave to two shapes: the results of one region repeat its shape.
            key = (key, number)
        region = regions.setdefault(key, _Region(number))
        if drawn:
            region.number, region.shape, region.drawn = number, result, drawn
        names = [
            str(v)
            for key, own in value.items()
            if key.endswith("labels") and isinstance(own, list)
            for v in own
        ]
        region.labels += tuple(names)
        if isinstance(value.get("choices"), list):
            region.choices += tuple(map(str, value["choices"]))
    cells: list[Cell] = []
    tags: list[str] = []
    size: Size = (None, None)
    for region in regions.values():
        if region.shape is None:
            tags += region.choices
            continue
        size = side_of(region.shape.get("original_height")), side_of(region.shape.get("original_width"))
        classes = list(dict.fromkeys(region.labels or region.choices))
        title = classes[0].strip() if len(classes) == 1 else None
        if len(classes) > 1:
            journal.notes.append(
                f"{name}: {thing}, result {region.number} has several labels; it has no class."
            )
        own = {"choices": region.choices[0]} if len(region.choices) == 1 else {}
        cell = _cell(Drawn(journal, name, f"{thing}, result {region.number}", title, own), region.shape, size)
        if cell is not None:
            cells.append(cell)
    label = tags[0] if len(tags) == 1 else None
    return ImageAnnotation(name, size[1], size[0], label, tuple(cells))


def _cell(drawn: Drawn, result: Mapping[str, Any], size: Size) -> Cell | None:
    value = result["value"]
    if result.get("image_rotation"):
        return drawn.no_cell(
            "its image was turned in Label Studio; turn the image itself and annotate it anew"
        )
    if "points" in value and size == (None, None):
        return drawn.polygon(_points(value) / 100, relative=True)
    problem = size_problem(*size)
    if problem is not None:
        return drawn.no_cell(problem)
    height, width = size[0] or 0, size[1] or 0
    if "points" in value:
        return drawn.polygon(_points(value) * (width / 100, height / 100))
    if "rle" in value:
        return drawn.pixels(brush_mask(value["rle"], height, width), 0, 0, size)
    if "radiusX" in value:
        centre = float(value["x"]) * width / 100, float(value["y"]) * height / 100
        radii = float(value["radiusX"]) * width / 100, float(value["radiusY"]) * height / 100
        return drawn.ellipse(centre, radii, value.get("rotation"))
    kind = str(result.get("type") or next((key for key in value if key.endswith("labels")), "unknown"))
    if kind in BOXES or "rectanglelabels" in value:
        return drawn.no_cell(BOX_REASON)
    return drawn.no_cell(unread_shape(kind))


def _points(value: Mapping[str, Any]) -> np.ndarray:
    """Return the points of a polygon, per cent of width and height, ``(N, 2)``."""
    return np.array([point[:2] for point in value["points"]], dtype=float).reshape(-1, 2)
