"""Which of the matched anchors a step trains on, and their deltas: drawn in the graph, for a batch."""

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig


def sample_rpn_targets(
    match: tf.Tensor, boxes: tf.Tensor, anchors: np.ndarray, seed: tf.Tensor, config: MaskRCNNConfig
) -> tuple[tf.Tensor, tf.Tensor]:
    """Sample anchors and encode the positive ones.

    Parameters
    ----------
    match
        (B, A) int32, as `mrcnn.data.rpn_targets.match_anchors` returns it.
    boxes
        (B, N, 4) float32 pixels.
    anchors
        (A, 4) pixels.
    seed
        (2,) int32 of a stateless generator.
    config
        `rpn_train_anchors_per_image` and `rpn_bbox_std_dev`.

    Returns
    -------
    tuple
        rpn_match int32 (B, A): 1 positive, -1 negative, 0 neutral; rpn_bbox float32 (B, count, 4).
    """
    count, (batch, total) = config.rpn_train_anchors_per_image, match.shape
    most = min(count // 2, total)
    luck = tf.random.stateless_uniform(tf.shape(match), seed=seed)
    worth, positive = tf.math.top_k(tf.where(match > 0, luck, -1.0), most)
    chosen = worth >= 0
    room = count - tf.reduce_sum(tf.cast(chosen, tf.int32), axis=1, keepdims=True)
    worth, negative = tf.math.top_k(tf.where(match < 0, luck, -1.0), min(count, total))
    kept = (worth >= 0) & (tf.range(worth.shape[1])[None] < room)

    index = tf.concat([positive, negative], axis=1) + tf.range(batch)[:, None] * total
    sign = tf.concat([tf.cast(chosen, tf.int32), -tf.cast(kept, tf.int32)], axis=1)
    flat = tf.scatter_nd(tf.reshape(index, [-1, 1]), tf.reshape(sign, [-1]), [batch * total])
    rpn_match = tf.reshape(flat, [batch, total])

    # The deltas stand in the anchors' order.
    positive = tf.sort(tf.where(chosen, positive, total), axis=1)
    real = positive < total
    positive = tf.minimum(positive, total - 1)
    instance = tf.maximum(tf.gather(match, positive, batch_dims=1) - 1, 0)
    target = tf.gather(boxes, instance, batch_dims=1)
    deltas = _deltas(tf.gather(tf.constant(anchors, tf.float32), positive), target)
    deltas = tf.where(real[..., None], deltas / tf.constant(config.rpn_bbox_std_dev, tf.float32), 0.0)
    return rpn_match, tf.pad(deltas, [[0, 0], [0, count - most], [0, 0]])


def _deltas(anchors: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """(dy, dx, log dh, log dw) from anchors to boxes (B, P, 4); boxes without area count as one pixel."""
    size = anchors[..., 2:] - anchors[..., :2]
    target = tf.maximum(boxes[..., 2:] - boxes[..., :2], 1.0)
    shift = boxes[..., :2] + 0.5 * target - anchors[..., :2] - 0.5 * size
    return tf.concat([shift / size, tf.math.log(target / size)], axis=-1)
