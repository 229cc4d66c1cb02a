"""On-line augmentation: flips, quarter turns and brightness, for images, boxes and masks alike.

The eight symmetries of the square are numbered 0-7: bit 4 transposes, then bit 2 flips top and bottom, then
bit 1 flips left and right; 0 changes nothing.
"""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image each time it is seen; nothing by default.

    Attributes
    ----------
    flips : bool
        Left-right and top-bottom flips.
    rotations : bool
        Quarter turns.
    brightness : float
        The image is multiplied by a factor drawn from 1 - brightness to 1 + brightness.
    """

    flips: bool = False
    rotations: bool = False
    brightness: float = 0.0

    def __post_init__(self) -> None:
        """Check the range of the brightness."""
        if not 0 <= self.brightness < 1:
            raise ValueError(f"Augmentation: brightness is {self.brightness!r}; it must be from 0 to below 1")

    @property
    def symmetries(self) -> tuple[int, ...]:
        """Numbers of the symmetries to draw from."""
        if self.rotations:
            return tuple(range(8)) if self.flips else (0, 3, 5, 6)
        return (0, 1, 2, 3) if self.flips else (0,)


def transform_boxes(boxes: np.ndarray, symmetry: int, side: int) -> np.ndarray:
    """Apply a symmetry to boxes (N, 4) of a square image of `side` pixels (NumPy)."""
    y1, x1, y2, x2 = boxes.T
    if symmetry & 4:
        y1, x1, y2, x2 = x1, y1, x2, y2
    if symmetry & 2:
        y1, y2 = side - y2, side - y1
    if symmetry & 1:
        x1, x2 = side - x2, side - x1
    return np.stack([y1, x1, y2, x2], axis=1)


def tf_transform_boxes(boxes: tf.Tensor, symmetry: tf.Tensor, side: int) -> tf.Tensor:
    """Apply symmetries (B,) to boxes (B, N, 4) float32 of square images; rows of zeros stay zero."""
    transpose, upside, mirror = (_bit(symmetry, bit, 3) for bit in (4, 2, 1))
    real = tf.reduce_any(boxes != 0, axis=-1, keepdims=True)
    out = tf.where(transpose, tf.gather(boxes, [1, 0, 3, 2], axis=-1), boxes)
    y1, x1, y2, x2 = (out[..., k : k + 1] for k in range(4))
    y1, y2 = tf.where(upside, side - y2, y1), tf.where(upside, side - y1, y2)
    x1, x2 = tf.where(mirror, side - x2, x1), tf.where(mirror, side - x1, x2)
    return tf.where(real, tf.concat([y1, x1, y2, x2], axis=-1), 0.0)


def tf_transform_images(images: tf.Tensor, symmetry: tf.Tensor) -> tf.Tensor:
    """Apply symmetries (B,) to square images or stacks of masks (B, S, S, C)."""
    out = tf.where(_bit(symmetry, 4, 4), tf.transpose(images, [0, 2, 1, 3]), images)
    out = tf.where(_bit(symmetry, 2, 4), tf.reverse(out, [1]), out)
    return tf.where(_bit(symmetry, 1, 4), tf.reverse(out, [2]), out)


def _bit(symmetry: tf.Tensor, bit: int, rank: int) -> tf.Tensor:
    """Whether each of (B,) symmetries has a bit set, shaped to broadcast over `rank` axes."""
    return tf.reshape(tf.bitwise.bitwise_and(symmetry, bit) > 0, [-1] + [1] * (rank - 1))
