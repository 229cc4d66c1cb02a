"""The measures after each epoch: both mAP conventions on the validation samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blastvote.dataset.augment import sample_id
from blastvote.dataset.truth import Truth
from blastvote.evaluate.scoring.coco import average_precisions, rank
from blastvote.evaluate.scoring.run import score_run
from blastvote.scale.framing import Framing
from blastvote.segmentation.detect import CellFinder
from blastvote.segmentation.run import RunData
from mrcnn import MaskRCNN


class Validation:
    """Detects in the validation images and scores the cells as the final tables do.

    Parameters
    ----------
    data
        Of its splits the validation rows are used; one image at a time is read and held.
    truth
        The true cells.
    class_names
        Names of the classes 1..K.
    min_confidence
        From which score on a cell counts for Matterport's AP; COCO's takes all that the model detects.
    framing
        Pixel size and tiles; None for whole images.
    """

    def __init__(
        self,
        data: RunData,
        truth: Truth,
        class_names: Sequence[str],
        min_confidence: float,
        framing: Framing | None = None,
    ) -> None:
        self.data, self.truth, self.framing = data, truth, framing
        self.splits, self.fold = data.splits[data.splits["role"] == "val"], data.fold
        self.class_names, self.min_confidence = list(class_names), min_confidence
        self._finder: CellFinder | None = None  # one graph for all epochs

    def __call__(self, model: MaskRCNN) -> dict[str, float]:
        """Return ``val_ap50_matterport`` and ``val_ap50`` (COCO), on masks, as fractions."""
        if self._finder is None or self._finder.model is not model:
            self._finder = CellFinder(model, self.framing)
        results = []
        for row in self.data.rows("val"):
            results += self._finder.find([(sample_id(*row), self.data.files.read(*row))])
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
