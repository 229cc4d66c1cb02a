"""Put the starter's file together: weights, subtype network, and what is decided on simulated validation images.

    python pretraining/ship.py --weights results/starter/seed1/last.weights.h5 \
        --subtypes results/starter/seed1/subtypes.npz --out src/blastvote/weights/starter.weights.h5

The score from which a cell counts is the one with the best F1, and the temperature of the subtypes the one with the
best likelihood, on simulated smears that nothing was trained on. No photograph is looked at. Both are measured without
the cell check (``--check check.npz``), which goes on top of a detector that stands by itself; the F1 with it is told.
`add_cell_check.py` adds one to a file that is there.
"""

import argparse
import dataclasses
import json
import logging
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
from pretrain import halve
from starter import starter_config

from blastvote.prediction.cell_check import checked
from blastvote.prediction.light import normalised
from blastvote.segmentation.objects import SAME_BOX, Cell, ObjectDetector
from blastvote.segmentation.runtimes.tensorflow_networks import tile_detector
from blastvote.segmentation.subtype_network import subtype_network
from blastvote.segmentation.subtypes import crop_probabilities, cut_cells
from blastvote.segmentation.weights.model_file import DETECTIONS_A_TILE, add_cell_check, add_subtypes
from blastvote.simulate import (
    CLASS_NAMES,
    SimulatedImage,
    SimulationSettings,
    simulate_healthy,
    simulate_image,
)
from mrcnn import MaskRCNN, configure_runtime, write_metadata

SEEDS = 6300
"""Validation images have these; no other part of the project simulates with them."""
NETWORK_UM = 0.18
SIDE = 640


def validation_smears(count: int) -> list[tuple[SimulatedImage, float]]:
    """Simulate fields as large as several tiles, one in four without a blast; return each with its pixel size."""
    smears = []
    for k in range(count):
        rng = np.random.default_rng([SEEDS, k])
        pixel_size = float(rng.uniform(0.1, 0.2))
        settings = SimulationSettings(
            width=SIDE, height=SIDE, pixel_size_um=pixel_size, cells=(2, 16), odd_share=0.2, lighting_severity=0.1,
            realism="wide",
        )  # fmt: skip
        picture = (
            simulate_healthy(rng, settings)
            if k % 4 == 0
            else simulate_image(rng, CLASS_NAMES[k % 3], settings)
        )
        smears.append((picture, pixel_size))
    return smears


def match(cells: list[Cell], masks: np.ndarray) -> np.ndarray:
    """Return for each cell, by falling score, the true cell it overlaps by IoU 0.5, or -1; each once."""
    free = np.ones(masks.shape[2], bool)
    found = np.full(len(cells), -1)
    areas = masks.sum((0, 1))
    for k, cell in enumerate(cells):
        y1, x1, y2, x2 = cell.box
        shared = (masks[y1:y2, x1:x2] & cell.mask[..., None]).sum((0, 1))
        iou = np.where(free, shared / np.maximum(areas + cell.mask.sum() - shared, 1), 0)
        if len(iou) and iou.max() >= 0.5:
            found[k] = int(iou.argmax())
            free[found[k]] = False
    return found


class Looked(NamedTuple):
    """The N cells found on simulated fields, of which H are true ones.

    Attributes
    ----------
    scores, checked_scores
        ``float (N,)``: the detector's, and those that the check has lowered (the same without one).
    right
        ``bool (N,)``: a true cell.
    chances, truth
        ``float (H, K)`` and ``int (H,)``: probabilities and classes of the true ones.
    total
        How many true cells the fields hold.
    """

    scores: np.ndarray
    checked_scores: np.ndarray
    right: np.ndarray
    chances: np.ndarray
    truth: np.ndarray
    total: int


def look(
    detector: ObjectDetector, subtypes: keras.Model | None, check: keras.Model | None, images: int
) -> Looked:
    """Find the cells of so many validation fields; the class head tells their subtypes where no network does."""
    scores, lowered, right, chances, truth, total = [], [], [], [], [], 0
    for picture, pixel_size in validation_smears(images):
        seen = normalised(picture.image, pixel_size)
        cells = detector.detect(seen, pixel_size / NETWORK_UM)
        crops = cut_cells(seen, cells, pixel_size)
        found = match(cells, picture.masks)
        total += picture.masks.shape[2]
        scores += [cell.score for cell in cells]
        right += list(found >= 0)
        if check is not None and cells:
            after, places = checked(cells, crop_probabilities(check.predict_on_batch, crops)[:, -1], 0.0)
            lowered += [after[places.index(k)].score for k in range(len(cells))]
        good = [k for k in range(len(cells)) if found[k] >= 0]
        chances += list(
            crop_probabilities(subtypes.predict_on_batch, crops[good])
            if subtypes is not None
            else [cells[k].probabilities for k in good]
        )
        truth += [CLASS_NAMES.index(picture.class_names[found[k]]) for k in good]
    with_check = lowered if check is not None else scores
    return Looked(*map(np.array, (scores, with_check, right, chances, truth)), total)


