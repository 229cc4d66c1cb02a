"""What can go wrong in a training, in words that say what to do."""

from collections.abc import Sequence
from pathlib import Path


class TrainingError(RuntimeError):
    """A training ended early; the message says why and what to do, without a traceback's help."""


class NonFiniteLossError(TrainingError):
    """A loss or the gradient is NaN or infinite; the weights are those before the step."""

    def __init__(self, step: int, epoch: int, names: Sequence[str], image_ids: Sequence[str]) -> None:
        super().__init__(
            f"training stopped at step {step} (epoch {epoch}): {', '.join(names)} is not finite for the "
            f"images {', '.join(image_ids)}. Look at these images and their masks; if they are sound, lower "
            "learning_rate, add warmup_steps or lower gradient_clip_norm. The weights are those before this step."
        )
        self.step, self.names, self.image_ids = step, tuple(names), tuple(image_ids)


class OutOfMemoryError(TrainingError):
    """The step did not fit into memory."""

    def __init__(self, batch_size: int, side: int, rois: int, detail: str) -> None:
        super().__init__(
            f"out of memory in a training step. Lower, in this order: batch_size (now {batch_size}), "
            f"image_max_dim (images are {side} pixels wide), train_rois_per_image (now {rois}), "
            "max_gt_instances; take a smaller "
            "backbone; train only layers='heads'; or use precision mixed_bfloat16 (mixed_float16 on GPUs). "
            f"TensorFlow said: {detail.splitlines()[0] if detail else 'nothing'}"
        )


class TrainingInterruptedError(TrainingError):
    """A signal ended the training; all it did is in the checkpoint."""

    def __init__(self, name: str, step: int, epoch: int, folder: Path) -> None:
        super().__init__(
            f"training stopped by {name} after step {step} (epoch {epoch}). Everything is saved in {folder}: start the "
            "same training again to go on from this step."
        )
        self.signal, self.step = name, step
