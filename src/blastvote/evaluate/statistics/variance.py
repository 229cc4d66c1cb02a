"""Where the spread of a score comes from, and what another number of seeds and images would make of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from blastvote.evaluate.statistics.sampling import Sampling

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """Variances of one image's score in one training, (M,) each; they add up.

    Attributes
    ----------
    seed : ndarray
        Between trainings: the same on every image.
    patient : ndarray
        Between patients; NaN where each image is its own.
    image : ndarray
        Between images (of a patient): the same in every training.
    rest : ndarray
        What is neither: an image that one training finds hard and another easy.
    """

    seed: Array
    patient: Array
    image: Array
    rest: Array

    def total(self) -> Array:
        """Return the sum."""
        return self.seed + np.nan_to_num(self.patient) + self.image + self.rest


def components(by_seed: Array, of_images: Array, sampling: Sampling) -> Components:
    """Return the variance components of a score (analysis of variance; negative ones become 0).

    Parameters
    ----------
    by_seed : ndarray, (S, M)
        Each seed's value on all images.
    of_images : ndarray, (S, M, N)
        The images' influences; times N they stand for the images' own scores, for any metric.
    sampling
        Patients, if known, and strata: images are compared with those of their own stratum.
    """
    m, _, number = of_images.shape
    if m < 2 or sampling.degrees_of_freedom < 1:
        nothing = np.full(by_seed.shape[1], np.nan)
        return Components(nothing, nothing, nothing, nothing)
    size = np.bincount(sampling.unit_of_image, minlength=sampling.n_units)
    scores = number * of_images
    # Centre by stratum: each unit's mean less that of its stratum, its images around it.
    of_units = sampling.sums(scores) / size
    between = sampling.centred(of_units)
    within = scores - of_units[..., sampling.unit_of_image]
    centred = within + between[..., sampling.unit_of_image]
    mean = centred.mean(axis=0)
    strata = len(sampling.groups)
    rest = ((centred - mean) ** 2).sum(axis=(0, 2)) / ((m - 1) * (number - strata))
    seed = by_seed.var(axis=0, ddof=1) - rest / number
    between_units = (size * between.mean(axis=0) ** 2).sum(axis=-1) / sampling.degrees_of_freedom
    if sampling.n_units == number:
        patient, image = np.full_like(rest, np.nan), between_units - rest / m
    else:
        of_one = (within.mean(axis=0) ** 2).sum(axis=-1) / (number - sampling.n_units)
        typical = (number - (size**2).sum() / number) / (sampling.n_units - 1)
        patient, image = (between_units - of_one) / typical, of_one - rest / m
    floor = [np.maximum(part, 0.0) for part in (seed, patient, image, rest)]
    return Components(*floor)


def expected_half_width(
    parts: Components, n_seeds: int, n_images: int, units_per_image: float, level: float
) -> tuple[Array, Array]:
    """Return (standard error, half-width of the interval) of a study of another size; the latter NaN for one seed."""
    both = parts.rest / (n_seeds * n_images)
    trainings = parts.seed / n_seeds + both
    n_units = max(2.0, n_images * units_per_image)
    images = np.nan_to_num(parts.patient) / n_units + parts.image / n_images
    total = trainings + images
    if n_seeds < 2:
        return np.sqrt(total), np.full_like(total, np.nan)
    # The expected mean squares of `crossed`.
    spread = trainings**2 / (n_seeds - 1) + (images + both) ** 2 / (n_units - 1)
    spread += both**2 / ((n_seeds - 1) * (n_units - 1))
    df = np.divide(total**2, spread, out=np.full_like(total, n_seeds - 1.0), where=spread > 0)
    df = np.full_like(df, 1.0) if n_seeds == 2 else df
    return np.sqrt(total), stats.t.ppf((1 + level) / 2, df) * np.sqrt(total)
