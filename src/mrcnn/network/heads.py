"""The two heads on the aligned ROIs: class and box; mask. ROIs are folded into the batch axis."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.network.layers import ConvNorm, LayerStore, batch_normalise, frozen_scale_and_shift


class ClassOutput(NamedTuple):
    """Outputs of the class head for N ROIs, float32: class logits (N, K) and box deltas per class (N, K, 4)."""

    logits: tf.Tensor
    deltas: tf.Tensor


class ClassHead(tf.Module):
    """Aligned ROI (pool, pool, C) to class and box. The pool x pool "valid" convolution is one matrix product."""

    def __init__(self, config: MaskRCNNConfig, store: LayerStore) -> None:
        super().__init__()
        units = config.fpn_classif_fc_layers_size
        self.classes = config.num_classes
        self.conv1 = store.conv(
            "mrcnn_class_conv1", config.top_down_pyramid_size, units, config.pool_size, relu=True
        )
        self.norm1 = store.norm("mrcnn_class_bn1", units)
        self.conv2 = store.conv("mrcnn_class_conv2", units, units, 1, relu=True)
        self.norm2 = store.norm("mrcnn_class_bn2", units)
        self.logits = store.dense("mrcnn_class_logits", units, self.classes)
        self.boxes = store.dense("mrcnn_bbox_fc", units, 4 * self.classes)

    def __call__(
        self, crops: tf.Tensor, training: bool = False, weight: tf.Tensor | None = None
    ) -> ClassOutput:
        """Return the outputs of crops (N, pool, pool, C); `weight` (N,) marks the ROIs that are not padding."""
        x = tf.reshape(crops, [-1, crops.shape[1] * crops.shape[2] * crops.shape[3]])
        for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2)):
            kernel = tf.reshape(tf.cast(conv.kernel, x.dtype), [-1, conv.filters])
            x = tf.matmul(x, kernel)
            if training:
                x = batch_normalise(x[:, None, None, :], norm, conv.bias, weight)[:, 0, 0, :]
            else:
                scale, shift = frozen_scale_and_shift(norm, conv.bias)
                x = x * tf.cast(scale, x.dtype) + tf.cast(shift, x.dtype)
            x = tf.nn.relu(x)
        x = tf.cast(x, tf.float32)
        logits = tf.matmul(x, self.logits.kernel) + self.logits.bias
        deltas = tf.matmul(x, self.boxes.kernel) + self.boxes.bias
        return ClassOutput(logits, tf.reshape(deltas, [-1, self.classes, 4]))


class MaskHead(tf.Module):
    """Aligned ROI (14, 14, C) to the mask logits of one class (28, 28): that of the ROI."""

    def __init__(self, config: MaskRCNNConfig, store: LayerStore) -> None:
        super().__init__()
        filters = config.mask_conv_filters
        channels = [config.top_down_pyramid_size] + 3 * [filters]
        self.convs = [
            ConvNorm(store, (f"mrcnn_mask_conv{k}", f"mrcnn_mask_bn{k}"), channels[k - 1], filters, 3)
            for k in (1, 2, 3, 4)
        ]
        self.deconv = store.deconv("mrcnn_mask_deconv", filters, filters, 2)
        self.mask = store.conv("mrcnn_mask", filters, config.num_classes, 1)

    def __call__(
        self,
        crops: tf.Tensor,
        class_ids: tf.Tensor,
        training: bool = False,
        weight: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Return mask logits (N, 28, 28) float32 of the classes `class_ids` (N,) from crops (N, 14, 14, C)."""
        x = self.upsampled(crops, training, weight)
        kernel = tf.gather(tf.transpose(self.mask.kernel[0, 0]), class_ids)
        bias = tf.gather(tf.convert_to_tensor(self.mask.bias), class_ids)
        flat = tf.reshape(x, [-1, np.prod(x.shape[1:-1]), x.shape[-1]])
        logits = tf.matmul(flat, tf.cast(kernel, x.dtype)[:, :, None])[:, :, 0]
        logits = tf.cast(logits, tf.float32) + bias[:, None]
        return unfold(tf.reshape(logits, [-1, *x.shape[1:5]]))

    def upsampled(
        self, crops: tf.Tensor, training: bool = False, weight: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Features (N, 14, 14, 2, 2, C) after the transposed convolution, its 2x2 pixels on axes of their own.

        Stride and kernel of the transposed convolution are equal, so its outputs do not overlap: one matrix
        product. What follows is pointwise, so that only the final mask has to be put in order.
        """
        x = crops
        for conv in self.convs:
            x = conv(x, training, weight=weight)
        filters = self.deconv.filters
        kernel = tf.reshape(tf.transpose(self.deconv.kernel, [3, 0, 1, 2]), [-1, 4 * filters])
        y = tf.matmul(tf.reshape(x, [-1, x.shape[-1]]), tf.cast(kernel, x.dtype))
        y = tf.reshape(y, [-1, x.shape[1], x.shape[2], 2, 2, filters])
        return tf.nn.relu(y + tf.cast(self.deconv.bias, y.dtype))


def unfold(x: tf.Tensor) -> tf.Tensor:
    """Interleave (N, H, W, 2, 2) to (N, 2 H, 2 W)."""
    height, width = x.shape[1], x.shape[2]
    return tf.reshape(tf.transpose(x, [0, 1, 3, 2, 4]), [-1, 2 * height, 2 * width])
