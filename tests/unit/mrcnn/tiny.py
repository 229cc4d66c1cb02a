"""Stand-ins for tests of the data pipeline and the training loop: tiny samples, and a network of a few weights."""

import h5py
import keras
import numpy as np
import tensorflow as tf

from mrcnn.config import LOSSES, MaskRCNNConfig
from mrcnn.data import Sample

TINY = MaskRCNNConfig(
    num_classes=3, backbone="resnet18", backbone_width=0.125, image_size=64, top_down_pyramid_size=8,
    rpn_conv_filters=8, mask_conv_filters=8, fpn_classif_fc_layers_size=16, rpn_anchor_scales=(8, 16, 24, 32, 48),
    rpn_train_anchors_per_image=32, pre_nms_limit=200, post_nms_rois_training=50, post_nms_rois_inference=50,
    train_rois_per_image=12, max_gt_instances=6, mini_mask_shape=(14, 14), train_bn=True, bn_momentum=0.9,
    detection_min_confidence=0.0, detection_max_instances=10,
)  # fmt: skip


def tiny_sample(number: int, cells: int = 3, side: int = 64) -> Sample:
    """Return an image of noise with `cells` bright squares, the same for the same number."""
    rng = np.random.default_rng(number)
    image = rng.integers(0, 80, (side, side, 3)).astype(np.uint8)
    masks = np.zeros((side, side, cells), bool)
    for k in range(cells):
        y, x = rng.integers(0, side - 16, 2)
        masks[y : y + 12 + k, x : x + 12, k] = True
        image[masks[..., k]] = 200
    return Sample(f"image{number}", image, masks, rng.integers(1, 3, cells).astype(np.int32))


class TinyNetwork:
    """Has the face of `MaskRCNN` that training uses; its losses depend on images, targets and the seed."""

    def __init__(self, config: MaskRCNNConfig = TINY, break_at: int | None = None) -> None:
        self.config, self.compute_dtype, self.break_at = config, "float32", break_at
        self.variables = [
            keras.Variable(np.linspace(-0.5, 0.5, 12, dtype=np.float32).reshape(3, 4), name="kernel"),
            keras.Variable(np.zeros(4, np.float32), name="bias"),
            keras.Variable(np.zeros(3, np.float32), name="moving_mean", trainable=False),
        ]

    def trainable_variables_for(self, selection):
        return self.variables[:2] if selection == "all" else self.variables[1:2]

    def losses(self, batch, seed=None, training=True):
        kernel, bias, moving = self.variables
        mean = tf.reduce_mean(batch["images"], axis=[0, 1, 2]) / 255.0
        if training:
            moving.assign(0.9 * moving + 0.1 * mean)
        noise = tf.random.stateless_normal([4], seed)
        out = tf.linalg.matvec(kernel, mean, transpose_a=True) + bias + noise
        value = tf.reduce_mean(tf.square(out - tf.reduce_mean(tf.abs(batch["rpn_bbox"]))))
        if self.break_at is not None:
            value = tf.where(seed[1] == self.break_at, np.float32(np.nan), value)
        return dict.fromkeys(LOSSES[:4], value * 0.2) | {LOSSES[4]: tf.reduce_mean(tf.square(out))}

    def save_weights(self, path):
        with h5py.File(path, "w") as file:
            file.attrs["layer_names"] = ["tiny"]
            group = file.create_group("tiny")
            group.attrs["weight_names"] = [v.name for v in self.variables]
            for variable in self.variables:
                group[variable.name] = np.asarray(variable)
