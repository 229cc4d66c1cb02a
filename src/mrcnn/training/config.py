"""Settings of a training run, checked when they are made. Importing this imports no TensorFlow."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mrcnn.config import LOSSES, PRECISIONS

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
        Factors of the five losses; missing ones come from the network's configuration.
    seed
        Of order, augmentation and sampling.
    augment
        Settings of `mrcnn.data.Augmentation` (flips, rotations, brightness); None augments nothing.
    precision
        None takes that of the model. ``mixed_bfloat16`` and ``mixed_float16`` hold while training only.
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
    loss_weights: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    augment: Mapping[str, Any] | None = None
    precision: str | None = None
    monitor: str | None = None
    validate_every: int = 1
    checkpoint_every: int = 1
    validation_losses: bool = True
    tensorboard: str | Path | None = None
    threads: int | None = None
    devices: int | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        for key in ("epochs", "batch_size", "validate_every", "checkpoint_every"):
            self._require(key, _whole(1), "a whole number of at least 1")
        for key in ("steps_per_epoch", "early_stopping_patience", "threads", "devices"):
            self._require(key, lambda v: v is None or _whole(1)(v), "a whole number of at least 1, or None")
        for key in ("warmup_steps", "seed"):
            self._require(key, _whole(0), "a whole number of at least 0")
        self._require("seed", lambda v: v < 2**31, "below 2**31")
        self._require("learning_rate", lambda v: v > 0, "a number above 0")
        self._require("gradient_clip_norm", lambda v: v > 0, "a number above 0")
        self._require("momentum", lambda v: 0 <= v < 1, "a number from 0 to below 1")
        self._require("weight_decay", lambda v: v >= 0, "a number of at least 0")
        self._require("ema_decay", lambda v: v is None or 0 < v < 1, "a number between 0 and 1, or None")
        self._require("schedule", lambda v: v in SCHEDULES, "one of " + ", ".join(SCHEDULES))
        self._require("tensorboard", lambda v: v is None or isinstance(v, str | Path), "a folder, or None")
        allowed = (None, *PRECISIONS)
        self._require("precision", lambda v: v in allowed, "None or one of " + ", ".join(PRECISIONS))
        self._require(
            "layers", lambda v: isinstance(v, str) and v, "a selection of layers such as all or heads"
        )
        self._require(
            "loss_weights",
            lambda v: set(v) <= set(LOSSES) and all(w >= 0 for w in v.values()),
            "weights of at least 0, of some of " + ", ".join(LOSSES),
        )
        known = {"flips", "rotations", "brightness"}
        self._require(
            "augment",
            lambda v: v is None or set(v) <= known,
            "None or settings of " + ", ".join(sorted(known)),
        )

    def _require(self, key: str, good: Any, expected: str) -> None:
        value = getattr(self, key)
        try:
            accepted = bool(good(value))
        except (TypeError, AttributeError):
            accepted = False
        if not accepted:
            raise ValueError(f"TrainingConfig: {key} is {value!r}; it must be {expected}")

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
        plain = {k: dict(v) if isinstance(v, Mapping) else v for k, v in values.items()}
        return {k: v for k, v in plain.items() if k not in free}


def _whole(least: int) -> Any:
    return lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= least
