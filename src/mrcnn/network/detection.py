"""From the class head's outputs to detections, in the graph."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.boxes import static, tf_apply_deltas, tf_area, tf_clip


class Detections(NamedTuple):
    """Detections by falling score, padded with zeros.

    Attributes
    ----------
    boxes : (B, D, 4) float32
        Normalised.
    class_ids : (B, D) int32
        0 for padding.
    scores : (B, D) float32
        What `detection_score` says.
    probabilities : (B, D, K) float32
        Of each class, background included.
    """

    boxes: tf.Tensor
    class_ids: tf.Tensor
    scores: tf.Tensor
    probabilities: tf.Tensor


def refine(
    rois: tf.Tensor, probabilities: tf.Tensor, deltas: tf.Tensor, windows: tf.Tensor, config: MaskRCNNConfig
) -> Detections:
    """Give each ROI a class and a score, refine its box, drop doubt, suppress duplicates.

    With `detection_score` ``class`` (Matterport's way), a ROI's class is its most probable one, its score that
    probability, ROIs of background are dropped, and duplicates are suppressed within a class. With ``objectness``,
    the class is the most probable one but background, the score is 1 - P(background), and duplicates are suppressed
    whatever their classes.

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
        `detection_score`, `detection_min_confidence`, `detection_nms_threshold`, `detection_max_instances`.
    """
    class_ids, scores = _classified(probabilities, config)
    own = tf.gather(deltas, class_ids, batch_dims=2) * static(config.bbox_std_dev)
    boxes = tf_clip(tf_apply_deltas(rois, own), windows[:, None, :])
    group_scores = _scores_by_group(boxes, class_ids, scores, config)
    if boxes.shape[0] is None:
        kept = tf.map_fn(
            lambda image: _suppress(image[0], image[1], config),
            (boxes, group_scores),
            fn_output_signature=tf.TensorSpec([config.detection_max_instances], tf.int32),
        )
    else:  # a known batch needs no loop in the graph, which exporting to ONNX would trip over
        images = zip(tf.unstack(boxes), tf.unstack(group_scores), strict=True)
        kept = tf.stack([_suppress(*image, config) for image in images])
    padding = kept < 0
    kept = tf.maximum(kept, 0)
    parts = (tf.gather(part, kept, batch_dims=1) for part in (boxes, class_ids, scores, probabilities))
    return Detections(*(_blank(part, padding) for part in parts))


def _classified(probabilities: tf.Tensor, config: MaskRCNNConfig) -> tuple[tf.Tensor, tf.Tensor]:
    """Class (B, N) int32 and score (B, N) float32 of each ROI."""
    if config.detection_score == "objectness":
        best = tf.argmax(probabilities[..., 1:], axis=-1, output_type=tf.int32) + 1
        return best, 1.0 - probabilities[..., 0]
    best = tf.argmax(probabilities, axis=-1, output_type=tf.int32)
    return best, tf.reduce_max(probabilities, axis=-1)


def _scores_by_group(
    boxes: tf.Tensor, class_ids: tf.Tensor, scores: tf.Tensor, config: MaskRCNNConfig
) -> tf.Tensor:
    """Scores (B, N, G) of the groups within which boxes suppress each other, -1 where the ROI is of no such group.

    The groups are the foreground classes, or one for all of them. With `tf1_suppression`, nothing of a group survives
    below its best box without area (TensorFlow 1.15 repeated such a box until its list was full).
    """
    if config.detection_score == "objectness":
        group_scores = scores[..., None]
    else:
        foreground = class_ids[..., None] == tf.range(1, config.num_classes)
        group_scores = tf.where(foreground, scores[..., None], -1.0)
    if config.tf1_suppression:
        empty = tf_area(boxes) <= 0.0
        last = tf.reduce_max(tf.where(empty[..., None], group_scores, -1.0), axis=1, keepdims=True)
        group_scores = tf.where(group_scores >= last, group_scores, -1.0)
    return group_scores


def _suppress(boxes: tf.Tensor, group_scores: tf.Tensor, config: MaskRCNNConfig) -> tf.Tensor:
    """Indices (D,) int32 of the boxes (N, 4) that survive, by falling score, padded with -1."""
    count = config.detection_max_instances
    at_least = float(np.nextafter(np.float32(config.detection_min_confidence), np.float32(-1)))
    kept = [
        tf.image.non_max_suppression(
            boxes,
            scores,
            count,
            config.detection_nms_threshold,
            score_threshold=at_least if config.detection_min_confidence else -0.5,
        )
        for scores in tf.unstack(group_scores, axis=-1)
    ]
    indices = tf.concat(kept, axis=0)
    if len(kept) > 1:
        scores = tf.gather(tf.reduce_max(group_scores, axis=-1), indices)
        indices = tf.gather(indices, tf.argsort(scores, direction="DESCENDING", stable=True)[:count])
    return tf.ensure_shape(tf.pad(indices, [[0, count - tf.shape(indices)[0]]], constant_values=-1), [count])


def _blank(part: tf.Tensor, padding: tf.Tensor) -> tf.Tensor:
    """Zero the entries of (B, D, ...) that are padding (B, D)."""
    mask = padding if part.shape.rank == 2 else padding[..., None]
    return tf.where(mask, tf.zeros_like(part), part)
