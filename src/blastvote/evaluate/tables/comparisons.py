"""Paired comparisons of methods on the same images: `comparisons.csv`."""

import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.intervals import Intervals
from blastvote.evaluate.statistics.verdicts import verdicts

CLASSIFICATION_METRICS = ("accuracy", "sensitivity")
DETECTION_METRICS = ("ap50_matterport", "ap50", "ap")
COLUMNS = (
    "method_a",
    "method_b",
    "metric",
    "difference",
    "ci_low",
    "ci_high",
    "ci_images_low",
    "ci_images_high",
    "p_value",
    "p_adjusted",
    "verdict",
    "smallest_detectable",
    "n_images",
    "n_seeds",
)


def comparisons(analysis: Analysis, subset: str = "unseen") -> pd.DataFrame:
    """Return `comparisons.csv`: the difference a - b of every planned pair, and of the null arm.

    `ci_low` and `ci_high` hold trainings and images together; they and the p-values are missing with one seed.
    `p_value` is the larger of two: the t test over trainings and images, and the exact sign-flip test over seeds.

    Parameters
    ----------
    analysis
        The study and its settings.
    subset
        `unseen` (no copy of the image was trained on; what a claim should rest on) or `test`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`. A metric that no image allows (no annotated image in the subset) has no rows.
    """
    rows: list[dict[str, object]] = []
    for intervals, metrics, n_images in compared(analysis, subset):
        for metric in metrics:
            rows += _rows(analysis, intervals, metric, n_images)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def compared(analysis: Analysis, subset: str) -> list[tuple[Intervals, tuple[str, ...], int]]:
    """Return what is compared on a subset: intervals, their metrics, and the number of images."""
    parts: list[tuple[Intervals, tuple[str, ...], int]] = []
    n_votes = len(next(iter(analysis.votes(subset).values())).image_ids)
    if n_votes:
        parts.append((analysis.classification_intervals(subset, "strict"), CLASSIFICATION_METRICS, n_votes))
    n_images = len(next(iter(analysis.detections(subset).values())).images)
    if n_images:
        parts.append((analysis.detection_intervals(subset), DETECTION_METRICS, n_images))
    return parts


def _rows(analysis: Analysis, intervals: Intervals, metric: str, n_images: int) -> list[dict[str, object]]:
    column = intervals.metrics.index(metric)
    judged = verdicts(intervals, metric, analysis.planned, analysis.settings, analysis.null_pair)
    rows: list[dict[str, object]] = []
    for pair in analysis.pairs:
        estimates, verdict = intervals.differences[pair], judged[pair]
        rows.append(
            {
                "method_a": pair[0],
                "method_b": pair[1],
                "metric": metric,
                "difference": estimates.value[column],
                "ci_low": estimates.low[column],
                "ci_high": estimates.high[column],
                "ci_images_low": estimates.images_low[column],
                "ci_images_high": estimates.images_high[column],
                "p_value": verdict.p_value,
                "p_adjusted": verdict.p_adjusted,
                "verdict": verdict.verdict,
                "smallest_detectable": verdict.smallest_detectable,
                "n_images": n_images,
                "n_seeds": len(analysis.study.seeds),
            }
        )
    return rows
