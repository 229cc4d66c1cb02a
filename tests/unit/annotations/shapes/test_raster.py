"""The rasterisation rule: centres, edges, winding, clipping."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, contains_xy

from blastvote.annotations.model import Cell
from blastvote.annotations.shapes.raster import ellipse_polygon, rasterise, rasterise_window, signed_area
from blastvote.rle import encode


def box(x0, y0, x1, y1):
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)


def test_pixels_belong_by_their_centres():
    assert rasterise([box(1, 1, 3, 2)], 4, 5).astype(int).tolist() == [
        [0, 0, 0, 0, 0],
        [0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    assert rasterise([box(0.4, 0.4, 1.6, 1.6)], 3, 3).sum() == 4
    assert rasterise([box(0.6, 0.6, 1.4, 1.4)], 3, 3).sum() == 0


def test_centre_on_left_or_upper_edge_is_inside_on_right_or_lower_outside():
    mask = rasterise([box(0.5, 0.5, 2.5, 2.5)], 4, 4)
    assert mask[:2, :2].all() and mask.sum() == 4


def test_loop_that_crosses_itself_stays_filled():
    # A pentagram: even-odd would leave its middle empty.
    angles = np.arange(5) * 2 * (2 * np.pi / 5)
    star = 20 + 18 * np.column_stack([np.sin(angles), -np.cos(angles)])
    assert rasterise([star], 40, 40)[20, 20]


def test_outside_is_cut_off_and_nothing_wraps():
    mask = rasterise([box(-5, -5, 2, 100)], 4, 6)
    assert mask[:, :2].all() and mask.sum() == 8
    assert not rasterise([box(7, 0, 9, 4)], 4, 6).any()
    assert not rasterise([box(-9, 0, -1, 4)], 4, 6).any()
    assert rasterise([box(-9, -9, 99, 99)], 4, 6).all()


def test_holes_and_unions():
    mask = rasterise([box(0, 0, 4, 4), box(5, 0, 6, 4)], 4, 6, holes=[box(1, 1, 3, 3)])
    assert mask.sum() == 16 - 4 + 4 and not mask[1:3, 1:3].any()


def test_fewer_than_three_points_paint_nothing():
    assert not rasterise([np.zeros((2, 2)), np.zeros((0, 2))], 3, 3).any()


coordinate = st.integers(-40, 240).map(lambda n: n / 8)
polygons = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=9).map(np.array)


@settings(max_examples=150, deadline=None)
@given(polygons)
def test_direction_start_and_closing_do_not_matter(points):
    mask = rasterise([points], 20, 24)
    assert np.array_equal(mask, rasterise([points[::-1]], 20, 24))
    assert np.array_equal(mask, rasterise([np.roll(points, 1, axis=0)], 20, 24))
    assert np.array_equal(mask, rasterise([np.vstack([points, points[:1]])], 20, 24))


@settings(max_examples=150, deadline=None)
@given(polygons, st.integers(-6, 6), st.integers(-6, 6))
def test_whole_pixel_shifts_shift_the_mask(points, dx, dy):
    wide = rasterise([points + 60], 160, 160)
    moved = rasterise([points + 60 + (dx, dy)], 160, 160)
    assert np.array_equal(np.roll(wide, (dy, dx), axis=(0, 1)), moved)


@settings(max_examples=100, deadline=None)
@given(polygons)
def test_agrees_with_an_independent_geometry_library(points):
    polygon = Polygon(points)
    if not polygon.is_valid:  # self-crossing outlines have other rules there
        return
    x, y = np.meshgrid(np.arange(24) + 0.5, np.arange(20) + 0.5)
    on_edge = np.abs(np.vectorize(lambda a, b: polygon.exterior.distance(_point(a, b)))(x, y)) < 1e-9
    expected = contains_xy(polygon, x, y)
    mask = rasterise([points], 20, 24)
    assert np.array_equal(mask[~on_edge], expected[~on_edge])


def _point(x, y):
    from shapely import Point

    return Point(x, y)


@settings(max_examples=80, deadline=None)
@given(polygons)
def test_triangles_of_a_fan_tile_a_convex_polygon(points):
    hull = Polygon(points).convex_hull
    if hull.geom_type != "Polygon":
        return
    corners = np.array(hull.exterior.coords)[:-1]
    fan = [corners[[0, n, n + 1]] for n in range(1, len(corners) - 1)]
    total = sum(rasterise([triangle], 20, 24).astype(int) for triangle in fan)
    assert np.array_equal(total, rasterise([corners], 20, 24).astype(int))  # no gap, no overlap


@pytest.mark.parametrize("radius", [0.5, 3, 40, 500])
def test_ellipses_keep_their_area_and_turn_clockwise(radius):
    circle = ellipse_polygon((0, 0), (radius, radius))
    distance = np.hypot(*circle.T)
    assert np.allclose(distance, radius)
    assert abs(abs(signed_area(circle)) / (np.pi * radius**2) - 1) < 0.03 / min(radius, 10) + 1e-3
    wide = ellipse_polygon((10, 20), (radius * 2, radius), np.pi / 2)
    assert np.ptp(wide[:, 0]) == pytest.approx(2 * radius) and np.ptp(wide[:, 1]) == pytest.approx(4 * radius)
    # A quarter of a right angle clockwise on the screen points right and down.
    far = ellipse_polygon((0, 0), (radius * 4, radius), np.pi / 8)
    tip = far[np.argmax(np.hypot(*far.T))]
    assert tip[0] * tip[1] > 0


rings = st.lists(st.tuples(st.floats(-20, 50), st.floats(-20, 50)), min_size=3, max_size=8).map(np.array)


@given(rings, rings, rings)
def test_a_cell_takes_its_own_box_alone(one, other, hole):
    alone = [rasterise([ring], 25, 33) for ring in (one, other, hole)]
    mask = (alone[0] | alone[1]) & ~alone[2]
    window = rasterise_window((one, other), 25, 33, (hole,))
    rows, columns = np.nonzero(alone[0] | alone[1])
    if len(rows):
        assert window.crop.shape[0] >= np.ptp(rows) + 1 and window.crop.shape[1] >= np.ptp(columns) + 1
    corners = np.clip(np.concatenate([one, other]), 0, (33, 25))
    assert (
        window.crop.shape[0] <= np.ptp(corners[:, 1]) + 1
        and window.crop.shape[1] <= np.ptp(corners[:, 0]) + 1
    )
    assert Cell("L1", polygons=(one, other), holes=(hole,)).run_lengths(25, 33) == encode(mask)


@pytest.mark.filterwarnings("error")
def test_coordinates_that_would_overflow():
    far = 1e308
    assert rasterise([box(-far, -far, far, far)], 4, 5).all()
    assert rasterise([ellipse_polygon((far, 2), (far, far), 1.0)], 4, 5).shape == (4, 5)
