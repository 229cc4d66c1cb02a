"""One training of the study: samples in, weights and history out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pandas as pd

from blastvote.dataset.coco import read_coco
from blastvote.errors import InputError
from blastvote.io import atomic_path, sha256, write_csv, write_text
from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings, RunData
from blastvote.segmentation.samples import annotated_samples
from blastvote.segmentation.settings import training_config
from blastvote.segmentation.validate import Validation
from blastvote.study.lease import Lease
from blastvote.study.stale import RUN_FILE
from mrcnn import Progress, train
from mrcnn.training.errors import TrainingError

LOGGER = logging.getLogger("blastvote.train")


class ProgressLog:
    """Logs where a training is: after each epoch, and every few seconds within one; ends it where its lease is lost."""

    def __init__(self, name: str, lease: Lease, every: float = 10.0) -> None:
        self.name, self.lease, self.every, self.told = name, lease, every, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take the state after a step."""
        last = progress.step == progress.steps_per_epoch
        if not last and time.monotonic() - self.told < self.every:
            return
        self.told = time.monotonic()
        self.lease.check()
        LOGGER.info(
            "%s: epoch %d/%d, step %d/%d, loss %.3f%s",
            *(self.name, progress.epoch, progress.epochs, progress.step, progress.steps_per_epoch),
            progress.losses["loss"],
            f", about {timedelta(seconds=round(progress.seconds_left))} left" if progress.step > 1 else "",
        )


@dataclass(frozen=True)
class TrainingFiles:
    """What a training writes.

    Attributes
    ----------
    checkpoints
        Folder for the state from which a stopped training goes on; its subfolder is named by a hash of all that
        determines the training, so that a changed training never resumes another's.
    weights
        Those of the best epoch.
    history
        Losses and measures after each epoch, CSV.
    """

    checkpoints: Path
    weights: Path
    history: Path


def train_run(
    name: str, data: RunData, settings: NetworkSettings, min_confidence: float, files: TrainingFiles
) -> None:
    """Train on the training rows of a fold and keep the weights of the best epoch.

    The checkpoints stay: whoever has accepted the outputs removes them (`blastvote.study.stale.remove_checkpoints`).

    Parameters
    ----------
    name
        What the log calls the run.
    data
        The run's images and their true cells.
    settings
        The network and the training.
    min_confidence
        From which score on a cell counts for Matterport's AP after each epoch: that of the vote, as in the tables.
    files
        What is written.
    """
    truth = read_coco(*data.annotations)
    loop = training_config(settings.training, settings.seed, settings.threads)
    first = first_weights(settings)
    model = untrained_network(settings, first)
    train_samples, val_samples = (
        annotated_samples(data.rows(role), data.files, truth, settings.class_names)
        for role in ("train", "val")
    )
    LOGGER.info("%s: %d training and %d validation images", name, len(train_samples), len(val_samples))
    state = files.checkpoints / training_hash(data, settings, first, min_confidence)
    if loop.tensorboard:  # a folder a training, named as in runs/, so that the board tells them apart
        board = Path(loop.tensorboard, *files.weights.parent.parts[-3:], state.name[:8])
        loop = dataclasses.replace(loop, tensorboard=board)
    with Lease(state, "/".join(files.weights.parent.parts[-3:])) as lease:
        write_text(state / RUN_FILE, lease.name)
        try:
            history = train(
                model,
                train_samples,
                val_samples,
                loop,
                state,
                evaluate=Validation(val_samples, truth, data, settings.class_names, min_confidence),
                progress=ProgressLog(name, lease),
            )
        except TrainingError as error:  # its message says what to do
            raise InputError(f"{name}: {error}") from None
        lease.check()
        with atomic_path(files.weights) as temporary:
            shutil.copyfile(state / "best.weights.h5", temporary)
        write_csv(files.history, pd.DataFrame(history))


def training_hash(data: RunData, settings: NetworkSettings, first: Path | None, min_confidence: float) -> str:
    """Return a hash of all that determines a training and its history: settings and the content of every file."""
    rows = [*data.rows("train"), *data.rows("val")]
    determined_by = [
        settings.seed, settings.threads, list(settings.class_names), dict(settings.model), dict(settings.training),
        min_confidence, data.fold, data.rows("train"), data.rows("val"),
        [sha256(data.files.path(*row)) for row in rows], [sha256(path) for path in data.annotations],
        sha256(first) if first else None,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(determined_by).encode()).hexdigest()[:20]
