"""Estimates with two intervals each: over trainings and images together, and over images alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastvote.evaluate.statistics.crossed import Crossed, crossed, no_difference, wilson
from blastvote.evaluate.statistics.influence import influences
from blastvote.evaluate.statistics.metrics.average_precision import (
    PooledDetections,
    detection_metrics,
    metric_names,
)
from blastvote.evaluate.statistics.metrics.classification import METRICS, score_arrays
from blastvote.evaluate.statistics.metrics.ranges import range_of
from blastvote.evaluate.statistics.resampling import (
    Array,
    BootstrapSettings,
    bootstrap,
    mean_defined,
    spread,
)
from blastvote.evaluate.statistics.sampling import Sampling, make_sampling
from blastvote.evaluate.statistics.study import PooledVotes, Study, same_images

Key = tuple[str, int]
Pair = tuple[str, str]
Weights = NDArray[np.int64]


@dataclass(frozen=True)
class Estimates:
    """M estimates (means over seeds, or differences of them) with their intervals.

    Attributes
    ----------
    value : ndarray, (M,)
    low, high : ndarray, (M,)
        Over trainings and images together; NaN with one seed.
    images_low, images_high : ndarray, (M,)
        Over images alone, these trainings given.
    crossed : Crossed
        What the first interval comes from.
    """

    value: Array
    low: Array
    high: Array
    images_low: Array
    images_high: Array
    crossed: Crossed


@dataclass(frozen=True)
class Intervals:
    """Metrics of all methods on one set of images.

    Attributes
    ----------
    metrics : tuple of str
    by_seed : dict
        (method, seed) to its metrics (M,).
    spread : dict
        Method to the standard deviation over seeds (M,).
    scores : dict
        Method to its estimates.
    differences : dict
        (method a, method b) to the estimates of a minus b, paired by seed and by image.
    influences : dict
        (method, seed) to the influence of each image on each metric (M, N).
    sampling : Sampling
        The units of the images.
    """

    metrics: tuple[str, ...]
    by_seed: Mapping[Key, Array]
    spread: Mapping[str, Array]
    scores: Mapping[str, Estimates]
    differences: Mapping[Pair, Estimates]
    influences: Mapping[Key, Array]
    sampling: Sampling


def detection_intervals(
    study: Study,
    pooled: Mapping[Key, PooledDetections],
    settings: BootstrapSettings,
    pairs: Sequence[tuple[str, str]] = (),
) -> Intervals:
    """Return the detection metrics (`detection.metric_names`) of one split, with intervals.

    Images are drawn with their patient where it is known, stratified by label. Several samples of one source
    image (validation copies, or an image that validates in several folds) are drawn together.
    """
    same_images({key: entry.keys() for key, entry in pooled.items()})
    image_ids = next(iter(pooled.values())).images["image_id"].astype(str).tolist()
    ranked = {key: entry.ranked() for key, entry in pooled.items()}

    def of_key(key: Key, weights: Weights) -> Array:
        return detection_metrics(pooled[key], ranked[key], weights)

    return intervals_of(
        study,
        metric_names(study.class_names),
        of_key,
        (image_ids, [study.labels.get(name, "") for name in image_ids]),
        settings,
        pairs,
    )


def classification_intervals(
    study: Study,
    votes: Mapping[Key, PooledVotes],
    convention: str,
    settings: BootstrapSettings,
    pairs: Sequence[tuple[str, str]] = (),
) -> Intervals:
    """Return the classification metrics, per-class ones included, of one subset, with intervals."""
    same_images({key: entry.image_ids for key, entry in votes.items()})
    first = next(iter(votes.values()))
    n_classes = len(study.class_names)
    cells = {key: _one_hot(entry, n_classes) for key, entry in votes.items()}

    def of_key(key: Key, weights: Weights) -> Array:
        counts = (weights @ cells[key]).reshape(len(weights), n_classes, n_classes + 1)
        scores = score_arrays(counts[..., :n_classes], counts[..., n_classes], convention)
        per_class = [scores[f"per_class_{name}"].T for name in ("sensitivity", "precision", "f1")]
        flat = [scores[name] for name in (*METRICS, "undetected_share", "n_images", "n_undetected")]
        return np.concatenate([np.stack(flat), *per_class])

    return intervals_of(
        study,
        classification_metric_names(study.class_names),
        of_key,
        (first.image_ids, [study.class_names[number] for number in first.actual]),
        settings,
        pairs,
    )


def classification_metric_names(class_names: Sequence[str]) -> list[str]:
    """Return the metrics of `classification_intervals`, in its order."""
    per_class = [f"{metric}_{name}" for metric in ("sensitivity", "precision", "f1") for name in class_names]
    return [*METRICS, "undetected_share", "n_images", "n_undetected", *per_class]


def _one_hot(votes: PooledVotes, n_classes: int) -> Array:
    """Return which cell of the (K, K + 1) table each image falls in: (N, K * (K + 1))."""
    column = np.where(votes.voted >= 0, votes.voted, n_classes)
    table = np.zeros((len(votes.actual), n_classes * (n_classes + 1)))
    table[np.arange(len(table)), votes.actual * (n_classes + 1) + column] = 1.0
    return table


def intervals_of(
    study: Study,
    metrics: Sequence[str],
    of_key: Callable[[Key, Weights], Array],
    images: tuple[Sequence[str], Sequence[str]],
    settings: BootstrapSettings,
    pairs: Sequence[Pair],
) -> Intervals:
    """Return metrics of all arms on one set of images, with both intervals and paired differences.

    Parameters
    ----------
    study
        Its arms, seeds and patients.
    metrics
        M names.
    of_key
        Takes (method, seed) and weights (B, N) of the images and returns the metrics (M, B).
    images
        Ids and labels of the N images.
    settings
        Of the bootstrap over images.
    pairs
        Arms whose differences are wanted.
    """
    image_ids, labels = images
    sampling = make_sampling(study.unit_of(image_ids), labels)
    once = np.ones((1, len(image_ids)), dtype=np.int64)
    by_seed = {key: of_key(key, once)[:, 0] for key in study.keys}
    of_image = {
        key: influences(lambda weights, key=key: of_key(key, weights), len(image_ids))  # type: ignore[misc]
        for key in study.keys
    }

    def means(weights: Weights) -> Array:
        of_arm = {
            arm: mean_defined(np.stack([of_key((arm, seed), weights) for seed in study.seeds]), axis=0)
            for arm in study.arms
        }
        return np.concatenate([*of_arm.values(), *(of_arm[a] - of_arm[b] for a, b in pairs)])

    drawn = bootstrap(means, sampling, settings)
    blocks = [slice(start, start + len(metrics)) for start in range(0, len(drawn.estimate), len(metrics))]
    limits = [(drawn.estimate[block], drawn.low[block], drawn.high[block]) for block in blocks]
    values = {arm: np.stack([by_seed[arm, seed] for seed in study.seeds]) for arm in study.arms}
    parts = {
        arm: np.stack([sampling.sums(of_image[arm, seed]) for seed in study.seeds]) for arm in study.arms
    }
    level = settings.confidence_level
    scores = {
        arm: _score(metrics, found, crossed(values[arm], parts[arm], sampling), level)
        for arm, found in zip(study.arms, limits, strict=False)
    }
    differences = {
        (a, b): _difference(
            metrics, found, crossed(values[a] - values[b], parts[a] - parts[b], sampling), level
        )
        for (a, b), found in zip(pairs, limits[len(study.arms) :], strict=True)
    }
    over_seeds = {arm: spread(found, axis=0) for arm, found in values.items()}
    return Intervals(tuple(metrics), by_seed, over_seeds, scores, differences, of_image, sampling)


def _score(
    metrics: Sequence[str], drawn: tuple[Array, Array, Array], both: Crossed, level: float
) -> Estimates:
    """Return the estimates of one method; an interval without width at 0 or 1 becomes Wilson's."""
    value, low, high = (part.copy() for part in drawn)
    ranges = np.array([range_of(name) for name in metrics]).T
    fraction = (ranges[0] == 0) & (ranges[1] == 1)
    certain = fraction & (low == high) & ((value == 0) | (value == 1))
    if certain.any():
        least, most = wilson(np.clip(value, 0, 1), both.n_units, level)
        low[certain], high[certain] = least[certain], most[certain]
    with np.errstate(all="ignore"):
        inside = both.score_interval(level, ranges[0], ranges[1])
    above = both.positive_interval(level)
    distance = (ranges[0] == 0) & np.isinf(ranges[1])
    least, most = (np.where(distance, above[side], inside[side]) for side in (0, 1))
    return Estimates(value, least, most, low, high, both)


def _difference(
    metrics: Sequence[str], drawn: tuple[Array, Array, Array], both: Crossed, level: float
) -> Estimates:
    """Return the estimates of a difference; [0, 0] becomes what so many units can hide."""
    value, low, high = (part.copy() for part in drawn)
    same = (low == 0) & (high == 0)
    reach = no_difference(both.n_units, level)
    low[same], high[same] = -reach, reach
    largest = np.array([np.subtract(*range_of(name)[::-1]) for name in metrics])
    least, most = (np.clip(limit, -largest, largest) for limit in both.difference_interval(level))
    return Estimates(value, least, most, low, high, both)
