"""What the minimum confidence costs: all scores over a sweep of it, from stored detections alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from blastvote.evaluate.scoring.coco import average_precisions
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.metrics.average_precision import AP50, PooledDetections, weighted_mean
from blastvote.evaluate.statistics.metrics.classification import confusion_counts, score_arrays
from blastvote.evaluate.statistics.resampling import Array, mean_defined
from blastvote.evaluate.statistics.study import SUBSETS, PooledVotes, Study
from blastvote.vote import VoteRule, make_rule, score_units, vote_many

SCORES = (
    "accuracy",
    "precision",
    "sensitivity_paper",
    "sensitivity_strict",
    "undetected_share",
    "cells_per_image",
    "ap50_matterport",
    "ap50",
)
THRESHOLDS = (0.05, *(round(0.1 + 0.05 * step, 2) for step in range(18)), 0.99)


def threshold_sweep(
    analysis: Analysis,
    rule: str | VoteRule | Mapping[str, Any] = "pathologist",
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Return `threshold_sweep.csv`: scores of every method at every minimum confidence, means over seeds.

    Parameters
    ----------
    analysis
        The study; its stored detections start at a score of 0.05.
    rule
        The vote rule.
    thresholds
        Minimum confidences, inclusive.

    Returns
    -------
    DataFrame
        method, subset (test/unseen), min_confidence, accuracy, precision, sensitivity_paper,
        sensitivity_strict, undetected_share, cells_per_image, ap50_matterport, ap50 (COCO, of the detections
        from the threshold on), n_images, n_images_annotated.
    """
    study = analysis.study
    vote_rule = make_rule(rule, study.class_names)
    parts: list[pd.DataFrame] = []
    for subset in SUBSETS:
        votes = analysis.votes(subset)
        pooled = analysis.detections(subset)
        sizes = len(votes[first_key(study)].image_ids), len(pooled[first_key(study)].images)
        if parts and sizes == tuple(parts[0].loc[0, ["n_images", "n_images_annotated"]]):
            # Nothing leaked: the unseen images are all test images.
            parts.append(parts[0].assign(subset=subset))
            continue
        rows = []
        for method in study.methods:
            keys = [(method, seed) for seed in study.seeds]
            sweeps = [_sweep(study, key, votes[key], pooled[key], vote_rule, thresholds) for key in keys]
            means = mean_defined(np.stack(sweeps), axis=0)
            frame = pd.DataFrame(means, columns=list(SCORES))
            frame.insert(0, "method", method)
            frame.insert(1, "subset", subset)
            frame.insert(2, "min_confidence", list(thresholds))
            frame["n_images"] = len(votes[keys[0]].image_ids)
            frame["n_images_annotated"] = len(pooled[keys[0]].images)
            rows.append(frame)
        parts.append(pd.concat(rows, ignore_index=True))
    return pd.concat(parts, ignore_index=True)


def first_key(study: Study) -> tuple[str, int]:
    """Return the first method and seed."""
    return study.methods[0], study.seeds[0]


def _sweep(
    study: Study,
    key: tuple[str, int],
    votes: PooledVotes,
    pooled: PooledDetections,
    rule: VoteRule,
    thresholds: Sequence[float],
) -> Array:
    """Return `SCORES` at every threshold: (T, 8)."""
    cells = voting_cells(study, key, votes.image_ids, rule)
    matterport_ap = matterport_means(pooled, thresholds)
    rows = []
    for number, threshold in enumerate(thresholds):
        kept = cells[cells["score"] >= threshold]
        weights = np.zeros((len(votes.image_ids), len(study.class_names)), dtype=np.int64)
        np.add.at(
            weights, (kept["row"].to_numpy(), kept["class_index"].to_numpy()), kept["amount"].to_numpy()
        )
        counts = confusion_counts(
            votes.actual, vote_many(weights, rule, study.class_names), len(study.class_names)
        )
        paper, strict = (score_arrays(*counts, convention) for convention in ("paper", "strict"))
        rows.append(
            [
                strict["accuracy"],
                strict["precision"],
                paper["sensitivity"],
                strict["sensitivity"],
                strict["undetected_share"],
                len(kept) / len(votes.image_ids) if votes.image_ids else np.nan,
                matterport_ap[number],
                _coco_ap50(pooled, threshold),
            ]
        )
    return np.array(rows, dtype=np.float64)


def voting_cells(
    study: Study, key: tuple[str, int], image_ids: Sequence[str], rule: VoteRule
) -> pd.DataFrame:
    """Return the detections of the given test images: row (of the image), class_index, score, amount."""
    index = {name: number for number, name in enumerate(image_ids)}
    parts = []
    for run in study.runs[key]:
        images = run.scores.images
        test = (images["role"] == "test").tolist()
        row = np.array(
            [
                index.get(name, -1) if wanted else -1
                for name, wanted in zip(images["image_id"], test, strict=True)
            ],
            dtype=np.intp,
        )
        detections = run.scores.detections
        amount = {
            "count": np.ones(len(detections), dtype=np.int64),
            "score": score_units(detections["score"].to_numpy()),
            "area": detections["area_px"].to_numpy(),
        }[rule.weight]
        cells = pd.DataFrame(
            {
                "row": row[detections["image"].to_numpy(dtype=np.intp)],
                "class_index": detections["class_index"].to_numpy(dtype=np.intp),
                "score": detections["score"].to_numpy(dtype=np.float64),
                "amount": amount.astype(np.int64),
            }
        )
        parts.append(cells[cells["row"] >= 0])
    return pd.concat(parts, ignore_index=True)


def matterport_means(pooled: PooledDetections, thresholds: Sequence[float]) -> Array:
    """Return the mean over images of Matterport's AP at IoU 0.5 of the detections from each score on: (T,).

    Matching goes by falling score, so dropping the lowest scores leaves the other matches as they are.
    """
    number = len(pooled.images)
    detections = pooled.detections
    image = detections["image"].to_numpy(dtype=np.intp)
    # One row an image, detections in Matterport's order (of equal scores the later first), padded.
    order = np.lexsort((-np.arange(len(detections)), -detections["score"].to_numpy(), image))
    column = np.arange(len(detections)) - np.searchsorted(image, image)
    score = np.full((number, int(column.max(initial=-1)) + 1), -np.inf)
    matched = np.zeros(score.shape, dtype=bool)
    score[image, column] = detections["score"].to_numpy()[order]
    matched[image, column] = detections["matched"].to_numpy(dtype=bool)[order]
    true = pooled.images["n_true"].to_numpy(dtype=np.int64)
    once = np.ones((1, number), dtype=np.int64)
    means = []
    for threshold in thresholds:
        kept = score >= threshold
        hits = np.cumsum(matched & kept, axis=1)
        precision = hits / np.arange(1, score.shape[1] + 1)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        recall = (hits.astype(np.float32) / np.maximum(true, 1)[:, None].astype(np.float32)).astype(
            np.float64
        )
        values = (np.diff(recall, axis=1, prepend=0.0) * envelope).sum(axis=1)
        defined = (true > 0) | kept.any(axis=1)
        means.append(weighted_mean(np.where(defined, values, np.nan), once)[0])
    return np.array(means, dtype=np.float64)


def _coco_ap50(pooled: PooledDetections, threshold: float) -> float:
    if not len(pooled.images):
        return float("nan")
    return float(mean_defined(average_precisions(pooled.ranked(min_confidence=threshold))[0, AP50], axis=0))
