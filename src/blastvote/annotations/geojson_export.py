"""Write cells as GeoJSON for QuPath: one file an image, to be corrected there and read again by `geojson`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from blastvote import io, rle
from blastvote.annotations.shapes.outline import Outline, outlines

NAMESPACE = uuid.UUID("6b1f1d2e-3c55-5c0e-9d6a-2f6f6c617374")
"""Of the objects' ids, which follow from image and number: the same cells give the same bytes."""


@dataclass(frozen=True, eq=False)
class ExportedCell:
    """One cell to be written.

    Attributes
    ----------
    class_name
        Becomes QuPath's classification.
    mask
        COCO run-length mask ``{"size": [H, W], "counts": str or bytes}`` in the size of the image.
    score
        Becomes the measurement ``score``; None leaves it out.
    """

    class_name: str
    mask: Mapping[str, Any]
    score: float | None = None


def write_geojson(
    path: str | Path, cells: Iterable[ExportedCell], colours: Mapping[str, Sequence[int]] | None = None
) -> None:
    """Write the cells of one image as a QuPath FeatureCollection.

    QuPath finds no image name in the file: it is imported into the image that is open. Our own reader takes
    the file's stem for the image's name. Outlines run along pixel edges, so no pixel is lost either way.

    Parameters
    ----------
    path
        ``{image_id}.geojson``.
    cells
        In any order; a cell without pixels is left out.
    colours
        Class name to RGB bytes.
    """
    path = Path(path)
    features: list[dict[str, Any]] = []
    for cell in cells:
        feature = _feature(f"{path.stem}/{len(features)}", cell, colours or {})
        if feature is not None:
            features.append(feature)
    io.write_json(path, {"type": "FeatureCollection", "features": features}, indent=None)


def _feature(key: str, cell: ExportedCell, colours: Mapping[str, Sequence[int]]) -> dict[str, Any] | None:
    parts = rle_outlines(cell.mask)
    if not parts:
        return None
    classification: dict[str, Any] = {"name": cell.class_name}
    if cell.class_name in colours:
        classification["color"] = list(colours[cell.class_name])
    # An annotation, not a detection: QuPath lets only annotations be edited.
    properties: dict[str, Any] = {"objectType": "annotation", "classification": classification}
    if cell.score is not None:
        properties["measurements"] = {"score": round(float(cell.score), 6)}
    rings = [[_closed(ring) for ring in (part.outer, *part.holes)] for part in parts]
    geometry = (
        {"type": "Polygon", "coordinates": rings[0]}
        if len(rings) == 1
        else {"type": "MultiPolygon", "coordinates": rings}
    )
    return {
        "type": "Feature",
        "id": str(uuid.uuid5(NAMESPACE, key)),
        "geometry": geometry,
        "properties": properties,
    }


def rle_outlines(mask: Mapping[str, Any]) -> list[Outline]:
    """Return the outlines of a run-length mask; only the rectangle that holds it is looked at."""
    box = rle.box(mask)
    y1, x1, y2, x2 = box
    return outlines(rle.crop(mask, box), x1, y1) if y2 > y1 and x2 > x1 else []


def _closed(ring: np.ndarray) -> list[list[int]]:
    points = ring.tolist()
    return [*points, points[0]]
