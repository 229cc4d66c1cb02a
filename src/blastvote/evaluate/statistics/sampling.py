"""What is drawn: the units (patients, or images) of a set of images and the strata they are drawn within."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sampling:
    """The units of N images.

    Attributes
    ----------
    unit_of_image : ndarray, (N,) intp
        Number of the unit that each image is drawn with.
    n_units : int
        U.
    groups : list of ndarray
        The units of each stratum that can vary: those with two or more units. Strata of a single unit are put
        together, as they cannot vary alone; one that is left over never varies.
    """

    unit_of_image: NDArray[np.intp]
    n_units: int
    groups: list[NDArray[np.intp]]

    @property
    def n_varying(self) -> int:
        """Number of units that can be drawn more or less often."""
        return sum(map(len, self.groups))

    @property
    def degrees_of_freedom(self) -> int:
        """Units that vary, less one for each stratum."""
        return self.n_varying - len(self.groups)

    def sums(self, of_images: Array) -> Array:
        """Sum (..., N) over the images of each unit: (..., U)."""
        result = np.zeros((*of_images.shape[:-1], self.n_units))
        np.add.at(np.moveaxis(result, -1, 0), self.unit_of_image, np.moveaxis(of_images, -1, 0))
        return result

    def centred(self, of_units: Array) -> Array:
        """Subtract the mean of the stratum from (..., U); units that never vary become 0."""
        result = np.zeros_like(of_units)
        for group in self.groups:
            result[..., group] = of_units[..., group] - of_units[..., group].mean(axis=-1, keepdims=True)
        return result

    @property
    def effective_degrees_of_freedom(self) -> float:
        """Degrees of freedom of a variance over units that hold different numbers of images.

        Satterthwaite's, where a unit's part of the variance is as large as the unit. Of equal units in equal strata:
        `degrees_of_freedom`; where one patient has half of all images, about three, however many others there are.
        """
        parts = [np.bincount(self.unit_of_image, minlength=self.n_units)[group] for group in self.groups]
        squares = sum(float((part**2.0).sum()) * len(part) / (len(part) - 1) for part in parts)
        return float(sum(map(np.sum, parts))) ** 2 / squares

    def jackknifed(self, of_units: Array) -> Array:
        """Return (..., U) whose squares add up to the jackknife's variance of the sum of `of_units` (..., U).

        Each unit's part is taken less what so many images of its stratum have on average, and over 1 less its share
        of them: a large patient pulls the mean to itself, and looks closer to it than it is. Units that never vary
        become 0.
        """
        size = np.bincount(self.unit_of_image, minlength=self.n_units)
        result = np.zeros_like(of_units)
        for group in self.groups:
            share = size[group] / size[group].sum()
            own = of_units[..., group] - of_units[..., group].sum(axis=-1, keepdims=True) * share
            result[..., group] = own / (1 - share) * np.sqrt((len(group) - 1) / len(group))
        return result


def make_sampling(units: Sequence[str], strata: Sequence[str]) -> Sampling:
    """Return the units of images and their strata.

    Parameters
    ----------
    units
        The unit (patient, or the image itself) of each image.
    strata
        The stratum (label) of each image; a unit belongs to the commonest one of its images.
    """
    names, unit_of_image = np.unique(np.asarray(units, dtype=str), return_inverse=True)
    groups = _groups(unit_of_image, np.asarray(strata, dtype=str), len(names))
    return Sampling(unit_of_image.astype(np.intp), len(names), groups)


def _groups(
    unit_of_image: NDArray[np.intp], strata: NDArray[np.str_], n_units: int
) -> list[NDArray[np.intp]]:
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
