"""Networks and weight files the tests share."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

SMALL = {
    "num_classes": 4,
    "backbone": "resnet18",
    "backbone_width": 0.25,
    "image_size": 128,
    "top_down_pyramid_size": 16,
    "rpn_conv_filters": 16,
    "rpn_anchor_scales": (8, 16, 32, 64, 128),
    "rpn_train_anchors_per_image": 32,
    "pre_nms_limit": 500,
    "post_nms_rois_training": 100,
    "post_nms_rois_inference": 60,
    "max_gt_instances": 6,
    "train_rois_per_image": 24,
    "fpn_classif_fc_layers_size": 32,
    "mask_conv_filters": 16,
    "detection_max_instances": 20,
}


@pytest.fixture
def small_config():
    """Return a function that makes a small configuration, with changes."""
    from mrcnn.config import MaskRCNNConfig

    return lambda **changes: MaskRCNNConfig(**(SMALL | changes))


@pytest.fixture
def small_model(small_config):
    """Return a function that makes a small network with tame weights (fresh ones explode with frozen norms)."""
    from seeded_weights import set_seeded_weights

    from mrcnn.model import MaskRCNN

    def make(**changes):
        model = MaskRCNN(small_config(**changes))
        set_seeded_weights(model)
        return model

    return make


@pytest.fixture
def make_batch():
    """Return a function that makes a batch of noise with square objects: the contract of `MaskRCNN.losses`."""
    import tensorflow as tf
    from numpy_reference import box_refinement

    from mrcnn.geometry.anchors import pyramid_anchors
    from mrcnn.geometry.numpy_boxes import compute_overlaps

    def make(config, count=2, objects=3, seed=0):
        rng = np.random.default_rng(seed)
        side, most = config.image_shape[0], config.max_gt_instances
        batch = {
            "images": rng.normal(0, 50, (count, *config.image_shape)).astype(np.float32),
            "image_meta": np.ones((count, config.image_meta_size), np.float32),
            "gt_class_ids": np.zeros((count, most), np.int32),
            "gt_boxes": np.zeros((count, most, 4), np.float32),
            "gt_masks": np.zeros((count, *config.mini_mask_shape, most), bool),
        }
        anchors = pyramid_anchors(config)
        batch["rpn_match"] = np.zeros((count, len(anchors)), np.int32)
        batch["rpn_bbox"] = np.zeros((count, config.rpn_train_anchors_per_image, 4), np.float32)
        for k in range(count):
            corner = rng.integers(0, side - 40, (objects, 2))
            boxes = np.concatenate([corner, corner + rng.integers(16, 40, (objects, 2))], axis=1)
            batch["gt_boxes"][k, :objects] = boxes
            batch["gt_class_ids"][k, :objects] = rng.integers(1, config.num_classes, objects)
            batch["gt_masks"][k, 8:-8, 8:-8, :objects] = True
            batch["rpn_match"][k, ::97] = -1
            if objects:
                best = compute_overlaps(anchors, boxes).argmax(axis=0)
                best, which = np.unique(best, return_index=True)
                batch["rpn_match"][k, best] = 1
                deltas = box_refinement(anchors[best], boxes[which]) / np.array(config.rpn_bbox_std_dev)
                batch["rpn_bbox"][k, : len(best)] = deltas
        return {name: tf.constant(value) for name, value in batch.items()}

    return make


@pytest.fixture(scope="session")
def golden(repo_root):
    """Return a function that reads arrays of the genuine code (see tests/data/golden/mrcnn/README.md)."""

    def read(name):
        with np.load(repo_root / "tests/data/golden/mrcnn" / f"{name}.npz") as arrays:
            return dict(arrays)

    return read


@pytest.fixture(scope="session")
def resnet50():
    """Return the network of the golden inference, with seeded weights."""
    from seeded_weights import set_seeded_weights

    from mrcnn.config import MaskRCNNConfig
    from mrcnn.model import MaskRCNN

    model = MaskRCNN(
        MaskRCNNConfig(
            num_classes=4,
            backbone="resnet50",
            image_size=256,
            rpn_anchor_scales=(8, 16, 32, 64, 128),
            detection_min_confidence=0.3,
            max_gt_instances=20,
        )
    )
    set_seeded_weights(model)
    return model


@pytest.fixture
def values():
    """Return a function that copies a model's weights, by layer and name."""
    return lambda model: {
        (n, v.name): np.array(v) for n, layer in model.layers.items() for v in layer.variables
    }
