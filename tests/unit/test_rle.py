"""Run-length masks: every form gives the same one, and parts of it need no whole image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco_mask

from blastvote import rle
from blastvote.errors import InputError

MASKS = arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


def runs_of(mask: np.ndarray) -> list[int]:
    """Return the run lengths of a mask, background first."""
    plain = np.diff(np.flatnonzero(np.concatenate([[True], np.diff(mask.ravel("F")) != 0, [True]])))
    return [0, *plain.tolist()] if mask.ravel("F")[0] else plain.tolist()


@settings(max_examples=200, deadline=None)
@given(MASKS)
def test_every_form_of_a_mask_is_the_same(mask):
    size, runs = list(mask.shape), runs_of(mask)
    encoded = rle.encode(mask)
    assert rle.run_lengths(encoded["counts"]).tolist() == runs
    for counts in (runs, encoded["counts"], encoded["counts"].encode("ascii")):
        assert rle.normalise("x", {"size": size, "counts": counts}) == encoded
    assert np.array_equal(rle.decode(encoded), mask)
    assert rle.area(encoded) == mask.sum()


@settings(max_examples=200, deadline=None)
@given(MASKS, st.data())
def test_a_crop_is_a_window_of_the_mask_and_back(mask, data):
    y1, x1 = (data.draw(st.integers(0, side - 1)) for side in mask.shape)
    y2, x2 = data.draw(st.integers(y1 + 1, mask.shape[0])), data.draw(st.integers(x1 + 1, mask.shape[1]))
    crop = rle.crop(rle.encode(mask), (y1, x1, y2, x2))
    assert crop.dtype == bool
    assert np.array_equal(crop, mask[y1:y2, x1:x2])
    alone = np.zeros_like(mask)
    alone[y1:y2, x1:x2] = crop
    assert rle.encode_crop(crop, y1, x1, mask.shape) == rle.encode(alone)


@settings(deadline=None)
@given(MASKS)
def test_box_and_strips_hold_the_mask(mask):
    encoded = rle.encode(mask)
    y1, x1, y2, x2 = rle.box(encoded)
    assert mask[y1:y2, x1:x2].sum() == mask.sum()
    assert rle.crop(encoded, (y1, x1, y2, x2)).sum() == mask.sum()
    drawn = np.zeros(mask.shape, dtype=int)
    for column, top, end in rle.column_strips(encoded):
        assert end > top
        drawn[top:end, column] += 1
    assert np.array_equal(drawn, mask)


@settings(deadline=None)
@given(arrays(bool, (9, 8, 5)))
def test_overlaps_are_those_of_the_pixels(masks):
    rles = [rle.encode(masks[..., n]) for n in range(5)]
    both = np.einsum("yxi,yxj->ij", masks.astype(int), masks.astype(int))
    areas = np.diag(both)
    assert np.array_equal(rle.shared_pixels(rles[:2], rles, areas[:2].astype(float)), both[:2])
    union = areas[:, None] + areas[None] - both
    assert rle.iou(rles, rles) == pytest.approx(np.divide(both, union, out=np.zeros((5, 5)), where=union > 0))
    assert np.array_equal(rle.decode_all(rles, (9, 8)), masks)
    assert rle.decode_all([], (9, 8)).shape == (9, 8, 0)
    assert rle.iou([], rles).shape == (0, 5)


def test_polygons_are_drawn_by_cocos_own_rule():
    square = [[2, 2, 12, 2, 12, 12, 2, 12], [15, 1, 18, 1, 18, 4]]
    expected = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(square, 20, 30)))
    assert np.array_equal(rle.decode(rle.normalise("x", square, (20, 30))), expected)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [2, 3], "counts": [5]},
        {"size": [2, 3], "counts": [8, -2]},
        {"size": [2, 3], "counts": "5"},
        {"size": [2, 3], "counts": "6P"},
        {"size": [2, 3], "counts": ""},
        {"size": [2, 3], "counts": "\u00f6"},
        {"size": [2, 3]},
        {"counts": "6"},
        None,
        [[1, 2]],
        [["a", "b"]],
        [],
    ],
)
def test_damaged_masks_are_refused(segmentation):
    with pytest.raises(InputError, match="file: annotation 7: "):
        rle.normalise("file: annotation 7", segmentation, (2, 3))
