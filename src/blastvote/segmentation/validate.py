"""The measures after each epoch: both mAP conventions on the validation samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blastvote.dataset.truth import Truth
from blastvote.evaluate.scoring.coco import average_precisions, rank
from blastvote.evaluate.scoring.run import score_run
from blastvote.segmentation.detect import coco_results
from blastvote.segmentation.run import RunData
from mrcnn import MaskRCNN, Sample


class Validation:
    """Detects in the validation samples and scores the cells as the final tables do.

    Parameters
    ----------
    samples
        Annotated validation samples; one image at a time is read and held.
    truth
        The true cells.
    data
        Of its splits the validation rows are used.
    class_names
        Names of the classes 1..K.
    min_confidence
        From which score on a cell counts for Matterport's AP; COCO's takes all that the model detects.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        truth: Truth,
        data: RunData,
        class_names: Sequence[str],
        min_confidence: float,
    ) -> None:
        self.samples, self.truth = samples, truth
        self.splits, self.fold = data.splits[data.splits["role"] == "val"], data.fold
        self.class_names, self.min_confidence = list(class_names), min_confidence

    def __call__(self, model: MaskRCNN) -> dict[str, float]:
        """Return ``val_ap50_matterport`` and ``val_ap50`` (COCO), on masks, as fractions."""
        results = []
        for sample in self.samples:
            image = sample.read_image()
            (detections,) = model.detect_crops([image])
            results += coco_results(sample.image_id, image.shape[:2], detections)
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
