"""Training: settings, the compiled step, the loop, checkpoints."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mrcnn.data.sample import Sample
from mrcnn.training.config import TrainingConfig
from mrcnn.training.errors import (
    NonFiniteLossError,
    OutOfMemoryError,
    TrainingError,
    TrainingInterruptedError,
)
from mrcnn.training.progress import Progress

if TYPE_CHECKING:
    from mrcnn.training.loop import train
    from mrcnn.training.runtime import configure_runtime

__all__ = [
    "NonFiniteLossError",
    "OutOfMemoryError",
    "Progress",
    "Sample",
    "TrainingConfig",
    "TrainingError",
    "TrainingInterruptedError",
    "configure_runtime",
    "train",
]

_HOMES = {"train": "loop", "configure_runtime": "runtime"}


def __getattr__(name: str) -> Any:
    """Import what needs TensorFlow on first use: the settings do without."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mrcnn.training' has no attribute {name!r}")
    return getattr(import_module(f"mrcnn.training.{_HOMES[name]}"), name)
