"""From the RPN's outputs to region proposals: the best anchors, refined, clipped, without near duplicates."""

import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.boxes import static, tf_apply_deltas, tf_area, tf_clip
from mrcnn.network.rpn import RPNOutput


def propose(rpn: RPNOutput, anchors: tf.Tensor, count: int, config: MaskRCNNConfig) -> tf.Tensor:
    """Return proposals (B, count, 4) float32, normalised, by falling score, padded with zeros.

    Parameters
    ----------
    rpn
        Outputs for all anchors.
    anchors
        (A, 4) float32, normalised.
    count
        Most proposals of an image.
    config
        `pre_nms_limit`, `rpn_bbox_std_dev` and `rpn_nms_threshold`.

    Notes
    -----
    Only the `pre_nms_limit` best anchors are decoded. The result is differentiable with respect to the RPN's
    deltas: see `mrcnn.network.targets`.
    """
    scores = rpn.probabilities[:, :, 1]
    limit = tf.minimum(config.pre_nms_limit, tf.shape(anchors)[0])
    scores, best = tf.math.top_k(scores, k=limit, sorted=True)
    deltas = tf.gather(rpn.deltas, best, batch_dims=1) * static(config.rpn_bbox_std_dev)
    boxes = tf_apply_deltas(tf.gather(anchors, best), deltas)
    boxes = tf_clip(boxes, tf.constant([0.0, 0.0, 1.0, 1.0]))
    if boxes.shape[0] is None:
        signature = tf.TensorSpec([count], tf.int32)
        kept = tf.map_fn(
            lambda image: _suppress(image[0], image[1], count, config),
            (boxes, scores),
            fn_output_signature=signature,
        )
    else:  # a known batch needs no loop in the graph, which exporting to ONNX would trip over
        images = zip(tf.unstack(boxes), tf.unstack(scores), strict=True)
        kept = tf.stack([_suppress(*image, count, config) for image in images])
    padded = tf.pad(boxes, [[0, 0], [0, 1], [0, 0]])
    return tf.gather(padded, tf.where(kept < 0, limit, kept), batch_dims=1)


def _suppress(boxes: tf.Tensor, scores: tf.Tensor, count: int, config: MaskRCNNConfig) -> tf.Tensor:
    """Indices (count,) of the boxes (N, 4) that survive, by falling score, padded with -1.

    With `tf1_suppression`, the first box without area fills the rest of the list, as it did in TensorFlow 1.15.
    """
    kept = tf.image.non_max_suppression(boxes, scores, count, config.rpn_nms_threshold)
    if config.tf1_suppression:
        empty = tf.cast(tf_area(tf.gather(boxes, kept)) <= 0.0, tf.int32)
        first = tf.where(empty == 1)[:1, 0]
        filler = tf.repeat(tf.gather(kept, first), count)
        solid = tf.boolean_mask(kept, tf.cumsum(empty) == 0)
        kept = tf.concat([solid, filler], axis=0)[:count]
    return tf.pad(kept, [[0, count - tf.shape(kept)[0]]], constant_values=-1)
