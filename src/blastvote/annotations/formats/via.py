"""Read files of the VGG Image Annotator, versions 1 and 2: JSON exports, project files and CSV exports.

VIA 1 keeps an image's regions in a dictionary, VIA 2 in a list; a project wraps the images in
``_via_img_metadata``. Shapes: polygon, polyline (closed to a polygon), rect, circle, ellipse (with
``theta``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from blastvote import io
from blastvote.annotations.common import (
    CLASS_ATTRIBUTES,
    LABEL_ATTRIBUTES,
    class_of,
    clean_polygon,
    find_attribute,
    merge_images,
    note_classless,
    several_ticked,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.raster import ellipse_polygon
from blastvote.errors import InputError

CSV_COLUMNS = ("filename", "region_shape_attributes", "region_attributes")


def is_via(document: Any) -> bool:
    """Return whether a parsed JSON document looks like VIA 1 or 2."""
    if not isinstance(document, Mapping):
        return False
    if "_via_img_metadata" in document:
        return True
    entries = list(document.values())
    return bool(entries) and all(
        isinstance(e, Mapping) and "filename" in e and "regions" in e for e in entries
    )


def read_via(path: str | Path, document: Any, class_attribute: str | None = None) -> AnnotationSet:
    """Convert a parsed VIA document to the common form.

    Parameters
    ----------
    path
        The file, for messages.
    document
        The parsed JSON (see `is_via`).
    class_attribute
        Region attribute that holds the class; None takes the only or likeliest one and notes a guess.

    Raises
    ------
    InputError
        If no region has ``class_attribute``, or an entry lacks what every VIA file has.
    """
    journal = Journal(str(path))
    entries = document.get("_via_img_metadata", document)
    if not isinstance(entries, Mapping):
        raise InputError(
            f"{path}: '_via_img_metadata' is not an object. Export the annotations from VIA again."
        )
    version = "via2"
    for key, entry in entries.items():
        if not isinstance(entry, Mapping) or not isinstance(entry.get("filename"), str):
            raise InputError(
                f"{path}: entry {key!r} has no text 'filename'. Export the annotations from VIA again."
            )
        if isinstance(entry.get("regions"), Mapping):
            version = "via1"
    attribute = _class_attribute(entries, class_attribute, journal)
    images = [_image(key, entry, attribute, class_attribute, journal) for key, entry in entries.items()]
    merged = merge_images(images, journal)
    note_classless(merged.values(), journal.notes)
    return AnnotationSet.of(journal, version, merged)


def read_via_csv(path: str | Path, class_attribute: str | None = None) -> AnnotationSet:
    """Read a VIA CSV export (one row a region) in the common form; errors as `read_via`."""
    table = io.read_table(path, required=CSV_COLUMNS)
    entries: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(table.to_dict("records"), start=2):
        try:
            shape = json.loads(row["region_shape_attributes"] or "{}")
            region = json.loads(row["region_attributes"] or "{}")
            image = json.loads(row.get("file_attributes") or "{}")
        except json.JSONDecodeError as error:
            raise InputError(
                f"{path}: line {number} holds attributes that are not JSON ({error}). Export from VIA again."
            ) from error
        size = str(row.get("file_size") or "")
        entry = entries.setdefault(
            row["filename"] + size,
            {"filename": row["filename"], "size": size, "regions": [], "file_attributes": image},
        )
        if shape:
            entry["regions"].append({"shape_attributes": shape, "region_attributes": region})
    result = read_via(path, entries, class_attribute)
    return replace(result, format="via_csv")


def _regions(entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
    regions = entry.get("regions") or []
    pairs = regions.items() if isinstance(regions, Mapping) else enumerate(regions)
    return [(str(name), region) for name, region in pairs]


def _all_regions(entries: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in entries.values():
        for _, region in _regions(entry):
            attributes = region.get("region_attributes") if isinstance(region, Mapping) else None
            if isinstance(attributes, Mapping):
                yield attributes


def _class_attribute(entries: Mapping[str, Any], wanted: str | None, journal: Journal) -> str | None:
    """Return the region attribute that holds the class, or None where regions have none."""
    names = list(dict.fromkeys(name for attributes in _all_regions(entries) for name in attributes))
    if wanted:
        found = find_attribute(wanted, names, ())
        if found is None and any(_regions(entry) for entry in entries.values()):
            have = f"the regions have {names}" if names else "no region has any attribute"
            raise InputError(
                f"{journal.file}: no region has the attribute '{wanted}' that should hold the class; {have}. Name "
                "one of these as class attribute, or add the attribute in VIA."
            )
        if found != wanted and found is not None:
            journal.notes.append(
                f"The class was read from the attribute '{found}', spelt '{wanted}' in the settings."
            )
        return found
    usable = [n for n in names if any(class_of(a.get(n)) is not None for a in _all_regions(entries))]
    if len(usable) <= 1:
        return usable[0] if usable else None
    chosen = find_attribute(None, usable, CLASS_ATTRIBUTES) or usable[0]
    journal.notes.append(
        f"Regions have several attributes ({', '.join(usable)}); '{chosen}' was taken for the class. Name "
        "the class attribute if that is wrong."
    )
    return chosen


def _image(
    key: str, entry: Mapping[str, Any], attribute: str | None, wanted: str | None, journal: Journal
) -> ImageAnnotation:
    name = entry["filename"]
    cells = []
    for number, region in _regions(entry):
        cell = _cell(name, f"region {number}", region, attribute, journal)
        if cell is not None:
            cells.append(cell)
    attributes = entry.get("file_attributes")
    attributes = attributes if isinstance(attributes, Mapping) else {}
    label_attribute = find_attribute(wanted, attributes, ()) or find_attribute(
        None, attributes, LABEL_ATTRIBUTES
    )
    return ImageAnnotation(
        file_name=name,
        label=class_of(attributes[label_attribute]) if label_attribute else None,
        cells=tuple(cells),
        aliases=_alias(key, name, str(entry.get("size", "")), journal.notes),
        attributes=dict(attributes),
    )


def _alias(key: str, name: str, size: str, notes: list[str]) -> tuple[str, ...]:
    """Return the name that an entry's key holds, where it differs from the entry's ``filename``."""
    if key == f"{name}{size}" or key == name:
        return ()
    stem = key.removesuffix(size) if size and size != "-1" else re.sub(r"-?\d+$", "", key)
    stem = stem.removesuffix("-1")
    if not stem or stem == name:
        return ()
    notes.append(f"{name}: its key is {key!r}; the image is looked for under both names.")
    return (stem,)


def _cell(image: str, thing: str, region: Any, attribute: str | None, journal: Journal) -> Cell | None:
    shape = region.get("shape_attributes") if isinstance(region, Mapping) else None
    if not isinstance(shape, Mapping) or not shape:
        journal.leave_out(image, thing, "it has no shape")
        return None
    points, problem = _outline(shape)
    if problem is None:
        points, problem = clean_polygon(points)
    if points is None:
        journal.leave_out(image, thing, str(problem))
        return None
    where, notes = f"{image}: {thing}", journal.notes
    if points.min() < 0:
        notes.append(
            f"{where} reaches beyond the left or upper edge of the image; what is outside is cut off."
        )
    if shape["name"] == "polyline":
        notes.append(f"{where} is a polyline; it was closed to a polygon.")
    attributes = region.get("region_attributes")
    attributes = dict(attributes) if isinstance(attributes, Mapping) else {}
    value = attributes.get(attribute) if attribute else _flag_class(attributes)
    if several_ticked(value):
        notes.append(f"{where} has several boxes of '{attribute}' ticked; it counts as without a class.")
    return Cell(class_of(value), (points,), attributes=attributes, file=journal.file, object=thing)


def _flag_class(attributes: Mapping[str, Any]) -> Any:
    # Attributes such as {"L1": true}: the ticked attribute itself is the class.
    return {name: value for name, value in attributes.items() if isinstance(value, bool)}


def _outline(shape: Mapping[str, Any]) -> tuple[Any, str | None]:
    """Return the points of a VIA shape, or the reason why it has none."""
    kind = shape.get("name")
    try:
        if kind in ("polygon", "polyline"):
            x, y = shape["all_points_x"], shape["all_points_y"]
            if len(x) != len(y):
                return None, f"it has {len(x)} x but {len(y)} y coordinates"
            return np.column_stack([np.asarray(x, float), np.asarray(y, float)]), None
        if kind == "rect":
            x0, y0, w, h = (float(shape[name]) for name in ("x", "y", "width", "height"))
            return [(x0, y0), (x0 + w, y0), (x0 + w, y0 + h), (x0, y0 + h)], None
        if kind in ("circle", "ellipse"):
            return _ellipse(shape, kind)
    except KeyError as error:
        return None, f"its {kind} lacks {error}"
    except (TypeError, ValueError):
        return None, f"its {kind} has coordinates that are not numbers"
    return None, f"a shape of type {kind!r} has no area"


def _ellipse(shape: Mapping[str, Any], kind: str) -> tuple[Any, str | None]:
    radii = [float(shape[n]) for n in (("r", "r") if kind == "circle" else ("rx", "ry"))]
    centre = float(shape["cx"]), float(shape["cy"])
    values = np.array([*radii, *centre, float(shape.get("theta", 0) or 0)])
    if not np.isfinite(values).all():
        return None, f"its {kind} has numbers that are not finite"
    if min(radii) <= 0:
        return None, f"its radius is {min(radii):g}"
    return ellipse_polygon(centre, radii, values[-1]), None
