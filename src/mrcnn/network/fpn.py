"""The feature pyramid: the coarse maps' meaning brought down to the fine maps' resolution."""

import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.network.layers import ConvNorm, LayerStore


class FeaturePyramid(tf.Module):
    """C2 to C5 to P2 to P6, all with `top_down_pyramid_size` channels; P6 (every second pixel of P5) is for the RPN."""

    def __init__(self, config: MaskRCNNConfig, store: LayerStore, channels: list[int]) -> None:
        super().__init__()
        size = config.top_down_pyramid_size
        self.lateral = {
            level: ConvNorm(store, (f"fpn_c{level}p{level}", None), channels[level - 2], size, 1, relu=False)
            for level in (5, 4, 3, 2)
        }
        self.smooth = {
            level: ConvNorm(store, (f"fpn_p{level}", None), size, size, 3, relu=False)
            for level in (5, 2, 3, 4)
        }

    def __call__(self, features: list[tf.Tensor]) -> list[tf.Tensor]:
        """Return P2, P3, P4, P5, P6 of the feature maps C2, C3, C4, C5."""
        merged = {5: self.lateral[5](features[3])}
        for level in (4, 3, 2):
            merged[level] = double(merged[level + 1]) + self.lateral[level](features[level - 2])
        pyramid = [self.smooth[level](merged[level]) for level in (2, 3, 4, 5)]
        return [*pyramid, pyramid[3][:, ::2, ::2, :]]


def double(x: tf.Tensor) -> tf.Tensor:
    """Repeat every pixel of (B, H, W, C) twice in each direction."""
    shape = tf.shape(x)
    tiled = tf.broadcast_to(x[:, :, None, :, None, :], [shape[0], shape[1], 2, shape[2], 2, shape[3]])
    result = tf.reshape(tiled, [shape[0], 2 * shape[1], 2 * shape[2], shape[3]])
    height, width = (None if side is None else 2 * side for side in x.shape[1:3])
    return tf.ensure_shape(result, [x.shape[0], height, width, x.shape[3]])
