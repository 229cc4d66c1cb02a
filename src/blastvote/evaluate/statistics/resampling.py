"""Uncertainty: stratified cluster bootstrap over images or patients, exact paired tests, Holm's correction.

SciPy draws the bootstrap and makes the intervals, statsmodels does McNemar's test and Holm's correction. Ours
are the bookkeeping (strata, patients, weights) and the exact sign-flip test, of which McNemar's exact test is
the special case of one seed.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

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
    confidence : float
        Level of the intervals.
    seed : int
        Of the generator; the same seed gives the same intervals.
    """

    draws: int = 2000
    interval: str = "percentile"
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        if self.interval not in INTERVALS:
            raise ValueError(
                f"The interval '{self.interval}' is unknown; choose one of {', '.join(INTERVALS)}."
            )
        if self.draws < 1 or not 0 < self.confidence < 1:
            raise ValueError(
                f"{self.draws} draws at level {self.confidence}: expected at least 1 draw and a level "
                "between 0 and 1."
            )


@dataclass(frozen=True)
class BootstrapResult:
    """Estimates (M,), intervals (M,) and draws (M, B) of M statistics; intervals are NaN where undefined.

    `n_units` is the number of units that could be drawn more or less often.
    """

    estimate: Array
    low: Array
    high: Array
    draws: Array
    n_units: int


def bootstrap(
    statistic: Statistic,
    units: Sequence[str],
    strata: Sequence[str],
    settings: BootstrapSettings,
) -> BootstrapResult:
    """Bootstrap M statistics of N images at once, all on the same draws (which makes differences paired).

    Units (patients, or images) are drawn with replacement within their stratum; an image counts as often as
    its unit was drawn. Strata of a single unit are drawn together, as they cannot vary alone.

    Parameters
    ----------
    statistic
        Takes weights (B, N) int64 and returns (M, B).
    units
        The unit of each image.
    strata
        The stratum (label) of each image; a unit belongs to the most frequent one of its images.
    settings
        Draws, kind and level of the intervals.

    Returns
    -------
    BootstrapResult
        With fewer than two units, estimates without intervals.
    """
    names, unit_of_image = np.unique(np.asarray(units, dtype=str), return_inverse=True)
    estimate = np.asarray(statistic(np.ones((1, len(unit_of_image)), dtype=np.int64)), dtype=np.float64)[:, 0]
    groups = _groups(unit_of_image, np.asarray(strata, dtype=str), len(names))
    fixed = np.ones(len(names), dtype=np.int64)
    fixed[np.concatenate([np.zeros(0, dtype=np.intp), *groups])] = 0
    if not groups:
        empty = np.full_like(estimate, np.nan)
        return BootstrapResult(estimate, empty, empty, np.zeros((len(estimate), 0)), 0)

    def of_samples(*samples: NDArray[np.intp], axis: int = -1) -> Array:
        shape = samples[0].shape[:-1]
        rows = int(np.prod(shape, dtype=np.intp))
        counts = np.tile(fixed, (rows, 1))
        offset = np.arange(rows)[:, None] * len(names)
        for sample in samples:
            flat = (sample.reshape(rows, -1) + offset).ravel()
            counts += np.bincount(flat, minlength=counts.size).reshape(counts.shape)
        return np.asarray(statistic(counts[:, unit_of_image])).reshape(-1, *shape)

    result = _scipy_bootstrap(of_samples, groups, settings)
    draws = np.asarray(result.bootstrap_distribution)
    low, high = (np.asarray(side, dtype=np.float64) for side in result.confidence_interval)
    low, high = _mend(low, high, draws, settings.confidence)
    return BootstrapResult(estimate, low, high, draws, sum(map(len, groups)))


def _groups(
    unit_of_image: NDArray[np.intp], strata: NDArray[np.str_], n_units: int
) -> list[NDArray[np.intp]]:
    """Return the units of each stratum, only strata that can vary."""
    names, stratum_of_image = np.unique(strata, return_inverse=True)
    votes = np.zeros((n_units, len(names)), dtype=np.int64)
    np.add.at(votes, (unit_of_image, stratum_of_image), 1)
    stratum = votes.argmax(axis=1) if n_units else np.zeros(0, dtype=np.intp)
    groups = [np.flatnonzero(stratum == number) for number in range(len(names))]
    single = [group for group in groups if len(group) == 1]
    several = [group for group in groups if len(group) > 1]
    if len(single) > 1:
        several.append(np.sort(np.concatenate(single)))
    return several


