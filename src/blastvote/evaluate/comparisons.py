"""Paired comparisons of methods on the same images: `comparisons.csv`."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from blastvote.evaluate.intervals import Intervals, classification_intervals, detection_intervals
from blastvote.evaluate.statistics import (
    BootstrapSettings,
    bootstrap_p_value,
    holm,
    mcnemar_test,
    sign_flip_test,
)
from blastvote.evaluate.study import PooledVotes, Study
from blastvote.evaluate.tables import split_detections, subset_votes

DETECTION_METRICS = ("ap50_matterport", "ap50", "ap")
CLASSIFICATION_METRICS = ("accuracy", "sensitivity")
COLUMNS = ("method_a", "method_b", "metric", "difference", "ci_low", "ci_high", "p_value", "p_adjusted", "n")


def method_pairs(methods: Sequence[str], reference: str | None = None) -> list[tuple[str, str]]:
    """Return all pairs of methods, those with the reference first and the reference second in its pairs.

    Examples
    --------
    >>> method_pairs(["none", "he", "eff"], "none")
    [('he', 'none'), ('eff', 'none'), ('eff', 'he')]
    """
    first = [(method, reference) for method in methods if reference in methods and method != reference]
    others = [method for method in methods if method != reference]
    return [(a, b) for a, b in first if b is not None] + [(b, a) for a, b in combinations(others, 2)]


def comparisons(
    study: Study, settings: BootstrapSettings, reference: str | None = None, subset: str = "unseen"
) -> pd.DataFrame:
    """Return `comparisons.csv`: the difference a - b of every pair of methods, tested on the same images.

    Accuracy is tested by McNemar's exact test. With several seeds, or where patients are known, its
    generalisation takes over: the exact sign-flip test on the differences in correct votes summed over the
    seeds and images of one unit. Sensitivity (strict, mean of classes) and the APs have the p-value of the
    paired bootstrap. Intervals are those of the bootstrap throughout. Holm's correction is made within
    a metric.

    Parameters
    ----------
    study
        The runs.
    settings
        Draws, interval, level and seed.
    reference
        The method all others are compared with first.
    subset
        `unseen` (no copy of the image was trained on; what a claim should rest on) or `all`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; `n` is the number of images. A metric that no image allows (no annotated image in
        the subset) has no rows.
    """
    pairs = method_pairs(study.methods, reference)
    rows: list[dict[str, object]] = []
    votes = subset_votes(study, subset)
    n_votes = len(next(iter(votes.values())).image_ids)
    if pairs and n_votes:
        found = classification_intervals(study, votes, "strict", settings, pairs)
        exact = {pair: accuracy_p_value(study, votes, *pair) for pair in pairs}
        rows += _rows(found, "accuracy", n_votes, exact)
        rows += _rows(found, "sensitivity", n_votes)
    pooled = split_detections(study, "unseen" if subset == "unseen" else "test")
    n_images = len(next(iter(pooled.values())).images)
    if pairs and n_images:
        found = detection_intervals(study, pooled, settings, pairs)
        for metric in DETECTION_METRICS:
            rows += _rows(found, metric, n_images)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def accuracy_p_value(
    study: Study, votes: Mapping[tuple[str, int], PooledVotes], method_a: str, method_b: str
) -> float:
    """Return the exact p-value of the difference in accuracy (see `comparisons`)."""
    right = {
        method: np.stack([votes[method, seed].actual == votes[method, seed].voted for seed in study.seeds])
        for method in (method_a, method_b)
    }
    units = study.unit_of(votes[method_a, study.seeds[0]].image_ids)
    if len(study.seeds) == 1 and len(set(units)) == len(units):
        return mcnemar_test(right[method_a][0], right[method_b][0])
    differences = right[method_a].sum(axis=0) - right[method_b].sum(axis=0)
    _, place = np.unique(units, return_inverse=True)
    return sign_flip_test(np.bincount(place, weights=differences).round().astype(np.int64))


def _rows(
    found: Intervals, metric: str, n_images: int, exact: Mapping[tuple[str, str], float] | None = None
) -> list[dict[str, object]]:
    place = found.metrics.index(metric)
    rows: list[dict[str, object]] = []
    for pair, result in found.differences.items():
        p_value = bootstrap_p_value(result.draws[[place]])[0] if exact is None else exact[pair]
        rows.append(
            {
                "method_a": pair[0],
                "method_b": pair[1],
                "metric": metric,
                "difference": result.estimate[place],
                "ci_low": result.low[place],
                "ci_high": result.high[place],
                "p_value": p_value,
                "n": n_images,
            }
        )
    adjusted = holm(np.array([row["p_value"] for row in rows], dtype=np.float64))
    return [row | {"p_adjusted": value} for row, value in zip(rows, adjusted, strict=True)]
