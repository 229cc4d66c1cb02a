"""Three-way verdict on a difference between two methods: differs, equivalent, or cannot tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastvote.evaluate.statistics.intervals import Intervals, Pair
from blastvote.evaluate.statistics.paired import holm, sign_flip_test
from blastvote.evaluate.statistics.settings import EvaluationSettings

Array = NDArray[np.float64]

DIFFERS, EQUIVALENT, CANNOT_TELL = "differs", "equivalent", "cannot tell"


@dataclass(frozen=True)
class Verdict:
    """The verdict on one pair and metric.

    Attributes
    ----------
    p_crossed : float
        Of the t test over seeds and images together.
    p_sign_flip : float
        Of the exact sign-flip test over seeds.
    p_value, p_adjusted : float
        The larger of both, and Holm's over the planned pairs. NaN with one seed.
    verdict : str
    smallest_detectable : float
        The difference that this study would have found with a power of 80 %, were it the only one among the
        planned pairs; NaN where no difference, however large, could have been found by so few seeds or images, and
        where nothing varied, so that nothing says what would have been found.
    """

    p_crossed: float
    p_sign_flip: float
    p_value: float
    p_adjusted: float
    verdict: str
    smallest_detectable: float


def verdicts(
    intervals: Intervals,
    metric: str,
    planned: Sequence[Pair],
    settings: EvaluationSettings,
    null_pair: Pair | None = None,
) -> Mapping[Pair, Verdict]:
    """Return the verdicts on the planned pairs, and on the null arm, which is judged alone."""
    alpha = 1 - settings.bootstrap.confidence_level
    result: dict[Pair, Verdict] = {}
    for family in [planned, [null_pair] if null_pair else []]:
        tests = [_tests(intervals, metric, pair) for pair in family]
        adjusted = holm(np.array([np.maximum(*pair) for pair in tests], dtype=np.float64))
        for pair, (crossed, flip), p_adjusted in zip(family, tests, adjusted, strict=True):
            result[pair] = Verdict(
                p_crossed=crossed,
                p_sign_flip=flip,
                p_value=float(np.maximum(crossed, flip)),
                p_adjusted=float(p_adjusted),
                verdict=_verdict(intervals, metric, pair, p_adjusted, settings),
                smallest_detectable=_detectable(intervals, metric, pair, alpha / len(family)),
            )
    return result


def _tests(intervals: Intervals, metric: str, pair: Pair) -> tuple[float, float]:
    """Return the p-values of the crossed test and of the sign-flip test over seeds."""
    column = intervals.metrics.index(metric)
    first, second = (
        np.array([values[column] for (arm, _), values in intervals.by_seed.items() if arm == name])
        for name in pair
    )
    return float(intervals.differences[pair].crossed.p_value()[column]), sign_flip_test(first - second)


def _verdict(
    intervals: Intervals, metric: str, pair: Pair, p_adjusted: float, settings: EvaluationSettings
) -> str:
    level = settings.bootstrap.confidence_level
    if p_adjusted <= 1 - level:
        return DIFFERS
    # Two one-sided tests at 1 - level are the interval of twice that: 90 % at a level of 95 %.
    column = intervals.metrics.index(metric)
    low, high = intervals.differences[pair].crossed.difference_interval(2 * level - 1)
    margin = settings.margins[metric]
    return EQUIVALENT if -margin < low[column] and high[column] < margin else CANNOT_TELL


def _detectable(intervals: Intervals, metric: str, pair: Pair, alpha: float) -> float:
    crossed = intervals.differences[pair].crossed
    if crossed.n_seeds < 2 or 2.0 ** (1 - crossed.n_seeds) > alpha:
        return float("nan")
    size = float(crossed.detectable(alpha)[intervals.metrics.index(metric)])
    return size if 0 < size <= 1 else float("nan")
