"""Cells of VIA's regions: polygon, polyline, rect, circle and ellipse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from blastvote.annotations.common import class_of, clean_polygon, several_ticked, unread_shape
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import Cell
from blastvote.annotations.shapes.raster import ellipse_polygon


def region_cell(image: str, thing: str, region: Any, attribute: str | None, journal: Journal) -> Cell | None:
    """Return the cell of a VIA region; None, recorded in the journal, if it is none.

    Parameters
    ----------
    image, thing
        What the journal calls image and region.
    region
        Its JSON.
    attribute
        The attribute that holds the class; None takes the ticked one of attributes such as ``{"L1": true}``.
    journal
        Receives what was repaired or left out.
    """
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
    return None, unread_shape(kind)


def _ellipse(shape: Mapping[str, Any], kind: str) -> tuple[Any, str | None]:
    radii = [float(shape[n]) for n in (("r", "r") if kind == "circle" else ("rx", "ry"))]
    centre = float(shape["cx"]), float(shape["cy"])
    values = np.array([*radii, *centre, float(shape.get("theta", 0) or 0)])
    if not np.isfinite(values).all():
        return None, f"its {kind} has numbers that are not finite"
    if min(radii) <= 0:
        return None, f"its radius is {min(radii):g}"
    return ellipse_polygon(centre, radii, values[-1]), None
