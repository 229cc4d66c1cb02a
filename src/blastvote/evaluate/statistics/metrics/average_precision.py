"""Detection scores of pooled runs: Matterport's and COCO's AP of any weighting of the images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.evaluate.scoring.coco import IGNORED, RankedClass, average_precisions, rank
from blastvote.evaluate.scoring.run_scores import RunScores
from blastvote.evaluate.statistics.resampling import Array, mean_defined
from blastvote.evaluate.statistics.study import Study

AP50, AP75 = 0, 5


@dataclass(frozen=True)
class PooledDetections:
    """The annotated images of one method, seed and split, folds together.

    Attributes
    ----------
    images : DataFrame
        As `RunScores.images`, with a column `fold`; only annotated images.
    detections : DataFrame
        As `RunScores.detections`, `image` being a row of `images` here.
    mask_flags, box_flags : ndarray, (D, 10) uint8
    true_counts : ndarray, (N, K) int64
    pairs : ndarray, (P, 3) int64
    quality, boundaries : ndarray
        As in `RunScores`.
    n_unannotated : int
        Images of the split that have no annotation and no part in any of these numbers.
    """

    images: pd.DataFrame
    detections: pd.DataFrame
    mask_flags: NDArray[np.uint8]
    box_flags: NDArray[np.uint8]
    true_counts: NDArray[np.int64]
    pairs: NDArray[np.int64]
    quality: NDArray[np.float64]
    boundaries: NDArray[np.float64]
    n_unannotated: int

    def keys(self) -> list[str]:
        """Return a name for each row that is the same in every run."""
        return [
            f"fold {fold} {name}"
            for fold, name in zip(self.images["fold"], self.images["sample_id"], strict=True)
        ]

    def subset(self, kept: NDArray[np.bool_]) -> "PooledDetections":
        """Return the images where `kept` (N,) is true, renumbered."""
        number = np.cumsum(kept) - 1
        rows = kept[self.detections["image"].to_numpy(dtype=np.intp)]
        found = self.detections[rows]
        pairs = self.pairs[kept[self.pairs[:, 0]]].copy()
        pairs[:, 0] = number[pairs[:, 0]]
        return PooledDetections(
            images=self.images[kept].reset_index(drop=True),
            detections=found.assign(image=number[found["image"].to_numpy(dtype=np.intp)]).reset_index(
                drop=True
            ),
            mask_flags=self.mask_flags[rows],
            box_flags=self.box_flags[rows],
            true_counts=self.true_counts[kept],
            pairs=pairs,
            quality=self.quality[kept],
            boundaries=self.boundaries[kept],
            n_unannotated=self.n_unannotated,
        )

    def ranked(self, boxes: bool = False, min_confidence: float = 0.0) -> list[RankedClass]:
        """Return the ranked detections of each class, from a score on."""
        kept = self.detections["score"].to_numpy() >= min_confidence
        flags = self.box_flags if boxes else self.mask_flags
        found = self.detections[kept]
        return rank(
            found["image"].to_numpy(),
            found["class_index"].to_numpy(),
            found["score"].to_numpy(),
            flags[kept],
            self.true_counts,
        )


def pooled_detections(study: Study, method: str, seed: int, split: str) -> PooledDetections:
    """Return the annotated images of a split (`val`, `test` or `unseen`) over all folds.

    In k-fold the out-of-fold test images of all folds form one set, as the paper's accuracy asks for; COCO AP
    then ranks the scores of several trainings in one list.
    """
    parts = []
    missing = 0
    for run in study.runs[method, seed]:
        images = run.scores.images
        wanted = (images["role"] == ("val" if split == "val" else "test")).to_numpy(dtype=bool)
        if split == "unseen":
            wanted = wanted & ~images["seen"].to_numpy(dtype=bool)
        annotated = images["annotated"].to_numpy(dtype=bool)
        missing += int((wanted & ~annotated).sum())
        parts.append(_select(run.scores, wanted & annotated, run.fold))
    start = np.cumsum([0, *(len(part.images) for part in parts)])
    detections = [
        part.detections.assign(image=part.detections["image"] + offset)
        for part, offset in zip(parts, start[:-1], strict=True)
    ]
    pairs = [part.pairs + np.array([offset, 0, 0]) for part, offset in zip(parts, start[:-1], strict=True)]
    return PooledDetections(
        images=pd.concat([part.images for part in parts], ignore_index=True),
        detections=pd.concat(detections, ignore_index=True),
        mask_flags=np.concatenate([part.mask_flags for part in parts]),
        box_flags=np.concatenate([part.box_flags for part in parts]),
        true_counts=np.concatenate([part.true_counts for part in parts]),
        pairs=np.concatenate(pairs),
        quality=np.concatenate([part.quality for part in parts]),
        boundaries=np.concatenate([part.boundaries for part in parts]),
        n_unannotated=missing,
    )


def _select(scores: RunScores, wanted: NDArray[np.bool_], fold: int) -> PooledDetections:
    """Return the wanted images of one run."""
    every = PooledDetections(
        images=scores.images.assign(fold=fold),
        detections=scores.detections,
        mask_flags=scores.mask_flags,
        box_flags=scores.box_flags,
        true_counts=scores.true_counts,
        pairs=scores.pairs,
        quality=scores.quality,
        boundaries=scores.boundaries,
        n_unannotated=0,
    )
    return every.subset(wanted)


def metric_names(class_names: Sequence[str]) -> list[str]:
    """Return the metrics that `detection_metrics` gives, in its order."""
    return ["ap50_matterport", "ap_matterport_range", "ap50", "ap75", "ap", *(f"ap_{n}" for n in class_names)]


def detection_metrics(
    pooled: PooledDetections, ranked: Sequence[RankedClass], weights: NDArray[np.int64]
) -> Array:
    """Return every metric of `metric_names` for every weighting of the images.

    Parameters
    ----------
    pooled
        The images.
    ranked
        `pooled.ranked()`; passed in because it is the same for all weightings.
    weights : ndarray, (B, N) int64

    Returns
    -------
    ndarray, (5 + K, B) float64
        Matterport's AP is the weighted mean of the images' APs; an image without cells in which nothing was
        found has none. COCO's is the mean over the classes that have cells.
    """
    per_class = average_precisions(ranked, weights)
    levels = mean_defined(per_class, axis=2)
    columns = [
        weighted_mean(pooled.images["ap_matterport"].to_numpy(), weights),
        weighted_mean(pooled.images["ap_matterport_range"].to_numpy(), weights),
        levels[:, AP50],
        levels[:, AP75],
        levels.mean(axis=1),
        *per_class.mean(axis=1).T,
    ]
    return np.stack(columns)


def box_metrics(pooled: PooledDetections) -> dict[str, float]:
    """Return COCO's AP on boxes: box_ap50, box_ap75 and box_ap."""
    levels = mean_defined(average_precisions(pooled.ranked(boxes=True)), axis=2)[0]
    return {
        "box_ap50": float(levels[AP50]),
        "box_ap75": float(levels[AP75]),
        "box_ap": float(levels.mean()),
    }


def weighted_mean(values: Array, weights: NDArray[np.int64], number: Array | None = None) -> Array:
    """Return the means (B,) of values (N,) under weights (B, N), without undefined values.

    Each value is the mean of `number` (N,) items, all of which count alike; of one, where left out.
    """
    defined = np.isfinite(values) * (1.0 if number is None else number)
    total = weights @ defined
    summed = weights @ (np.where(np.isfinite(values), values, 0.0) * defined)
    return np.divide(summed, total, out=np.full(len(total), np.nan), where=total > 0)


def counted(pooled: PooledDetections) -> NDArray[np.bool_]:
    """Return which detections have a COCO verdict on masks at IoU 0.5 (not matched to a crowd): (D,)."""
    return pooled.mask_flags[:, AP50] != IGNORED
