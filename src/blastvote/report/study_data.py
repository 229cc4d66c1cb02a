"""What the page's viewer knows: images, true cells, the detections of every run. Plain lists, ready for JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from blastvote import rle
from blastvote.dataset.truth import TrueImage, Truth
from blastvote.evaluate.scoring.detections import check_classes, read_detections
from blastvote.evaluate.scoring.matching import IOU, match_one_to_one
from blastvote.vote import make_rule


@dataclass(frozen=True)
class RunFiles:
    """The files of one run: method, seed and fold, its detections and its votes."""

    method: str
    seed: int
    fold: int
    detections: Path
    votes: Path


def rule_data(rule: str | Mapping[str, Any], class_names: Sequence[str]) -> dict[str, Any]:
    """Return the vote rule with class indices in place of names, as ``page/vote.js`` takes it."""
    vote_rule = make_rule(rule, class_names)
    index = {name: number for number, name in enumerate(class_names)}
    return {
        "name": vote_rule.name,
        "weight": vote_rule.weight,
        "priority": [index[name] for name in vote_rule.priority],
        "ties": [index[name] for name in vote_rule.ties],
    }


def image_data(
    votes: pd.DataFrame,
    truth: Truth,
    manifest: pd.DataFrame,
    contrast: pd.DataFrame,
    methods: Sequence[str],
    class_names: Sequence[str],
) -> list[dict[str, Any]]:
    """Return the test images in the order of `votes`.

    Parameters
    ----------
    votes
        One row an image: image_id, label, seen_in_training.
    truth
        The true cells; an image without is not annotated.
    manifest, contrast
        The tables of these names.
    methods, class_names
        In the order of the configuration.

    Returns
    -------
    list of dict
        ``id``, ``label`` (class index, -1 unknown), ``patient``, ``width``, ``height``, ``seen``, ``unchanged``
        (indices of the methods that left the image as it was) and ``truth``: None, or ``classes``, ``masks``
        (COCO RLE text) and ``touching`` (pairs of cells).
    """
    index = {name: number for number, name in enumerate(class_names)}
    facts = {str(fact["image_id"]): fact for fact in manifest.to_dict("records")}
    same = contrast[contrast["unchanged"].astype(str).str.lower() == "true"]
    same_pairs = set(zip(same["image_id"].astype(str), same["method"], strict=True))
    result = []
    for row in votes.itertuples():
        image_id = str(row.image_id)
        fact = facts[image_id]
        result.append(
            {
                "id": image_id,
                "label": index.get(str(row.label), -1),
                "patient": "" if pd.isna(fact["patient_id"]) else str(fact["patient_id"]),
                "width": int(fact["width"]),
                "height": int(fact["height"]),
                "seen": str(row.seen_in_training).lower() == "true",
                "unchanged": [n for n, method in enumerate(methods) if (image_id, method) in same_pairs],
                "truth": truth_data(truth.find(image_id), class_names),
            }
        )
    return result


def truth_data(image: TrueImage | None, class_names: Sequence[str]) -> dict[str, Any] | None:
    """Return the true cells of an image (crowds left out), None where it is not annotated."""
    if image is None:
        return None
    cells = image.counted()
    return {
        "classes": (cells.class_ids(class_names) - 1).tolist(),
        "masks": [mask["counts"] for mask in cells.rles],
        "touching": cells.touching_pairs().tolist(),
    }


def run_data(
    run: RunFiles, image_ids: Iterable[str], truth: Truth, class_names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the detections of a run in the given images, and which true cell each of them meets.

    Returns
    -------
    dict
        Image id to lists in falling order of score: ``classes``, ``scores``, ``areas``, ``masks``; ``owner``, the
        true cell that the detection is matched to (IoU >= 0.5, one to one, best score first) or -1; ``near``, the
        true cell it overlaps most, or -1; ``iou`` with that one, in percent. As matching goes by falling score,
        a higher threshold leaves the matches above it as they are.
    """
    detections = read_detections(run.detections)
    check_classes(detections, class_names)
    rows_of = detections.of_image()
    result = {}
    for image_id in image_ids:
        rows = rows_of.get(image_id, np.zeros(0, dtype=np.intp))
        frame = detections.frame.iloc[rows]
        rles = [detections.rles[row] for row in rows]
        result[image_id] = {
            "classes": frame["class_index"].tolist(),
            "scores": frame["score"].tolist(),
            "areas": frame["area_px"].tolist(),
            "masks": [mask["counts"] for mask in rles],
            **_matches(rles, truth.find(image_id)),
        }
    return result


def _matches(masks: Sequence[rle.Rle], image: TrueImage | None) -> dict[str, list[int]]:
    true_masks = [] if image is None else image.counted().rles
    if not masks or not true_masks:
        nothing = [-1] * len(masks)
        return {"owner": nothing, "near": nothing, "iou": [0] * len(masks)}
    ious = rle.iou(masks, true_masks)
    best = ious.max(axis=1)
    return {
        "owner": match_one_to_one(ious).tolist(),
        "near": np.where(best >= IOU, ious.argmax(axis=1), -1).tolist(),
        "iou": np.floor(best * 100).astype(int).tolist(),
    }


def all_runs(
    runs: Sequence[RunFiles],
    image_ids: Sequence[str],
    truth: Truth,
    methods: Sequence[str],
    class_names: Sequence[str],
) -> tuple[list[int], list[list[list[dict[str, Any]]]]]:
    """Return the seeds, and the detections by seed, method and image; folds share the images among them."""
    seeds = sorted({run.seed for run in runs})
    found: dict[tuple[int, str], dict[str, dict[str, Any]]] = {}
    for run in runs:
        tested = test_images(run)
        found.setdefault((run.seed, run.method), {}).update(run_data(run, tested, truth, class_names))
    return seeds, [[[found[seed, method][i] for i in image_ids] for method in methods] for seed in seeds]


def test_images(run: RunFiles) -> list[str]:
    """Return the test images of a run, from its votes."""
    return pd.read_csv(run.votes, dtype={"image_id": str})["image_id"].tolist()
