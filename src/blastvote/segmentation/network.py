"""Build the network that the configuration describes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from blastvote.config import nearest
from blastvote.errors import InputError
from mrcnn import MaskRCNNConfig, TrainingConfig

SCORE_THRESHOLD = 0.05
"""Every cell from this score on is stored; the vote's minimum confidence is applied later."""


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
        **model["options"],
        **changes,
    }
    return _checked(MaskRCNNConfig, settings, "model.options")


def training_config(training: Mapping[str, Any], seed: int, threads: int) -> TrainingConfig:
    """Return the settings of the training loop; errors as in :func:`network_config`."""
    settings = {key: value for key, value in training.items() if key != "options"}
    settings |= {"seed": seed, "threads": threads, **training["options"]}
    return _checked(TrainingConfig, settings, "training.options")


def _checked(kind: Any, settings: Mapping[str, Any], key: str) -> Any:
    known = [field.name for field in dataclasses.fields(kind)] + ["image_size"]
    for name in settings:
        if name not in known:
            raise InputError(
                f"Config key '{key}.{name}' is not known{nearest(name, known)} It must be a field of {kind.__name__}."
            )
    try:
        return kind(**settings)
    except (TypeError, ValueError) as error:
        raise InputError(f"Config section '{key.split('.')[0]}': {error}") from None
