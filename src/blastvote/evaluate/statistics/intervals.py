"""Estimates, spreads over seeds and bootstrap intervals of all methods at once, on common draws."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastvote.evaluate.statistics.average_precision import PooledDetections, detection_metrics, metric_names
from blastvote.evaluate.statistics.classification import METRICS, score_arrays
from blastvote.evaluate.statistics.resampling import (
    Array,
    BootstrapResult,
    BootstrapSettings,
    bootstrap,
    mean_defined,
    spread,
)
from blastvote.evaluate.statistics.study import PooledVotes, Study, same_images

Key = tuple[str, int]
Weights = NDArray[np.int64]


@dataclass(frozen=True)
class Intervals:
    """Metrics of all methods on one set of images.

    Attributes
    ----------
    metrics : tuple of str
    by_seed : dict
        (method, seed) to its metrics (M,).
    mean, spread, low, high : dict
        Method to metrics (M,): mean and standard deviation over seeds, and the bootstrap interval of the
        mean. The spread is that of training (seeds), the interval that of sampling (images); neither holds
        the other.
    differences : dict
        (method a, method b) to the bootstrap of a minus b, on the same draws.
    """

    metrics: tuple[str, ...]
    by_seed: Mapping[Key, Array]
    mean: Mapping[str, Array]
    spread: Mapping[str, Array]
    low: Mapping[str, Array]
    high: Mapping[str, Array]
    differences: Mapping[tuple[str, str], BootstrapResult]


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

    return _intervals(
        study,
        metric_names(study.class_names),
        of_key,
        image_ids,
        [study.labels.get(name, "") for name in image_ids],
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

    return _intervals(
        study,
        classification_metric_names(study.class_names),
        of_key,
        first.image_ids,
        [study.class_names[number] for number in first.actual],
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


def _intervals(
    study: Study,
    metrics: Sequence[str],
    of_key: Callable[[Key, Weights], Array],
    image_ids: Sequence[str],
    labels: Sequence[str],
    settings: BootstrapSettings,
    pairs: Sequence[tuple[str, str]],
) -> Intervals:
    once = np.ones((1, len(image_ids)), dtype=np.int64)
    by_seed = {(m, s): of_key((m, s), once)[:, 0] for m in study.methods for s in study.seeds}
    over_seeds = {m: np.stack([by_seed[m, s] for s in study.seeds]) for m in study.methods}

    def statistic(weights: Weights) -> Array:
        means = {
            method: mean_defined(np.stack([of_key((method, seed), weights) for seed in study.seeds]), axis=0)
            for method in study.methods
        }
        return np.concatenate([*means.values(), *(means[a] - means[b] for a, b in pairs)])

    result = bootstrap(statistic, study.unit_of(image_ids), labels, settings)
    size = len(metrics)
    blocks = [slice(start, start + size) for start in range(0, len(result.estimate), size)]
    methods = dict(zip(study.methods, blocks, strict=False))
    return Intervals(
        metrics=tuple(metrics),
        by_seed=by_seed,
        mean={method: result.estimate[block] for method, block in methods.items()},
        spread={method: spread(values, axis=0) for method, values in over_seeds.items()},
        low={method: result.low[block] for method, block in methods.items()},
        high={method: result.high[block] for method, block in methods.items()},
        differences={
            pair: BootstrapResult(
                result.estimate[block],
                result.low[block],
                result.high[block],
                result.draws[block],
                result.n_units,
            )
            for pair, block in zip(pairs, blocks[len(study.methods) :], strict=True)
        },
    )
