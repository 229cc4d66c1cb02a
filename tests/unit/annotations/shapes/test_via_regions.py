"""VIA's shapes as outlines: every kind, and what has no area."""

import re

import numpy as np
import pytest

from ..documents import read, via_entry

SQUARE = {"name": "polygon", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 6, 6]}
SHAPES = [
    ({"name": "rect", "x": 1, "y": 2, "width": 4, "height": 3}, 12),
    ({"name": "polyline", "all_points_x": [1, 5, 5, 1], "all_points_y": [2, 2, 6, 6]}, 16),
    ({"name": "polygon", "all_points_x": [1, 5, 5, 1, 1], "all_points_y": [2, 2, 6, 6, 2]}, 16),
    ({"name": "circle", "cx": 20, "cy": 20, "r": 10}, np.pi * 100),
    ({"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 5}, np.pi * 75),
    ({"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 5, "theta": 1.1}, np.pi * 75),
]


@pytest.mark.parametrize(("shape", "area"), SHAPES)
def test_shapes(tmp_path, shape, area):
    found = read(tmp_path, via_entry("a.png", [(shape, {"class": "L1"})]))
    (cell,) = found.images["a.png"].cells
    assert cell.mask(40, 40).sum() == pytest.approx(area, rel=0.02)
    assert any("polyline" in note for note in found.notes) == (shape["name"] == "polyline")


def test_theta_turns_clockwise_on_the_screen(tmp_path):
    shape = {"name": "ellipse", "cx": 20, "cy": 20, "rx": 15, "ry": 3, "theta": np.pi / 4}
    mask = read(tmp_path, via_entry("a.png", [(shape, {})])).images["a.png"].cells[0].mask(40, 40)
    assert mask[28, 28] and mask[12, 12] and not mask[12, 28]


BAD_SHAPES = [
    ({"name": "polygon", "all_points_x": [1, 5], "all_points_y": [2, 2]}, "2 distinct points"),
    ({"name": "polygon", "all_points_x": [1, 5, 9], "all_points_y": [2, 2, 2]}, "area is zero"),
    ({"name": "polygon", "all_points_x": [3, 3, 3, 3], "all_points_y": [2, 2, 2, 2]}, "1 distinct point"),
    ({"name": "polygon", "all_points_x": [1, 5, 9], "all_points_y": [2, 2]}, "3 x but 2 y"),
    ({"name": "polygon", "all_points_x": [1, None, 9], "all_points_y": [2, 2, 3]}, "not finite|not numbers"),
    ({"name": "polygon", "all_points_x": [1, "x", 9], "all_points_y": [2, 2, 3]}, "not numbers"),
    ({"name": "point", "cx": 4, "cy": 4}, "'point' has no area"),
    ({"name": "circle", "cx": 4, "cy": 4, "r": 0}, "radius is 0"),
    ({"name": "circle", "cx": 4, "cy": 4}, "lacks 'r'"),
    ({"name": "rect", "x": 1, "y": 1, "width": 0, "height": 9}, "2 distinct points|area is zero"),
    ({}, "no shape"),
]


@pytest.mark.parametrize(("shape", "reason"), BAD_SHAPES)
def test_degenerate_shapes_are_left_out_and_noted(tmp_path, shape, reason):
    found = read(tmp_path, via_entry("a.png", [(SQUARE, {"class": "L1"}), (shape, {"class": "L1"})]))
    assert len(found.images["a.png"].cells) == 1
    assert any(re.search(reason, note) and "region 1" in note for note in found.notes), found.notes


def test_negative_coordinates_are_kept_and_noted(tmp_path):
    shape = {"name": "polygon", "all_points_x": [-4, 4, 4, -4], "all_points_y": [1, 1, 5, 5]}
    found = read(tmp_path, via_entry("a.png", [(shape, {})]))
    assert found.images["a.png"].cells[0].mask(8, 8).sum() == 16
    assert "beyond the left or upper edge" in found.notes[0]
