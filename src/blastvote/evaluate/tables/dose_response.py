"""How scores fall as the light gets worse, and how much of that a contrast method gives back.

Every scene is photographed under a ladder of lights (`blastvote.simulate.ladder`), so each severity has the same cells.
Differences and slopes are paired by training and by scene, with intervals over both (`crossed`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.errors import InputError
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.crossed import Crossed, crossed
from blastvote.evaluate.statistics.intervals import Intervals, classification_intervals, detection_intervals
from blastvote.evaluate.statistics.metrics.average_precision import PooledDetections
from blastvote.evaluate.statistics.study import PooledVotes
from blastvote.simulate.ladder import GOOD, KINDS, Rung

METRICS = ("ap", "ap50", "accuracy", "undetected_share")
ROW_COLUMNS = (
    *("light", "severity", "metric", "method", "value", "ci_low", "ci_high"),
    *("difference", "difference_low", "difference_high", "n_images", "n_seeds"),
)
SLOPE_COLUMNS = (
    *("light", "metric", "method", "slope", "slope_low", "slope_high"),
    *("slope_difference", "slope_difference_low", "slope_difference_high", "helps_from", "n_seeds"),
)


@dataclass(frozen=True)
class _Step:
    """One severity of one kind of light: both sets of intervals on its images."""

    severity: int
    detection: Intervals
    votes: Intervals
    n_images: int

    def of(self, metric: str) -> tuple[Intervals, int]:
        """Return the intervals that hold a metric, and its place there."""
        intervals = self.detection if metric in self.detection.metrics else self.votes
        return intervals, intervals.metrics.index(metric)


def dose_response(analysis: Analysis, lights: Mapping[str, Rung]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `dose_response.csv` and `dose_slopes.csv`; the null arm has rows in the first alone.

    Parameters
    ----------
    analysis
        The study and its settings; the methods are compared with its reference.
    lights
        The light of each test image, by image id.

    Raises
    ------
    InputError
        If a test image has no light, or a scene lacks one that others have.
    """
    ladder = _ladder(analysis, lights)
    rows, slopes = [], []
    for kind in KINDS:
        steps = [ladder[GOOD, 0], *(step for (name, _), step in ladder.items() if name == kind)]
        for metric in METRICS:
            rows += [row for step in steps for row in _rows(analysis, kind, step, metric)]
            slopes += _slopes(analysis, kind, steps, metric)
    return pd.DataFrame(rows, columns=list(ROW_COLUMNS)), pd.DataFrame(slopes, columns=list(SLOPE_COLUMNS))


def _ladder(analysis: Analysis, lights: Mapping[str, Rung]) -> dict[tuple[str, int], _Step]:
    """Return the intervals of each light, kinds and severities in order."""
    study, pooled, votes = analysis.study, analysis.detections("test"), analysis.votes("test")
    image_ids = next(iter(votes.values())).image_ids
    unknown = [name for name in image_ids if name not in lights]
    if unknown:
        raise InputError(
            f"Image '{unknown[0]}' has no light on the ladder. Set dataset.simulated.options.light_steps."
        )
    present = sorted(
        {lights[name] for name in image_ids},
        key=lambda rung: ((GOOD, *KINDS).index(rung.kind), rung.severity),
    )
    settings, pairs, steps = analysis.settings.bootstrap, analysis.pairs, {}
    for rung in present:
        own = {key: _detections_of(entry, lights, rung) for key, entry in pooled.items()}
        voted = {key: _votes_of(entry, lights, rung) for key, entry in votes.items()}
        step = _Step(
            rung.severity,
            detection_intervals(study, own, settings, pairs),
            classification_intervals(study, voted, "strict", settings, pairs),
            len(next(iter(voted.values())).image_ids),
        )
        steps[rung.kind, rung.severity] = step
    units = {step.detection.sampling.n_units for step in steps.values()}
    if len(units) > 1 or (GOOD, 0) not in steps:
        raise InputError(
            "Not every test scene was photographed under every light, good light among them. Make the data set again "
            "with one value of dataset.simulated.options.light_steps."
        )
    return steps


