"""Image classification scores in the two conventions of `docs/statistics.md`: *paper* and *strict*.

An image without any detected cell has no vote: it is *undetected*. Both conventions count it as wrong in the
accuracy. The paper (its Table 3, by arithmetic) leaves it out of the sensitivity; *strict* counts it as a
missed image of its class.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CONVENTIONS = ("paper", "strict")
METRICS = ("accuracy", "precision", "sensitivity", "f1", "specificity", "mcc", "balanced_accuracy")


@dataclass(frozen=True)
class ClassificationScores:
    """Scores of one confusion matrix; all rates are fractions, NaN where undefined.

    Attributes
    ----------
    convention : str
        `paper` or `strict`.
    accuracy : float
        Correct votes divided by all images, undetected ones included, in both conventions.
    precision, sensitivity, f1, specificity : float
        Unweighted (macro) means of the per-class values over the classes they are defined for. A class that
        occurs but is never predicted has no precision of its own and enters the mean as 0.
    mcc : float
        Multi-class Matthews correlation (Gorodkin 2004): of the classified images (paper), or with undetected
        as one more predicted category (strict). 0 when either margin has a single category.
    balanced_accuracy : float
        The mean of the per-class sensitivities.
    undetected_share : float
        Undetected images divided by all images.
    n_images, n_undetected : float
        Counts; fractional when the matrix is a mean over seeds.
    per_class_sensitivity, per_class_precision, per_class_f1, per_class_specificity : ndarray, (K,) float64
        In the order of the classes.
    """

    convention: str
    accuracy: float
    precision: float
    sensitivity: float
    f1: float
    specificity: float
    mcc: float
    balanced_accuracy: float
    undetected_share: float
    n_images: float
    n_undetected: float
    per_class_sensitivity: Array
    per_class_precision: Array
    per_class_f1: Array
    per_class_specificity: Array


def classification_scores(
    confusion: ArrayLike, undetected: ArrayLike | None = None, convention: str = "paper"
) -> ClassificationScores:
    """Return all scores of one confusion matrix.

    Parameters
    ----------
    confusion : array_like, (K, K)
        Number of images, actual class (row) by predicted class (column).
    undetected : array_like, (K,), optional
        Images of each actual class without a vote; none when left out.
    convention : {"paper", "strict"}
        Whether undetected images are left out of the sensitivity or count as missed.

    Raises
    ------
    ValueError
        For what is not a table of numbers, a matrix that is not square, counts that are negative or not
        finite, a length that does not fit, or an unknown convention.

    Examples
    --------
    The paper's Table 3, with its 3 + 8 + 1 undetected images:

    >>> table = [[114, 10, 1], [25, 30, 0], [1, 0, 108]]
    >>> scores = classification_scores(table, [3, 8, 1])
    >>> f"{scores.accuracy:.4f} {scores.precision:.4f} {scores.sensitivity:.4f}"
    '0.8372 0.8517 0.8161'
    >>> f"{classification_scores(table, [3, 8, 1], 'strict').sensitivity:.4f}"
    '0.7829'
    """
    matrix = _numbers("confusion", confusion)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"confusion has the shape {matrix.shape}; expected (K, K), actual by predicted.")
    missed = np.zeros(len(matrix)) if undetected is None else _numbers("undetected", undetected)
    if missed.shape != (len(matrix),):
        raise ValueError(
            f"undetected has the shape {missed.shape}; expected ({len(matrix)},), one per class."
        )
    for name, counts in (("confusion", matrix), ("undetected", missed)):
        if not (np.isfinite(counts).all() and (counts >= 0).all()):
            raise ValueError(f"{name} holds a count that is negative or not finite: {counts.tolist()}.")
    values = score_arrays(matrix, missed, convention)
    fields: dict[str, Any] = {
        name: value if name.startswith("per_class_") else float(value) for name, value in values.items()
    }
    return ClassificationScores(convention=convention, **fields)


def _numbers(name: str, values: ArrayLike) -> Array:
    try:
        table = None if values is None else np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        table = None
    if table is None:
        raise ValueError(f"{name} is not a table of numbers: {values!r}; expected counts of images.")
    return table


def score_arrays(confusion: Array, undetected: Array, convention: str) -> dict[str, Array]:
    """Return the scores of many confusion matrices at once (the bootstrap's inner step).

    Parameters
    ----------
    confusion : ndarray, (..., K, K)
        Actual by predicted.
    undetected : ndarray, (..., K)
        Images without a vote.
    convention : {"paper", "strict"}
        As in `classification_scores`.

    Returns
    -------
    dict
        Every field of `ClassificationScores`: arrays of shape (...), the `per_class_*` ones (..., K).
    """
    if convention not in CONVENTIONS:
        raise ValueError(f"The convention '{convention}' is unknown; choose one of {', '.join(CONVENTIONS)}.")
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    predicted = confusion.sum(axis=-2)
    classified = confusion.sum(axis=-1)
    images = classified + undetected
    actual = classified if convention == "paper" else images
    total = images.sum(axis=-1)
    counted = actual.sum(axis=-1, keepdims=True)

    per_precision = _ratio(hits, predicted)
    per_sensitivity = _ratio(hits, actual)
    # F1 as 2 TP / (2 TP + FP + FN): defined, and 0, for a class that occurs but is never predicted.
    per_f1 = _ratio(2 * hits, actual + predicted)
    per_specificity = _ratio(counted - actual - predicted + hits, counted - actual)
    sensitivity = _mean_defined(per_sensitivity)
    return {
        "accuracy": _ratio(hits.sum(axis=-1), total),
        "precision": _mean_defined(np.where((predicted == 0) & (actual > 0), 0.0, per_precision)),
        "sensitivity": sensitivity,
        "f1": _mean_defined(per_f1),
        "specificity": _mean_defined(per_specificity),
        "mcc": _matthews(hits.sum(axis=-1), predicted, actual, counted[..., 0], convention),
        "balanced_accuracy": sensitivity,
        "undetected_share": _ratio(undetected.sum(axis=-1), total),
        "n_images": total,
        "n_undetected": undetected.sum(axis=-1),
        "per_class_sensitivity": per_sensitivity,
        "per_class_precision": per_precision,
        "per_class_f1": per_f1,
        "per_class_specificity": per_specificity,
    }


def confusion_counts(
    actual: Sequence[int] | NDArray[np.intp], voted: Sequence[int] | NDArray[np.intp], n_classes: int
) -> tuple[Array, Array]:
    """Return (confusion (K, K), undetected (K,)) from class indices; a vote of -1 is undetected."""
    table = np.zeros((n_classes, n_classes + 1))
    np.add.at(table, (np.asarray(actual, dtype=np.intp), np.asarray(voted, dtype=np.intp)), 1)
    return table[:, :n_classes], table[:, n_classes]


def _ratio(numerator: Array, denominator: Array) -> Array:
    """Divide; NaN where the denominator is 0."""
    safe = np.where(denominator > 0, denominator, 1.0)
    return np.where(denominator > 0, numerator / safe, np.nan)


def _mean_defined(values: Array) -> Array:
    """Mean over the last axis without NaN; NaN where nothing is defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.nanmean(values, axis=-1)


def _matthews(hits: Array, predicted: Array, actual: Array, counted: Array, convention: str) -> Array:
    """Multi-class Matthews correlation from the margins; 0 where a margin has one category only.

    In the strict convention `undetected` is a predicted category without an actual counterpart.
    """
    squares = (predicted**2).sum(axis=-1)
    if convention == "strict":
        squares = squares + (counted - predicted.sum(axis=-1)) ** 2
    covariance = hits * counted - (predicted * actual).sum(axis=-1)
    spread = (counted**2 - squares) * (counted**2 - (actual**2).sum(axis=-1))
    score = _ratio(covariance, np.sqrt(np.maximum(spread, 0.0)))
    return np.where((spread <= 0) & (counted > 0), 0.0, score)
