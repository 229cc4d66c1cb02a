"""From the RPN's outputs to region proposals: the best anchors, refined, clipped, without near duplicates."""

import tensorflow as tf

from mrcnn.boxes import static, tf_apply_deltas, tf_clip
from mrcnn.config import MaskRCNNConfig
from mrcnn.rpn import RPNOutput


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
    Only the `pre_nms_limit` best anchors are decoded. ``combined_non_max_suppression`` with one class works
    on the images of a batch in parallel and pads by itself; its rules are those of ``non_max_suppression``.
    """
    scores = rpn.probabilities[:, :, 1]
    limit = tf.minimum(config.pre_nms_limit, tf.shape(anchors)[0])
    scores, best = tf.math.top_k(scores, k=limit, sorted=True)
    deltas = tf.gather(rpn.deltas, best, batch_dims=1) * static(config.rpn_bbox_std_dev)
    boxes = tf_apply_deltas(tf.gather(anchors, best), deltas)
    boxes = tf_clip(boxes, tf.constant([0.0, 0.0, 1.0, 1.0]))
    kept = tf.image.combined_non_max_suppression(
        boxes[:, :, None, :],
        scores[:, :, None],
        max_output_size_per_class=count,
        max_total_size=count,
        iou_threshold=config.rpn_nms_threshold,
        score_threshold=-1.0,
        clip_boxes=False,
    )
    return tf.stop_gradient(kept.nmsed_boxes)
