"""Rings of one cell: which are outlines, and which are holes."""

import numpy as np

from blastvote.annotations.objects import even_odd
from blastvote.annotations.shapes.raster import rasterise

from .documents import HOLE, ISLAND, OUTER, RING_AREA
from .samples.cell import HEIGHT

RIGHTWARDS = np.array([40, 0])


def test_even_odd_of_parts_with_holes():
    far = np.array(OUTER, float) + RIGHTWARDS
    rings = [np.array(ring, float) for ring in (OUTER, HOLE, ISLAND)] + [
        far,
        np.array(HOLE, float) + RIGHTWARDS,
    ]
    polygons, holes = even_odd(rings)
    mask = rasterise(polygons, HEIGHT, 100, holes)
    assert mask.sum() == 2 * RING_AREA + 16 and not mask[16, 16] and mask[20, 20] and not mask[20, 60]
