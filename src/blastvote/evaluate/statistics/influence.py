"""How much each image moves a statistic: the infinitesimal jackknife by finite differences."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Statistic = Callable[[NDArray[np.int64]], Array]

BLOCK = 512  # weightings made at a time


def influences(statistic: Statistic, n_images: int) -> Array:
    """Return the influence of each of N images on M statistics: (M, N).

    Half the difference between counting the image twice and leaving it out, which of a mean of values is
    (value - mean) / N up to terms of 1 / N^3. The sum of squares times n / (n - 1) estimates the statistic's
    variance over images (Efron 1982); here also the covariance between trainings. Where leaving the image out
    makes the statistic undefined, the other half is taken alone.

    Parameters
    ----------
    statistic
        Takes weights (B, N) int64 and returns (M, B).
    n_images
        N.
    """
    middle = statistic(np.ones((1, n_images), dtype=np.int64))
    parts = [np.zeros((len(middle), 0))]
    for start in range(0, n_images, BLOCK):
        rows = np.arange(start, min(start + BLOCK, n_images))
        weights = np.ones((len(rows), n_images), dtype=np.int64)
        weights[np.arange(len(rows)), rows] = 2
        more = statistic(weights) - middle
        weights[np.arange(len(rows)), rows] = 0
        less = middle - statistic(weights)
        parts.append(np.where(np.isnan(less), more, np.where(np.isnan(more), less, (more + less) / 2)))
    return np.nan_to_num(np.concatenate(parts, axis=1))
