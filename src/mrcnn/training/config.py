"""Settings of a training run, checked when they are made. Importing this imports no TensorFlow."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mrcnn.checks import Rule, check, choice, mapping, number, plain, whole
from mrcnn.config import LOSSES
from mrcnn.names import layer_names, select_layers

NAMES = ("loss", *LOSSES, "l2_loss", "grad_norm")
"""What a training step returns, in this order; ``loss`` is the weighted sum with the L2 penalty."""
COLUMNS = (
    "loss",
    *LOSSES,
    "l2_loss",
    "grad_norm",
    "learning_rate",
    "val_loss",
    *(f"val_{name}" for name in LOSSES),
)
"""Columns of the history that `monitor` can name, beside the metrics of `evaluate`."""
SCHEDULES = ("constant", "cosine", "step")


@dataclass(frozen=True)
class TrainingConfig:
    """How to train; the defaults are Matterport's where it has them.

    Attributes
    ----------
    learning_rate, momentum, gradient_clip_norm
        SGD with momentum (v = momentum v - rate g, w += v) on gradients clipped to this global norm.
    weight_decay
        Factor of the L2 penalty (each weight's sum of squares divided by its size; not on gamma and beta).
    epochs, steps_per_epoch
        An epoch is a number of steps; None means one pass over the training samples.
    batch_size
        Images per step, over all devices.
    layers
        What changes: ``heads``, ``3+``, ``4+``, ``5+``, ``all`` or a regular expression of layer names.
    schedule, warmup_steps
        ``constant``; ``cosine``: to zero at the last step; ``step``: a tenth after 2/3 and again after 8/9
        of the steps. The first `warmup_steps` steps rise linearly.
    early_stopping_patience
        Stop after so many validations without improvement; None never stops early.
    ema_decay
        Validate and store an exponential moving average of the weights instead of the last ones; None does not.
    loss_weights
        Factors of the five losses; missing ones are 1. Kept as pairs, so that nobody can change them.
    seed
        Of order, augmentation and sampling.
    augment
        Settings of `mrcnn.data.Augmentation` (flips, rotations, brightness); None augments nothing. Kept as pairs.
    monitor
        Column of the history that decides which weights are best; None takes the first metric of `evaluate`,
        else ``val_loss``, else ``loss``. Names with "loss" are minimised, others maximised.
    validate_every, checkpoint_every
        Epochs between validations and between checkpoints (the last epoch always has both).
    validation_losses
        Whether to measure losses on the validation samples (the first time takes some seconds of tracing).
    tensorboard
        Folder for TensorBoard's event files; None writes none.
    threads
        TensorFlow's threads; None leaves them alone. They can only be set before TensorFlow starts
        (`configure_runtime`).
    devices
        GPUs to share each batch among; None takes all there are.

    Raises
    ------
    ValueError
        If a value cannot be used; the message names key, value and what is allowed.
    """

    learning_rate: float = 0.001
    momentum: float = 0.9
    weight_decay: float = 1e-4
    gradient_clip_norm: float = 5.0
    epochs: int = 1
    steps_per_epoch: int | None = None
    batch_size: int = 2
    layers: str = "all"
    schedule: str = "constant"
    warmup_steps: int = 0
    early_stopping_patience: int | None = None
    ema_decay: float | None = None
    loss_weights: Mapping[str, float] | tuple[tuple[str, float], ...] = ()
    seed: int = 0
    augment: Mapping[str, Any] | tuple[tuple[str, Any], ...] | None = None
    monitor: str | None = None
    validate_every: int = 1
    checkpoint_every: int = 1
    validation_losses: bool = True
    tensorboard: str | Path | None = None
    threads: int | None = None
    devices: int | None = None

    def __post_init__(self) -> None:
        """Turn lists and mappings into tuples and check every value."""
        for entry in dataclasses.fields(self):
            if entry.name != "tensorboard":
                object.__setattr__(self, entry.name, plain(getattr(self, entry.name)))
        check(self, _RULES)
        try:
            select_layers(layer_names(), self.layers)
        except ValueError as error:
            raise ValueError(f"TrainingConfig: {error}") from None

    def identity(self) -> dict[str, Any]:
        """Return the settings that decide the result of the first epochs: a run may only be resumed with these."""
        free = {
            "validate_every",
            "validation_losses",
            "checkpoint_every",
            "tensorboard",
            "threads",
            "early_stopping_patience",
        }
        if self.schedule == "constant":
            free.add("epochs")
        values = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self)}
        return {k: v for k, v in values.items() if k not in free}


_COUNT = whole(1)
_RULES: dict[str, Rule] = {
    "learning_rate": number(0, above=True),
    "momentum": number(0, 1, below=True),
    "weight_decay": number(0),
    "gradient_clip_norm": number(0, above=True),
    **dict.fromkeys(("epochs", "batch_size", "validate_every", "checkpoint_every"), _COUNT),
    **dict.fromkeys(("steps_per_epoch", "early_stopping_patience", "threads", "devices"), _COUNT.optional()),
    "layers": Rule(lambda v: isinstance(v, str) and bool(v), "a selection of layers such as all or heads"),
    "schedule": choice(*SCHEDULES),
    "warmup_steps": whole(0),
    "ema_decay": number(0, 1, above=True, below=True).optional(),
    "loss_weights": mapping(dict.fromkeys(LOSSES, number(0))),
    "seed": whole(0, 2**31 - 1),
    "augment": mapping(
        {
            "flips": choice(True, False),
            "rotations": choice(True, False),
            "brightness": number(0, 1, below=True),
        }
    ).optional(),
    "monitor": Rule(
        lambda v: isinstance(v, str) and v.isidentifier(), "the name of a column of the history"
    ).optional(),
    "validation_losses": choice(True, False),
    "tensorboard": Rule(lambda v: isinstance(v, str | Path), "a folder").optional(),
}
