"""What the minimum confidence costs: all scores over a sweep of it, from stored detections alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.evaluate import matterport
from blastvote.evaluate.classification import confusion_counts, score_arrays
from blastvote.evaluate.coco import average_precisions
from blastvote.evaluate.detection import AP50, PooledDetections, weighted_mean
from blastvote.evaluate.statistics import mean_defined
from blastvote.evaluate.study import SUBSETS, PooledVotes, Study, pooled_votes
from blastvote.evaluate.tables import split_detections
from blastvote.vote import VoteRule, make_rule, score_units, vote_many

THRESHOLDS = (0.05, *(round(0.1 + 0.05 * step, 2) for step in range(18)), 0.99)


def threshold_sweep(
    study: Study,
    rule: str | VoteRule | Mapping[str, Any] = "pathologist",
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Return `threshold_sweep.csv`: scores of every method at every minimum confidence, means over seeds.

    Parameters
    ----------
    study
        The runs; their stored detections start at a score of 0.05.
    rule
        The vote rule.
    thresholds
        Minimum confidences, inclusive.

    Returns
    -------
    DataFrame
        method, subset (all/unseen), min_confidence, accuracy, precision, sensitivity_paper,
        sensitivity_strict, undetected_share, cells_per_image, ap50_matterport, ap50 (COCO, of the detections
        from the threshold on), n_images, n_images_annotated.
    """
    made = make_rule(rule, study.class_names)
    rows = []
    for subset in SUBSETS:
        pooled = split_detections(study, "test" if subset == "all" else "unseen")
        votes = {key: pooled_votes(study, *key, subset) for key in study.runs}
        for method in study.methods:
            for threshold in thresholds:
                per_seed = [
                    _scores(study, (method, seed), votes[method, seed], pooled[method, seed], made, threshold)
                    for seed in study.seeds
                ]
                means = mean_defined(np.array([list(entry.values()) for entry in per_seed]), axis=0)
                rows.append(
                    {"method": method, "subset": subset, "min_confidence": threshold}
                    | dict(zip(per_seed[0], means, strict=True))
                    | {
                        "n_images": len(votes[method, study.seeds[0]].image_ids),
                        "n_images_annotated": len(pooled[method, study.seeds[0]].images),
                    }
                )
    return pd.DataFrame(rows)


def _scores(
    study: Study,
    key: tuple[str, int],
    votes: PooledVotes,
    pooled: PooledDetections,
    rule: VoteRule,
    threshold: float,
) -> dict[str, float]:
    weights, cells = class_weights(study, key, votes.image_ids, rule, threshold)
    voted = vote_many(weights, rule, study.class_names)
    counts = confusion_counts(votes.actual, voted, len(study.class_names))
    paper, strict = (score_arrays(*counts, convention) for convention in ("paper", "strict"))
    has_truth = len(pooled.images) > 0
    return {
        "accuracy": float(strict["accuracy"]),
        "precision": float(strict["precision"]),
        "sensitivity_paper": float(paper["sensitivity"]),
        "sensitivity_strict": float(strict["sensitivity"]),
        "undetected_share": float(strict["undetected_share"]),
        "cells_per_image": cells / len(votes.image_ids) if votes.image_ids else np.nan,
        "ap50_matterport": matterport_mean(pooled, threshold) if has_truth else np.nan,
        "ap50": _coco_ap50(pooled, threshold) if has_truth else np.nan,
    }


def class_weights(
    study: Study, key: tuple[str, int], image_ids: Sequence[str], rule: VoteRule, threshold: float
) -> tuple[NDArray[np.int64], int]:
    """Return what the cells from a score on sum to: weights (N, K) of the test images, and their number."""
    place = {name: number for number, name in enumerate(image_ids)}
    weights = np.zeros((len(image_ids), len(study.class_names)), dtype=np.int64)
    cells = 0
    for run in study.runs[key]:
        images = run.scores.images
        row = images["image_id"].map(place).where(images["role"] == "test").fillna(-1).to_numpy(dtype=np.intp)
        found = run.scores.detections
        image = row[found["image"].to_numpy(dtype=np.intp)]
        kept = (found["score"].to_numpy() >= threshold) & (image >= 0)
        amount = {
            "count": np.ones(len(found), dtype=np.int64),
            "score": score_units(found["score"].to_numpy()),
            "area": found["area_px"].to_numpy(),
        }[rule.weight]
        np.add.at(weights, (image[kept], found["class_index"].to_numpy()[kept]), amount[kept])
        cells += int(kept.sum())
    return weights, cells


def matterport_mean(pooled: PooledDetections, threshold: float) -> float:
    """Return the mean over images of Matterport's AP at IoU 0.5 of the detections from a score on.

    Matching goes by falling score, so dropping the lowest scores leaves the other matches as they are.
    """
    image = pooled.detections["image"].to_numpy(dtype=np.intp)
    score = pooled.detections["score"].to_numpy()
    matched = pooled.detections["matched"].to_numpy(dtype=bool)
    edges = np.searchsorted(image, np.arange(len(pooled.images) + 1))
    values = np.full(len(pooled.images), np.nan)
    for number, n_true in enumerate(pooled.images["n_true"].to_numpy()):
        rows = slice(edges[number], edges[number + 1])
        order = matterport.falling(score[rows])
        hits = matched[rows][order][score[rows][order] >= threshold]
        if n_true or len(hits):
            values[number] = matterport.average_precision(hits, int(n_true))
    return float(weighted_mean(values, np.ones((1, len(values)), dtype=np.int64))[0])


def _coco_ap50(pooled: PooledDetections, threshold: float) -> float:
    return float(mean_defined(average_precisions(pooled.ranked(min_confidence=threshold))[0, AP50], axis=0))
