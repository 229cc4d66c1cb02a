"""The learning rate at each step."""

import math

from mrcnn.training.config import TrainingConfig


def learning_rate(step: int, total: int, config: TrainingConfig) -> float:
    """Return the rate of step 0 <= `step` < `total`.

    The first ``warmup_steps`` rise linearly to the full rate, which is then constant, follows half a cosine to
    zero, or falls to a tenth at 2/3 and again at 8/9 of all steps.
    """
    rate = config.learning_rate
    if step < config.warmup_steps:
        return rate * (step + 1) / config.warmup_steps
    if config.schedule == "cosine":
        done = (step - config.warmup_steps) / max(1, total - config.warmup_steps)
        return rate * 0.5 * (1 + math.cos(math.pi * done))
    if config.schedule == "step":
        return rate * 0.1 ** sum(step >= total * part for part in (2 / 3, 8 / 9))
    return rate
