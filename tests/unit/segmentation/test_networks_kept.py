"""Runs that share one compiled network start and end as in processes of their own."""

import numpy as np
import pytest

from blastvote.segmentation.network import load_network, networks_kept, untrained_network
from blastvote.segmentation.run import NetworkSettings
from mrcnn import MaskRCNN

OPTIONS = {
    "backbone_width": 0.125, "top_down_pyramid_size": 8, "rpn_conv_filters": 8, "mask_conv_filters": 8,
    "fpn_classif_fc_layers_size": 16, "rpn_anchor_scales": [8, 16, 24, 32, 48],
}  # fmt: skip


def settings(seed):
    model = {
        "backbone": "resnet18",
        "image_size": 64,
        "weights": "none",
        "weights_sha256": "",
        "options": OPTIONS,
    }
    return NetworkSettings(["L1"], model, {"precision": "float32"}, 1, seed)


def arrays(network):
    return [np.asarray(variable) for variable in network.variables]


def test_a_kept_network_begins_as_a_new_one(tmp_path):
    with networks_kept():
        first = untrained_network(settings(1), None)
        first.save_weights(tmp_path / "first.h5")
        started = arrays(first)
        second = untrained_network(settings(2), None)
        assert second is first
        new = MaskRCNN(first.config, seed=2)
        for one, other, old in zip(arrays(second), arrays(new), started, strict=True):
            np.testing.assert_array_equal(one, other)
            assert (one != old).any() or not one.any() or (one == 1).all()  # biases and norms start alike
        loaded = load_network(first.config, tmp_path / "first.h5", 1)
        assert loaded is first
        for one, other in zip(arrays(loaded), started, strict=True):
            np.testing.assert_array_equal(one, other)
    assert untrained_network(settings(1), None) is not first


def test_networks_are_not_shared_unless_asked_for():
    assert untrained_network(settings(1), None) is not untrained_network(settings(1), None)


def test_another_configuration_has_its_own():
    with networks_kept():
        one = untrained_network(settings(1), None)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(OPTIONS, "rpn_conv_filters", 16)
            assert untrained_network(settings(1), None) is not one
