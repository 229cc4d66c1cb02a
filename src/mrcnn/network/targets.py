"""Which proposals the heads train on, and what they should answer: Matterport's sampling on static, padded shapes.

Of an image's proposals, up to ``int(train_rois_per_image * roi_positive_ratio)`` that overlap an object (IoU >= 0.5)
are taken, and about twice as many that do not. An image without positives has no negatives either.
The positives come first, then the negatives, then zeros: so the masks need only the first
`max_positive_rois` slots.

As in Matterport, the box targets are a differentiable function of the proposals: the box loss of the heads pulls at the
RPN's deltas too. Nothing else here has a gradient.
"""

from typing import NamedTuple

import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.boxes import static, tf_overlaps, tf_refinement

POSITIVE_IOU = 0.5
CROWD_IOU = 0.001


class DetectionTargets(NamedTuple):
    """What the heads train on; R is `train_rois_per_image`, P is `max_positive_rois`.

    Attributes
    ----------
    rois : (B, R, 4) float32
        Normalised; positives, negatives, zeros.
    class_ids : (B, R) int32
        0 for negatives and padding.
    deltas : (B, R, 4) float32
        From ROI to object, divided by `bbox_std_dev`; 0 where not positive.
    masks : (B, P, h, w) float32
        0 or 1, in the frame of the ROI; 0 where not positive.
    used : (B, R) float32
        1 where the slot is not padding.
    """

    rois: tf.Tensor
    class_ids: tf.Tensor
    deltas: tf.Tensor
    masks: tf.Tensor
    used: tf.Tensor


def detection_targets(
    proposals: tf.Tensor,
    gt_class_ids: tf.Tensor,
    gt_boxes: tf.Tensor,
    gt_masks: tf.Tensor,
    config: MaskRCNNConfig,
    seed: tf.Tensor | None = None,
) -> DetectionTargets:
    """Sample proposals and build their targets.

    Parameters
    ----------
    proposals
        (B, N, 4) float32 normalised, padded with zeros.
    gt_class_ids
        (B, G) int32; negative marks a crowd, whose overlaps are neither positive nor negative.
    gt_boxes
        (B, G, 4) float32 normalised; rows of zeros are padding.
    gt_masks
        (B, h, w, G), mini masks in the frame of their box or masks of the whole image.
    config
        Numbers and ratios.
    seed
        (2,) int32 of a stateless random generator; None takes the proposals in their own order.
    """
    positive, negative, match = _match(tf.stop_gradient(proposals), gt_class_ids, gt_boxes)
    indices, is_positive, used = _sample(positive, negative, config, seed)
    rois = tf.gather(proposals, indices, batch_dims=1) * used[..., None]
    match = tf.gather(match, indices, batch_dims=1)
    matched_boxes = tf.gather(gt_boxes, match, batch_dims=1)
    class_ids = tf.gather(gt_class_ids, match, batch_dims=1) * tf.cast(is_positive, tf.int32)
    deltas = tf_refinement(rois, matched_boxes) / static(config.bbox_std_dev)
    deltas = deltas * tf.cast(is_positive, tf.float32)[..., None]
    slots = config.max_positive_rois
    masks = _mask_targets(rois[:, :slots], matched_boxes[:, :slots], match[:, :slots], gt_masks, config)
    masks = masks * tf.cast(is_positive[:, :slots], tf.float32)[..., None, None]
    return DetectionTargets(tf.stop_gradient(rois), class_ids, deltas, tf.stop_gradient(masks), used)