def _scipy_bootstrap(
    statistic: Callable[..., Any], groups: Sequence[Any], settings: BootstrapSettings
) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Degenerate cases are expected (a perfect score in every draw) and mended by the caller.
        warnings.simplefilter("ignore")
        return stats.bootstrap(
            tuple(groups),
            statistic,
            n_resamples=settings.draws,
            vectorized=True,
            paired=False,
            axis=-1,
            confidence_level=settings.confidence,
            method=settings.interval if settings.interval == "percentile" else "BCa",
            rng=np.random.default_rng(settings.seed),
        )


def _mend(low: Array, high: Array, draws: Array, confidence: float) -> tuple[Array, Array]:
    """Replace undefined intervals by the percentiles of the draws that are defined."""
    low, high = low.copy(), high.copy()
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    for row in np.flatnonzero(np.isnan(low) | np.isnan(high)):
        defined = draws[row][np.isfinite(draws[row])]
        if len(defined):
            low[row], high[row] = np.quantile(defined, tails)
    return low, high


def bootstrap_p_value(draws: Array, n_units: int | None = None) -> Array:
    """Return the two-sided p-value of differences (M, B) against zero: (M,).

    Twice the smaller share of draws on either side of zero (draws of zero count on both), each share with one
    draw added, so that it is never 0: the test that the percentile interval inverts.

    Draws of a few units that agree are all on one side, however many are made. So with `n_units`
    (`BootstrapResult.n_units`) the p-value is at least 2 / 2^n_units, the chance that so many fair coins
    agree: the least that the sign-flip test of these units can give.
    """
    defined = np.isfinite(draws)
    number = defined.sum(axis=1)
    below = (defined & (draws <= 0)).sum(axis=1)
    above = (defined & (draws >= 0)).sum(axis=1)
    least = 0.0 if n_units is None else min(1.0, 2.0 ** (1 - n_units))
    value = np.clip(2 * (np.minimum(below, above) + 1) / (number + 1), least, 1.0)
    return np.where(number > 0, value, np.nan)


def mcnemar_test(right_a: Sequence[bool], right_b: Sequence[bool]) -> float:
    """Return the p-value of McNemar's exact two-sided test for two methods on the same images."""
    a, b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    table = [[int((a & b).sum()), int((a & ~b).sum())], [int((~a & b).sum()), int((~a & ~b).sum())]]
    return float(min(1.0, mcnemar(table, exact=True).pvalue))


def sign_flip_test(differences: Sequence[int] | NDArray[np.int64]) -> float:
    """Return the exact two-sided p-value of the paired sign-flip test on whole-number differences.

    Under the hypothesis that two methods are alike, swapping them for any unit (image or patient) changes
    nothing, so every sign of every unit's difference is equally likely. The distribution of the sum over all
    2^n sign choices is made exactly, by convolution. With differences of -1, 0 and 1 this is McNemar's exact
    test; with several seeds a unit's difference is the sum over seeds, which stay together.
    """
    sizes = np.abs(np.asarray(differences, dtype=np.int64))
    observed = abs(int(np.sum(differences)))
    reach = int(sizes.sum())
    chance = np.zeros(2 * reach + 1)
    chance[reach] = 1.0
    for size in sizes[sizes > 0]:
        chance = 0.5 * (np.roll(chance, size) + np.roll(chance, -size))
    distance = np.abs(np.arange(-reach, reach + 1))
    return float(min(1.0, chance[distance >= observed].sum()))


def holm(p_values: Array) -> Array:
    """Return Holm's adjusted p-values; undefined ones stay so and do not count."""
    values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full_like(values, np.nan)
    defined = np.isfinite(values)
    if defined.any():
        adjusted[defined] = multipletests(values[defined], method="holm")[1]
    return adjusted


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
