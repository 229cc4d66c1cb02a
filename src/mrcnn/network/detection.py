"""From the class head's outputs to detections, in the graph."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.boxes import static, tf_apply_deltas, tf_area, tf_clip


class Detections(NamedTuple):
    """Detections by falling score, padded with zeros: boxes (B, D, 4) normalised, class ids and scores (B, D)."""

    boxes: tf.Tensor
    class_ids: tf.Tensor
    scores: tf.Tensor


def refine(
    rois: tf.Tensor, probabilities: tf.Tensor, deltas: tf.Tensor, windows: tf.Tensor, config: MaskRCNNConfig
) -> Detections:
    """Give each ROI its best class, refine its box, drop background and doubt, suppress duplicates per class.

    Parameters
    ----------
    rois
        (B, N, 4) normalised.
    probabilities
        (B, N, K).
    deltas
        (B, N, K, 4).
    windows
        (B, 4) normalised: the part of the molded image that is not padding.
    config
        `detection_min_confidence`, `detection_nms_threshold`, `detection_max_instances`.
    """
    class_ids = tf.argmax(probabilities, axis=-1, output_type=tf.int32)
    scores = tf.reduce_max(probabilities, axis=-1)
    own = tf.gather(deltas, class_ids, batch_dims=2) * static(config.bbox_std_dev)
    boxes = tf_clip(tf_apply_deltas(rois, own), windows[:, None, :])
    class_scores = _scores_by_class(boxes, class_ids, scores, config)
    at_least = np.nextafter(np.float32(config.detection_min_confidence), np.float32(-1))
    kept = tf.image.combined_non_max_suppression(
        boxes[:, :, None, :],
        class_scores,
        max_output_size_per_class=config.detection_max_instances,
        max_total_size=config.detection_max_instances,
        iou_threshold=config.detection_nms_threshold,
        score_threshold=float(at_least) if config.detection_min_confidence else -0.5,
        clip_boxes=False,
    )
    found = tf.sequence_mask(kept.valid_detections, config.detection_max_instances)
    class_ids = (tf.cast(kept.nmsed_classes, tf.int32) + 1) * tf.cast(found, tf.int32)
    return Detections(kept.nmsed_boxes, class_ids, kept.nmsed_scores)


def _scores_by_class(
    boxes: tf.Tensor, class_ids: tf.Tensor, scores: tf.Tensor, config: MaskRCNNConfig
) -> tf.Tensor:
    """Scores (B, N, K - 1) of the foreground classes, -1 where the ROI is of another class or cannot be kept.

    Suppression then works class by class. With `tf1_suppression`, nothing of a class survives below its best box
    without area (TensorFlow 1.15 repeated such a box until its list was full).
    """
    foreground = tf.one_hot(
        class_ids - 1, config.num_classes - 1, on_value=True, off_value=False, dtype=tf.bool
    )
    class_scores = tf.where(foreground, scores[..., None], -1.0)
    if config.tf1_suppression:
        empty = tf_area(boxes) <= 0.0
        last = tf.reduce_max(tf.where(empty[..., None], class_scores, -1.0), axis=1, keepdims=True)
        class_scores = tf.where(class_scores >= last, class_scores, -1.0)
    return class_scores
