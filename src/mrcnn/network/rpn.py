"""The region proposal network: whether there is an object at each anchor, and how its box differs."""

from typing import NamedTuple

import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.network.layers import LayerStore


class RPNOutput(NamedTuple):
    """Float32 outputs for all anchors of the levels P2 to P6.

    Attributes
    ----------
    logits : (B, A, 2)
        Scores of background and object before the softmax.
    probabilities : (B, A, 2)
        Their softmax.
    deltas : (B, A, 4)
        (dy, dx, log dh, log dw) divided by `rpn_bbox_std_dev`.
    """

    logits: tf.Tensor
    probabilities: tf.Tensor
    deltas: tf.Tensor


class RegionProposalNetwork(tf.Module):
    """One small head shared by all levels: 3x3 convolution, then two 1x1 convolutions (computed as one)."""

    def __init__(self, config: MaskRCNNConfig, store: LayerStore) -> None:
        super().__init__()
        self.per_location = config.anchors_per_location
        self.stride = config.rpn_anchor_stride
        filters = config.rpn_conv_filters
        self.shared = store.conv("rpn_conv_shared", config.top_down_pyramid_size, filters, 3)
        self.classify = store.conv("rpn_class_raw", filters, 2 * self.per_location, 1)
        self.regress = store.conv("rpn_bbox_pred", filters, 4 * self.per_location, 1)

    def __call__(self, pyramid: list[tf.Tensor]) -> RPNOutput:
        """Return the outputs for the feature maps P2 to P6, each (B, H, W, C)."""
        kernel = tf.concat([self.classify.kernel, self.regress.kernel], axis=-1)
        bias = tf.concat([self.classify.bias, self.regress.bias], axis=-1)
        split = [2 * self.per_location, 4 * self.per_location]
        logits, deltas = [], []
        for level in pyramid:
            x = tf.nn.conv2d(level, tf.cast(self.shared.kernel, level.dtype), self.stride, "SAME")
            x = tf.nn.relu(tf.nn.bias_add(x, tf.cast(self.shared.bias, level.dtype)))
            y = tf.matmul(tf.reshape(x, [tf.shape(x)[0], -1, x.shape[-1]]), tf.cast(kernel[0, 0], x.dtype))
            y = tf.cast(tf.nn.bias_add(y, tf.cast(bias, x.dtype)), tf.float32)
            class_part, box_part = tf.split(y, split, axis=-1)
            batch = tf.shape(y)[0]
            logits.append(tf.reshape(class_part, [batch, -1, 2]))
            deltas.append(tf.reshape(box_part, [batch, -1, 4]))
        all_logits = tf.concat(logits, axis=1)
        return RPNOutput(all_logits, tf.nn.softmax(all_logits), tf.concat(deltas, axis=1))
