"""Exact paired test over trainings, and Holm's correction."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

Array = NDArray[np.float64]

MOST_EXACT = 13  # seeds whose sign choices are all tried: 8,192


def sign_flip_test(differences: Array) -> float:
    """Return the two-sided p-value of the sign-flip test on one difference for each seed.

    Under the hypothesis that two methods are alike, swapping them for any seed changes nothing, so every sign of
    every seed's difference is equally likely. All 2^m signs are tried up to 13 seeds, else 8,192 at random (of a fixed
    seed). The least value that m seeds can give is 2 / 2^m.

    Parameters
    ----------
    differences : ndarray, (m,)
        Undefined (NaN) ones make the p-value undefined; so does a single seed.
    """
    values = np.asarray(differences, dtype=np.float64)
    if len(values) < 2 or not np.isfinite(values).all():
        return float("nan")
    if not values.any():
        return 1.0
    result = stats.permutation_test(
        (values,),
        lambda sample, axis: sample.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=2**MOST_EXACT,
        rng=np.random.default_rng(0),
    )
    return float(result.pvalue)


def holm(p_values: Array) -> Array:
    """Return Holm's adjusted p-values; undefined ones stay so, and count: they were planned too."""
    values = np.asarray(p_values, dtype=np.float64)
    defined = np.isfinite(values)
    if not defined.any():
        return np.full_like(values, np.nan)
    return np.where(defined, multipletests(np.where(defined, values, 1.0), method="holm")[1], np.nan)
