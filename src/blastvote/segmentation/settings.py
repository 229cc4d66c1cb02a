"""What the configuration says of network and training, as `mrcnn` takes it. Importing this imports no TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.wording import suggest
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.config import COLUMNS, TrainingConfig

_WEIGHTS = Path(__file__).parent.parent / "weights"
SHIPPED = {
    "smears": _WEIGHTS / "smears_resnet18_half.weights.h5",
    "starter": _WEIGHTS / "starter_resnet18_half.weights.h5",
}
"""Weights that come with blastvote, by the name that ``model.weights`` gives them (pretraining/README.md)."""


def network_config(
    model: Mapping[str, Any], training: Mapping[str, Any], class_names: Sequence[str], **changes: Any
) -> MaskRCNNConfig:
    """Return the network's configuration: background and `class_names` are its classes.

    Raises
    ------
    InputError
        If an option is unknown or cannot be used.
    """
    settings = {
        "num_classes": 1 + len(class_names),
        "backbone": model["backbone"],
        "image_min_dim": model["image_size"],
        "image_max_dim": model["image_size"],
        "precision": training["precision"],
    }
    return _make(MaskRCNNConfig, "model", settings, model["options"], changes)


def training_config(training: Mapping[str, Any], seed: int, threads: int) -> TrainingConfig:
    """Return the settings of the training loop; errors as in :func:`network_config`."""
    settings = {key: value for key, value in training.items() if key not in ("options", "precision")}
    settings |= {"seed": seed, "threads": threads}
    parsed: TrainingConfig = _make(TrainingConfig, "training", settings, training["options"], {})
    columns = [*VALIDATION_COLUMNS, *COLUMNS]
    if parsed.monitor not in (None, *columns):
        raise InputError(
            f"Config key 'training.options.monitor' is {parsed.monitor!r}.{suggest(parsed.monitor, columns)} "
            f"It must be one of {', '.join(columns)}."
        )
    return parsed


VALIDATION_COLUMNS = ("val_ap50_matterport", "val_ap50")
"""Columns of the history that `validate.Validation` adds."""

SET_ELSEWHERE = {
    "model": {
        "num_classes": "classes",
        "backbone": "model.backbone",
        "precision": "training.precision",
        "weight_decay": "training.options.weight_decay",
        "loss_weights": "training.options.loss_weights",
        "detection_min_confidence": "vote.min_confidence",
    },
    "training": {
        "seed": "seeds",
        "threads": "threads.train",
        **{
            name: f"training.{name}"
            for name in ("epochs", "steps_per_epoch", "batch_size", "learning_rate", "layers", "precision")
        },
    },
}
"""Fields that another key of the configuration sets: an option of that name would be ignored, or hide the key."""


def _make(
    kind: Any,
    section: str,
    settings: Mapping[str, Any],
    options: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Any:
    """Return the settings object that a section of the configuration describes.

    Parameters
    ----------
    kind
        `mrcnn.MaskRCNNConfig` or `mrcnn.TrainingConfig`.
    section
        ``model`` or ``training``, for the message.
    settings
        Fields that the section's own keys set; options win over them.
    options
        Its ``options``.
    changes
        Fields that win over all.

    Raises
    ------
    InputError
        If an option is no field, or a value cannot be used.
    """
    elsewhere = SET_ELSEWHERE[section]
    known = [name for name in kind.__dataclass_fields__ if name not in elsewhere and name != "image_size"]
    for name in options:
        if name in elsewhere:
            raise InputError(
                f"Config key '{section}.options.{name}' is set by '{elsewhere[name]}'. Write the value there."
            )
        if name not in known:
            raise InputError(
                f"Config key '{section}.options.{name}' is not known.{suggest(name, known)} It must be a field of "
                f"{kind.__name__}."
            )
    try:
        return kind(**{**settings, **options, **changes})
    except (TypeError, ValueError) as error:
        reason = str(error).removeprefix(f"{kind.__name__}: ").rstrip(".")
        raise InputError(f"Config key '{_key_of(section, reason, options)}': {reason}.") from None


def _key_of(section: str, reason: str, options: Mapping[str, Any]) -> str:
    """Return the key of the field that a message of `mrcnn` begins with."""
    field = re.split(r"\W", reason, maxsplit=1)[0]
    if field in options:
        return f"{section}.options.{field}"
    if field in ("image_min_dim", "image_max_dim"):
        return "model.image_size"
    return SET_ELSEWHERE[section].get(field, section)
