"""Data preparation at the edges: no instances, crops, crowds, bad settings."""

import numpy as np
import pytest
from numpy_reference import build_rpn_targets

from mrcnn.data import Sample
from mrcnn.data.masks import extract_bboxes, minimize_mask
from mrcnn.data.resize import resize_bilinear, resize_image, resize_mask
from mrcnn.data.rpn_targets import match_anchors

GRID = np.array([[y, x, y + 16, x + 16] for y in range(0, 64, 8) for x in range(0, 64, 8)], float)
STD = (0.1, 0.1, 0.2, 0.2)


def test_crop_is_random_and_masks_follow():
    image = np.arange(100 * 120 * 3, dtype=np.uint8).reshape(100, 120, 3)
    crops = {resize_image(image, 64, None, 0, "crop", np.random.default_rng(s))[4] for s in range(8)}
    assert len(crops) > 4
    cut, window, scale, padding, crop = resize_image(image, 64, None, 0, "crop", np.random.default_rng(0))
    assert cut.shape == (64, 64, 3)
    assert window == (0, 0, 64, 64)
    np.testing.assert_array_equal(resize_mask(image, scale, padding, crop), cut)


def test_centre_crop_without_generator():
    assert resize_image(np.zeros((100, 120, 3), np.uint8), 64, None, 0, "crop")[4] == (18, 28, 64, 64)


def test_min_scale_enlarges():
    image, window, scale, _, _ = resize_image(np.zeros((40, 40, 3), np.uint8), 40, 128, 2.0, "square")
    assert scale == 2.0
    assert image.shape == (128, 128, 3)
    assert window == (24, 24, 104, 104)


def test_bad_modes_are_explained():
    image = np.zeros((50, 60, 3), np.uint8)
    with pytest.raises(ValueError, match="multiple of 64"):
        resize_image(image, 100, None, 0, "pad64")
    with pytest.raises(ValueError, match="one of square"):
        resize_image(image, 100, 100, 0, "stretch")


def test_an_image_that_becomes_narrower_than_a_pixel_is_refused():
    with pytest.raises(ValueError, match="an image of 4x4000 pixels becomes 0x64: cut it into parts"):
        resize_image(np.zeros((4, 4000, 3), np.uint8), max_dim=64)


@pytest.mark.parametrize("ids", [[1.5], ["L1"], [True]])
def test_class_ids_are_whole_numbers(ids):
    sample = Sample("a", np.zeros((64, 64, 3), np.uint8), np.ones((64, 64, 1), bool), np.array(ids))
    with pytest.raises(ValueError, match=r"image a: class ids are .*; expected whole numbers"):
        sample.checked_class_ids(3)


def test_resize_keeps_a_constant_inside():
    resized = resize_bilinear(np.full((10, 10), 7.0), (25, 25))
    np.testing.assert_allclose(resized[2:-2, 2:-2], 7)


def test_empty_masks():
    assert extract_bboxes(np.zeros((5, 5, 0), bool)).shape == (0, 4)
    np.testing.assert_array_equal(extract_bboxes(np.zeros((5, 5, 1), bool)), [[0, 0, 0, 0]])
    with pytest.raises(ValueError, match="without area"):
        minimize_mask(np.zeros((1, 4), int), np.zeros((5, 5, 1), bool), (4, 4))


def test_no_instance_gives_only_negatives():
    match, deltas = build_rpn_targets(
        GRID, np.zeros(0, int), np.zeros((0, 4)), 16, STD, np.random.default_rng(0)
    )
    assert (match == -1).sum() == 16
    assert (match == 1).sum() == 0
    assert not deltas.any()


def test_at_most_half_are_positive():
    boxes = GRID[:20]
    match, deltas = build_rpn_targets(GRID, np.ones(20, int), boxes, 16, STD, np.random.default_rng(0))
    assert (match == 1).sum() == 8
    assert (match == -1).sum() == 8
    assert np.isfinite(deltas).all()


def test_crowds_are_neither_positive_nor_negative():
    boxes = np.array([[0, 0, 16, 16], [32, 32, 64, 64]], float)
    match = match_anchors(GRID, np.array([1, -1]), boxes)
    assert match[0] == 1
    inside_crowd = (GRID[:, 0] >= 32) & (GRID[:, 1] >= 32)
    assert (match[inside_crowd] == 0).all()


def test_an_instance_outside_all_anchors_makes_nothing_positive():
    match = match_anchors(GRID, np.array([1]), np.array([[500, 500, 510, 510]], float))
    assert (match == -1).all()
