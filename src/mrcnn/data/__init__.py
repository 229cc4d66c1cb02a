"""Data for the network: samples, resizing, molding, masks, RPN targets and the input pipeline."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mrcnn.data.masks import MaskCrop
from mrcnn.data.sample import Sample

if TYPE_CHECKING:
    from mrcnn.data.augment import Augmentation
    from mrcnn.data.batches import Batches

__all__ = ["Augmentation", "Batches", "MaskCrop", "Sample"]

_HOMES = {"Augmentation": "mrcnn.data.augment", "Batches": "mrcnn.data.batches"}


def __getattr__(name: str) -> Any:
    """Import what needs TensorFlow on first use: `Sample` and the NumPy functions do without."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mrcnn.data' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
