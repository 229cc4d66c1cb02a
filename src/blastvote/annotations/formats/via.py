"""Read files of the VGG Image Annotator, versions 1 and 2: JSON exports, project files and CSV exports.

VIA 1 keeps an image's regions in a dictionary, VIA 2 in a list; a project wraps the images in
``_via_img_metadata``. Shapes: polygon, polyline (closed to a polygon), rect, circle, ellipse (with
``theta``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from blastvote import io
from blastvote.annotations.common import (
    CLASS_ATTRIBUTES,
    LABEL_ATTRIBUTES,
    class_of,
    find_attribute,
    merge_images,
    note_classless,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.annotations.shapes.via_regions import region_cell
from blastvote.errors import InputError

CSV_COLUMNS = ("filename", "region_shape_attributes", "region_attributes")


def is_via(file: AnnotationFile) -> bool:
    """Return whether a JSON file looks like VIA 1 or 2: an object or list of entries, or some of these joined."""
    document = file.document
    if isinstance(document, Mapping) and "_via_img_metadata" in document:
        return True
    if isinstance(document, list):
        return any(map(_is_entry, document))
    members = document.values() if isinstance(document, Mapping) else []
    return any(_is_entry(member) or _is_set(member) for member in members)


def _is_entry(member: Any) -> bool:
    return isinstance(member, Mapping) and "filename" in member and "regions" in member


def _is_set(member: Any) -> bool:
    """Return whether a member of a document is itself a VIA file, as where files were joined by hand."""
    return (
        isinstance(member, Mapping)
        and bool(member)
        and ("_via_img_metadata" in member or all(map(_is_entry, member.values())))
    )


@annotation_format("via", "VIA 1 or 2 (JSON, project or CSV)", "json", is_via, finds_class=True)
def read_via(file: AnnotationFile) -> AnnotationSet:
    """Convert a VIA document to the common form.

    The class is in the region attribute ``file.class_attribute``; None takes the only or likeliest one and notes a
    guess.

    Raises
    ------
    InputError
        If no region has that attribute, or an entry lacks what every VIA file has.
    """
    journal = Journal(str(file.path))
    entries = _entries(file.path, file.document, journal)
    found = _read_entries(entries, file.class_attribute, journal)
    return _with_option_names(found, file.document)


def _entries(path: Path, document: Any, journal: Journal) -> dict[str, Any]:
    """Return the entries of a document by key; several files in one object are joined."""
    if isinstance(document, list):
        return {str(number): entry for number, entry in enumerate(document)}
    if "_via_img_metadata" in document:
        entries = document["_via_img_metadata"]
        if not isinstance(entries, Mapping):
            raise InputError(
                f"{path}: '_via_img_metadata' is not an object. Export the annotations from VIA again."
            )
        return dict(entries)
    joined: dict[str, Any] = {}
    for key, member in document.items():
        if _is_set(member):
            own = member.get("_via_img_metadata", member)
            joined |= {f"{key}/{name}" if name in joined else name: entry for name, entry in own.items()}
            journal.notes.append(
                f"{key!r} holds a VIA file of its own with {len(own)} entries; they were joined."
            )
        elif _is_entry(member) or (isinstance(member, Mapping) and "filename" in member):
            joined[key] = member
        else:
            journal.notes.append(f"The key {key!r} is no entry of an image; it was not read.")
    return joined


def _read_entries(entries: Mapping[str, Any], class_attribute: str | None, journal: Journal) -> AnnotationSet:
    path, version = journal.file, "via2"
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


def is_via_csv(file: AnnotationFile) -> bool:
    """Return whether a table is VIA's."""
    return set(CSV_COLUMNS) <= set(file.document.columns)


@annotation_format("via_csv", "", "csv", is_via_csv, finds_class=True)
def read_via_csv(file: AnnotationFile) -> AnnotationSet:
    """Read a VIA CSV export (one row a region) in the common form; errors as `read_via`."""
    entries: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(file.document.to_dict("records"), start=2):
        where = f"{file.path}: line {number}"
        shape, region, image = (
            io.parse_json(row.get(column) or "{}", where)
            for column in ("region_shape_attributes", "region_attributes", "file_attributes")
        )
        size = str(row.get("file_size") or "")
        entry = entries.setdefault(
            row["filename"] + size,
            {"filename": row["filename"], "size": size, "regions": [], "file_attributes": image},
        )
        if shape:
            entry["regions"].append({"shape_attributes": shape, "region_attributes": region})
    found = _read_entries(entries, file.class_attribute, Journal(str(file.path)))
    return replace(found, format="via_csv")


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
    several = [
        name for name in usable if len({class_of(a.get(name)) for a in _all_regions(entries)} - {None}) > 1
    ]
    chosen = find_attribute(None, usable, CLASS_ATTRIBUTES) or (several or usable)[0]
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
        cell = region_cell(name, f"region {number}", region, attribute, journal)
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


def _with_option_names(found: AnnotationSet, document: Any) -> AnnotationSet:
    """Return cells whose class is the number of a dropdown option with the option's name, with a note.

    VIA keeps an option's id; projects made by a program number the options.
    """
    attributes = document.get("_via_attributes") if isinstance(document, Mapping) else None
    regions = attributes.get("region") if isinstance(attributes, Mapping) else None
    names: dict[str, str] = {}
    for attribute in regions.values() if isinstance(regions, Mapping) else []:
        options = attribute.get("options") if isinstance(attribute, Mapping) else None
        for key, name in options.items() if isinstance(options, Mapping) else []:
            if key.isdecimal() and isinstance(name, str) and name.strip() and not name.strip().isdecimal():
                names[key] = name.strip()
    used = [name for name in found.class_names if name in names]
    if not used:
        return found
    images = {
        file_name: replace(
            image,
            cells=tuple(
                replace(cell, class_name=names.get(cell.class_name or "", cell.class_name))
                for cell in image.cells
            ),
        )
        for file_name, image in found.images.items()
    }
    detail = ", ".join(f"{key} is {names[key]!r}" for key in used)
    return replace(found, images=images, notes=[*found.notes, f"Classes are numbers of options: {detail}."])
