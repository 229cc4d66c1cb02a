"""Trainings that are stopped or find a damaged checkpoint: they end as if nothing had happened."""

import dataclasses
import logging
import os
import signal
import threading

import numpy as np
import pytest
from tiny import TINY, TinyNetwork, tiny_sample

from mrcnn.training import TrainingConfig, TrainingInterruptedError, train

SAMPLES = [tiny_sample(k, side=90) for k in range(5)]
FILES = ("history.csv", "best.weights.h5", "last.weights.h5")


def _train(folder, mode="square", progress=None, **changes):
    config = dataclasses.replace(TINY, image_resize_mode=mode)
    settings = {
        "learning_rate": 0.05,
        "batch_size": 2,
        "steps_per_epoch": 4,
        "seed": 5,
        "epochs": 4,
    } | changes
    model = TinyNetwork(config)
    rows = train(model, SAMPLES, SAMPLES[:3], TrainingConfig(**settings), folder, progress=progress)
    return [np.asarray(v) for v in model.variables], [{**row, "seconds": 0} for row in rows]


def _same(folder, other, one, two):
    for a, b in zip(one[0], two[0], strict=True):
        np.testing.assert_array_equal(a, b)
    assert one[1] == two[1]
    for name in FILES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


def _kill_at(epoch, step, number):
    def callback(progress):
        if (progress.epoch, progress.step) == (epoch, step):
            os.kill(os.getpid(), number)

    return callback


@pytest.mark.parametrize(
    ("epoch", "step", "number", "changes"),
    [
        (3, 2, signal.SIGTERM, {}),
        (1, 1, signal.SIGUSR1, {"ema_decay": 0.9}),
        (2, 4, signal.SIGUSR1, {"checkpoint_every": 3}),  # at the end of an epoch without a checkpoint
        (3, 3, signal.SIGTERM, {"mode": "crop", "schedule": "cosine", "warmup_steps": 3}),
        (2, 2, signal.SIGTERM, {"augment": {"flips": True, "brightness": 0.2}, "validate_every": 2}),
    ],
)
def test_a_signal_saves_the_step(tmp_path, epoch, step, number, changes):
    whole = _train(tmp_path / "whole", **changes)
    before = signal.getsignal(number)
    with pytest.raises(
        TrainingInterruptedError,
        match=rf"{number.name} after step {4 * (epoch - 1) + step} \(epoch {epoch}\)",
    ):
        _train(tmp_path / "parts", progress=_kill_at(epoch, step, number), **changes)
    assert signal.getsignal(number) == before
    taken = []
    resumed = _train(tmp_path / "parts", progress=lambda p: taken.append((p.epoch, p.step)), **changes)
    assert taken[0] == ((epoch, step + 1) if step < 4 else (epoch + 1, 1))
    _same(tmp_path / "whole", tmp_path / "parts", whole, resumed)


def test_a_signal_at_the_last_step_changes_nothing(tmp_path):
    whole = _train(tmp_path / "whole")
    _same(
        tmp_path / "whole", tmp_path / "late", whole,
        _train(tmp_path / "late", progress=_kill_at(4, 4, signal.SIGTERM)),
    )  # fmt: skip


def test_training_in_another_thread_leaves_signals_alone(tmp_path):
    thread = threading.Thread(target=_train, args=(tmp_path,))
    thread.start()
    thread.join()
    assert (tmp_path / "last.weights.h5").is_file()


def _truncate(folder):
    path = folder / "state.npz"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip_a_byte(folder):
    path = folder / "state.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def _empty(folder):
    (folder / "state.npz").write_bytes(b"")


def _without_note(folder):
    np.savez(folder / "state.npz", x=np.zeros(3))


def _truncate_best(folder):
    path = folder / "best.weights.h5"
    path.write_bytes(path.read_bytes()[:700])


def _lose_best(folder):
    (folder / "best.weights.h5").unlink()


@pytest.mark.parametrize(
    "damage", [_truncate, _flip_a_byte, _empty, _without_note, _truncate_best, _lose_best]
)
def test_a_damaged_checkpoint_is_set_aside(tmp_path, damage, caplog):
    whole = _train(tmp_path / "whole")
    with pytest.raises(TrainingInterruptedError):
        _train(tmp_path / "parts", progress=_kill_at(3, 2, signal.SIGTERM))
    damage(tmp_path / "parts")
    with caplog.at_level(logging.WARNING):
        again = _train(tmp_path / "parts")
    assert "set aside as *.damaged, and the training starts anew" in caplog.text
    assert (tmp_path / "parts" / "state.npz.damaged").is_file()
    _same(tmp_path / "whole", tmp_path / "parts", whole, again)
