"""Read GeoJSON as QuPath writes it: one file an image, polygons with holes, a classification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from blastvote.annotations.common import (
    CLASS_ATTRIBUTES,
    class_of,
    clean_polygon,
    find_attribute,
    note_classless,
)
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.objects import keyhole
from blastvote.annotations.registry import AnnotationFile, annotation_format
from blastvote.errors import InputError
from blastvote.io import IMAGE_SUFFIXES

GEOMETRIES = ("Polygon", "MultiPolygon", "GeometryCollection")


def is_geojson(file: AnnotationFile) -> bool:
    """Return whether a JSON file is a feature, a collection, a list of features or a bare geometry."""
    document = file.document
    if isinstance(document, list):
        return bool(document) and all(isinstance(f, Mapping) and f.get("type") == "Feature" for f in document)
    kind = document.get("type") if isinstance(document, Mapping) else None
    return kind in ("FeatureCollection", "Feature", *GEOMETRIES)


@annotation_format("geojson", "GeoJSON (QuPath)", "json", is_geojson, finds_class=True)
def read_geojson(file: AnnotationFile) -> AnnotationSet:
    """Convert a GeoJSON document to the common form.

    GeoJSON does not name the image: it is the one whose name (with or without its ending) is the file's stem.
    Inner rings are holes. An annotation of QuPath that encloses cells or detections is a field, not a cell. The
    class is in the property ``file.class_attribute``; None takes QuPath's ``classification``, else the likeliest one.

    Raises
    ------
    InputError
        If the document has no list of features.
    """
    path, class_attribute = file.path, file.class_attribute
    journal = Journal(str(path))
    stem = Path(path).stem
    # How QuPath names the images of a file with several: `a.png - Series 1`, `a.ome.tif - a`.
    name = re.sub(
        rf"({'|'.join(map(re.escape, IMAGE_SUFFIXES))}) - [^/]*$|( - Series \d+)$", r"\1", stem, flags=re.I
    )
    cells: list[Cell] = []
    kinds: list[str] = []
    for thing, feature in _objects(path, file.document):
        cell = _cell(name, thing, feature, class_attribute, journal)
        if cell is not None:
            cells.append(cell)
            kinds.append(str(cell.attributes.get("objectType", "")))
    cells = _without_fields(name, cells, kinds, journal)
    aliases = (stem,) if stem != name else ()
    image = ImageAnnotation(name, cells=tuple(cells), aliases=aliases, named_by_file=True)
    note_classless([image], journal.notes)
    return AnnotationSet.of(journal, "geojson", {name: image})


def _objects(path: str | Path, document: Any) -> list[tuple[str, Any]]:
    """Return the features of a document with their names; those nested in others come after them."""
    features = document
    if isinstance(document, Mapping):
        if document["type"] == "GeometryCollection":
            features = [{"geometry": geometry} for geometry in document.get("geometries") or []]
        elif document["type"] == "MultiPolygon":  # without a feature nothing says that they are one cell
            parts = document.get("coordinates") or []
            features = [{"geometry": {"type": "Polygon", "coordinates": part}} for part in parts]
        elif document["type"] == "Polygon":
            features = [{"geometry": document}]
        else:
            features = [document] if document["type"] == "Feature" else document.get("features")
    if not isinstance(features, list):
        raise InputError(
            f"{path}: 'features' is not a list. Export the objects from QuPath as GeoJSON again."
        )
    waiting = [(f"feature {number}", feature) for number, feature in enumerate(features)]
    for thing, feature in waiting:  # the list grows as it is walked
        children = feature.get("childObjects") if isinstance(feature, Mapping) else None
        if isinstance(children, list):
            waiting += [(f"{thing}, child {number}", child) for number, child in enumerate(children)]
    return waiting


def _without_fields(name: str, cells: list[Cell], kinds: list[str], journal: Journal) -> list[Cell]:
    """Leave out QuPath's annotations that enclose cells or detections, and those without a class around others."""
    if not cells:
        return cells
    centres = np.array([np.concatenate(cell.polygons).mean(axis=0) for cell in cells])
    inner = np.isin(kinds, ("cell", "detection"))
    classified = np.array([bool(cell.attributes.get("classification")) for cell in cells])
    kept = []
    for cell, kind, own in zip(cells, kinds, classified, strict=True):
        x0, y0, x1, y1 = cell.bounds() or (0.0, 0.0, 0.0, 0.0)
        inside = (centres > (x0, y0)).all(axis=1) & (centres < (x1, y1)).all(axis=1)
        count = int((inside & inner).sum())
        others = 0 if own else int((inside & classified & ~inner).sum())
        if kind == "annotation" and (count or others > 1):
            count += others
            number = f"{count} cell{'s' * int(count != 1)}"
            journal.leave_out(
                name, cell.object, f"an annotation that encloses {number} is a field, not a cell"
            )
        else:
            kept.append(cell)
    return kept


