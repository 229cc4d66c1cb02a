"""One inference of the study: images in, COCO results out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.augment import sample_id
from blastvote.segmentation.detect import detect_all
from blastvote.segmentation.network import SCORE_THRESHOLD, build_network
from blastvote.segmentation.samples import ImageFiles, rows_of


def infer_run(
    weights: Path,
    splits: Path | str,
    fold: int,
    files: ImageFiles,
    class_names: Sequence[str],
    model_settings: Mapping[str, Any],
    training_settings: Mapping[str, Any],
    threads: int,
) -> list[dict[str, Any]]:
    """Detect the cells of a fold's validation and test images.

    Parameters
    ----------
    weights
        A file of weights as ``train_run`` writes it.
    splits, fold
        `splits.csv` and the fold of it.
    files
        The method's images.
    class_names, model_settings, training_settings, threads
        As in the training.

    Returns
    -------
    list of dict
        COCO results of every cell with a score of at least `SCORE_THRESHOLD`.
    """
    table = pd.read_csv(splits, dtype={"image_id": str})
    rows = rows_of(table, fold, ["val", "test"])
    model = build_network(
        {**model_settings, "weights": "none"},
        training_settings,
        class_names,
        seed=0,
        threads=threads,
        detection_min_confidence=SCORE_THRESHOLD,
    )
    model.load_weights(weights)
    images = ((sample_id(*row), files.read(*row)) for row in rows)
    return detect_all(model, images, len(rows))
