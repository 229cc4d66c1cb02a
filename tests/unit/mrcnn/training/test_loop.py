"""The training loop on a network of a few weights: resuming, best weights, errors, schedules."""

import csv

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2
from tiny import TINY, TinyNetwork, tiny_sample

from mrcnn.training import NonFiniteLossError, OutOfMemoryError, TrainingConfig, train
from mrcnn.training.config import NAMES
from mrcnn.training.schedule import learning_rate
from mrcnn.weights.reading import read

SAMPLES = [tiny_sample(k) for k in range(5)]
SETTINGS = {"learning_rate": 0.05, "batch_size": 2, "steps_per_epoch": 4, "seed": 5}


def _arrays(model):
    return [np.asarray(v) for v in model.variables]


def _run(folder, epochs, model=None, **changes):
    model = model or TinyNetwork()
    rows = train(
        model, SAMPLES, SAMPLES[:3], TrainingConfig(**SETTINGS | {"epochs": epochs} | changes), folder
    )
    return model, rows


class _StopError(Exception):
    pass


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9}, {"schedule": "cosine", "warmup_steps": 3}])
def test_interrupted_and_resumed_equals_uninterrupted(tmp_path, changes):
    whole, rows = _run(tmp_path / "whole", 4, **changes)

    def stop(progress):
        if progress.epoch == 3 and progress.step == 2:
            raise _StopError

    config = TrainingConfig(**SETTINGS | {"epochs": 4} | changes)
    with pytest.raises(_StopError):
        train(TinyNetwork(), SAMPLES, SAMPLES[:3], config, tmp_path / "parts", progress=stop)
    resumed, resumed_rows = _run(tmp_path / "parts", 4, **changes)
    for one, other in zip(_arrays(whole), _arrays(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [{**r, "seconds": 0} for r in rows] == [{**r, "seconds": 0} for r in resumed_rows]
    for name in ("history.csv", "best.weights.h5", "last.weights.h5"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes(), name
    assert not list(tmp_path.rglob(".*.npz"))


def test_a_finished_training_can_be_prolonged(tmp_path):
    whole, _ = _run(tmp_path / "whole", 3)
    _run(tmp_path / "parts", 2)
    longer, _ = _run(tmp_path / "parts", 3)
    for one, other in zip(_arrays(whole), _arrays(longer), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("changes", [{}, {"ema_decay": 0.9}])
def test_a_model_trained_again_with_another_seed_equals_a_new_one(tmp_path, changes):
    model, _ = _run(tmp_path / "first", 2, **changes)
    compiled = model.compiled_step
    for variable, start in zip(model.variables, _arrays(TinyNetwork()), strict=True):
        variable.assign(start)
    _, again = _run(tmp_path / "again", 2, model, seed=6, **changes)
    new, rows = _run(tmp_path / "new", 2, seed=6, **changes)
    assert model.compiled_step is compiled
    for one, other in zip(_arrays(model), _arrays(new), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [{**r, "seconds": 0} for r in again] == [{**r, "seconds": 0} for r in rows]
    _run(tmp_path / "other", 1, model, learning_rate=0.1)
    assert model.compiled_step is not compiled  # other settings are compiled anew


def test_another_training_is_not_resumed(tmp_path):
    _run(tmp_path, 1)
    with pytest.raises(ValueError, match=r"learning_rate \(was 0.05, is 0.1\)"):
        _run(tmp_path, 2, learning_rate=0.1)


def test_checkpoints_hold_no_pickles(tmp_path):
    _run(tmp_path, 1)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays.files} <= {"f", "i", "U"}


def test_momentum_clipping_and_weight_decay(tmp_path):
    """One step against the equations: v = m v - lr g, w += v, with the gradient's norm cut."""
    plain, rows = _run(tmp_path / "a", 1, steps_per_epoch=1, gradient_clip_norm=1e6)
    clipped, _ = _run(tmp_path / "b", 1, steps_per_epoch=1, gradient_clip_norm=0.01)
    start = _arrays(TinyNetwork())
    free = [one - zero for one, zero in zip(_arrays(plain)[:2], start, strict=False)]
    short = [one - zero for one, zero in zip(_arrays(clipped)[:2], start, strict=False)]
    norm = np.sqrt(sum((d**2).sum() for d in free))
    assert norm == pytest.approx(0.05 * rows[0]["grad_norm"], rel=1e-4)
    assert np.sqrt(sum((d**2).sum() for d in short)) == pytest.approx(0.05 * 0.01, rel=1e-4)
    assert rows[0]["l2_loss"] == pytest.approx(1e-4 * (start[0] ** 2).mean(), rel=1e-5)


def test_layers_that_are_not_selected_stay(tmp_path):
    model, _ = _run(tmp_path, 1, layers="heads")
    np.testing.assert_array_equal(_arrays(model)[0], _arrays(TinyNetwork())[0])
    assert (_arrays(model)[1] != 0).any()


def test_non_finite_loss_names_step_loss_and_images(tmp_path):
    model = TinyNetwork(break_at=2)
    with pytest.raises(
        NonFiniteLossError, match=r"step 3 \(epoch 1\): rpn_class_loss.*image\d, image\d"
    ) as caught:
        _run(tmp_path, 1, model)
    assert "mrcnn_mask_loss" not in str(caught.value)
    good, _ = _run(tmp_path / "good", 1, steps_per_epoch=2)
    for one, other in zip(_arrays(model), _arrays(good), strict=True):
        np.testing.assert_array_equal(one, other)


def test_out_of_memory_names_the_settings(tmp_path):
    class Greedy(TinyNetwork):
        def losses(self, *args, **kwargs):
            raise MemoryError("no room")

    with pytest.raises(OutOfMemoryError, match=r"batch_size \(now 2\).*image_max_dim.*train_rois_per_image"):
        _run(tmp_path, 1, Greedy())


def test_history_and_progress(tmp_path):
    seen = []
    config = TrainingConfig(**SETTINGS | {"epochs": 2})
    rows = train(
        TinyNetwork(),
        SAMPLES,
        SAMPLES[:1],
        config,
        tmp_path,
        evaluate=lambda m: {"map": 0.5},
        progress=seen.append,
    )
    assert [(p.epoch, p.step) for p in seen] == [(e, s) for e in (1, 2) for s in (1, 2, 3, 4)]
    assert set(seen[0].losses) == set(NAMES)
    assert seen[-1].seconds_left == 0
    with (tmp_path / "history.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [row["epoch"] for row in table] == ["1", "2"]
    assert set(table[0]) == set(rows[0]) - {"seconds"}
    assert {"map", "val_loss", "val_mrcnn_mask_loss", "grad_norm", "learning_rate"} <= set(rows[0])


def test_best_and_early_stopping(tmp_path):
    values = iter([0.1, 0.6, 0.5, 0.4, 0.9])
    config = TrainingConfig(**SETTINGS | {"epochs": 5, "early_stopping_patience": 2})
    kept = {}

    def evaluate(model):
        value = next(values)
        kept[value] = _arrays(model)
        return {"map": value}

    rows = train(TinyNetwork(), SAMPLES, [], config, tmp_path, evaluate)
    assert [row["improved"] for row in rows] == [1, 1, 0, 0]
    stored = read(tmp_path / "best.weights.h5")["tiny"]
    for one, other in zip(stored.values(), kept[0.6], strict=True):
        np.testing.assert_array_equal(one, other)


def test_tensorboard_only_when_asked(tmp_path):
    _run(tmp_path / "a", 1)
    assert not list(tmp_path.rglob("events*"))
    rows = _run(tmp_path / "b", 2, tensorboard=tmp_path / "board")[1]
    (file,) = (tmp_path / "board").glob("events*")
    events = [
        event_pb2.Event.FromString(record)
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator()
    ]
    drawn = {
        (value.tag, event.step): float(tf.make_ndarray(value.tensor))
        for event in events
        for value in event.summary.value
    }
    assert set(drawn) == {
        (name, row["step"]) for row in rows for name in row if name not in ("epoch", "step")
    }
    assert [drawn["loss", row["step"]] for row in rows] == pytest.approx([row["loss"] for row in rows])


def test_unknown_monitor(tmp_path):
    with pytest.raises(ValueError, match="monitor is 'nonsense'"):
        _run(tmp_path, 1, monitor="nonsense")
    assert not list(tmp_path.iterdir()), "it is said before the first step"


@pytest.mark.parametrize(
    ("key", "value"),
    [("learning_rate", 0), ("batch_size", 0), ("schedule", "linear"), ("ema_decay", 1), ("monitor", "a b"),
     ("loss_weights", {"nonsense": 1}), ("augment", {"zoom": 2}), ("epochs", 1.5), ("momentum", 1)],
)  # fmt: skip
def test_bad_settings_are_named(key, value):
    with pytest.raises(ValueError, match=rf"TrainingConfig: {key} is"):
        TrainingConfig(**{key: value})


def test_schedules():
    def rates(**settings):
        return [learning_rate(k, 90, TrainingConfig(learning_rate=1.0, **settings)) for k in range(90)]

    assert rates() == [1.0] * 90
    assert rates(warmup_steps=10)[:3] == pytest.approx([0.1, 0.2, 0.3])
    cosine = rates(schedule="cosine", warmup_steps=10)
    assert cosine[10] == 1
    assert cosine[50] == pytest.approx(0.5)
    assert cosine[-1] < 0.001
    step = rates(schedule="step")
    assert step[59] == 1
    assert step[60] == pytest.approx(0.1)
    assert step[80] == pytest.approx(0.01)


def test_tiny_configuration_is_valid():
    assert TINY.image_shape == (64, 64, 3)
