"""F1, panoptic quality and boundary distances of pooled runs, for any weighting of the images."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from blastvote.evaluate.scoring.quality import LEVELS
from blastvote.evaluate.statistics.intervals import Intervals, Key, intervals_of
from blastvote.evaluate.statistics.metrics.average_precision import PooledDetections, weighted_mean
from blastvote.evaluate.statistics.resampling import Array, BootstrapSettings, mean_defined
from blastvote.evaluate.statistics.study import Study, same_images

OVERLAP_METRICS = ("f1", "sq", "rq", "pq")
BOUNDARY_METRICS = ("boundary_mean_px", "boundary_p95_px", "boundary_mean_um", "boundary_p95_um")


def quality_names() -> list[tuple[str, float]]:
    """Return metric and IoU of each row of `quality_metrics`; boundaries are those of matches from 0.5 on."""
    overlaps = [(metric, level) for metric in OVERLAP_METRICS for level in LEVELS]
    return overlaps + [(metric, LEVELS[0]) for metric in BOUNDARY_METRICS]


def quality_metrics(pooled: PooledDetections, um_per_px: Array, weights: NDArray[np.int64]) -> Array:
    """Return every metric of `quality_names` for every weighting of the images.

    `f1` counts the cells of all classes together. `sq`, `rq` and `pq` are means over classes (Kirillov 2019): of a
    class, `rq` is its F1, `sq` the mean IoU of its matched cells (undefined without any), `pq` their product. A class
    without cells and detections is left out. Boundary distances are means over matched cells.

    Parameters
    ----------
    pooled
        The images.
    um_per_px : ndarray, (N,)
        Pixel sizes; NaN where unknown, which leaves the image out of the distances in micrometres.
    weights : ndarray, (B, N) int64

    Returns
    -------
    ndarray, (24, B) float64
    """
    size = pooled.quality.shape[1:]
    counts = (weights @ pooled.quality.reshape(len(pooled.quality), -1)).reshape(len(weights), *size)
    hits, false, missed, overlap = np.moveaxis(counts, -1, 0)
    wrong = (false + missed) / 2
    # (B, K, 5) each, and their means over classes.
    sq, rq, pq = _ratio(overlap, hits), _ratio(hits, hits + wrong), _ratio(overlap, hits + wrong)
    f1 = _ratio(hits.sum(axis=1), (hits + wrong).sum(axis=1))
    over_classes = [mean_defined(part, axis=1) for part in (sq, rq, pq)]
    number = pooled.boundaries[:, 0]
    means = _ratio(pooled.boundaries[:, 1:], number[:, None])
    distances = [
        weighted_mean(means[:, column] * scale, weights, number)
        for scale in (np.ones(len(number)), um_per_px)
        for column in (0, 1)
    ]
    return np.concatenate([f1.T, *(part.T for part in over_classes), np.stack(distances)])


def quality_intervals(
    study: Study,
    pooled: Mapping[Key, PooledDetections],
    settings: BootstrapSettings,
) -> Intervals:
    """Return the metrics of `quality_names` of one split, with intervals; names are metric, a blank and the IoU."""
    same_images({key: entry.keys() for key, entry in pooled.items()})
    image_ids = next(iter(pooled.values())).images["image_id"].astype(str).tolist()
    um_per_px = np.array([study.pixel_sizes.get(name, np.nan) for name in image_ids])
    return intervals_of(
        study,
        [f"{metric} {level}" for metric, level in quality_names()],
        lambda key, weights: quality_metrics(pooled[key], um_per_px, weights),
        (image_ids, [study.labels.get(name, "") for name in image_ids]),
        settings,
        (),
    )


def _ratio(part: Array, whole: Array) -> Array:
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole > 0)
