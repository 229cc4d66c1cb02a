"""Trainings and images at once: the variance of a mean over seeds and over units, and its t interval.

Every seed is scored on the same images, so scores vary by seed, by unit (patient, or image) and by both together.
The variance of their mean is that of the seeds' values over m, plus the covariance that two seeds share because they
saw the same images. This is the estimator of Obuchowski and Rockette (1995) for readers and cases, with trainings as
readers, and for a linear score the random-effects analysis of variance. The degrees of freedom are Satterthwaite's for
its three mean squares. `benchmarks/study/verdict_coverage.py` measures that its intervals cover.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from blastvote.evaluate.statistics.sampling import Sampling

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Crossed:
    """M means over seeds and units with what is known of their spread; NaN where one seed says nothing of it.

    Attributes
    ----------
    value : ndarray, (M,)
    standard_error, df : ndarray, (M,)
        Over seeds and units together; degrees of freedom of the t distribution.
    n_seeds, n_units : int
        Units that vary.
    """

    value: Array
    standard_error: Array
    df: Array
    n_seeds: int
    n_units: int

    def difference_interval(self, level: float) -> tuple[Array, Array]:
        """Return the t interval of a difference; where nothing at all differs, `no_difference` at both sides."""
        reach = self._quantile((1 + level) / 2) * self.standard_error
        same = (self.value == 0) & (self.standard_error == 0)
        reach = np.where(same, no_difference(self.n_units, level), reach)
        return self.value - reach, self.value + reach

    def score_interval(self, level: float, low: Array, high: Array) -> tuple[Array, Array]:
        """Return the interval of scores between `low` and `high` (M,), made on the logit scale so that it stays there.

        A score at one end with no spread (every image right in every training) has Wilson's limits.
        """
        share = (self.value - low) / (high - low)
        inside = (share > 0) & (share < 1)
        safe = np.where(inside, share, 0.5)
        slope = (high - low) * safe * (1 - safe)
        reach = self._quantile((1 + level) / 2) * self.standard_error / slope
        centre = np.log(safe / (1 - safe))
        limits = []
        for index, end in enumerate((centre - reach, centre + reach)):
            limit = 1 / (1 + np.exp(-np.clip(end, -700, 700)))
            limit = np.where(np.isnan(self.standard_error) | np.isnan(share), np.nan, limit)
            edge = wilson(np.clip(share, 0, 1), self.n_units, level)[index]
            limits.append(low + (high - low) * np.where(inside | np.isnan(limit), limit, edge))
        return limits[0], limits[1]

    def positive_interval(self, level: float) -> tuple[Array, Array]:
        """Return the interval of quantities above 0 without a largest value, made on the scale of their logarithms."""
        with np.errstate(all="ignore"):
            reach = self._quantile((1 + level) / 2) * self.standard_error / self.value
            low, high = self.value * np.exp(-reach), self.value * np.exp(reach)
        undefined = ~(self.value > 0) | np.isnan(reach)
        return np.where(undefined, np.nan, low), np.where(undefined, np.nan, high)

    def p_value(self) -> Array:
        """Return the two-sided p-value of a difference against 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(self.value) / self.standard_error
        p = 2 * stats.t.sf(t, self.df)
        p = np.where((self.value == 0) & (self.standard_error == 0), 1.0, p)
        return np.where(np.isnan(self.standard_error), np.nan, p)

    def detectable(self, alpha: float, power: float = 0.8) -> Array:
        """Return the difference that a two-sided test at `alpha` finds with the given power."""
        return (self._quantile(1 - alpha / 2) + self._quantile(power)) * self.standard_error

    def _quantile(self, share: float) -> Array:
        return np.where(np.isnan(self.df), np.nan, stats.t.ppf(share, self.df))


def crossed(by_seed: Array, contributions: Array, sampling: Sampling) -> Crossed:
    """Return means over seeds with their standard errors over seeds and units.

    Parameters
    ----------
    by_seed : ndarray, (S, M)
        Each seed's value on all images. Of a difference between two methods: of the same seed of both.
    contributions : ndarray, (S, M, U)
        Influence of each unit on each value (`influence.influences`, summed over a unit's images).
    sampling
        The units and their strata.
    """
    m = len(by_seed)
    value = by_seed.mean(axis=0)
    nothing = np.full_like(value, np.nan)
    if m < 2 or not sampling.groups:
        return Crossed(value, nothing, nothing, m, sampling.n_varying)
    # Three mean squares over the same number: of seeds, of units, and of both together. They are nearly independent,
    # as their combination is not, so the degrees of freedom come from them.
    of_seeds = by_seed.var(axis=0, ddof=1) / m
    of_units, of_both = unit_variances(contributions, sampling)
    total = np.maximum(of_seeds + of_units - of_both, np.maximum(of_seeds, of_units))
    units_df = sampling.effective_degrees_of_freedom
    spread = of_seeds**2 / (m - 1) + of_units**2 / units_df + of_both**2 / ((m - 1) * units_df)
    df = np.divide(total**2, spread, out=np.full_like(total, m - 1.0), where=spread > 0)
    # Two seeds tell too little of their own spread for Satterthwaite's rule: its intervals cover 87-95 %.
    df = np.full_like(df, 1.0) if m == 2 else df
    return Crossed(value, np.sqrt(total), df, m, sampling.n_varying)


def unit_variances(contributions: Array, sampling: Sampling) -> tuple[Array, Array]:
    """Return two variances, (M,) each, of the mean over seeds of (S, M, U) contributions.

    The first is over units, these seeds given. The second is the part of it that units and seeds make together: the
    variance of the seeds' own scatter about their mean, over units.
    """
    parts = sampling.jackknifed(contributions)
    own = (parts**2).sum(axis=-1).mean(axis=0)
    of_units = (parts.mean(axis=0) ** 2).sum(axis=-1)
    return of_units, (own - of_units) / (len(parts) - 1)


def shared_covariance(contributions: Array, sampling: Sampling) -> Array:
    """Return the mean covariance, over units, of the values of two seeds: (M,)."""
    of_units, of_both = unit_variances(contributions, sampling)
    return of_units - of_both


def wilson(share: Array, n_units: int, level: float) -> tuple[Array, Array]:
    """Return Wilson's limits of shares of n units."""
    low, high = proportion_confint(np.nan_to_num(share) * n_units, n_units, 1 - level, method="wilson")
    return np.asarray(low), np.asarray(high)


def no_difference(n_units: int, level: float) -> float:
    """Return the difference that n units can hide on which two methods never differed.

    The upper Wilson limit of 0 of n, which is also the score interval of a paired difference (Tango 1998) without
    a discordant pair.
    """
    return float(wilson(np.zeros(1), n_units, level)[1][0]) if n_units else np.nan
