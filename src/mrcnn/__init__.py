"""Mask R-CNN on Keras 3 / TensorFlow 2, faithful to Matterport.

Names are imported when they are first used, so that ``import mrcnn`` costs nothing and ``mrcnn.config`` needs no
TensorFlow.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mrcnn.config import MaskRCNNConfig
    from mrcnn.data import MaskCrop
    from mrcnn.model import MaskRCNN
    from mrcnn.names import HEADS
    from mrcnn.training import Progress, Sample, TrainingConfig, configure_runtime, train
    from mrcnn.weights.metadata import read_metadata, write_metadata
    from mrcnn.weights.sources import resolve_weights

_HOMES = {
    "HEADS": "mrcnn.names",
    "MaskRCNN": "mrcnn.model",
    "MaskRCNNConfig": "mrcnn.config",
    "MaskCrop": "mrcnn.data",
    "Progress": "mrcnn.training",
    "Sample": "mrcnn.data",
    "TrainingConfig": "mrcnn.training",
    "configure_runtime": "mrcnn.training",
    "read_metadata": "mrcnn.weights.metadata",
    "resolve_weights": "mrcnn.weights.sources",
    "train": "mrcnn.training",
    "write_metadata": "mrcnn.weights.metadata",
}

__all__ = [
    "HEADS",
    "MaskCrop",
    "MaskRCNN",
    "MaskRCNNConfig",
    "Progress",
    "Sample",
    "TrainingConfig",
    "configure_runtime",
    "read_metadata",
    "resolve_weights",
    "train",
    "write_metadata",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mrcnn' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
