"""Read GeoJSON as QuPath writes it: one file an image, polygons with holes, a classification."""

from __future__ import annotations

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
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.annotations.raster import signed_area
from blastvote.errors import InputError


def is_geojson(document: Any) -> bool:
    """Return whether a parsed JSON document is a feature, a collection or a list of features."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(f, Mapping) and f.get("type") == "Feature" for f in document)
    return isinstance(document, Mapping) and document.get("type") in ("FeatureCollection", "Feature")


def read_geojson(path: str | Path, document: Any, class_attribute: str | None = None) -> AnnotationSet:
    """Convert a parsed GeoJSON document to the common form.

    GeoJSON does not name the image: it is the one whose name (with or without its ending) is the file's stem.
    Inner rings are holes.

    Parameters
    ----------
    path
        The file; its stem names the image.
    document
        The parsed JSON (see `is_geojson`).
    class_attribute
        Property that holds the class; None takes QuPath's ``classification``, else the likeliest one.

    Raises
    ------
    InputError
        If the document has no list of features.
    """
    notes: list[str] = []
    features = document
    if isinstance(document, Mapping):
        features = [document] if document["type"] == "Feature" else document.get("features")
    if not isinstance(features, list):
        raise InputError(
            f"{path}: 'features' is not a list. Export the objects from QuPath as GeoJSON again."
        )
    stem = Path(path).stem
    cells = []
    for number, feature in enumerate(features):
        cell = _cell(f"{stem}: feature {number}", feature, class_attribute, notes)
        if cell is not None:
            cells.append(cell)
    image = ImageAnnotation(stem, cells=tuple(cells))
    note_classless([image], notes)
    return AnnotationSet(str(path), "geojson", {stem: image}, notes)


def _cell(where: str, feature: Any, wanted: str | None, notes: list[str]) -> Cell | None:
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(geometry, Mapping):
        notes.append(f"{where} was left out: it has no geometry.")
        return None
    if geometry.get("type") == "Polygon":
        parts: Any = [geometry.get("coordinates")]
    elif geometry.get("type") == "MultiPolygon":
        parts = geometry.get("coordinates")
    else:
        notes.append(f"{where} was left out: a {geometry.get('type')} has no area.")
        return None
    polygons: list[np.ndarray] = []
    holes: list[np.ndarray] = []
    for rings in parts or []:
        outer, inner = _rings(where, rings or [], notes)
        if outer is None:
            continue
        if len(parts) > 1 and inner:  # another part may lie in this one's hole
            outer, inner = _keyhole(outer, inner), []
        polygons.append(outer)
        holes += inner
    if not polygons:
        notes.append(f"{where} was left out: it has no outline.")
        return None
    properties = feature.get("properties") or {}
    name = _class_name(properties, wanted)
    return Cell(name, tuple(polygons), tuple(holes), attributes=dict(properties))


def _rings(where: str, rings: Iterable[Any], notes: list[str]) -> tuple[np.ndarray | None, list[np.ndarray]]:
    """Return the outer ring of a polygon, None if it is none, and its holes."""
    outer: np.ndarray | None = None
    holes: list[np.ndarray] = []
    for place, ring in enumerate(rings):
        polygon, problem = clean_polygon([point[:2] for point in ring])
        if polygon is None:
            notes.append(f"{where}: a ring was left out: {problem}.")
        elif place:
            holes.append(polygon)
        else:
            outer = polygon
    return outer, holes


def _keyhole(outer: np.ndarray, holes: Iterable[np.ndarray]) -> np.ndarray:
    """Return one outline that winds around no hole: each is run through backwards, there and back by one way."""
    pieces = [outer]
    for hole in holes:
        turned = signed_area(hole) * signed_area(outer) > 0
        loop = hole[::-1] if turned else hole
        pieces += [outer[:1], loop, loop[:1]]
    return np.concatenate(pieces)


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
