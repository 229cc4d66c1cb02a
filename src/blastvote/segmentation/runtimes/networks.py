"""The networks of a model as functions of NumPy arrays, whatever runs them."""

from __future__ import annotations

from dataclasses import dataclass

from blastvote.segmentation.objects import DetectTiles
from blastvote.segmentation.subtypes import CropLogits


@dataclass(frozen=True)
class Networks:
    """The networks of a model, ready to run.

    Attributes
    ----------
    detect
        Mask R-CNN.
    subtype_logits
        The network that tells subtypes apart, where the model has one.
    check_logits
        The cell check, where the model has one.
    """

    detect: DetectTiles
    subtype_logits: CropLogits | None = None
    check_logits: CropLogits | None = None
