"""What ends a training early reaches the user as its message alone."""

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from blastvote.errors import InputError
from blastvote.segmentation.training import train as module
from mrcnn.training import NonFiniteLossError, OutOfMemoryError, TrainingInterruptedError


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TrainingInterruptedError("SIGUSR1", 7, 2, "state"), "eff: training stopped by SIGUSR1 after step 7"),
        (NonFiniteLossError(3, 1, ["rpn_class_loss"], ["a"]), "eff: training stopped at step 3.*images a"),
        (OutOfMemoryError(2, 256, 48, "no room"), r"eff: out of memory.*batch_size \(now 2\)"),
    ],
)
def test_its_message_alone(error, message, monkeypatch, tmp_path):
    for name in ("read_coco", "first_weights", "untrained_network", "run_framing", "Validation"):
        monkeypatch.setattr(module, name, MagicMock())
    monkeypatch.setattr(module, "run_samples", lambda *_: ([], []))
    monkeypatch.setattr(module, "training_config", lambda *_: SimpleNamespace(tensorboard=None))
    monkeypatch.setattr(module, "training_hash", lambda *_: "hash")
    monkeypatch.setattr(module, "train", MagicMock(side_effect=error))
    files = SimpleNamespace(checkpoints=tmp_path, weights=tmp_path / "runs/eff/seed0/fold0/w.h5")
    with pytest.raises(InputError, match=message):
        module.train_run("eff", MagicMock(), MagicMock(), 0.5, files, {})