def _match(
    proposals: tf.Tensor, gt_class_ids: tf.Tensor, gt_boxes: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Which proposals are positive, which negative (B, N) bool, and each one's best object (B, N) int32."""
    is_proposal = tf.reduce_any(proposals != 0.0, axis=-1)
    is_box = tf.reduce_any(gt_boxes != 0.0, axis=-1)
    is_object, is_crowd = is_box & (gt_class_ids > 0), is_box & (gt_class_ids < 0)
    overlaps = tf_overlaps(proposals, gt_boxes)
    object_overlaps = tf.where(is_object[:, None, :], overlaps, -1.0)
    crowd_overlap = tf.reduce_max(tf.where(is_crowd[:, None, :], overlaps, 0.0), axis=2)
    best = tf.reduce_max(object_overlaps, axis=2)
    positive = is_proposal & (best >= POSITIVE_IOU)
    negative = is_proposal & (best < POSITIVE_IOU) & (crowd_overlap < CROWD_IOU)
    return positive, negative, tf.argmax(object_overlaps, axis=2, output_type=tf.int32)


def _sample(
    positive: tf.Tensor, negative: tf.Tensor, config: MaskRCNNConfig, seed: tf.Tensor | None
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Indices (B, R) of the sampled proposals, whether each is positive, and 1.0 where not padding."""
    total = config.train_rois_per_image
    most = config.max_positive_rois
    ratio = tf.constant(1.0 / config.roi_positive_ratio, tf.float32)
    taken_positive = tf.minimum(tf.reduce_sum(tf.cast(positive, tf.int32), axis=1), most)
    wanted = tf.cast(ratio * tf.cast(taken_positive, tf.float32), tf.int32) - taken_positive
    taken_negative = tf.minimum(tf.reduce_sum(tf.cast(negative, tf.int32), axis=1), wanted)
    taken_negative = tf.minimum(taken_negative, total - taken_positive)

    order = _random_order(tf.shape(positive), seed)
    positive_rank = _rank(positive, order)
    negative_rank = _rank(negative, order)
    use_positive = positive & (positive_rank < taken_positive[:, None])
    use_negative = negative & (negative_rank < taken_negative[:, None])
    # The slot of every used proposal; those left out go behind all slots.
    slot = tf.where(
        use_positive, positive_rank, tf.where(use_negative, taken_positive[:, None] + negative_rank, total)
    )
    indices = _invert(slot, total)
    slots = tf.range(total)[None, :]
    used = slots < (taken_positive + taken_negative)[:, None]
    return indices, slots < taken_positive[:, None], tf.cast(used, tf.float32)


def _random_order(shape: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
    """A permutation (B, N) int32 per image; the identity without a seed."""
    if seed is None:
        return tf.broadcast_to(tf.range(shape[1])[None, :], shape)
    keys = tf.random.stateless_uniform(shape, seed=seed)
    return tf.argsort(keys, axis=1, stable=True)


def _rank(chosen: tf.Tensor, order: tf.Tensor) -> tf.Tensor:
    """How many chosen entries (B, N) precede each one in `order`."""
    shuffled = tf.gather(tf.cast(chosen, tf.int32), order, batch_dims=1)
    before = tf.cumsum(shuffled, axis=1, exclusive=True)
    return tf.gather(before, _inverse_permutation(order), batch_dims=1)


def _inverse_permutation(order: tf.Tensor) -> tf.Tensor:
    return tf.argsort(order, axis=1)


def _invert(slot: tf.Tensor, total: int) -> tf.Tensor:
    """Indices (B, total) with ``slot[indices[k]] == k``; 0 where no entry has that slot."""
    batch, count = tf.shape(slot)[0], tf.shape(slot)[1]
    rows = tf.broadcast_to(tf.range(batch)[:, None], tf.shape(slot))
    values = tf.broadcast_to(tf.range(count)[None, :], tf.shape(slot))
    where = tf.reshape(tf.stack([rows, slot], axis=-1), [-1, 2])
    # The column behind the last slot collects what is left out.
    grid = tf.tensor_scatter_nd_max(tf.zeros([batch, total + 1], tf.int32), where, tf.reshape(values, [-1]))
    return grid[:, :total]


def _mask_targets(
    rois: tf.Tensor, boxes: tf.Tensor, match: tf.Tensor, gt_masks: tf.Tensor, config: MaskRCNNConfig
) -> tf.Tensor:
    """Masks (B, P, h, w) of the matched objects, cut out by the ROIs (B, P, 4) and rounded to 0 or 1."""
    batch, count = tf.shape(rois)[0], tf.shape(rois)[1]
    masks = tf.gather(tf.transpose(gt_masks, [0, 3, 1, 2]), match, batch_dims=1)
    frame = rois
    if config.use_mini_mask:
        corner, size = boxes[..., :2], boxes[..., 2:] - boxes[..., :2]
        frame = tf.concat(
            [
                tf.math.divide_no_nan(rois[..., :2] - corner, size),
                tf.math.divide_no_nan(rois[..., 2:] - corner, size),
            ],
            axis=-1,
        )
    height, width = tf.shape(masks)[2], tf.shape(masks)[3]
    cropped = tf.image.crop_and_resize(
        tf.reshape(tf.cast(masks, tf.float32), [-1, height, width, 1]),
        tf.reshape(frame, [-1, 4]),
        tf.range(batch * count),
        config.mask_shape,
    )
    return tf.round(tf.reshape(cropped, [batch, count, *config.mask_shape]))
