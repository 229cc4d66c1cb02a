"""What the callback of a training is told after each step."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Where a training is, given to the callback after each step.

    Attributes
    ----------
    epoch, epochs, step, steps_per_epoch : int
        The epoch and the step in it, both from 1.
    losses : dict
        ``loss``, the five losses, ``l2_loss`` and ``grad_norm`` of this step.
    seconds_left : float
        Estimate for the rest of the training, without validation.
    """

    epoch: int
    epochs: int
    step: int
    steps_per_epoch: int
    losses: dict[str, float]
    seconds_left: float
