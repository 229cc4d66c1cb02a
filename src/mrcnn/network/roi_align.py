"""Pyramid ROI align: crop each ROI out of the pyramid level that fits its size, bilinearly, to a fixed size.

Numerics are those of ``tf.image.crop_and_resize`` (Matterport's choice): sample points span the ROI from edge to
edge in normalised coordinates, one bilinear sample each, 0 outside the map. Only the chosen level of an ROI is read.

Two implementations give the same numbers. On CPUs the operation itself runs on the ROIs of each level; it is three
times faster than gathers, and its gradient is deterministic under
``tf.config.experimental.enable_op_determinism``. On GPUs, where that gradient raises under determinism, gathers over
the flattened pyramid are used, whose gradient (a segment sum) is deterministic there too.
"""

import tensorflow as tf


def roi_levels(rois: tf.Tensor, image_area: tf.Tensor) -> tf.Tensor:
    """Pyramid level, 2 to 5 int32, of normalised ROIs (..., 4): 4 at 224x224 pixels, one up per doubling.

    `image_area` is that of the molded image in pixels. Empty ROIs go to level 2.
    """
    height, width = rois[..., 2] - rois[..., 0], rois[..., 3] - rois[..., 1]
    side = tf.sqrt(tf.maximum(height * width, 1e-12)) * tf.sqrt(tf.cast(image_area, tf.float32)) / 224.0
    exponent = tf.math.log(side) / tf.math.log(2.0)
    return tf.clip_by_value(4 + tf.cast(tf.round(exponent), tf.int32), 2, 5)


def pyramid_roi_align(
    rois: tf.Tensor, images: tf.Tensor, pyramid: list[tf.Tensor], size: int, image_area: tf.Tensor
) -> tf.Tensor:
    """Crop ROIs out of the feature maps.

    Parameters
    ----------
    rois
        (N, 4) float32, normalised; no gradient flows into them.
    images
        (N,) int32: which image of the batch each ROI lies in.
    pyramid
        P2 to P5, each (B, H, W, C).
    size
        Side of the crops.
    image_area
        Pixels of the molded image.

    Returns
    -------
    tf.Tensor
        (N, size, size, C).
    """
    boxes = tf.stop_gradient(rois)
    level = roi_levels(boxes, image_area) - 2
    if tf.config.list_logical_devices("GPU"):
        return _crop_by_gathers(boxes, images, level, pyramid, size)
    return _crop_by_level(boxes, images, level, pyramid, size)


def _crop_by_level(
    boxes: tf.Tensor, images: tf.Tensor, level: tf.Tensor, pyramid: list[tf.Tensor], size: int
) -> tf.Tensor:
    """Run ``crop_and_resize`` once per level on the ROIs of that level, and put the crops in order again."""
    places, crops = [], []
    for number, features in enumerate(pyramid):
        mine = tf.cast(tf.where(tf.equal(level, number))[:, 0], tf.int32)
        places.append(mine)
        crops.append(
            tf.image.crop_and_resize(
                tf.cast(features, tf.float32), tf.gather(boxes, mine), tf.gather(images, mine), [size, size]
            )
        )
    ordered = tf.dynamic_stitch(places, crops)
    ordered = tf.reshape(ordered, [-1, size, size, pyramid[0].shape[-1]])
    return tf.cast(ordered, pyramid[0].dtype)


def _crop_by_gathers(
    boxes: tf.Tensor, images: tf.Tensor, level: tf.Tensor, pyramid: list[tf.Tensor], size: int
) -> tf.Tensor:
    """Compute every sample as a weighted sum of four gathered pixels of the flattened pyramid."""
    batch = tf.shape(pyramid[0])[0]
    shapes = tf.stack([tf.shape(level)[1:3] for level in pyramid])
    areas = shapes[:, 0] * shapes[:, 1]
    channels = pyramid[0].shape[-1]
    pixels = tf.concat([tf.reshape(level, [batch, -1, channels]) for level in pyramid], axis=1)
    start = tf.cumsum(areas, exclusive=True)

    first = tf.gather(start, level) + images * tf.reduce_sum(areas)
    shape = tf.gather(shapes, level)
    low_y, high_y, part_y, inside_y = _samples(boxes[:, 0], boxes[:, 2], shape[:, 0], size)
    low_x, high_x, part_x, inside_x = _samples(boxes[:, 1], boxes[:, 3], shape[:, 1], size)

    width = shape[:, 1][:, None]
    rows = [first[:, None] + low_y * width, first[:, None] + high_y * width]
    indices = tf.stack([row[:, :, None] + column[:, None, :] for row in rows for column in (low_x, high_x)])
    share_y = [(1.0 - part_y) * inside_y, part_y * inside_y]
    share_x = [(1.0 - part_x) * inside_x, part_x * inside_x]
    weights = tf.stack([y[:, :, None] * x[:, None, :] for y in share_y for x in share_x])
    return bilinear_gather(tf.reshape(pixels, [-1, channels]), indices, tf.cast(weights, pixels.dtype))


def image_of_roi(rois: tf.Tensor) -> tf.Tensor:
    """Number (B * R,) int32 of the image of each ROI of a batch (B, R, 4)."""
    return tf.repeat(tf.range(tf.shape(rois)[0]), tf.shape(rois)[1])


def _samples(
    start: tf.Tensor, end: tf.Tensor, side: tf.Tensor, size: int
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Lower and upper neighbour, share of the upper, and 1 where inside, of `size` points, each (N, size)."""
    last = tf.cast(side - 1, tf.float32)[:, None]
    if size > 1:
        step = (end - start)[:, None] * last / float(size - 1)
        position = start[:, None] * last + tf.range(size, dtype=tf.float32) * step
    else:
        position = 0.5 * (start + end)[:, None] * last
    inside = tf.cast((position >= 0.0) & (position <= last), tf.float32)
    position = tf.clip_by_value(position, 0.0, last)
    low = tf.floor(position)
    return tf.cast(low, tf.int32), tf.cast(tf.math.ceil(position), tf.int32), position - low, inside


def bilinear_gather(pixels: tf.Tensor, indices: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Sum over the four corners of ``weights * pixels[indices]``.

    `pixels` is (P, C), `indices` and `weights` are (4, N, size, size), the result (N, size, size, C).
    """
    weights = tf.stop_gradient(weights)
    return tf.add_n([tf.gather(pixels, indices[k]) * weights[k][..., None] for k in range(4)])
