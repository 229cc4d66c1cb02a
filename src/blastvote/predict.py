"""Segment and classify new images with the network of a finished study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.contrast import enhance
from blastvote.errors import InputError
from blastvote.evaluate.scoring.cells import cells_table, votes_table
from blastvote.evaluate.scoring.detections import read_detections
from blastvote.figures.pictures.cells import found_cells
from blastvote.figures.pictures.overlay import overlay_cells
from blastvote.io import read_image, write_csv, write_image
from blastvote.segmentation.detect import detect_all
from blastvote.segmentation.network import trained_network
from blastvote.segmentation.run import NetworkSettings


def predict_images(
    paths: Sequence[Path], results: Path, run: str | None, out: Path, min_confidence: float | None
) -> pd.DataFrame:
    """Enhance images as a run did, segment them, let their cells vote, and draw what was found.

    Parameters
    ----------
    paths
        Image files; their stems are the image ids.
    results
        Results folder of a finished study: its ``provenance.json`` has the configuration.
    run
        ``METHOD/seedS/foldF``; None takes the first run of the study's ``confusion_method``.
    out
        Receives ``cells.csv``, ``votes.csv`` and ``{image_id}.png``.
    min_confidence
        From which score a cell counts; None takes the study's.

    Returns
    -------
    pandas.DataFrame
        The votes.

    Raises
    ------
    InputError
        If the study is not finished or has no such run.
    """
    config = _config(results)
    seed = config["seeds"][0]
    run = run or f"{config['evaluation']['confusion_method']}/seed{seed}/fold0"
    weights = results / "runs" / run / "model.weights.h5"
    if not weights.is_file():
        known = sorted(
            str(p.parent.relative_to(results / "runs")) for p in results.glob("runs/*/*/*/model.weights.h5")
        )
        raise InputError(f"{weights} does not exist. Runs of this study: {', '.join(known) or 'none'}.")
    least = config["vote"]["min_confidence"] if min_confidence is None else min_confidence
    variant = config["variants"][run.split("/")[0]]
    classes = config["classes"]
    settings = NetworkSettings(classes, config["model"], config["training"], config["threads"]["infer"])
    network = trained_network(settings, weights)
    images = {path.stem: read_image(path) for path in paths}
    enhanced = (
        (n, enhance(image, variant["function"], **(variant.get("params") or {})))
        for n, image in images.items()
    )
    detections = read_detections(detect_all(network, enhanced, len(images)))
    cells = cells_table(detections, images, classes, least)
    votes = votes_table(cells, images, {}, classes, config["vote"]["rule"])
    votes = votes.drop(columns=["label", "seen_in_training"])
    out.mkdir(parents=True, exist_ok=True)
    write_csv(out / "cells.csv", cells)
    write_csv(out / "votes.csv", votes)
    for name, image in images.items():
        found = found_cells(detections, name, classes, least)
        drawn = overlay_cells(
            image, found.masks, found.boxes, found.labels, found.scores, class_names=classes
        )
        write_image(out / f"{name}.png", drawn)
    return votes


def _config(results: Path) -> dict[str, Any]:
    path = results / "provenance.json"
    if not path.is_file():
        raise InputError(
            f"{path} does not exist: {results} holds no finished study. Run the workflow first: make demo."
        )
    return json.loads(path.read_text(encoding="utf-8"))["config"]
