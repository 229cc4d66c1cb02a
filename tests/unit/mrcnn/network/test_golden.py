"""Every stage of the network against arrays of the genuine Matterport code."""

import numpy as np
import pytest
import tensorflow as tf
from numpy_reference import apply_box_deltas, box_refinement, non_max_suppression

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.molding import mold_image
from mrcnn.geometry.anchors import backbone_shapes, normalised_anchors, pyramid_anchors
from mrcnn.geometry.boxes import tf_apply_deltas, tf_norm_boxes, tf_overlaps, tf_refinement
from mrcnn.geometry.numpy_boxes import compute_overlaps, denorm_boxes, norm_boxes
from mrcnn.inputs import fitted_image
from mrcnn.network import losses
from mrcnn.network.detection import refine
from mrcnn.network.heads import ClassOutput
from mrcnn.network.rpn import RPNOutput
from mrcnn.network.targets import DetectionTargets, detection_targets
from mrcnn.unmold import paste_mask


def assert_close(ours, expected, share=1e-3):
    """Assert that no value is off by more than a share of the expected values' standard deviation."""
    expected = np.asarray(expected, np.float64)
    assert np.abs(np.asarray(ours, np.float64) - expected).max() <= share * expected.std()


def unpack(packed, shape):
    return np.unpackbits(packed)[: np.prod(shape)].reshape(shape).astype(bool)


@pytest.fixture(scope="module", params=[0, 1])
def stages(request, golden, resnet50):
    """Return the golden arrays of an image (the second is not square), and ours."""
    arrays = golden(f"r50_256_{request.param}")
    fitted, window = fitted_image(arrays["image"], resnet50.config)
    molded = mold_image(fitted, resnet50.config.mean_pixel)
    features = resnet50.backbone(tf.constant(molded[None]))
    pyramid = resnet50.fpn(features)
    rpn, rois = resnet50.proposals(pyramid, normalised_anchors(resnet50.config), 1000)
    ours = {"window": window, "pyramid": pyramid, "rpn": rpn, "rois": rois}
    ours |= {f"C{k}": level for k, level in enumerate(features, 2)}
    ours |= {f"P{k}": level for k, level in enumerate(pyramid, 2)}
    return arrays, ours


@pytest.mark.slow
@pytest.mark.parametrize("level", ["C2", "C3", "C4", "C5", "P2", "P3", "P4", "P5", "P6"])
def test_feature_maps(stages, level):
    arrays, ours = stages
    key = next(name for name in arrays if name.startswith(level))
    step = int(key.split("_sub")[1])
    assert_close(ours[level][:, ::step, ::step, ::16], arrays[key])


@pytest.mark.slow
def test_rpn(stages):
    # Of the second image two values in 131 328 are off by one grey level after resizing (see mrcnn.data.grid).
    arrays, ours = stages
    assert_close(ours["rpn"].probabilities[:, ::7], arrays["rpn_class"], 2e-3)
    assert_close(ours["rpn"].deltas[:, ::7], arrays["rpn_bbox"], 2e-3)


@pytest.mark.slow
def test_proposals(stages):
    arrays, ours = stages
    distance = np.abs(ours["rois"].numpy()[0][:, None] - arrays["rois"][0][None]).max(axis=-1)
    assert (distance.min(axis=0) < 1e-3).mean() >= 0.98


@pytest.mark.slow
def test_heads(stages, resnet50):
    arrays, ours = stages
    area = tf.constant(256 * 256)
    crops = resnet50._crops(tf.constant(arrays["rois"]), ours["pyramid"], 7, area)
    assert_close(crops[None, :8, ..., ::16], arrays["roi_align_classifier"])
    out = resnet50.class_head(crops)
    assert_close(out.logits[None], arrays["mrcnn_class_logits"])
    assert_close(tf.nn.softmax(out.logits)[None], arrays["mrcnn_class"])
    assert_close(out.deltas[None], arrays["mrcnn_bbox"])
    boxes = tf.constant(arrays["detections"][:, :10, :4])
    crops = resnet50._crops(boxes, ours["pyramid"], 14, area)
    classes = range(resnet50.config.num_classes)
    every = tf.stack([tf.sigmoid(resnet50.mask_head(crops, tf.fill([10], k))) for k in classes], axis=-1)
    assert_close(every[None], arrays["mrcnn_mask"], 2e-3)
    class_ids = tf.constant(arrays["detections"][0, :10, 4].astype(np.int32))
    own = tf.sigmoid(resnet50.mask_head(crops, class_ids))
    np.testing.assert_allclose(own, tf.gather(every, class_ids, axis=3, batch_dims=1), atol=1e-5)


