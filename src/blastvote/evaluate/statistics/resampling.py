"""The bootstrap over images or patients, trainings held fixed, and means and spreads that may be undefined.

SciPy draws the samples and makes the intervals; ours is the bookkeeping (strata, patients, weights).
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from blastvote.evaluate.statistics.sampling import Sampling

Array = NDArray[np.float64]
Statistic = Callable[[NDArray[np.int64]], Array]

INTERVALS = ("percentile", "bca")


@dataclass(frozen=True)
class BootstrapSettings:
    """How intervals are made.

    Attributes
    ----------
    draws : int
        Bootstrap samples.
    interval : {"percentile", "bca"}
        Where BCa is undefined (every draw the same, or all on one side) the percentile interval stands in.
    confidence_level : float
        Of the intervals.
    seed : int
        Of the generator; the same seed gives the same intervals.
    """

    draws: int
    interval: str
    confidence_level: float
    seed: int

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise ValueError(
                f"The interval '{self.interval}' is unknown; choose one of {', '.join(INTERVALS)}."
            )
        if self.draws < 1 or not 0 < self.confidence_level < 1:
            raise ValueError(
                f"{self.draws} draws at level {self.confidence_level}: expected at least 1 draw and a level "
                "between 0 and 1."
            )


@dataclass(frozen=True)
class BootstrapResult:
    """Estimates (M,), intervals (M,) and draws (M, B) of M statistics; intervals are NaN where undefined."""

    estimate: Array
    low: Array
    high: Array
    draws: Array


def bootstrap(statistic: Statistic, sampling: Sampling, settings: BootstrapSettings) -> BootstrapResult:
    """Bootstrap M statistics of N images at once, all on the same draws (which makes differences paired).

    Units (patients, or images) are drawn with replacement within their stratum; an image counts as often as
    its unit was drawn.

    Parameters
    ----------
    statistic
        Takes weights (B, N) int64 and returns (M, B).
    sampling
        The unit of each image, and the strata.
    settings
        Draws, kind and level of the intervals.

    Returns
    -------
    BootstrapResult
        With fewer than two units, estimates without intervals.
    """
    unit_of_image, n_units, groups = sampling.unit_of_image, sampling.n_units, sampling.groups
    estimate = np.asarray(statistic(np.ones((1, len(unit_of_image)), dtype=np.int64)), dtype=np.float64)[:, 0]
    fixed = np.ones(n_units, dtype=np.int64)
    fixed[np.concatenate([np.zeros(0, dtype=np.intp), *groups])] = 0
    if not groups:
        empty = np.full_like(estimate, np.nan)
        return BootstrapResult(estimate, empty, empty, np.zeros((len(estimate), 0)))

    def of_samples(*samples: NDArray[np.intp], axis: int = -1) -> Array:
        shape = samples[0].shape[:-1]
        rows = int(np.prod(shape, dtype=np.intp))
        counts = np.tile(fixed, (rows, 1))
        offset = np.arange(rows)[:, None] * n_units
        for sample in samples:
            flat = (sample.reshape(rows, -1) + offset).ravel()
            counts += np.bincount(flat, minlength=counts.size).reshape(counts.shape)
        return np.asarray(statistic(counts[:, unit_of_image])).reshape(-1, *shape)

    result = _scipy_bootstrap(of_samples, groups, settings)
    draws = np.asarray(result.bootstrap_distribution)
    low, high = (np.asarray(side, dtype=np.float64) for side in result.confidence_interval)
    low, high = _mend(low, high, draws, settings.confidence_level)
    return BootstrapResult(estimate, low, high, draws)


def _scipy_bootstrap(
    statistic: Callable[..., Any], groups: list[NDArray[np.intp]], settings: BootstrapSettings
) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Degenerate cases are expected (a perfect score in every draw) and fixed by the caller.
        warnings.simplefilter("ignore")
        return stats.bootstrap(
            tuple(groups),
            statistic,
            n_resamples=settings.draws,
            vectorized=True,
            paired=False,
            axis=-1,
            confidence_level=settings.confidence_level,
            method=settings.interval if settings.interval == "percentile" else "BCa",
            rng=np.random.default_rng(settings.seed),
        )


def _mend(low: Array, high: Array, draws: Array, level: float) -> tuple[Array, Array]:
    """Replace undefined intervals by the percentiles of the draws that are defined."""
    low, high = low.copy(), high.copy()
    tails = [(1 - level) / 2, (1 + level) / 2]
    for row in np.flatnonzero(np.isnan(low) | np.isnan(high)):
        defined = draws[row][np.isfinite(draws[row])]
        if len(defined):
            low[row], high[row] = np.quantile(defined, tails)
    return low, high


def mean_defined(values: Array, axis: int) -> Array:
    """Return the mean without NaN; NaN where nothing is defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanmean(values, axis=axis))


def spread(values: Array, axis: int) -> Array:
    """Return the standard deviation (n - 1) without NaN; NaN for fewer than two values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(np.nanstd(values, axis=axis, ddof=1))
