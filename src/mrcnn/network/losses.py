"""The five losses. Each is a mean over what it concerns, and 0 where there is nothing."""

import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.network.heads import ClassOutput
from mrcnn.network.rpn import RPNOutput
from mrcnn.network.targets import DetectionTargets


def all_losses(
    rpn: RPNOutput,
    heads: ClassOutput,
    mask_logits: tf.Tensor,
    targets: DetectionTargets,
    batch: dict[str, tf.Tensor],
    config: MaskRCNNConfig,
) -> dict[str, tf.Tensor]:
    """Return the unweighted losses by name, float32 scalars.

    Parameters
    ----------
    rpn
        Outputs for all anchors.
    heads
        Class logits (B * R, K) and deltas (B * R, K, 4).
    mask_logits
        (B, P, h, w) of each ROI's own class.
    targets
        What the heads should have answered.
    batch
        `rpn_match`, `rpn_bbox` and `image_meta` are read.
    config
        Number of classes.
    """
    class_ids = tf.reshape(targets.class_ids, [-1])
    active = batch["image_meta"][0, -config.num_classes :]
    slots = tf.shape(targets.masks)[1]
    return {
        "rpn_class_loss": rpn_class_loss(batch["rpn_match"], rpn.logits),
        "rpn_bbox_loss": rpn_bbox_loss(batch["rpn_match"], batch["rpn_bbox"], rpn.deltas),
        "mrcnn_class_loss": mrcnn_class_loss(class_ids, heads.logits, active),
        "mrcnn_bbox_loss": mrcnn_bbox_loss(tf.reshape(targets.deltas, [-1, 4]), class_ids, heads.deltas),
        "mrcnn_mask_loss": mrcnn_mask_loss(targets.masks, targets.class_ids[:, :slots], mask_logits),
    }


def smooth_l1(target: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """Smooth L1 loss of each element: quadratic up to a difference of 1, linear beyond."""
    difference = tf.abs(target - predicted)
    return tf.where(difference < 1.0, 0.5 * tf.square(difference), difference - 0.5)


def rpn_class_loss(match: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Cross entropy of object and background over anchors that match 1 or -1; `match` (B, A), `logits` (B, A, 2)."""
    labels = tf.cast(match == 1, tf.int32)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    return masked_mean(losses, match != 0)


def rpn_bbox_loss(match: tf.Tensor, target: tf.Tensor, deltas: tf.Tensor) -> tf.Tensor:
    """Smooth L1 over the positive anchors.

    `target` (B, T, 4) holds the rows of an image's positive anchors in their order, then zeros; `deltas` is (B, A, 4).
    """
    positive = tf.cast(match == 1, tf.int32)
    rows = tf.minimum(tf.shape(target)[1], tf.shape(match)[1])
    # Equal values keep their order in top_k: the indices of the positives, ascending, come first.
    found, anchors = tf.math.top_k(positive, k=rows)
    losses = smooth_l1(target[:, :rows], tf.gather(deltas, anchors, batch_dims=1))
    return masked_mean(losses, tf.broadcast_to((found == 1)[..., None], tf.shape(losses)))


def mrcnn_class_loss(class_ids: tf.Tensor, logits: tf.Tensor, active: tf.Tensor) -> tf.Tensor:
    """Cross entropy of the ROIs' classes (N,); ROIs whose predicted class is not active in the data set do not count.

    `logits` is (N, K), `active` (K,) holds 1 for the classes of the image's data set. Padded ROIs count as
    background, as in Matterport.
    """
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=class_ids, logits=logits)
    counts = tf.gather(tf.cast(active, tf.float32), tf.argmax(logits, axis=-1))
    return tf.math.divide_no_nan(tf.reduce_sum(losses * counts), tf.reduce_sum(counts))


def mrcnn_bbox_loss(target: tf.Tensor, class_ids: tf.Tensor, deltas: tf.Tensor) -> tf.Tensor:
    """Smooth L1 of the box deltas of positive ROIs: `target` (N, 4), `class_ids` (N,), `deltas` (N, K, 4)."""
    own = tf.gather(deltas, tf.maximum(class_ids, 0), batch_dims=1)
    losses = smooth_l1(target, own)
    return masked_mean(losses, tf.broadcast_to((class_ids > 0)[:, None], tf.shape(losses)))


def mrcnn_mask_loss(target: tf.Tensor, class_ids: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Binary cross entropy of the masks of positive ROIs: `target` and `logits` (B, P, h, w), `class_ids` (B, P)."""
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits)
    return masked_mean(losses, tf.broadcast_to((class_ids > 0)[..., None, None], tf.shape(losses)))


def masked_mean(values: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Mean of `values` where `mask`; 0 where the mask is empty. Neither value nor gradient is ever NaN."""
    chosen = tf.where(mask, values, tf.zeros_like(values))
    return tf.math.divide_no_nan(tf.reduce_sum(chosen), tf.reduce_sum(tf.cast(mask, values.dtype)))
