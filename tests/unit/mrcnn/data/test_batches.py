"""The input pipeline: contract, determinism, agreement with the NumPy reference."""

import dataclasses

import numpy as np
import pytest
from numpy_reference import rpn_deltas
from tiny import TINY, tiny_sample

from mrcnn.data import Augmentation, Batches, Sample
from mrcnn.data.augment import transform_boxes
from mrcnn.data.resize import resize_bilinear
from mrcnn.data.rpn_targets import match_anchors


def _numpy(dataset):
    return [{name: value.numpy() for name, value in batch.items()} for batch in dataset]


@pytest.fixture(scope="module")
def samples():
    return [tiny_sample(k, cells=k % 4) for k in range(5)]


@pytest.fixture(scope="module")
def batches(samples):
    return Batches(samples, TINY, 2, seed=3)


def test_contract(batches):
    batch = next(iter(batches.training(0, 1)))
    anchors = len(batches.anchors)
    expected = {
        "images": ((2, 64, 64, 3), "float32"), "image_meta": ((2, 15), "float32"), "rpn_match": ((2, anchors), "int32"),
        "rpn_bbox": ((2, 32, 4), "float32"), "gt_class_ids": ((2, 6), "int32"), "gt_boxes": ((2, 6, 4), "float32"),
        "gt_masks": ((2, 14, 14, 6), "bool"),
    }  # fmt: skip
    for name, (shape, dtype) in expected.items():
        assert batch[name].shape == shape, name
        assert batch[name].dtype.name == dtype, name


def test_every_sample_once_per_pass_and_another_order_next(batches):
    rows = np.concatenate([b["sample"] for b in _numpy(batches.training(0, 10))])
    passes = rows.reshape(4, 5)
    assert all(sorted(one) == [0, 1, 2, 3, 4] for one in passes.tolist())
    assert len({tuple(one) for one in passes.tolist()}) > 1


def test_a_step_is_the_same_whatever_came_before(batches, samples):
    whole = _numpy(batches.training(0, 8))
    later = _numpy(Batches(samples, TINY, 2, seed=3).training(5, 8))
    for one, other in zip(whole[5:], later, strict=True):
        for name in one:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    differently = _numpy(Batches(samples, TINY, 2, seed=4).training(0, 8))
    assert any((a["sample"] != b["sample"]).any() for a, b in zip(whole, differently, strict=True))


def test_a_short_training_reads_only_what_it_draws(samples):
    read = []

    def watched(sample):
        image = sample.image
        return Sample(
            sample.image_id, lambda: read.append(sample.image_id) or image, sample.masks, sample.class_ids
        )

    whole = Batches(samples, TINY, 2, seed=3)
    whole.validation()
    short = Batches([watched(sample) for sample in samples], TINY, 2, seed=3)
    (one,), (other,) = _numpy(short.training(1, 2)), _numpy(whole.training(1, 2))
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    drawn = {samples[row].image_id for row in one["sample"]}
    assert sorted(read) == sorted(drawn | {samples[0].image_id})  # the first gives the size
    short.training(0, 10)
    assert sorted(read) == sorted(sample.image_id for sample in samples)  # the rest, and nothing twice


def test_rpn_targets_agree_with_numpy(batches):
    for batch in _numpy(batches.training(0, 5)):
        for k in range(2):
            real = batch["gt_class_ids"][k] > 0
            ids, boxes = batch["gt_class_ids"][k][real], batch["gt_boxes"][k][real]
            match = match_anchors(batches.anchors, ids, boxes)
            sampled = batch["rpn_match"][k]
            assert (np.sign(match)[sampled != 0] == sampled[sampled != 0]).all()
            positives = int((sampled == 1).sum())
            assert positives == min((match > 0).sum(), 16)
            assert (sampled == -1).sum() == 32 - positives
            chosen = np.where(sampled == 1, match, 0)
            expected = rpn_deltas(batches.anchors, chosen, boxes, 32, TINY.rpn_bbox_std_dev)
            np.testing.assert_allclose(batch["rpn_bbox"][k], expected, atol=1e-4)


