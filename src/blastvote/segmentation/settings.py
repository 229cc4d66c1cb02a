"""What the configuration says of network and training, as `mrcnn` takes it. Importing this imports no TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.wording import suggest
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.config import TrainingConfig

SHIPPED = {"smears": Path(__file__).parent.parent / "weights" / "smears_resnet18_half.weights.h5"}
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
        "image_size": model["image_size"],
        "precision": training["precision"],
    }
    return _make(MaskRCNNConfig, "model", settings, {**model["options"], **changes})


def training_config(training: Mapping[str, Any], seed: int, threads: int) -> TrainingConfig:
    """Return the settings of the training loop; errors as in :func:`network_config`."""
    settings = {key: value for key, value in training.items() if key != "options"}
    settings |= {"seed": seed, "threads": threads}
    return _make(TrainingConfig, "training", settings, training["options"])


def _make(kind: Any, section: str, settings: Mapping[str, Any], options: Mapping[str, Any]) -> Any:
    """Return the settings object that a section of the configuration describes.

    Parameters
    ----------
    kind
        `mrcnn.MaskRCNNConfig` or `mrcnn.TrainingConfig`.
    section
        ``model`` or ``training``, for the message.
    settings
        Fields that the section's own keys set.
    options
        Its ``options``, which win.

    Raises
    ------
    InputError
        If an option is no field, or a value cannot be used.
    """
    known = [*kind.__dataclass_fields__, *(["image_size"] if section == "model" else [])]
    for name in options:
        if name not in known:
            raise InputError(
                f"Config key '{section}.options.{name}' is not known.{suggest(name, known)} It must be a field of "
                f"{kind.__name__}."
            )
    try:
        return kind(**{**settings, **options})
    except (TypeError, ValueError) as error:
        raise InputError(f"Config section '{section}': {error}") from None
