"""The measures after each epoch: both mAP conventions on the validation samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from blastvote.evaluate.scoring.coco import average_precisions, rank
from blastvote.evaluate.scoring.ground_truth import read_ground_truth
from blastvote.evaluate.scoring.run import score_run
from blastvote.segmentation.detect import coco_results
from mrcnn import MaskRCNN, Sample


class Validation:
    """Detects in the validation samples and scores the cells as the final tables do.

    Parameters
    ----------
    samples
        Annotated validation samples.
    ground_truth
        COCO files of the originals and of the flipped copies.
    splits
        `splits.csv`; of it the validation rows of `fold` are used.
    fold
        The run's fold.
    class_names
        Names of the classes 1..K.
    min_confidence
        From which score on a cell counts for Matterport's AP; COCO's takes all that the model detects.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        ground_truth: Sequence[Path | str],
        splits: pd.DataFrame,
        fold: int,
        class_names: Sequence[str],
        min_confidence: float,
    ) -> None:
        self.samples = samples
        self.truth = read_ground_truth([Path(path) for path in ground_truth])
        self.splits = splits[(splits["fold"] == fold) & (splits["role"] == "val")]
        self.fold = fold
        self.class_names = list(class_names)
        self.min_confidence = min_confidence

    def __call__(self, model: MaskRCNN) -> dict[str, float]:
        """Return ``val_ap50_matterport`` and ``val_ap50`` (COCO), on masks, as fractions."""
        found = model.detect([sample.read_image() for sample in self.samples])
        results = [
            result
            for sample, detections in zip(self.samples, found, strict=True)
            for result in coco_results(sample.image_id, detections)
        ]
        scores = score_run(results, self.truth, self.splits, self.fold, self.class_names, self.min_confidence)
        cells = scores.detections
        ranked = rank(
            cells["image"].to_numpy(),
            cells["class_index"].to_numpy(),
            cells["score"].to_numpy(),
            scores.mask_flags,
            scores.true_counts,
        )
        by_class = average_precisions(ranked)[0, 0]
        return {
            "val_ap50_matterport": float(scores.images["ap_matterport"].mean()),
            "val_ap50": float(np.nanmean(by_class)) if np.isfinite(by_class).any() else float("nan"),
        }
