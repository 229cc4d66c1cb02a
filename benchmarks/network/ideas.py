"""Changes to `mrcnn`, each of which takes one idea behind its speed away; `ablation.py` measures them.

Each function changes the process it is called in; its first line is what the table says.
"""

import os
from collections.abc import Callable


def whole() -> None:
    """Change nothing."""


def bfloat16() -> None:
    """Compute in bfloat16 (set by the command line)."""


def no_onednn() -> None:
    """Leave oneDNN's convolutions off, as TensorFlow does by itself on some processors."""
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"


def one_graph() -> None:
    """Detect in one image by the graph for any number of images."""
    from mrcnn import MaskRCNN

    build = MaskRCNN.__init__

    def sharing(self, *arguments, **settings):
        build(self, *arguments, **settings)
        self._predict_one = self._predict

    MaskRCNN.__init__ = sharing


def no_folding() -> None:
    """Normalise (frozen) after the convolution instead of scaling its kernel."""
    from mrcnn.network.layers import ConvNorm

    ConvNorm._kernel_is_smaller = lambda self, x: False


def mask_head_on_all_rois() -> None:
    """Run the mask head on all training ROIs, and drop the logits of those that cannot be positive."""
    import tensorflow as tf

    from mrcnn import MaskRCNN

    def all_slots(self, pyramid, sample, area, training):
        ids = tf.reshape(sample.class_ids, [-1])
        crops = self._crops(sample.rois, pyramid, self.config.mask_pool_size, area)
        logits = self.mask_head(crops, tf.maximum(ids, 0), training, tf.cast(ids > 0, tf.float32))
        count, slots = self.config.train_rois_per_image, self.config.max_positive_rois
        logits = tf.reshape(logits, [-1, count, *logits.shape[1:]])[:, :slots]
        return tf.reshape(logits, tf.shape(sample.masks))

    MaskRCNN._mask_logits = all_slots


def masks_of_all_classes() -> None:
    """Compute the masks of all classes, and gather that of the ROI's class afterwards."""
    import tensorflow as tf

    from mrcnn.network import heads

    def every_class(self, crops, class_ids, training=False, weight=None):
        x = self.upsampled(crops, training, weight)
        logits = tf.matmul(x, tf.cast(self.mask.kernel[0, 0], x.dtype)) + tf.cast(self.mask.bias, x.dtype)
        maps = tf.stack(
            [heads.unfold(part) for part in tf.unstack(tf.cast(logits, tf.float32), axis=-1)], axis=1
        )
        return tf.gather(maps, class_ids, axis=1, batch_dims=1)

    heads.MaskHead.__call__ = every_class


def align_by_gathers() -> None:
    """Align ROIs by gathers over the flattened pyramid, as on GPUs."""
    from mrcnn.network import roi_align

    roi_align._crop_by_level = roi_align._crop_by_gathers


def class_head_as_convolution() -> None:
    """Run the class head's 7x7 convolution as a convolution, not as a matrix product."""
    import tensorflow as tf

    from mrcnn.network.heads import ClassHead, ClassOutput
    from mrcnn.network.layers import frozen_scale_and_shift

    def convolving(self, crops, training=False, weight=None):
        x = crops
        for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2)):
            scale, shift = frozen_scale_and_shift(norm, conv.bias)
            x = tf.nn.conv2d(x, tf.cast(conv.kernel, x.dtype), 1, "VALID")
            x = tf.nn.relu(x * tf.cast(scale, x.dtype) + tf.cast(shift, x.dtype))
        x = tf.cast(x[:, 0, 0], tf.float32)
        deltas = tf.matmul(x, self.boxes.kernel) + self.boxes.bias
        logits = tf.matmul(x, self.logits.kernel) + self.logits.bias
        return ClassOutput(logits, tf.reshape(deltas, [-1, self.classes, 4]))

    ClassHead.__call__ = convolving


def traced_weight_decay() -> None:
    """Differentiate the L2 penalty instead of writing its gradient down."""
    import tensorflow as tf

    from mrcnn.training.step import TrainStep

    def traced(self, gradients):
        with tf.GradientTape() as tape:
            decayed = [v.value for v in self.trained if v.name not in ("gamma", "beta")]
            penalty = self.config.weight_decay * tf.add_n([tf.reduce_mean(tf.square(w)) for w in decayed])
        parts = tape.gradient(penalty, [v.value for v in self.trained])
        return penalty, [g if p is None else g + p for g, p in zip(gradients, parts, strict=True)]

    TrainStep._decay = traced


def weight_decay_unordered() -> None:
    """Let TensorFlow compute the weight decay's gradients when it likes: it does so first, and keeps them."""
    import contextlib

    from mrcnn.training import step

    step.tf.control_dependencies = lambda _: contextlib.nullcontext()


def one_graph_a_step() -> None:
    """Differentiate and move the weights in one graph, the second under a condition."""
    import tensorflow as tf

    from mrcnn.training.step import TrainStep

    def whole(self, batch, rate):
        values, gradients, _ = self._differentiate(batch)
        good = tf.reduce_all(tf.math.is_finite(values))
        tf.cond(good, lambda: self._move(gradients, values[-1], rate, batch["step"]), lambda: None)
        return values

    TrainStep.run = tf.function(whole, autograph=False)


def first_convolution_pads() -> None:
    """Let the first convolution pad its input itself: oneDNN has no gradient of that, TensorFlow's own is slower."""
    import tensorflow as tf

    from mrcnn.network.layers import ConvNorm

    ConvNorm._convolve = lambda self, x, kernel: tf.nn.conv2d(x, kernel, self.strides, self.padding)


def jit_compile() -> None:
    """Compile each block of convolution, normalisation and ReLU by XLA (the whole step holds operations XLA lacks)."""
    import tensorflow as tf

    from mrcnn.network.layers import ConvNorm

    plain = ConvNorm.__call__

    def compiled(self, x, training=False, shortcut=None, weight=None):
        block = tf.function(lambda *inputs: plain(self, inputs[0], training, *inputs[1:]), jit_compile=True)
        return block(x) if shortcut is None else block(x, shortcut)

    ConvNorm.__call__ = compiled


STEP: tuple[Callable[[], None], ...] = (
    bfloat16, no_onednn, no_folding, mask_head_on_all_rois, masks_of_all_classes, align_by_gathers,
    class_head_as_convolution, traced_weight_decay, weight_decay_unordered, one_graph_a_step, first_convolution_pads,
    jit_compile,
)  # fmt: skip
INFER: tuple[Callable[[], None], ...] = (
    bfloat16, no_onednn, one_graph, no_folding, masks_of_all_classes, align_by_gathers, class_head_as_convolution,
    jit_compile,
)  # fmt: skip
