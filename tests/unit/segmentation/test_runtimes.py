"""TensorFlow and ONNX Runtime find the same with the networks of a model; the latter without importing the former."""

import subprocess
import sys

import numpy as np
import pytest
from described_weights import write_described_weights
from tiny import tiny_sample

from blastvote.errors import InputError
from blastvote.io import write_image
from blastvote.segmentation.runtimes import onnx_networks
from blastvote.segmentation.runtimes.opening import open_networks
from blastvote.segmentation.subtype_network import subtype_network
from blastvote.segmentation.subtypes import CROP
from blastvote.segmentation.weights.model_file import add_cell_check, add_subtypes, read_model

PREDICT = """
import sys
from blastvote.cli import main
status = main(["predict", *sys.argv[1:], "--runtime", "onnx", "--pixel-size", "0.2"])
print({"tensorflow", "keras", "tf2onnx", "matplotlib.axes", "onnxruntime"} & set(sys.modules))
sys.exit(status)
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A tiny network, one of subtypes and a cell check, in one described file; the cache lies beside it."""
    pytest.importorskip("onnxruntime")
    pytest.importorskip("tf2onnx")
    path = write_described_weights(
        tmp_path_factory.mktemp("model") / "model.weights.h5",
        rpn_nms_threshold=0.6,
        detection_score="objectness",
        detection_nms_threshold=0.5,
    )
    add_subtypes(path, subtype_network(2, seed=3).get_weights())
    add_cell_check(path, subtype_network(3, seed=4).get_weights())
    return path


@pytest.fixture(autouse=True)
def cache(weights, monkeypatch):
    monkeypatch.setenv("MRCNN_CACHE", str(weights.parent / "cache"))
    return weights.parent / "cache/onnx"


def test_both_find_the_same(weights):
    model = read_model(weights)
    exact, other = (open_networks(model, runtime, threads=1) for runtime in ("tensorflow", "onnx"))
    tiles = np.stack([tiny_sample(k).image for k in range(3)])
    expected, found = exact.detect(tiles), other.detect(tiles)
    assert (expected.class_ids > 0).sum() > 3
    np.testing.assert_array_equal(found.class_ids, expected.class_ids)
    for name in ("boxes", "scores", "probabilities"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), atol=1e-5, err_msg=name)
    np.testing.assert_allclose(found.masks, expected.masks, atol=1e-4)
    crops = np.random.default_rng(0).random((5, CROP, CROP, 4), np.float32)
    for name, classes in (("subtype_logits", 2), ("check_logits", 3)):
        expected_logits, logits = (getattr(networks, name)(crops) for networks in (exact, other))
        assert expected_logits.shape == (5, classes)
        np.testing.assert_allclose(logits, expected_logits, atol=1e-4, err_msg=name)


def test_a_prediction_by_onnx_runtime_imports_no_tensorflow(weights, cache, tmp_path):
    open_networks(read_model(weights), "onnx", threads=1)
    files = {path: path.stat().st_ino for path in cache.iterdir()}
    assert sorted(path.name.split("-")[0] for path in files) == ["check", "detector", "subtypes"]
    write_image(tmp_path / "a.png", tiny_sample(1, side=90).image)
    arguments = [str(tmp_path / "a.png"), "--model", str(weights), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-c", PREDICT, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "{'onnxruntime'}"
    assert {path: path.stat().st_ino for path in cache.iterdir()} == files


def test_what_onnx_runtime_cannot_run_is_said(weights, monkeypatch):
    with pytest.raises(InputError, match=r"this one has mixed_bfloat16.*--precision float32"):
        open_networks(read_model(weights, precision="bfloat16"), "onnx", threads=1)
    monkeypatch.setattr(onnx_networks, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="onnxruntime, of the extra export"):
        open_networks(read_model(weights), "onnx", threads=1)
