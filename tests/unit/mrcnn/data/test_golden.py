"""Data preparation against arrays of the genuine Matterport code (tests/data/golden/mrcnn_utils)."""

import numpy as np
import pytest
from numpy_reference import build_rpn_targets

from mrcnn.data.masks import extract_bboxes, minimize_mask
from mrcnn.data.molding import compose_image_meta, mold_image
from mrcnn.data.resize import resize_image, resize_mask

MEAN = (123.7, 116.8, 103.9)


@pytest.fixture(scope="module")
def golden(repo_root):
    with np.load(repo_root / "tests/data/golden/mrcnn_utils/data.npz") as arrays:
        return {key.replace("__", "/"): arrays[key] for key in arrays.files}


@pytest.mark.parametrize(
    ("mode", "min_dim", "max_dim"), [("none", None, None), ("square", 256, 256), ("pad64", 256, 512)]
)
def test_resize_image(golden, mode, min_dim, max_dim):
    image, window, scale, padding, crop = resize_image(golden["img"], min_dim, max_dim, 0, mode)
    expected = golden[f"resize_{mode}/image"]
    assert image.dtype == np.uint8
    assert image.shape == expected.shape
    assert tuple(window) == tuple(golden[f"resize_{mode}/window"])
    assert scale == golden[f"resize_{mode}/scale"]
    assert crop is None
    np.testing.assert_array_equal(padding, golden[f"resize_{mode}/padding"])
    # Where the exact value is a whole number, rounding in the last bit decides the cast to uint8.
    difference = np.abs(image.astype(int) - expected)
    assert difference.max() <= 1
    assert (difference > 0).mean() <= 2e-3


@pytest.mark.parametrize("mode", ["square", "pad64"])
def test_resize_mask(golden, mode):
    masks = resize_mask(
        golden["masks"], float(golden[f"resize_{mode}/scale"]), golden[f"resize_{mode}/padding"]
    )
    np.testing.assert_array_equal(masks, golden[f"resize_{mode}/masks"])


def test_masks(golden):
    boxes = extract_bboxes(golden["masks"])
    np.testing.assert_array_equal(boxes, golden["extract_bboxes"])
    mini = minimize_mask(boxes, golden["masks"], (56, 56))
    np.testing.assert_array_equal(mini, golden["mini_mask"])


def test_molding(golden):
    molded = mold_image(golden["img"], MEAN)
    np.testing.assert_allclose(molded[::10], golden["mold_image_rows"], atol=1e-5)


def test_image_meta(golden):
    meta = golden["image_meta"]
    assert meta[0] == 7
    again = compose_image_meta(
        7, (150, 220, 3), (256, 256, 3), tuple(meta[7:11].astype(int)), float(meta[11]), meta[12:]
    )
    np.testing.assert_array_equal(again, meta)


def test_rpn_targets(golden):
    # The genuine code drew from NumPy's global legacy stream after seed(3).
    match, deltas = build_rpn_targets(
        golden["anchors_256"], golden["rpn_t/class_ids"], golden["rpn_t/boxes"], 128, (0.1, 0.1, 0.2, 0.2),
        np.random.RandomState(3),
    )  # fmt: skip
    np.testing.assert_array_equal(match, golden["rpn_t/match_seed3"])
    np.testing.assert_allclose(deltas, golden["rpn_t/bbox_seed3"], rtol=1e-9, atol=1e-12)
