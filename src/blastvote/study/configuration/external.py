"""What a configuration says of detections that another tool made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.augment import split_sample_id
from blastvote.external.images import KnownImages
from blastvote.external.pattern import RunKey, detection_paths
from blastvote.external.reading import read_detections_of
from blastvote.io import image_size, read_json, read_table, whole_numbers
from blastvote.study.plan import null_runs, runs


def external_paths(config: Mapping[str, Any]) -> dict[RunKey, Path]:
    """Return the detections of each run, null arm included; none where the networks are trained here.

    Raises
    ------
    InputError
        If the pattern cannot tell the runs apart, or one has no detections.
    """
    if config["segmenter"]["source"] != "external":
        return {}
    wanted = [(run.method, run.seed, run.fold) for run in [*runs(config), *null_runs(config)]]
    return detection_paths(config["segmenter"]["detections"], wanted)


def known_images(images: Mapping[str, Path], config: Mapping[str, Any]) -> KnownImages:
    """Return the images that detections may name; `images` are the photographs by id."""
    dataset = config["dataset"]
    simulated = dataset["simulated"]["height"], dataset["simulated"]["width"]

    def size(image_id: str) -> tuple[int, int]:
        if dataset["source"] == "simulated":
            return simulated
        width, height = image_size(images[image_id])
        return height, width

    return KnownImages(images, config["protocol"]["flips"], size)


def check_external(paths: Mapping[RunKey, Path], known: KnownImages, config: Mapping[str, Any]) -> None:
    """Read all detections once, so that a mistake in any stops the plan; InputError names it."""
    for path in paths.values():
        read_detections_of(path, known, config["classes"])


def external_record(files: Mapping[RunKey, Path], splits: pd.DataFrame) -> pd.DataFrame:
    """Return ``external.csv``: how many detections each run has, and in how many images of each part.

    Parameters
    ----------
    files
        ``detections.json`` of each run.
    splits
        ``splits.csv``.

    Returns
    -------
    DataFrame
        method, seed, fold, n_detections, n_test (test images of the fold with a detection), n_val.
    """
    rows = []
    for (method, seed, fold), path in files.items():
        samples = [split_sample_id(str(entry["image_id"])) for entry in read_json(path)]
        own = splits[splits["fold"] == fold]
        counts = []
        for role in ("test", "val"):
            part = own[own["role"] == role]
            counts.append(len(set(zip(part["image_id"], part["flip"], strict=True)) & set(samples)))
        rows.append((method, seed, fold, len(samples), *counts))
    return pd.DataFrame(rows, columns=["method", "seed", "fold", "n_detections", "n_test", "n_val"])


def has_validation(record: Path | str) -> bool:
    """Return whether any run of an ``external.csv`` has detections in validation images."""
    table = read_table(record, required=["n_val"])
    return bool(whole_numbers(record, table, "n_val", "Delete the file and run again.").any())
