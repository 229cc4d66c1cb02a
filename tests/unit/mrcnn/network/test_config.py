"""The configuration: defaults, Matterport's names, messages; and that it needs no TensorFlow."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from mrcnn.config import MaskRCNNConfig
from mrcnn.names import layer_names
from mrcnn.training.config import TrainingConfig


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


def test_sides_that_the_pyramid_cannot_halve_are_refused_before_any_image():
    for mode, key in (("square", "image_max_dim"), ("crop", "image_min_dim"), ("pad64", "image_min_dim")):
        with pytest.raises(ValueError, match=f"{key} is 500; it must be a multiple of 64 from 64 to 16384"):
            MaskRCNNConfig(image_size=500, image_resize_mode=mode)


def test_from_matterport():
    class Theirs:
        NAME = "cells"
        NUM_CLASSES = 3
        IMAGE_MIN_DIM = IMAGE_MAX_DIM = 256
        LEARNING_RATE = 0.01
        TRAIN_BN = None
        LOSS_WEIGHTS = {"rpn_class_loss": 2.0}  # noqa: RUF012 - of the training here
        MEAN_PIXEL = np.array([1.0, 2.0, 3.0])

    config = MaskRCNNConfig.from_matterport(Theirs(), backbone="resnet50")
    assert (config.num_classes, config.image_max_dim, config.backbone) == (3, 256, "resnet50")
    assert config.train_bn is True and config.mean_pixel == (1.0, 2.0, 3.0)
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
        ("backbone_strides", (4, 8, 16, 32, 0), "whole number of at least 1"),
        ("backbone_strides", "12345", "five numbers"),
        ("rpn_anchor_scales", ("8", "16", "32", "64", "128"), "five numbers.*finite number above 0"),
        ("rpn_anchor_ratios", (0.5, float("nan")), "finite number above 0"),
        ("train_bn", "no", "one of True, False"),
        ("train_bn", 1, "one of True, False"),
        ("tf1_suppression", "yes", "one of True, False"),
        ("use_mini_mask", 0, "one of True, False"),
        ("num_classes", True, "whole number"),
        ("num_classes", 4.0, "whole number"),
        ("num_classes", "4", "whole number"),
        ("image_max_dim", 64 * 10**28, "from 64 to 16384"),
        ("image_size", 10**30, "from 1 to 16384"),
        ("image_min_scale", float("inf"), "finite number from 0"),
        ("detection_min_confidence", float("nan"), "finite number from 0 to 1"),
        ("roi_positive_ratio", True, "finite number above 0 to 1"),
        ("bbox_std_dev", (0.1, 0.1, 0.2), "four numbers"),
        ("mean_pixel", (1, 2, "3"), "one number per channel"),
        ("mini_mask_shape", (56,), "height and width"),
        ("detection_score", "iou", "class, objectness"),
        ("backbone", ["resnet50"], "resnet18"),
    ],
)
def test_a_bad_value_is_named(key, value, hint):
    named = key.replace("image_size", "image_min_dim")
    with pytest.raises(ValueError, match=f"MaskRCNNConfig: {named} is .*{hint}"):
        MaskRCNNConfig(**{key: value})


def test_nothing_in_a_configuration_can_change():
    ratios = [0.5, 1]
    config = MaskRCNNConfig(rpn_anchor_ratios=ratios, train_bn=None)
    ratios.append("x")
    assert config.rpn_anchor_ratios == (0.5, 1) and config.train_bn is True
    assert all(isinstance(value, int | float | str | tuple) for value in vars(config).values())
    training = TrainingConfig(loss_weights={"rpn_class_loss": 2}, augment={"flips": True})
    assert hash(training) == hash(dataclasses.replace(training)) and hash(config)
    assert dict(training.loss_weights) == {"rpn_class_loss": 2}


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("learning_rate", float("inf"), "finite number above 0"),
        ("learning_rate", "0.1", "finite number"),
        ("learning_rate", True, "finite number"),
        ("momentum", float("nan"), "from 0 below 1"),
        ("weight_decay", -1, "from 0"),
        ("gradient_clip_norm", 0, "above 0"),
        ("seed", 2**31, "from 0 to 2147483647"),
        ("schedule", ["cosine"], "constant, cosine, step"),
        ("monitor", "val loss", "name of a column"),
        ("monitor", 3, "name of a column"),
        ("loss_weights", {"rpn_class_loss": float("nan")}, "finite number from 0"),
        ("loss_weights", "much", "rpn_class_loss"),
        ("augment", {"flips": "yes"}, "flips: one of True, False"),
        ("augment", {"brightness": 1}, "brightness: a finite number from 0 below 1"),
        ("validation_losses", 1, "True, False"),
        ("tensorboard", 3, "a folder"),
        ("epochs", 10**9, "at most 1000000"),
    ],
)
def test_a_bad_training_setting_is_named(key, value, hint):
    with pytest.raises(ValueError, match=f"TrainingConfig: {key} is .*{hint}"):
        TrainingConfig(**{key: value})


@pytest.mark.parametrize("layers", ["every", "(", "", 3, "head"])
def test_layers_that_are_none(layers):
    with pytest.raises(ValueError, match="TrainingConfig: layers"):
        TrainingConfig(layers=layers)
    assert TrainingConfig(layers="fpn_.*|mrcnn_mask").layers


@pytest.mark.parametrize("backbone", ["resnet18", "resnet101"])
def test_names_of_layers_are_those_of_the_networks(small_config, backbone):
    from mrcnn import MaskRCNN

    names = set(MaskRCNN(small_config(backbone=backbone, backbone_width=0.0625)).layers)
    assert names <= set(layer_names())


def test_importing_is_cheap():
    code = "import sys, mrcnn, mrcnn.config, mrcnn.names, mrcnn.geometry.anchors; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
