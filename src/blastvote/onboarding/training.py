"""How long to train on photographs that the first weights do not know."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

STEPS = 600
"""Steps of a training. On real white cells 500 did, and 200 left many images without a sure cell (docs/results.md)."""


def fitting_training(default: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return keys of the section ``training`` that make at least `STEPS` steps, and the reason of each.

    Parameters
    ----------
    default
        The section ``training`` of the embedded default.

    Examples
    --------
    >>> fitting_training({"epochs": 5, "steps_per_epoch": 250, "batch_size": 4})
    ({'epochs': 3}, {'epochs': "750 steps of 4 images; the demo's smears need fewer"})
    """
    epochs = math.ceil(STEPS / default["steps_per_epoch"])
    steps = epochs * default["steps_per_epoch"]
    why = f"{steps} steps of {default['batch_size']} images; the demo's smears need fewer"
    return {"epochs": epochs}, {"epochs": why}
