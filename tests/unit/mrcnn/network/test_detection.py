"""Detections: classes and scores by both conventions, against plain NumPy; and images that are none."""

import dataclasses

import numpy as np
import pytest
from numpy_reference import apply_box_deltas, non_max_suppression
from tiny import TINY

from mrcnn.network.detection import refine

CONFIG = dataclasses.replace(
    TINY, num_classes=4, detection_max_instances=12, detection_min_confidence=0.4, tf1_suppression=False
)
WINDOW = np.array([[0.1, 0.0, 0.9, 1.0]], np.float32)


def _heads(seed, count=60, images=1):
    rng = np.random.default_rng(seed)
    corner = rng.uniform(0, 0.7, (images, count, 2))
    rois = np.concatenate([corner, corner + rng.uniform(0.1, 0.3, (images, count, 2))], axis=-1)
    probabilities = rng.dirichlet([0.5] * 4, (images, count))
    deltas = rng.normal(0, 0.5, (images, count, 4, 4))
    return tuple(part.astype(np.float32) for part in (rois, probabilities, deltas))


def _reference(rois, probabilities, deltas, config):
    """Return what one image's detections should be, box by box."""
    if config.detection_score == "class":
        class_ids, scores = probabilities.argmax(1), probabilities.max(1)
    else:
        class_ids, scores = probabilities[:, 1:].argmax(1) + 1, 1 - probabilities[:, 0]
    own = deltas[np.arange(len(rois)), class_ids] * np.array(config.bbox_std_dev)
    boxes = np.clip(apply_box_deltas(rois, own), WINDOW[0][[0, 1, 0, 1]], WINDOW[0][[2, 3, 2, 3]])
    kept = []
    groups = [class_ids == c for c in (1, 2, 3)] if config.detection_score == "class" else [class_ids > 0]
    for group in groups:
        members = np.flatnonzero(group & (scores >= config.detection_min_confidence))
        if len(members):
            kept += members[
                non_max_suppression(boxes[members], scores[members], config.detection_nms_threshold)
            ].tolist()
    kept = sorted(kept, key=lambda k: -scores[k])[: config.detection_max_instances]
    return boxes[kept], class_ids[kept], scores[kept], probabilities[kept]


@pytest.mark.parametrize("convention", ["class", "objectness"])
@pytest.mark.parametrize("seed", range(5))
def test_conventions_against_numpy(convention, seed):
    config = dataclasses.replace(CONFIG, detection_score=convention)
    rois, probabilities, deltas = _heads(seed)
    found = refine(rois, probabilities, deltas, WINDOW, config)
    expected = _reference(rois[0], probabilities[0], deltas[0], config)
    count = len(expected[0])
    assert count > 3
    for part, reference in zip(found, expected, strict=True):
        np.testing.assert_allclose(part[0][:count], reference, atol=1e-5)
        assert not np.any(part[0][count:])


def test_objectness_keeps_a_cell_whose_class_is_open():
    rois = np.array([[[0.2, 0.2, 0.5, 0.5], [0.2, 0.2, 0.5, 0.52]]], np.float32)
    probabilities = np.array([[[0.2, 0.3, 0.3, 0.2], [0.3, 0.1, 0.2, 0.4]]], np.float32)
    deltas = np.zeros((1, 2, 4, 4), np.float32)
    classed, objects = (
        refine(rois, probabilities, deltas, WINDOW, dataclasses.replace(CONFIG, detection_score=score))
        for score in ("class", "objectness")
    )
    assert classed.class_ids[0].numpy().tolist()[:2] == [3, 0]
    assert objects.class_ids[0].numpy().tolist()[:2] == [1, 0]  # the other box is the same cell
    assert float(objects.scores[0, 0]) == pytest.approx(0.8)


@pytest.mark.parametrize("convention", ["class", "objectness"])
def test_a_batch_of_unknown_size_gives_the_same(convention):
    import tensorflow as tf

    config = dataclasses.replace(CONFIG, detection_score=convention, tf1_suppression=True)
    parts = _heads(9, images=3)
    windows = np.repeat(WINDOW, 3, axis=0)
    signature = [tf.TensorSpec([None, *part.shape[1:]]) for part in (*parts, windows)]
    together = tf.function(lambda *a: refine(*a, config), input_signature=signature)(*parts, windows)
    for k in range(3):
        alone = refine(*(part[k : k + 1] for part in parts), WINDOW, config)
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_allclose(one[0], other[k], atol=1e-6)


def test_probabilities_come_with_each_detection(small_model):
    image = np.random.default_rng(0).integers(0, 255, (90, 140, 3), np.uint8)
    for convention in ("class", "objectness"):
        model = small_model(detection_min_confidence=0.3, detection_score=convention)
        found = model.detect([image])[0]
        rows = found["probabilities"]
        assert rows.shape == (len(found["scores"]), 4) and len(rows) > 1
        np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)
        wanted = rows.max(axis=1) if convention == "class" else 1 - rows[:, 0]
        np.testing.assert_allclose(found["scores"], wanted, atol=1e-6)
        assert (rows[:, 1:].argmax(axis=1) + 1 == found["class_ids"]).all()


RGB = np.full((90, 140, 3), 99, np.uint8)


@pytest.mark.parametrize(
    ("image", "hint"),
    [
        (RGB[..., 0], r"uint8 \(90, 140\).*np\.stack"),
        (RGB[..., :1], r"uint8 \(90, 140, 1\).*np\.repeat"),
        (np.dstack([RGB, RGB[..., 0]]), r"uint8 \(90, 140, 4\).*image\[\.\.\., :3\]"),
        (RGB / 255.0, r"float64.*uint8 \(H, W, 3\).*255 \* image"),
        (RGB.astype(np.uint16) * 257, r"uint16.*image // 257"),
        (RGB > 50, "bool.*mask"),
        (RGB[:0], r"\(0, 140, 3\).*at least one pixel"),
        (RGB[None], "one image"),
        (np.zeros((90, 140, 2), np.uint8), r"\(90, 140, 2\); expected uint8 \(H, W, 3\), RGB"),
    ],
)
def test_images_that_the_network_cannot_take(small_model, image, hint):
    with pytest.raises(ValueError, match=rf"image 1 to detect in: .*{hint}"):
        small_model().detect([RGB, image])


def test_one_image_is_no_list_of_its_rows(small_model):
    with pytest.raises(ValueError, match=r"images is one array \(90, 140, 3\).*\[image\] for a single one"):
        small_model().detect(RGB)


def test_sides_without_resizing(small_model):
    model = small_model(image_resize_mode="none")
    with pytest.raises(ValueError, match=r"multiples of 64, because image_resize_mode is none"):
        model.detect([RGB])