def test_validation_is_in_order_and_filled_up(batches):
    rows = [b["sample"].tolist() for b in _numpy(batches.validation())]
    assert rows == [[0, 1], [2, 3], [4, 0]]


@pytest.mark.parametrize("symmetry", range(8))
def test_augmented_masks_lie_where_their_pixels_are(symmetry):
    sample = tiny_sample(7, cells=1)
    batches = Batches([sample], TINY, 1, augmentation=Augmentation(flips=True, rotations=True))
    batch = next(
        {k: v.numpy() for k, v in b.items()}
        for b in batches._dataset(
            np.zeros(1, int), np.full(1, symmetry, np.int32), np.zeros(1, np.float32), np.zeros(1, int), True
        )
    )
    box = batch["gt_boxes"][0, 0]
    np.testing.assert_array_equal(box, transform_boxes(batches_box(sample), symmetry, 64)[0])
    mask = np.zeros((64, 64), bool)
    y1, x1, y2, x2 = box.astype(int)
    mask[y1:y2, x1:x2] = np.around(resize_bilinear(batch["gt_masks"][0, ..., 0], (y2 - y1, x2 - x1)))
    bright = (batch["images"][0] + TINY.mean_pixel)[..., 0] > 150
    assert (mask == bright).mean() > 0.995


def batches_box(sample):
    rows, columns = np.nonzero(sample.masks[..., 0])
    return np.array([[rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]], np.float32)


def test_brightness_changes_images_only(samples):
    plain = _numpy(Batches(samples, TINY, 2).training(0, 3))
    bright = _numpy(Batches(samples, TINY, 2, augmentation=Augmentation(brightness=0.3)).training(0, 3))
    for one, other in zip(plain, bright, strict=True):
        np.testing.assert_array_equal(one["gt_boxes"], other["gt_boxes"])
        assert (one["images"] != other["images"]).any()
        assert (other["images"] + TINY.mean_pixel).max() <= 255.01


def test_surplus_instances_are_left_out_but_the_rpn_sees_them():
    sample = tiny_sample(1, cells=9)
    batch = next(iter(Batches([sample], TINY, 1).training(0, 1)))
    assert int((batch["gt_class_ids"] > 0).numpy().sum()) == 6


def test_crops_differ_between_rounds():
    config = dataclasses.replace(TINY, image_resize_mode="crop")
    sample = tiny_sample(2, side=100)
    first, second = (
        next(iter(Batches([sample], config, 1, round_number=k).training(0, 1)))["images"].numpy()
        for k in (0, 1)
    )
    assert first.shape == (1, 64, 64, 3)
    assert (first != second).any()


def test_errors_name_the_image():
    image = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(ValueError, match=r"odd.*masks"):
        Batches([Sample("odd", image, np.zeros((60, 64, 1), bool), np.array([1]))], TINY, 1)
    with pytest.raises(ValueError, match=r"odd.*class ids"):
        Batches([Sample("odd", image, np.ones((64, 64, 1), bool), np.array([3]))], TINY, 1)
    with pytest.raises(ValueError, match="no samples"):
        Batches([], TINY, 1)


def test_files_and_callables(tmp_path):
    from PIL import Image

    sample = tiny_sample(3)
    Image.fromarray(sample.image).save(tmp_path / "a.png")
    lazy = Sample("a", tmp_path / "a.png", lambda: sample.masks, sample.class_ids)
    one, other = (next(iter(Batches([s], TINY, 1).training(0, 1))) for s in (sample, lazy))
    np.testing.assert_array_equal(one["images"], other["images"])
    with pytest.raises(ValueError, match="cannot be read"):
        Sample("b", tmp_path / "b.png", sample.masks, sample.class_ids).read_image()