def test_detection_layer(golden, resnet50):
    for number in (0, 1):
        arrays = golden(f"r50_256_{number}")
        window = tf_norm_boxes(tf.constant(arrays["windows"]), 256, 256)
        parts = (tf.constant(arrays[name]) for name in ("rois", "mrcnn_class", "mrcnn_bbox"))
        found = refine(*parts, window, resnet50.config)
        np.testing.assert_allclose(found.boxes, arrays["detections"][..., :4], atol=1e-6)
        np.testing.assert_array_equal(found.class_ids, arrays["detections"][..., 4])
        np.testing.assert_allclose(found.scores, arrays["detections"][..., 5], atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_detect(golden, resnet50, number):
    arrays = golden(f"r50_256_{number}")
    found = resnet50.detect([arrays["image"]])[0]
    masks = unpack(arrays["det_masks"], arrays["det_masks_shape"])
    assert found["masks"].shape == masks.shape and found["masks"].dtype == bool
    free, matched = list(range(len(found["rois"]))), 0
    for k, box in enumerate(arrays["det_rois"]):
        for j in free:
            same = found["class_ids"][j] == arrays["det_class_ids"][k]
            near = np.abs(found["rois"][j] - box).max() <= 1
            if same and near and abs(found["scores"][j] - arrays["det_scores"][k]) <= 1e-3:
                both = (found["masks"][..., j] & masks[..., k]).sum()
                if both >= 0.98 * (found["masks"][..., j] | masks[..., k]).sum():
                    matched += 1
                    free.remove(j)
                    break
    assert matched >= 98
    assert len(found["rois"]) == len(arrays["det_rois"])


@pytest.fixture(scope="module")
def trained(golden):
    arrays = golden("train_trained_r50_256")
    arrays["target_mask"] = unpack(arrays["target_mask"], (2, 10, 28, 28)).astype(np.float32)
    arrays["in_gt_masks"] = unpack(arrays["in_gt_masks"], arrays["in_gt_masks_shape"])
    config = MaskRCNNConfig(
        num_classes=4,
        image_size=256,
        train_rois_per_image=32,
        rpn_train_anchors_per_image=128,
        max_gt_instances=20,
    )
    return arrays, config


def test_detection_targets(trained):
    arrays, config = trained
    ours = detection_targets(
        tf.constant(arrays["rpn_rois"]),
        tf.constant(arrays["in_gt_class_ids"]),
        tf_norm_boxes(tf.constant(arrays["in_gt_boxes"]), 256, 256)
        * tf.cast(tf.constant(arrays["in_gt_class_ids"])[..., None] != 0, tf.float32),
        tf.constant(arrays["in_gt_masks"]),
        config,
    )
    np.testing.assert_allclose(ours.rois, arrays["target_rois"], atol=1e-6)
    np.testing.assert_array_equal(ours.class_ids, arrays["target_class_ids"])
    np.testing.assert_allclose(ours.deltas, arrays["target_bbox"], atol=1e-4)
    np.testing.assert_array_equal(ours.masks, arrays["target_mask"])


def test_five_losses(trained):
    arrays, config = trained
    rpn = RPNOutput(tf.constant(arrays["rpn_class_logits"]), None, tf.constant(arrays["rpn_bbox"]))
    heads = ClassOutput(
        tf.reshape(arrays["mrcnn_class_logits"], [-1, 4]), tf.reshape(arrays["mrcnn_bbox"], [-1, 4, 4])
    )
    class_ids = arrays["target_class_ids"][:, :10]
    masks = np.take_along_axis(arrays["mrcnn_mask"], class_ids[:, :, None, None, None], axis=-1)[..., 0]
    sample = DetectionTargets(
        tf.constant(arrays["target_rois"]),
        tf.constant(arrays["target_class_ids"]),
        tf.constant(arrays["target_bbox"]),
        tf.constant(arrays["target_mask"]),
        tf.ones([2, 32]),
    )
    batch = {
        "rpn_match": tf.constant(arrays["in_rpn_match"].astype(np.int32)),
        "rpn_bbox": tf.constant(arrays["in_rpn_bbox"].astype(np.float32)),
        "image_meta": tf.constant(arrays["in_image_meta"].astype(np.float32)),
    }
    logits = tf.constant(np.log(masks / (1 - masks)).astype(np.float32))
    ours = losses.all_losses(rpn, heads, logits, sample, batch, config)
    for name, value in ours.items():
        assert float(value) == pytest.approx(float(arrays[name]), rel=1e-5), name


def test_boxes(golden):
    arrays = golden("utils")
    boxes, gt = arrays["boxes"], arrays["gt"]
    np.testing.assert_allclose(box_refinement(boxes, gt), arrays["box_refinement"], atol=1e-6)
    np.testing.assert_allclose(apply_box_deltas(boxes, arrays["box_refinement"]), gt, atol=1e-4)
    np.testing.assert_allclose(compute_overlaps(boxes, gt), arrays["overlaps"], atol=1e-9)
    np.testing.assert_allclose(norm_boxes(boxes, (256, 256)), arrays["norm_boxes"], atol=1e-7)
    np.testing.assert_array_equal(denorm_boxes(arrays["norm_boxes"], (256, 256)), arrays["denorm_boxes"])
    kept = non_max_suppression(boxes, arrays["nms_scores"], 0.3)
    assert kept[np.argsort(-arrays["nms_scores"][kept])].tolist() == kept.tolist()
    as_tensor = tf.constant(boxes[None].astype(np.float32)), tf.constant(gt[None].astype(np.float32))
    np.testing.assert_allclose(tf_overlaps(*as_tensor)[0], arrays["overlaps"], atol=1e-6)
    deltas = tf_refinement(*as_tensor)
    np.testing.assert_allclose(deltas[0], arrays["box_refinement"], atol=1e-6)
    np.testing.assert_allclose(tf_apply_deltas(as_tensor[0], deltas), as_tensor[1], atol=1e-3)


def test_anchors(golden):
    arrays = golden("utils")
    config = MaskRCNNConfig(num_classes=4, image_size=256, rpn_anchor_scales=(8, 16, 32, 64, 128))
    np.testing.assert_array_equal(backbone_shapes(config), arrays["backbone_shapes"])
    np.testing.assert_array_equal(pyramid_anchors(config)[::7], arrays["anchors_256_every7"])
    config = MaskRCNNConfig(num_classes=4, image_size=512, rpn_anchor_stride=2)
    np.testing.assert_array_equal(pyramid_anchors(config)[::7], arrays["anchors_512_stride2_every7"])


def test_unmold_mask(golden):
    arrays = golden("utils")
    ours = np.zeros((150, 220), bool)
    paste_mask(arrays["unmold_in"], arrays["unmold_box"], ours)
    np.testing.assert_array_equal(ours, unpack(arrays["unmold_mask"], (150, 220)))
