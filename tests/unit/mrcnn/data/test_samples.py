"""Samples: masks as crops, images that are read and let go, crowds, inputs that do not fit."""

import gc
import weakref

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from tiny import TINY, tiny_sample

from mrcnn.data import Batches, MaskCrop, Sample
from mrcnn.data.masks import mask_crops, resize_crops
from mrcnn.data.resize import resize_image, resize_mask


def _crops(masks, margin=0):
    """Return the masks as crops with some empty rows and columns around."""
    crops = []
    for crop in mask_crops(masks):
        y1, x1, y2, x2 = crop.box
        y1, x1 = max(0, y1 - margin), max(0, x1 - margin)
        crops.append(MaskCrop(y1, x1, masks[y1 : y2 + margin, x1 : x2 + margin, len(crops)]))
    return crops


@settings(max_examples=60, deadline=None)
@example(height=105, width=118, mode="pad64", side=128, seed=4, margin=0)
@given(
    height=st.integers(64, 150), width=st.integers(64, 150), mode=st.sampled_from(["square", "pad64", "crop", "none"]),
    side=st.sampled_from([64, 128]), seed=st.integers(0, 1000), margin=st.integers(0, 3),
)  # fmt: skip
def test_crops_are_resized_as_whole_masks_are(height, width, mode, side, seed, margin):
    rng = np.random.default_rng(seed)
    masks = np.zeros((height, width, 3), bool)
    for k in range(2):  # the third is empty
        y, x = rng.integers(0, height - 8), rng.integers(0, width - 8)
        masks[y : y + rng.integers(1, 40), x : x + rng.integers(1, 40), k] = True
    masks &= rng.random(masks.shape) < 0.9
    image = np.zeros((height, width, 3), np.uint8)
    _, _, *resizing = resize_image(image, side, side, 0, mode, rng)
    whole = resize_mask(masks, *resizing)
    for k, crop in enumerate(resize_crops(_crops(masks, margin), (height, width), *resizing)):
        y1, x1, y2, x2 = crop.box
        again = np.zeros(whole.shape[:2], bool)
        again[y1:y2, x1:x2] = crop.mask
        np.testing.assert_array_equal(again, whole[..., k])


def _batch(samples, config=TINY):
    batches = Batches(samples, config, len(samples))
    return batches, {name: value.numpy() for name, value in next(iter(batches.validation())).items()}


@pytest.mark.parametrize("mini", [True, False])
def test_masks_as_array_function_or_crops_give_the_same_batch(mini):
    import dataclasses

    config = dataclasses.replace(TINY, use_mini_mask=mini)
    sample = tiny_sample(3, side=90)
    forms = [sample.masks, lambda: sample.masks, _crops(sample.masks, 2), lambda: iter(_crops(sample.masks))]
    first, *others = (
        _batch([Sample("a", sample.image, form, sample.class_ids)], config)[1] for form in forms
    )
    for other in others:
        for name, value in first.items():
            np.testing.assert_array_equal(other[name], value, err_msg=name)


def test_images_and_masks_are_let_go_one_by_one():
    alive, most = [], 0

    def track(array):
        nonlocal most
        gc.collect()
        most = max(most, sum(reference() is not None for reference in alive))
        alive.append(weakref.ref(array))
        return array

    def lazy(number):
        sample = tiny_sample(number, side=90)
        return Sample(
            sample.image_id,
            lambda: track(sample.image.copy()),
            lambda: (crop._replace(mask=track(crop.mask.copy())) for crop in _crops(sample.masks)),
            sample.class_ids,
        )

    batches = Batches([lazy(k) for k in range(6)], TINY, 2, augmentation=None)
    next(iter(batches.training(0, 3)))
    gc.collect()
    assert len(alive) == 6 * 4
    assert most <= 2  # the image or the crop before is freed when the next one is read
    assert not any(reference() is not None for reference in alive)


def test_new_crops_are_drawn_in_the_same_memory():
    import dataclasses

    config = dataclasses.replace(TINY, image_resize_mode="crop")
    batches = Batches([tiny_sample(2, side=100)], config, 1)
    images = batches.store.images
    before = images.copy()
    batches.prepare(1)
    batches.training(0, 1)
    assert batches.store.images is images
    assert (images != before).any()
    again = Batches([tiny_sample(2, side=100)], config, 1, round_number=1)
    for one, other in zip(batches.training(3, 5), again.training(3, 5), strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_crops_must_fit_the_image_and_the_class_ids():
    image = np.zeros((64, 64, 3), np.uint8)
    outside = [MaskCrop(50, 50, np.ones((20, 5), bool))]
    with pytest.raises(ValueError, match=r"odd: mask 1 .*row 50, column 50.*64x64"):
        Batches([Sample("odd", image, outside, np.array([1]))], TINY, 1)
    with pytest.raises(ValueError, match=r"odd: there are 0 masks and 1 class ids"):
        Batches([Sample("odd", image, [], np.array([1]))], TINY, 1)


def test_no_file_format_starts_another_program(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n")
    with pytest.raises(ValueError, match="cannot be read"):
        Sample("a", tmp_path / "a.png", [], np.zeros(0, int)).read_image()


@settings(max_examples=100, deadline=None)
@given(
    height=st.integers(20, 160),
    width=st.integers(20, 160),
    side=st.sampled_from([64, 128, 256]),
    seed=st.integers(0, 99),
)
@example(height=105, width=118, side=128, seed=4)  # zoom's last column lies just outside of the image
def test_masks_are_resized_as_scipy_does(height, width, side, seed):
    masks = np.random.default_rng(seed).random((height, width, 2)) < 0.5
    scale = side / max(height, width)
    expected = ndimage.zoom(masks, (scale, scale, 1), order=0)
    np.testing.assert_array_equal(resize_mask(masks, scale, ((0, 0), (0, 0), (0, 0))), expected)


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.full((5, 6), 4000, np.uint16), "more than 8 bits"),
        (np.full((5, 6), 0.5, np.float32), "more than 8 bits"),
        (np.full((5, 6), 4000, np.int32), "more than 8 bits"),
        (np.full((3, 5, 6), 100, np.uint8), "3 images"),
    ],
)
def test_a_file_of_deep_pixels_or_pages_is_refused(tmp_path, pixels, told):
    """Pillow would cut 16 bits off at 255, and take the first page."""
    first, *others = [Image.fromarray(page) for page in (pixels if pixels.ndim == 3 else [pixels])]
    first.save(tmp_path / "a.tif", save_all=True, append_images=others)
    sample = Sample("a", tmp_path / "a.tif", np.zeros((5, 6, 0), bool), np.zeros(0, int))
    with pytest.raises(ValueError, match=rf"a\.tif has {told}.* expected one of 8 bits"):
        sample.read_image()


def test_a_turned_grey_tiff_is_read_upright(tmp_path):
    stored = np.arange(30, dtype=np.uint8).reshape(5, 6)
    Image.fromarray(stored).save(tmp_path / "a.tif", tiffinfo={0x0112: 6})
    sample = Sample("a", tmp_path / "a.tif", np.zeros((6, 5, 0), bool), np.zeros(0, int))
    assert np.array_equal(sample.read_image()[..., 0], np.rot90(stored, -1))