def f1_at(threshold: float, scores: np.ndarray, right: np.ndarray, total: int) -> float:
    """Return the F1 of detections that count from a score on."""
    counts = scores >= threshold
    return float(2 * (right & counts).sum() / (counts.sum() + total))


def best_threshold(scores: np.ndarray, right: np.ndarray, total: int) -> tuple[float, float]:
    """Return the score with the best F1, the middle of the plateau within 0.2 % of it, and that F1."""
    grid = np.arange(0.3, 0.991, 0.01)
    f1 = np.array([f1_at(t, scores, right, total) for t in grid])
    plateau = grid[f1 >= f1.max() - 0.002]
    return float(np.round(np.median(plateau), 2)), float(f1.max())


def read_cell_network(path: Path, classes: int) -> tuple[keras.Model, list[np.ndarray]]:
    """Return the network of so many classes that sees cells alone, with the arrays of an ``.npz`` file; and these."""
    with np.load(path) as file:
        arrays = [file[name] for name in file.files]
    network = subtype_network(classes)
    network.set_weights(arrays)
    return network, arrays


def best_temperature(logits: np.ndarray, classes: np.ndarray) -> float:
    """Return the temperature with the best likelihood."""
    grid = np.geomspace(0.4, 5, 60)
    loss = []
    for temperature in grid:
        z = logits / temperature
        z = z - z.max(1, keepdims=True)
        loss.append(-(z[np.arange(len(z)), classes] - np.log(np.exp(z).sum(1))).mean())
    return float(np.round(grid[int(np.argmin(loss))], 2))


def main() -> None:
    """Measure, describe, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--subtypes", type=Path, default=None)
    parser.add_argument("--check", type=Path, default=None, help="weights of the cell check")
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    configure_runtime(2, 0)
    score = {"detection_score": "objectness", "detection_nms_threshold": SAME_BOX}
    network = MaskRCNN(
        starter_config(**score, detection_max_instances=DETECTIONS_A_TILE, detection_min_confidence=0.05),
        seed=0,
    )
    network.load_weights(options.weights)
    detector = ObjectDetector(tile_detector(network), network.config.image_shape[0])
    subtypes, arrays = None, []
    if options.subtypes:
        subtypes, arrays = read_cell_network(options.subtypes, len(CLASS_NAMES))
    check, check_arrays = None, []
    if options.check:
        check, check_arrays = read_cell_network(options.check, len(CLASS_NAMES) + 1)
    looked = look(detector, subtypes, check, options.images)
    threshold, f1 = best_threshold(looked.scores, looked.right, looked.total)
    logits = np.log(np.maximum(looked.chances, 1e-6))
    temperature = best_temperature(logits, looked.truth)
    correct = float((logits.argmax(1) == looked.truth).mean())
    measured = {
        "images": options.images,
        "cells": looked.total,
        "f1": round(f1, 3),
        "typed_right": round(correct, 3),
    }
    if check is not None:
        with_check = f1_at(threshold, looked.checked_scores, looked.right, looked.total)
        measured["f1_checked"] = round(with_check, 3)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    network.save_weights(options.out)
    halve(options.out)
    write_metadata(
        options.out,
        {
            "classes": list(CLASS_NAMES),
            "network": dataclasses.asdict(starter_config(**score)),
            "contrast": {"function": "none", "params": {}},
            "white_balance": True,
            "pixel_size_um": NETWORK_UM,
            "min_score": threshold,
            "vote": "pathologist",
            "temperature": temperature,
            "trained_on": "simulated smears only (pretraining/README.md)",
            "seed": options.seed,
            "simulated_validation": measured,
            "versions": {name: metadata.version(name) for name in ("blastvote", "keras", "numpy")},
            "licence": "MIT",
        },
    )
    add_subtypes(options.out, arrays)
    if check is not None:
        add_cell_check(options.out, check_arrays)
    logging.info("%s", json.dumps(measured | {"min_score": threshold, "temperature": temperature}))


if __name__ == "__main__":
    main()
