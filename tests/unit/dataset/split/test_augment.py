"""Flips are exact, undo themselves and commute."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastvote.dataset.augment import FLIPS, flip_boxes, flip_image, flip_masks, sample_id, split_sample_id
from blastvote.errors import InputError

flips = st.sampled_from(FLIPS)
images = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 3)))


@given(images, flips, flips)
def test_flips_form_a_group(image, a, b):
    assert np.array_equal(flip_image(flip_image(image, a), a), image)
    assert np.array_equal(flip_image(flip_image(image, a), b), flip_image(flip_image(image, b), a))
    assert np.array_equal(flip_image(image, "both"), flip_image(flip_image(image, "horizontal"), "vertical"))
    assert flip_image(image, a).flags.c_contiguous


def test_directions():
    image = np.array([[1, 2], [3, 4]])
    assert flip_image(image, "horizontal").tolist() == [[2, 1], [4, 3]]
    assert flip_image(image, "vertical").tolist() == [[3, 4], [1, 2]]
    with pytest.raises(InputError, match="'diagonal' is not known"):
        flip_image(image, "diagonal")


@given(images, flips)
def test_a_mask_follows_its_image(image, flip):
    chosen = image > 100
    assert np.array_equal(flip_masks(chosen, flip), flip_image(image, flip) > 100)
    assert np.array_equal(flip_masks(chosen[..., 0], flip), flip_masks(chosen, flip)[..., 0])


@given(st.integers(0, 5), st.integers(0, 6), st.integers(1, 5), st.integers(1, 6), flips)
def test_boxes_follow_masks(y, x, h, w, flip):
    mask = np.zeros((10, 12), bool)
    mask[y : y + h, x : x + w] = True
    (box,) = flip_boxes(np.array([[y, x, y + h, x + w]]), flip, 10, 12)
    rows, columns = np.nonzero(flip_masks(mask, flip))
    assert box.tolist() == [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]


@given(st.text("ab_7.-", min_size=1).filter(lambda t: "__" not in t), flips)
def test_sample_ids(image_id, flip):
    assert split_sample_id(sample_id(image_id, flip)) == (image_id, flip)
