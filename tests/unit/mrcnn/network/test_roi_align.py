"""ROI align: both implementations against each other, and against the operation they repeat."""

import numpy as np
import pytest
import tensorflow as tf

from mrcnn.network.roi_align import (
    _crop_by_gathers,
    _crop_by_level,
    image_of_roi,
    pyramid_roi_align,
    roi_levels,
)


@pytest.fixture
def scene():
    rng = np.random.default_rng(5)
    pyramid = [tf.constant(rng.normal(size=(2, s, s, 6)), tf.float32) for s in (32, 16, 8, 4)]
    corner = rng.uniform(-0.1, 0.8, (2, 30, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(0, 0.9, (2, 30, 2))], axis=-1)
    boxes[:, 0] = 0  # padding
    boxes[:, 1, 2:] = boxes[:, 1, :2]  # without area
    return pyramid, tf.constant(boxes, tf.float32)


@pytest.mark.parametrize("size", [1, 7, 14])
def test_both_implementations_agree_with_their_gradients(scene, size):
    pyramid, rois = scene
    flat, images = tf.reshape(rois, [-1, 4]), image_of_roi(rois)
    level = roi_levels(flat, tf.constant(512 * 512)) - 2
    assert len(set(level.numpy())) == 4
    results = []
    for crop in (_crop_by_gathers, _crop_by_level):
        with tf.GradientTape() as tape:
            tape.watch(pyramid)
            crops = crop(flat, images, level, pyramid, size)
            loss = tf.reduce_sum(tf.sin(crops))
        results.append((crops, tape.gradient(loss, pyramid)))
    np.testing.assert_allclose(results[0][0], results[1][0], atol=1e-5)
    for gathers, levels in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_allclose(gathers, levels, atol=1e-4)


def test_levels():
    sides = np.array([20, 80, 111, 113, 224, 316, 318, 640, 5000, 0])
    rois = np.stack([0 * sides, 0 * sides, sides, sides], axis=-1) / 1000
    assert roi_levels(tf.constant(rois, tf.float32), tf.constant(1e6)).numpy().tolist() == [
        2, 3, 3, 3, 4, 4, 5, 5, 5, 2,
    ]  # fmt: skip


def test_no_rois(scene):
    crops = pyramid_roi_align(tf.zeros([0, 4]), tf.zeros([0], tf.int32), scene[0], 7, tf.constant(65536))
    assert crops.shape == (0, 7, 7, 6)
