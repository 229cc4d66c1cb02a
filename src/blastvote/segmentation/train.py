"""One training of the study: samples in, weights and history out."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.coco import read_coco
from blastvote.io import atomic_path, sha256, write_csv
from blastvote.segmentation.network import SCORE_THRESHOLD, build_network
from blastvote.segmentation.samples import ImageFiles, annotated_samples, rows_of
from blastvote.segmentation.settings import network_config, training_config
from blastvote.segmentation.validate import Validation
from mrcnn import Progress, train

LOGGER = logging.getLogger("blastvote.train")


class ProgressLog:
    """Logs where a training is: after each epoch, and every few seconds within one."""

    def __init__(self, name: str, every: float = 10.0) -> None:
        self.name, self.every, self.told = name, every, time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Take the state after a step."""
        last = progress.step == progress.steps_per_epoch
        if not last and time.monotonic() - self.told < self.every:
            return
        self.told = time.monotonic()
        LOGGER.info(
            "%s: epoch %d/%d, step %d/%d, loss %.3f%s",
            *(self.name, progress.epoch, progress.epochs, progress.step, progress.steps_per_epoch),
            progress.losses["loss"],
            f", about {timedelta(seconds=round(progress.seconds_left))} left" if progress.step > 1 else "",
        )


def train_run(
    name: str,
    fold: int,
    splits: Path | str,
    ground_truth: Sequence[Path | str],
    files: ImageFiles,
    class_names: Sequence[str],
    seed: int,
    threads: int,
    model_settings: Mapping[str, Any],
    training_settings: Mapping[str, Any],
    checkpoints: Path,
    weights_path: Path,
    history_path: Path,
) -> None:
    """Train on the training rows of a fold and keep the weights of the best epoch.

    Parameters
    ----------
    name
        What the log calls the run.
    fold, splits
        `splits.csv` and the fold of it.
    ground_truth
        COCO files of the originals and of the flipped copies.
    files
        The method's images.
    class_names
        The classes 1..K.
    seed, threads
        Of this training.
    model_settings, training_settings
        The sections ``model`` and ``training`` of the configuration.
    checkpoints
        Folder for the state from which a stopped training goes on; its subfolder is named by a hash of all that
        determines the training, so that a changed training never resumes another's.
    weights_path, history_path
        What is written.
    """
    table = pd.read_csv(splits, dtype={"image_id": str})
    annotations = [read_coco(path) for path in ground_truth]
    train_rows, val_rows = rows_of(table, fold, ["train"]), rows_of(table, fold, ["val"])
    settings = training_config(training_settings, seed, threads)
    min_confidence = network_config(model_settings, training_settings, class_names).detection_min_confidence
    model = build_network(
        model_settings,
        training_settings,
        class_names,
        seed,
        threads,
        detection_min_confidence=SCORE_THRESHOLD,
    )
    val_samples = annotated_samples(val_rows, files, annotations)
    train_samples = annotated_samples(train_rows, files, annotations)
    LOGGER.info("%s: %d training and %d validation images", name, len(train_samples), len(val_samples))

    images = [sha256(files.path(*row)) for row in (*train_rows, *val_rows)]
    determined_by = [
        seed, threads, fold, list(class_names), dict(model_settings), dict(training_settings), train_rows, val_rows,
        images, [sha256(path) for path in ground_truth],
    ]  # fmt: skip
    state = checkpoints / hashlib.sha256(json.dumps(determined_by).encode()).hexdigest()[:20]
    if settings.tensorboard:  # a folder a training, named as in runs/, so that the board tells them apart
        board = Path(settings.tensorboard, *weights_path.parent.parts[-3:], state.name[:8])
        settings = dataclasses.replace(settings, tensorboard=board)
    history = train(
        model,
        train_samples,
        val_samples,
        settings,
        state,
        evaluate=Validation(val_samples, ground_truth, table, fold, class_names, min_confidence),
        progress=ProgressLog(name),
    )
    with atomic_path(weights_path) as temporary:
        shutil.copyfile(state / "best.weights.h5", temporary)
    write_csv(history_path, pd.DataFrame(history))
    shutil.rmtree(state)
