import numpy as np
import pytest

from blastvote.scale.tiles import Tile, lay_tiles, merge_cells


@pytest.mark.parametrize(("height", "width"), [(100, 100), (256, 256), (257, 256), (490, 731), (40, 900)])
def test_every_cell_as_large_as_the_overlap_lies_whole_in_a_tile(height, width):
    tiles = list(lay_tiles(height, width, 256, 128))
    for y in range(0, max(1, height - 127), 7):
        for x in range(0, max(1, width - 127), 7):
            assert any(t.y <= y and t.x <= x and y + 128 <= t.y + 256 and x + 128 <= t.x + 256 for t in tiles)
    assert all(t.y + 256 <= max(height, 256) and t.x + 256 <= max(width, 256) for t in tiles)


def test_overlap_must_be_smaller_than_the_side():
    with pytest.raises(ValueError, match="below the side"):
        list(lay_tiles(10, 10, 64, 64))


def test_only_inner_borders_cut():
    tile = Tile(0, 128, 256, 256, 384)  # right and upper borders are the image's own
    boxes = np.array([[0.0, 50, 40, 90], [50, 0.5, 90, 40], [50, 216, 90, 256], [216, 50, 256, 90]])
    assert tile.cuts(boxes).tolist() == [False, True, False, False]


def test_small_images_are_filled_up_with_their_ground():
    image = np.full((40, 60, 3), 200, np.uint8)
    image[10:20, 10:20] = 0
    tile = next(lay_tiles(40, 60, 64, 32))
    part = tile.cut(image)
    assert part.shape == (64, 64, 3)
    assert (part[40:] == 200).all()
    assert tile.outside(np.array([[45.0, 10, 60, 20], [10, 10, 20, 20]])).tolist() == [True, False]


def test_a_cell_of_two_tiles_is_kept_once_and_neighbours_stay():
    disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 19
    boxes = np.array([[0, 0, 40, 40], [1, 1, 41, 41], [0, 36, 40, 76]])
    assert merge_cells(boxes, [disc, disc, disc], np.array([0.8, 0.9, 0.7])) == [1, 2]
