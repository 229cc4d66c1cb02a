"""Training the real network at a tiny size: resuming bit for bit, images without cells, several devices."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from seeded_weights import set_seeded_weights
from tiny import TINY, tiny_sample

from mrcnn.config import LOSSES
from mrcnn.data import Batches
from mrcnn.model import MaskRCNN
from mrcnn.training.config import NAMES, TrainingConfig
from mrcnn.training.runtime import training_devices
from mrcnn.training.step import TrainStep

SCRIPT = Path(__file__).parents[1] / "resume_script.py"


def _script(folder, epochs, stop):
    environment = os.environ | {
        "PYTHONPATH": str(SCRIPT.parent),
        "CUDA_VISIBLE_DEVICES": "",
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, str(SCRIPT), str(folder), str(epochs), str(stop)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_interrupted_and_resumed_equals_uninterrupted_bit_for_bit(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    ended = _script(whole, 2, 0)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert _script(parts, 2, 1).returncode == 3
    assert (parts / "state.npz").exists()
    assert not (parts / "last.weights.h5").exists()
    resumed = _script(parts, 2, 0)
    assert resumed.returncode == 0
    assert "resuming after epoch 1 of 2" in resumed.stderr
    with np.load(whole / "state.npz") as one, np.load(parts / "state.npz") as other:
        assert one.files == other.files
        for name in set(one.files) - {"note"}:
            np.testing.assert_array_equal(one[name], other[name], err_msg=name)
    assert (whole / "history.csv").read_bytes() == (parts / "history.csv").read_bytes()


@pytest.fixture(scope="module")
def model():
    network = MaskRCNN(TINY)
    set_seeded_weights(network)
    return network


@pytest.mark.slow
def test_images_without_cells_train_without_nan(model):
    batches = Batches([tiny_sample(k, cells=0) for k in range(2)], TINY, 2)
    step = TrainStep(model, TrainingConfig(layers="heads"))
    before = [np.asarray(v) for v in step.trained]
    for batch in batches.training(0, 2):
        values = dict(zip(NAMES, step.run(batch, tf.constant(0.01)).numpy(), strict=True))
    assert np.isfinite(list(values.values())).all()
    assert values["mrcnn_mask_loss"] == values["mrcnn_bbox_loss"] == values["rpn_bbox_loss"] == 0
    assert all(np.isfinite(v).all() for v in step.trained)
    assert any((np.asarray(v) != old).any() for v, old in zip(step.trained, before, strict=True))


@pytest.mark.slow
def test_devices_share_a_batch(model):
    """Two shares of a batch, here on one CPU, give the mean of the shares' losses."""
    batches = Batches([tiny_sample(k) for k in range(2)], TINY, 2)
    batch = next(iter(batches.training(0, 1)))
    step = TrainStep(model, TrainingConfig(layers="heads", seed=3), devices=["CPU:0", "CPU:0"])
    inputs = {k: v for k, v in batch.items() if k not in ("sample", "step")}
    halves = [{k: v[n : n + 1] for k, v in inputs.items()} for n in (0, 1)]
    expected = [model.losses(half, seed=tf.constant([3 + n, 0])) for n, half in enumerate(halves)]
    values = dict(zip(NAMES, step.run(batch, tf.constant(0.0)).numpy(), strict=True))
    for name in LOSSES:
        mean = np.mean([float(part[name]) for part in expected])
        assert values[name] == pytest.approx(mean, rel=1e-3, abs=1e-5), name


def test_devices_that_are_not_there():
    assert training_devices(None, 2) == [""]
    with pytest.raises(ValueError, match="devices is 8"):
        training_devices(8, 8)
