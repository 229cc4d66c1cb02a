"""The training loop: epochs of steps, validation, checkpoints, and stopping."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from mrcnn.config import LOSSES
from mrcnn.data.augment import Augmentation
from mrcnn.data.batches import Batches
from mrcnn.data.sample import Sample
from mrcnn.training.config import COLUMNS, NAMES, TrainingConfig
from mrcnn.training.errors import NonFiniteLossError, OutOfMemoryError, TrainingInterruptedError
from mrcnn.training.history import better, monitored, write_history
from mrcnn.training.interruption import Interruption
from mrcnn.training.progress import Progress
from mrcnn.training.runtime import configure_threads, training_devices
from mrcnn.training.schedule import learning_rate
from mrcnn.training.state import BEST_FILE, LAST_FILE, Progressed, load_state, save_state
from mrcnn.training.step import TrainStep
from mrcnn.training.tensorboard import EventWriter

logger = logging.getLogger(__name__)
Metrics = dict[str, float]


def train(
    model: Any,
    train_samples: Sequence[Sample],
    val_samples: Sequence[Sample],
    config: TrainingConfig,
    checkpoint_dir: str | Path,
    evaluate: Callable[[Any], Metrics] | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> list[dict[str, Any]]:
    """Train a model, and go on from the last checkpoint where there is one.

    Parameters
    ----------
    model
        A `MaskRCNN`; it ends with the last weights (or their moving average).
    train_samples, val_samples
        What to learn from, and what to measure losses on after each epoch (may be empty).
    config
        Settings.
    checkpoint_dir
        Folder of ``state.npz`` (to resume from), ``last.weights.h5``, ``best.weights.h5``, ``history.csv``.
    evaluate
        Called with the model after each validation; the metrics it returns become columns of the history.
    progress
        Called after each step.

    Returns
    -------
    list of dict
        One row per epoch: epoch, step (in all), learning_rate, the means of the losses and of the gradient's
        norm, on validation ``val_<loss>``, the metrics of `evaluate`, improved (1 where the epoch's weights became the
        best ones: the last such epoch is the one kept), seconds.

    Raises
    ------
    ValueError
        If samples or settings do not fit, or the checkpoint belongs to another training.
    NonFiniteLossError
        If a loss or the gradient is not finite.
    OutOfMemoryError
        If a step does not fit into memory.
    TrainingInterruptedError
        If the process got SIGTERM or SIGUSR1: after the step that ran, when all is saved.
    """
    configure_threads(config.threads)
    if config.monitor is not None and evaluate is None:
        monitored(list(COLUMNS), config.monitor, [])
    training = _Training(model, train_samples, val_samples, config, Path(checkpoint_dir))
    return training.run(evaluate, progress)


class _Training:
    """One call of `train`."""

    def __init__(
        self, model: Any, train_samples: Sequence[Sample], val_samples: Sequence[Sample],
        config: TrainingConfig, folder: Path,
    ) -> None:  # fmt: skip
        self.model, self.config, self.folder = model, config, folder
        self.data = Batches(
            train_samples,
            model.config,
            config.batch_size,
            config.seed,
            Augmentation(**dict(config.augment or ())),
        )
        self.validation = (
            Batches(val_samples, model.config, config.batch_size, config.seed)
            if val_samples and config.validation_losses
            else None
        )
        self.steps = config.steps_per_epoch or self.data.steps_per_pass
        self.step = TrainStep.of(model, config, training_devices(config.devices, config.batch_size))
        self.identity = config.identity() | {"samples": self.data.image_ids}
        self.events = EventWriter(config.tensorboard) if config.tensorboard else None

    def run(
        self,
        evaluate: Callable[[Any], Metrics] | None,
        progress: Callable[[Progress], None] | None,
    ) -> list[dict[str, Any]]:
        """Train epoch by epoch, from the last checkpoint on."""
        config = self.config
        done = load_state(self.folder, self.step, self.identity)
        if done.epoch or done.steps:
            logger.info("resuming after epoch %d of %d, step %d", done.epoch, config.epochs, done.steps)
        stream: Iterator[Any] | None = None
        with Interruption() as interruption:
            for epoch in range(done.epoch, config.epochs):
                if self._stopped(done):
                    break
                started = time.perf_counter()
                if self.model.config.image_resize_mode == "crop" and epoch:
                    stream = None  # of the old crops
                    self.data.prepare(epoch)
                if stream is None:
                    first = epoch * self.steps + done.steps
                    stream = iter(self.data.training(first, config.epochs * self.steps))
                row = self._epoch(done, stream, progress, interruption)
                last = epoch + 1 == config.epochs
                if last or (epoch + 1) % config.validate_every == 0:
                    with self._averaged():
                        self._validate(row, done, evaluate)
                row["seconds"] = round(time.perf_counter() - started, 3)
                self._record(row, done)
                last = last or self._stopped(done)
                if last or (epoch + 1) % config.checkpoint_every == 0 or interruption.name:
                    save_state(self.folder, self.step, done, self.identity)
                if not last:
                    self._end_if(interruption, done)
        self._finish()
        return done.rows

    def _end_if(self, interruption: Interruption, done: Progressed) -> None:
        """End a training that was told to; its state is saved."""
        if interruption.name:
            step = done.epoch * self.steps + done.steps
            epoch = done.epoch + bool(done.steps)
            raise TrainingInterruptedError(interruption.name, step, epoch, self.folder)

    def _stopped(self, done: Progressed) -> bool:
        patience = self.config.early_stopping_patience
        return patience is not None and done.stale >= patience

    def _epoch(
        self,
        done: Progressed,
        stream: Iterator[Any],
        progress: Callable[[Progress], None] | None,
        interruption: Interruption,
    ) -> dict[str, Any]:
        """Take the steps of one epoch that are not done yet; return its row."""
        config, epoch, total = self.config, done.epoch, self.config.epochs * self.steps
        first, rate = done.steps, 0.0
        sums = np.array(done.sums or np.zeros(len(NAMES)))
        started = timed = time.perf_counter()
        for k in range(first, self.steps):
            number = epoch * self.steps + k
            rate = learning_rate(number, total, config)
            values = self._take(next(stream), rate, epoch)
            sums += values
            if k == first:
                timed = time.perf_counter()  # from here on: the first step of all includes tracing
            if progress is not None:
                pace = (time.perf_counter() - timed) / max(1, k - first)
                losses = dict(zip(NAMES, values.tolist(), strict=True))
                progress(
                    Progress(epoch + 1, config.epochs, k + 1, self.steps, losses, pace * (total - number - 1))
                )
            if interruption.name and k + 1 < self.steps:
                done.steps, done.sums = k + 1, sums.tolist()
                save_state(self.folder, self.step, done, self.identity)
                self._end_if(interruption, done)
        means = dict(zip(NAMES, (sums / self.steps).tolist(), strict=True))
        logger.info("epoch %d: loss %.4f in %.1f s", epoch + 1, means["loss"], time.perf_counter() - started)
        return {"epoch": epoch + 1, "step": (epoch + 1) * self.steps, "learning_rate": rate} | means

    def _take(self, batch: dict[str, tf.Tensor], rate: float, epoch: int) -> np.ndarray:
        """Take one step; return the values of NAMES."""
        try:
            values = np.asarray(self.step.run(batch, tf.constant(rate, tf.float32)), np.float64)
        except (tf.errors.ResourceExhaustedError, MemoryError) as error:
            net = self.model.config
            raise OutOfMemoryError(
                self.config.batch_size, self.data.side, net.train_rois_per_image, str(error)
            ) from error
        bad = [name for name, value in zip(NAMES, values, strict=True) if not np.isfinite(value)]
        if bad and not (self.step.half and set(bad) == {"grad_norm"}):
            ids = [self.data.image_ids[k] for k in batch["sample"].numpy()]
            blamed = [name for name in bad if name != "loss"] or bad
            raise NonFiniteLossError(int(batch["step"]) + 1, epoch + 1, blamed, ids)
        return np.asarray(np.nan_to_num(values, posinf=0.0, neginf=0.0)) if bad else values

    def _validate(
        self, row: dict[str, Any], done: Progressed, evaluate: Callable[[Any], Metrics] | None
    ) -> None:
        """Add validation losses and metrics to `row`; store the weights where they are the best so far."""
        if self.validation is not None:
            values = np.mean([self.step.validate(b).numpy() for b in self.validation.validation()], axis=0)
            row |= dict(zip(("val_loss", *(f"val_{name}" for name in LOSSES)), values.tolist(), strict=True))
        metrics = {k: float(v) for k, v in evaluate(self.model).items()} if evaluate else {}
        row |= metrics
        column = monitored([k for k in row if k not in ("epoch", "step")], self.config.monitor, list(metrics))
        row["improved"] = int(better(row[column], done.best, column))
        if row["improved"]:
            done.best, done.stale = row[column], 0
            self.folder.mkdir(parents=True, exist_ok=True)
            self.model.save_weights(self.folder / BEST_FILE)
        else:
            done.stale += 1

    def _record(self, row: dict[str, Any], done: Progressed) -> None:
        done.epoch, done.steps, done.sums = row["epoch"], 0, []
        done.rows.append(row)
        write_history(self.folder, done.rows)
        if self.events is not None:
            self.events.write(row)

    def _finish(self) -> None:
        """Leave the averaged weights (or the last ones) in the model and in a file."""
        for mean, variable in zip(self.step.average, self.model.variables, strict=False):
            variable.assign(mean.value())
        self.folder.mkdir(parents=True, exist_ok=True)
        self.model.save_weights(self.folder / LAST_FILE)

    @contextlib.contextmanager
    def _averaged(self) -> Iterator[None]:
        """Work with the averaged weights for a while, where there are any."""
        if not self.step.average:
            yield
            return
        raw = [np.asarray(v) for v in self.model.variables]
        for mean, variable in zip(self.step.average, self.model.variables, strict=True):
            variable.assign(mean.value())
        try:
            yield
        finally:
            for value, variable in zip(raw, self.model.variables, strict=True):
                variable.assign(value)
