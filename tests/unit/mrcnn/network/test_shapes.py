"""The shapes that are told without TensorFlow are those of the network."""

import dataclasses

import numpy as np
import pytest
from tiny import TINY

from mrcnn import HEADS, MaskRCNN, MaskRCNNConfig
from mrcnn.weights.shapes import expected_shapes, heads_of_other_classes, misfit, settings_of

CONFIGS = [
    TINY,
    MaskRCNNConfig(
        num_classes=4, backbone="resnet50", backbone_width=0.25, image_size=64, top_down_pyramid_size=16,
        rpn_conv_filters=24, fpn_classif_fc_layers_size=8, mask_conv_filters=12, pool_size=5, mask_pool_size=6,
        mask_shape=(12, 12), rpn_anchor_ratios=(1, 2), image_channel_count=1, mean_pixel=(100,),
    ),
]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS)
def test_expected_shapes_are_those_of_the_network(config: MaskRCNNConfig) -> None:
    layers = MaskRCNN(config).layers
    built = {name: {v.name: tuple(v.shape) for v in layer.variables} for name, layer in layers.items()}
    assert expected_shapes(config) == built


def test_resnet101_has_23_blocks_in_its_fourth_stage() -> None:
    names = expected_shapes(MaskRCNNConfig(num_classes=81))
    assert "res4w_branch2c" in names and "res4x_branch2a" not in names
    assert (
        sum(int(np.prod(s)) for w in names.values() for s in w.values()) == 64_158_584
    )  # Matterport's own count


def test_heads_of_other_classes_are_told_from_heads_of_another_network() -> None:
    here, coco = (expected_shapes(dataclasses.replace(TINY, num_classes=n)) for n in (4, 81))
    assert heads_of_other_classes(here, coco) == ("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_mask")
    assert set(heads_of_other_classes(here, coco)) <= set(HEADS)
    assert heads_of_other_classes(here, here) == ()
    wider = expected_shapes(dataclasses.replace(TINY, num_classes=81, fpn_classif_fc_layers_size=64))
    assert heads_of_other_classes(here, wider) == ()


def test_settings_are_read_back_from_shapes() -> None:
    told = settings_of(expected_shapes(CONFIGS[1]))
    assert told == {name: getattr(CONFIGS[1], name) for name in told} and len(told) == 6


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.zeros((3, 3, 8, 9), np.float32), "(3, 3, 8, 8) expected, (3, 3, 8, 9) found"),
        (np.full((3, 3, 8, 8), np.nan), "576 values that are NaN"),
        (np.zeros((3, 3, 8, 8), complex), "real numbers are expected"),
    ],
)
def test_arrays_that_do_not_fit(array: np.ndarray, told: str) -> None:
    expected = expected_shapes(TINY)["fpn_p2"]
    arrays = {"kernel": array, "bias": np.zeros(8, np.float32)}
    assert told in misfit("w.h5", "fpn_p2", expected, arrays)
    assert "bias is expected too" in misfit("w.h5", "fpn_p2", expected, {"kernel": np.zeros((3, 3, 8, 8))})
