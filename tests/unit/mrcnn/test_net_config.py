"""The configuration: defaults, Matterport's names, messages; and that it needs no TensorFlow."""

import dataclasses
import subprocess
import sys

import pytest

from mrcnn.config import MaskRCNNConfig


def test_defaults_are_matterports():
    config = MaskRCNNConfig()
    assert (config.backbone, config.image_min_dim, config.image_max_dim) == ("resnet101", 800, 1024)
    assert (config.train_rois_per_image, config.roi_positive_ratio, config.max_positive_rois) == (
        200,
        0.33,
        66,
    )
    assert config.rpn_anchor_scales == (32, 64, 128, 256, 512)
    assert config.image_meta_size == 13 and config.image_shape == (1024, 1024, 3)


def test_image_size_is_short_for_both():
    config = MaskRCNNConfig(num_classes=4, image_size=512, rpn_anchor_scales=[8, 16, 32, 64, 128])
    assert (config.image_min_dim, config.image_max_dim) == (512, 512)
    assert config.rpn_anchor_scales == (8, 16, 32, 64, 128)
    changed = dataclasses.replace(config, image_min_dim=256)
    assert (changed.image_min_dim, changed.image_max_dim) == (256, 512)
    assert MaskRCNNConfig(**dataclasses.asdict(config)) == config
    assert hash(MaskRCNNConfig(**dataclasses.asdict(config))) == hash(config)


def test_from_matterport():
    class Theirs:
        NAME = "cells"
        NUM_CLASSES = 3
        IMAGE_MIN_DIM = IMAGE_MAX_DIM = 256
        LEARNING_RATE = 0.01
        TRAIN_BN = None
        LOSS_WEIGHTS = {"rpn_class_loss": 2.0}  # noqa: RUF012

    config = MaskRCNNConfig.from_matterport(Theirs(), backbone="resnet50")
    assert (config.num_classes, config.image_max_dim, config.backbone) == (3, 256, "resnet50")
    assert config.train_bn is True and config.loss_weights["rpn_class_loss"] == 2.0
    with pytest.raises(ValueError, match="unheard_of"):
        MaskRCNNConfig.from_matterport({"UNHEARD_OF": 1})


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("backbone", "resnet34", "resnet18, resnet50, resnet101"),
        ("image_resize_mode", "stretch", "square, pad64"),
        ("precision", "float16", "mixed_bfloat16"),
        ("num_classes", 0, "at least 1"),
        ("rpn_nms_threshold", 1.5, "0 to 1"),
        ("image_max_dim", 1000, "multiple of 64"),
        ("rpn_anchor_scales", (8, 16), "five"),
        ("mask_shape", (56, 56), "twice"),
        ("mean_pixel", (1.0,), "one number per channel"),
        ("loss_weights", {"rpn_loss": 1.0}, "rpn_class_loss"),
    ],
)
def test_a_bad_value_is_named(key, value, hint):
    with pytest.raises(ValueError, match=f"{key} is .*{hint}"):
        MaskRCNNConfig(**{key: value})


def test_importing_is_cheap():
    code = "import sys, mrcnn, mrcnn.config, mrcnn.names, mrcnn.geometry.anchors; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
