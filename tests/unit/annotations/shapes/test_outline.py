"""Masks as outlines along the edges of pixels."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastvote.annotations.shapes.outline import outlines
from blastvote.annotations.shapes.raster import rasterise, signed_area


@settings(max_examples=300, deadline=None)
@given(hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.booleans()))
def test_any_mask_comes_back_from_its_outlines(mask):
    parts = outlines(mask)
    again = np.zeros_like(mask)
    for part in parts:
        again |= rasterise([part.outer], *mask.shape, holes=part.holes)
    # A part may lie in another's hole: each is painted alone, so that no hole cuts it.
    assert np.array_equal(again, mask)
    area = sum(abs(signed_area(p.outer)) - sum(abs(signed_area(h)) for h in p.holes) for p in parts)
    assert area == mask.sum()


def test_a_ring_with_a_cell_in_its_hole_and_an_offset():
    mask = np.zeros((7, 7), bool)
    mask[1:6, 1:6] = True
    mask[2:5, 2:5] = False
    mask[3, 3] = True
    parts = outlines(mask, x=100, y=10)
    assert sorted(len(part.holes) for part in parts) == [0, 1]
    assert parts[0].outer.tolist() == [[101, 11], [106, 11], [106, 16], [101, 16]]
