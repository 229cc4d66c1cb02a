"""An object of an annotation file on its way to a cell: from outlines, rings or pixels, or left out with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from blastvote.annotations.common import clean_polygon, size_problem
from blastvote.annotations.journal import Journal
from blastvote.annotations.model import Cell
from blastvote.annotations.shapes.raster import ellipse_polygon, signed_area
from blastvote.rle import encode_crop

Size = tuple[int | None, int | None]
"""Height and width of an image in pixels, where the file says them."""


@dataclass(frozen=True)
class Drawn:
    """One object of an annotation file.

    Attributes
    ----------
    journal
        Of its file; receives the line of an object that is no cell.
    image, name
        What the ledger calls its image and itself.
    class_name
        Its class, or None.
    attributes
        Whatever else the file says of it.
    """

    journal: Journal
    image: str
    name: str
    class_name: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def no_cell(self, reason: str) -> Cell | None:
        """Record that the object is no cell; return None."""
        self.journal.leave_out(self.image, self.name, reason)
        return None

    def cell(self, **content: Any) -> Cell:
        """Return the cell with these outlines or this mask."""
        return Cell(
            self.class_name, attributes=self.attributes, file=self.journal.file, object=self.name, **content
        )

    def polygon(self, points: Any, holes: Iterable[Any] = (), relative: bool = False) -> Cell | None:
        """Return the cell inside an outline without its holes; None, recorded, if it is no outline."""
        outer, problem = clean_polygon(points)
        if outer is None:
            self.no_cell(str(problem))
            return None
        inner = []
        for hole in holes:
            ring, problem = clean_polygon(hole)
            if ring is None:
                self.journal.notes.append(f"{self.image}: {self.name}: a hole was left out: {problem}.")
            else:
                inner.append(ring)
        return self.cell(polygons=(outer,), holes=tuple(inner), relative=relative)

    def rings(self, rings: Iterable[Any]) -> Cell | None:
        """Return the cell of rings by the even-odd rule: a ring inside another is its hole."""
        clean, problems = [], []
        for ring in rings:
            points, problem = clean_polygon(ring)
            if points is None:
                problems.append(problem)
            else:
                clean.append(points)
        if not clean:
            self.no_cell(str(problems[0]) if problems else "it has no outline")
            return None
        self.journal.notes += [f"{self.image}: {self.name}: a ring was left out: {p}." for p in problems]
        polygons, holes = even_odd(clean)
        return self.cell(polygons=polygons, holes=holes)

    def ellipse(self, centre: Sequence[Any], radii: Sequence[Any], degrees: Any = 0) -> Cell | None:
        """Return the cell inside an ellipse that is turned clockwise."""
        try:
            values = [float(value) for value in (*centre, *radii, degrees or 0)]
        except (TypeError, ValueError):
            return self.no_cell("its ellipse has values that are not numbers")
        if len(values) != 5 or not np.isfinite(values).all() or min(values[2:4]) <= 0:
            return self.no_cell("its ellipse has no radius above 0")
        return self.polygon(ellipse_polygon(values[:2], values[2:4], float(np.deg2rad(values[4]))))

    def pixels(self, part: np.ndarray, top: int, left: int, size: Size) -> Cell | None:
        """Return the cell of a mask ``bool (h, w)`` whose first pixel lies at `top`, `left` in an image of `size`."""
        problem = size_problem(*size)
        if problem is not None:
            return self.no_cell(problem)
        height, width = size[0] or 0, size[1] or 0
        if left < 0 or top < 0 or left + part.shape[1] > width or top + part.shape[0] > height:
            return self.no_cell("its mask reaches beyond the image")
        if not part.any():
            return self.no_cell("its mask is empty")
        return self.cell(rle=encode_crop(part.astype(bool), top, left, (height, width)))


def even_odd(rings: Sequence[np.ndarray]) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Return outlines and holes of rings ``float64 (N, 2)`` by the even-odd rule; rings do not cross.

    Where there are several outlines, each is drawn around its own holes, as another may lie in one of them.
    """
    shapes = [shapely.Polygon(ring) for ring in rings]
    inside = [
        {j for j, shape in enumerate(shapes) if j != i and shapely.contains_xy(shape, *ring.T).mean() > 0.5}
        for i, ring in enumerate(rings)
    ]
    outer = [i for i in range(len(rings)) if len(inside[i]) % 2 == 0]
    holes_of = {
        i: [rings[j] for j in range(len(rings)) if i in inside[j] and len(inside[j]) == len(inside[i]) + 1]
        for i in outer
    }
    if len(outer) == 1:
        return (rings[outer[0]],), tuple(holes_of[outer[0]])
    return tuple(keyhole(rings[i], holes_of[i]) if holes_of[i] else rings[i] for i in outer), ()


def keyhole(outer: np.ndarray, holes: Iterable[np.ndarray]) -> np.ndarray:
    """Return one outline that winds around no hole: each is run through backwards, there and back by one way."""
    pieces = [outer]
    for hole in holes:
        turned = signed_area(hole) * signed_area(outer) > 0
        loop = hole[::-1] if turned else hole
        pieces += [outer[:1], loop, loop[:1]]
    return np.concatenate(pieces)
