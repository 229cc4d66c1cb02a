"""One training of the study: samples in, weights and history out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.coco import read_coco
from blastvote.dataset.truth import Truth
from blastvote.errors import InputError
from blastvote.io import atomic_path, sha256, write_csv, write_text
from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings, RunData, run_framing
from blastvote.segmentation.settings import training_config
from blastvote.segmentation.training.lease import RUN_FILE, Lease
from blastvote.segmentation.training.samples import Samples
from blastvote.segmentation.training.tiled import run_samples
from blastvote.segmentation.training.validate import Validation
from blastvote.segmentation.weights.describe import first_weights_facts, trained_pixel_size
from mrcnn import Progress, train, write_metadata
from mrcnn.training.errors import TrainingError

LOGGER = logging.getLogger("blastvote.train")


class ProgressLog:
    """Logs where a training is: after each epoch, and every few seconds within one; ends it where its lease is lost."""

    def __init__(self, name: str, lease: Lease, every: float = 10.0) -> None:
        self.name, self.lease, self.every, self.last_shown = name, lease, every, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take the state after a step."""
        last = progress.step == progress.steps_per_epoch
        if not last and time.monotonic() - self.last_shown < self.every:
            return
        self.last_shown = time.monotonic()
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
    name: str,
    data: RunData,
    settings: NetworkSettings,
    min_confidence: float,
    files: TrainingFiles,
    description: Mapping[str, Any],
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
    description
        Goes into the weight file, so that it is enough to predict with
        (`blastvote.segmentation.weights.describe.description_for_run`).
    """
    truth = read_coco(*data.annotations)
    loop = training_config(settings.training, settings.seed, settings.threads)
    first = first_weights(settings)
    model = untrained_network(settings, first)
    framing = run_framing(data, settings)
    train_samples, val_samples = run_samples(data, Samples(data.files, truth, settings.class_names), framing)
    what = "images" if framing is None else "tiles"
    LOGGER.info("%s: %d training and %d validation %s", name, len(train_samples), len(val_samples), what)
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
                evaluate=Validation(data, truth, settings.class_names, min_confidence, framing),
                progress=ProgressLog(name, lease),
            )
        except TrainingError as error:  # its message says what to do
            raise InputError(f"{name}: {error}") from None
        lease.check()
        _keep(state, files, history, _described(description, data, settings, truth, first))


def _keep(state: Path, files: TrainingFiles, history: Any, description: Mapping[str, Any]) -> None:
    """Write the outputs of a finished training: the weights with what they are, and the history."""
    with atomic_path(files.weights) as temporary:
        shutil.copyfile(state / "best.weights.h5", temporary)
        write_metadata(temporary, description)
    write_csv(files.history, pd.DataFrame(history))


def _described(
    description: Mapping[str, Any], data: RunData, settings: NetworkSettings, truth: Truth, first: Path | None
) -> dict[str, Any]:
    """Return a run's description with its seed, its first weights and the pixel size that it trained at."""
    shown = [image_id for image_id, flip in data.rows("train") if flip == "none" or image_id in truth]
    side = int(settings.model["image_size"])
    known = trained_pixel_size(run_framing(data, settings), data.photo_sizes_um, shown, truth, side)
    return {
        **description,
        "pixel_size_um": description["pixel_size_um"] if known is None else known,
        "seed": settings.seed,
        "started_from": first_weights_facts(settings.model["weights"], first),
    }


def training_hash(data: RunData, settings: NetworkSettings, first: Path | None, min_confidence: float) -> str:
    """Return a hash of all that determines a training and its history: settings and the content of every file."""
    rows = [*data.rows("train"), *data.rows("val")]
    determined_by = [
        settings.seed, settings.threads, list(settings.class_names), dict(settings.model), dict(settings.training),
        min_confidence, data.fold, data.rows("train"), data.rows("val"),
        [sha256(data.files.path(*row)) for row in rows], [sha256(path) for path in data.annotations],
        sha256(first) if first else None, sha256(data.pixel_sizes) if data.pixel_sizes else None,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(determined_by).encode()).hexdigest()[:20]
