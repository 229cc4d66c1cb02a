"""Exported networks detect what the network itself detects."""

import dataclasses

import numpy as np
import pytest
from seeded_weights import set_seeded_weights
from tiny import TINY, tiny_sample

from mrcnn.export.reading import load_exported
from mrcnn.export.writing import export_onnx, export_saved_model
from mrcnn.model import MaskRCNN

CONFIG = dataclasses.replace(TINY, rpn_nms_threshold=0.6)


@pytest.fixture(
    scope="module",
    params=[
        {},
        {"image_resize_mode": "crop"},  # training crops, detection sees the whole image
        {"tf1_suppression": False, "rpn_nms_threshold": 0.7},
        {"detection_score": "objectness", "detection_min_confidence": 0.2},
    ],
    ids=["default", "crop", "all_boxes", "objectness"],
)
def model(request):
    network = MaskRCNN(dataclasses.replace(CONFIG, **request.param))
    set_seeded_weights(network)
    return network


@pytest.fixture(scope="module")
def images():
    return [tiny_sample(k, side=side).image for k, side in ((1, 64), (2, 90), (3, 48))]


def _equal(expected, found):
    assert len(expected["scores"]) > 0
    np.testing.assert_allclose(found["scores"], expected["scores"], atol=1e-4)
    np.testing.assert_allclose(found["probabilities"], expected["probabilities"], atol=1e-4)
    np.testing.assert_array_equal(found["class_ids"], expected["class_ids"])
    assert np.abs(found["rois"].astype(int) - expected["rois"]).max() <= 1
    union = (found["masks"] | expected["masks"]).sum()
    assert (found["masks"] & expected["masks"]).sum() >= 0.98 * union


def test_saved_model(model, images, tmp_path):
    loaded = load_exported(export_saved_model(model, tmp_path / "saved"))
    assert loaded.config == model.config
    for expected, found in zip(model.detect(images), loaded.detect(images), strict=True):
        _equal(expected, found)


def test_onnx(model, images, tmp_path):
    pytest.importorskip("tf2onnx")
    pytest.importorskip("onnxruntime")
    loaded = load_exported(export_onnx(model, tmp_path / "model.onnx"))
    assert loaded.config == model.config
    for expected, found in zip(model.detect(images), loaded.detect(images), strict=True):
        _equal(expected, found)
    assert [p.name for p in tmp_path.iterdir()] == ["model.onnx"]


def test_onnx_holds_no_loop(model, tmp_path):
    """Loops of one box at a time are slow, and OpenVINO reads no loop whose rows it cannot size."""
    pytest.importorskip("tf2onnx")
    onnx = pytest.importorskip("onnx")
    kinds = {node.op_type for node in onnx.load(export_onnx(model, tmp_path / "model.onnx")).graph.node}
    assert "RoiAlign" in kinds
    assert kinds.isdisjoint({"Loop", "Scan", "Resize", "DynamicStitch"})


def test_onnx_finds_nothing_where_nothing_is_sure(images, tmp_path):
    """The mask head could not fold the masks of no detections at all."""
    pytest.importorskip("tf2onnx")
    pytest.importorskip("onnxruntime")
    network = MaskRCNN(dataclasses.replace(CONFIG, detection_min_confidence=1.0))
    set_seeded_weights(network)
    loaded = load_exported(export_onnx(network, tmp_path / "model.onnx"), threads=1)
    for found, image in zip(loaded.detect(images), images, strict=True):
        assert len(found["scores"]) == 0
        assert found["masks"].shape == (*image.shape[:2], 0)


def test_sizes_must_be_fixed(tmp_path):
    model = MaskRCNN(dataclasses.replace(CONFIG, image_resize_mode="pad64"))
    with pytest.raises(ValueError, match="export needs square or crop"):
        export_onnx(model, tmp_path / "model.onnx")
