"""Paired comparisons of methods on the same images: `comparisons.csv`."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.intervals import Intervals
from blastvote.evaluate.statistics.resampling import bootstrap_p_value, holm, mcnemar_test, sign_flip_test
from blastvote.evaluate.statistics.study import PooledVotes, Study

DETECTION_METRICS = ("ap50_matterport", "ap50", "ap")
COLUMNS = ("method_a", "method_b", "metric", "difference", "ci_low", "ci_high", "p_value", "p_adjusted", "n")


def comparisons(analysis: Analysis, subset: str = "unseen") -> pd.DataFrame:
    """Return `comparisons.csv`: the difference a - b of every pair of methods, tested on the same images.

    Accuracy is tested by McNemar's exact test. With several seeds, or where patients are known, its
    generalisation takes over: the exact sign-flip test on the differences in correct votes summed over the
    seeds and images of one unit. Sensitivity (strict, mean of classes) and the APs have the p-value of the
    paired bootstrap. Intervals are those of the bootstrap throughout. Holm's correction is made within
    a metric.

    Parameters
    ----------
    analysis
        The study, its bootstrap and the reference method.
    subset
        `unseen` (no copy of the image was trained on; what a claim should rest on) or `test`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`; `n` is the number of images. A metric that no image allows (no annotated image in
        the subset) has no rows.
    """
    rows: list[dict[str, object]] = []
    votes = analysis.votes(subset)
    n_votes = len(next(iter(votes.values())).image_ids)
    if analysis.pairs and n_votes:
        found = analysis.classification_intervals(subset, "strict")
        exact = {pair: accuracy_p_value(analysis.study, votes, *pair) for pair in analysis.pairs}
        rows += _rows(found, "accuracy", n_votes, exact)
        rows += _rows(found, "sensitivity", n_votes)
    n_images = len(next(iter(analysis.detections(subset).values())).images)
    if analysis.pairs and n_images:
        found = analysis.detection_intervals(subset)
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
        drawn = bootstrap_p_value(result.draws[[place]], result.n_units)[0]
        rows.append(
            {
                "method_a": pair[0],
                "method_b": pair[1],
                "metric": metric,
                "difference": result.estimate[place],
                "ci_low": result.low[place],
                "ci_high": result.high[place],
                "p_value": drawn if exact is None else exact[pair],
                "n": n_images,
            }
        )
    adjusted = holm(np.array([row["p_value"] for row in rows], dtype=np.float64))
    return [row | {"p_adjusted": value} for row, value in zip(rows, adjusted, strict=True)]