def _cell(image: str, thing: str, feature: Any, wanted: str | None, journal: Journal) -> Cell | None:
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(geometry, Mapping):
        journal.leave_out(image, thing, "it has no geometry")
        return None
    parts = _polygon_parts(geometry)
    if parts is None:
        journal.leave_out(image, thing, f"a {geometry.get('type')} has no area")
        return None
    properties = feature.get("properties") or {}
    name = _class_name(properties, wanted)
    if properties.get("objectType") == "tile" or (name and name.endswith("*")):
        what = f"QuPath ignores the class {name!r}" if name else "a tile is no cell"
        journal.leave_out(image, thing, what)
        return None
    polygons: list[np.ndarray] = []
    holes: list[np.ndarray] = []
    problems: list[str] = []
    for rings in parts:
        outer, inner = _rings(rings or [], problems)
        if outer is None:
            continue
        if len(parts) > 1 and inner:  # another part may lie in this one's hole
            outer, inner = keyhole(outer, inner), []
        polygons.append(outer)
        holes += inner
    if not polygons:
        journal.leave_out(image, thing, problems[0] if problems else "it has no outline")
        return None
    journal.notes += [f"{image}: {thing}: a ring was left out: {problem}." for problem in problems]
    return Cell(
        name,
        tuple(polygons),
        tuple(holes),
        attributes=dict(properties),
        file=journal.file,
        object=thing,
    )


def _polygon_parts(geometry: Mapping[str, Any]) -> list[Any] | None:
    """Return the polygons of a geometry, each a list of rings; None for points and lines."""
    kind = geometry.get("type")
    if kind == "Polygon":
        return [geometry.get("coordinates")]
    if kind == "MultiPolygon":
        return list(geometry.get("coordinates") or [])
    if kind == "GeometryCollection":
        members = [g for g in geometry.get("geometries") or [] if isinstance(g, Mapping)]
        parts = [
            _polygon_parts(member) for member in members if member.get("type") in ("Polygon", "MultiPolygon")
        ]
        return [part for own in parts for part in own or []] or None
    return None


def _rings(rings: Iterable[Any], problems: list[str]) -> tuple[np.ndarray | None, list[np.ndarray]]:
    """Return the outer ring of a polygon, None if it is none, and its holes."""
    outer: np.ndarray | None = None
    holes: list[np.ndarray] = []
    for place, ring in enumerate(rings):
        polygon, problem = clean_polygon([point[:2] for point in ring])
        if polygon is None:
            problems.append(str(problem))
        elif place:
            holes.append(polygon)
        else:
            outer = polygon
    return outer, holes


def _class_name(properties: Mapping[str, Any], wanted: str | None) -> str | None:
    if wanted is None or wanted == "classification":
        value = properties.get("classification")
        if isinstance(value, Mapping):
            names = value.get("names")
            return class_of(value.get("name") or (": ".join(map(str, names)) if names else None))
        if value is not None:
            return class_of(value)
    key = find_attribute(wanted, properties, CLASS_ATTRIBUTES)
    return class_of(properties[key]) if key else None