def _detections_of(pooled: PooledDetections, lights: Mapping[str, Rung], rung: Rung) -> PooledDetections:
    kept = np.array([lights[str(name)] == rung for name in pooled.images["image_id"]], dtype=bool)
    return pooled.subset(kept)


def _votes_of(votes: PooledVotes, lights: Mapping[str, Rung], rung: Rung) -> PooledVotes:
    return votes.subset(np.array([lights[name] == rung for name in votes.image_ids], dtype=bool))


def _rows(analysis: Analysis, kind: str, step: _Step, metric: str) -> list[dict[str, Any]]:
    intervals, column = step.of(metric)
    rows = []
    for method in analysis.study.arms:
        score = intervals.scores[method]
        row: dict[str, Any] = {
            "light": kind, "severity": step.severity, "metric": metric, "method": method,
            "value": score.value[column], "ci_low": score.low[column], "ci_high": score.high[column],
            "n_images": step.n_images, "n_seeds": len(analysis.study.seeds),
        }  # fmt: skip
        difference = intervals.differences.get((method, analysis.settings.reference))
        if difference is not None:
            row |= {
                "difference": difference.value[column],
                "difference_low": difference.low[column],
                "difference_high": difference.high[column],
            }
        rows.append(row)
    return rows


def _slopes(analysis: Analysis, kind: str, steps: Sequence[_Step], metric: str) -> list[dict[str, Any]]:
    severity = np.array([step.severity for step in steps], dtype=np.float64)
    severity -= severity.mean()
    factors = severity / (severity**2).sum()
    level, reference = analysis.settings.bootstrap.confidence_level, analysis.settings.reference
    rows = []
    for method in analysis.study.methods:
        own = _combined(analysis, steps, metric, factors, lambda of, method=method: of(method))  # type: ignore[misc]
        low, high = own.difference_interval(level)
        row: dict[str, Any] = {
            "light": kind, "metric": metric, "method": method,
            "slope": own.value[0], "slope_low": low[0], "slope_high": high[0],
            "n_seeds": len(analysis.study.seeds),
        }  # fmt: skip
        if method != reference:
            paired = _combined(
                analysis, steps, metric, factors, lambda of, method=method: of(method) - of(reference)  # type: ignore[misc]
            )  # fmt: skip
            low, high = paired.difference_interval(level)
            row |= {
                "slope_difference": paired.value[0],
                "slope_difference_low": low[0],
                "slope_difference_high": high[0],
                "helps_from": _helps_from(steps, metric, (method, reference)),
            }
        rows.append(row)
    return rows


Values = NDArray[np.float64]


def _combined(
    analysis: Analysis,
    steps: Sequence[_Step],
    metric: str,
    factors: Values,
    what: Callable[[Callable[[str], Values]], Values],
) -> Crossed:
    """Return the sum over steps of factor times value (or difference) with its spread over trainings and scenes."""
    seeds, by_seed, contributions = analysis.study.seeds, [], []
    for factor, step in zip(factors, steps, strict=True):
        intervals, column = step.of(metric)

        def values(arm: str, intervals: Intervals = intervals, column: int = column) -> Values:
            return np.array([intervals.by_seed[arm, seed][column] for seed in seeds])

        def parts(arm: str, intervals: Intervals = intervals, column: int = column) -> Values:
            return np.stack(
                [intervals.sampling.sums(intervals.influences[arm, seed][column]) for seed in seeds]
            )

        by_seed.append(factor * what(values))
        contributions.append(factor * what(parts))
    sampling = steps[0].of(metric)[0].sampling
    return crossed(np.sum(by_seed, axis=0)[:, None], np.sum(contributions, axis=0)[:, None, :], sampling)


def _helps_from(steps: Sequence[_Step], metric: str, pair: tuple[str, str]) -> float:
    """Return the least severity from which on the whole interval of the difference is on the better side of 0."""
    sign = -1.0 if metric == "undetected_share" else 1.0
    helps_from = np.nan
    for step in reversed(steps):
        intervals, column = step.of(metric)
        difference = intervals.differences[pair]
        worst = difference.low[column] if sign > 0 else -difference.high[column]
        if not worst > 0:
            break
        helps_from = float(step.severity)
    return helps_from
