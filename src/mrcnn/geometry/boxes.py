"""Arithmetic on boxes ``(y1, x1, y2, x2)`` in the graph; `numpy_boxes` has what data need.

*Normalised* boxes follow Matterport: a pixel box of an image of height h maps by ``y1/(h-1)`` and
``(y2-1)/(h-1)`` (likewise in x), so that 0 and 1 are the centres of the first and the last pixel, as
``tf.image.crop_and_resize`` counts.
"""

import numpy as np
import tensorflow as tf


def tf_norm_boxes(boxes: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Normalise pixel boxes (..., 4) float32 by the height and width of their image."""
    height, width = tf.cast(height, tf.float32), tf.cast(width, tf.float32)
    scale = tf.stack([height, width, height, width]) - 1.0
    shift = tf.constant([0.0, 0.0, 1.0, 1.0])
    return tf.math.divide(tf.cast(boxes, tf.float32) - shift, scale)


def tf_apply_deltas(boxes: tf.Tensor, deltas: tf.Tensor) -> tf.Tensor:
    """Move and scale boxes (..., 4) by deltas (..., 4) of (dy, dx, log dh, log dw)."""
    y1, x1, y2, x2 = tf.unstack(boxes, axis=-1)
    dy, dx, dh, dw = tf.unstack(deltas, axis=-1)
    height, width = y2 - y1, x2 - x1
    centre_y = y1 + 0.5 * height + dy * height
    centre_x = x1 + 0.5 * width + dx * width
    # The bound keeps absurd deltas of an untrained network finite; real ones are far below it.
    height, width = height * tf.exp(tf.minimum(dh, 30.0)), width * tf.exp(tf.minimum(dw, 30.0))
    y1, x1 = centre_y - 0.5 * height, centre_x - 0.5 * width
    return tf.stack([y1, x1, y1 + height, x1 + width], axis=-1)


def tf_refinement(boxes: tf.Tensor, targets: tf.Tensor) -> tf.Tensor:
    """Deltas (..., 4) that turn `boxes` into `targets`; 0 where a box or a target has no area."""
    y1, x1, y2, x2 = tf.unstack(boxes, axis=-1)
    target_y1, target_x1, target_y2, target_x2 = tf.unstack(targets, axis=-1)
    height, width = y2 - y1, x2 - x1
    target_height, target_width = target_y2 - target_y1, target_x2 - target_x1
    solid = (height > 0) & (width > 0) & (target_height > 0) & (target_width > 0)
    one = tf.ones_like(height)
    height, width = tf.where(solid, height, one), tf.where(solid, width, one)
    target_height, target_width = tf.where(solid, target_height, one), tf.where(solid, target_width, one)
    dy = (target_y1 + 0.5 * target_height - y1 - 0.5 * height) / height
    dx = (target_x1 + 0.5 * target_width - x1 - 0.5 * width) / width
    deltas = tf.stack(
        [dy, dx, tf.math.log(target_height / height), tf.math.log(target_width / width)], axis=-1
    )
    return tf.where(solid[..., None], deltas, tf.zeros_like(deltas))


def tf_clip(boxes: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    """Clip boxes (..., 4) to windows that broadcast to them (y1, x1, y2, x2)."""
    low = tf.concat([window[..., :2], window[..., :2]], axis=-1)
    high = tf.concat([window[..., 2:], window[..., 2:]], axis=-1)
    return tf.maximum(tf.minimum(boxes, high), low)


def tf_area(boxes: tf.Tensor) -> tf.Tensor:
    """Areas (...) of boxes (..., 4)."""
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def tf_overlaps(boxes: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """IoU (B, N, M) of boxes (B, N, 4) with boxes (B, M, 4); 0 where both are empty."""
    a, b = boxes[:, :, None, :], others[:, None, :, :]
    height = tf.minimum(a[..., 2], b[..., 2]) - tf.maximum(a[..., 0], b[..., 0])
    width = tf.minimum(a[..., 3], b[..., 3]) - tf.maximum(a[..., 1], b[..., 1])
    intersection = tf.maximum(height, 0.0) * tf.maximum(width, 0.0)
    return tf.math.divide_no_nan(intersection, tf_area(a) + tf_area(b) - intersection)


def static(values: tuple[float, ...]) -> np.ndarray:
    """Return a tuple of the configuration as float32."""
    return np.asarray(values, np.float32)
