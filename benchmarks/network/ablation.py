"""What each idea behind the speed of `mrcnn` is worth: the network as it is, and without one idea at a time.

    python benchmarks/network/ablation.py [--case r101-256] [--rounds 3] [--only NAME ...]

Each figure is a fresh process with two threads, and the whole network takes its turn before each changed one, so that
a change of the machine's speed meets both. Times are medians; the ratio is that of each pair.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent


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
    class_head_as_convolution, traced_weight_decay, first_convolution_pads, jit_compile,
)  # fmt: skip
INFER: tuple[Callable[[], None], ...] = (
    bfloat16, no_onednn, one_graph, no_folding, masks_of_all_classes, align_by_gathers, class_head_as_convolution,
    jit_compile,
)  # fmt: skip


def child(case: str, work: str, change: str) -> dict[str, float]:
    """Measure one variant in a process of its own; an exception's last line where it cannot run."""
    command = [sys.executable, __file__, "--child", change, "--case", case, "--work", work]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no output"])[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_child(case_name: str, work: str, change: str) -> None:
    """Apply the change, measure, print JSON."""
    if change == "no_onednn":
        no_onednn()
    sys.path.insert(0, str(HERE))
    from case import CASES, measure
    from ours import infer, step

    if change != "no_onednn":
        globals()[change]()
    case = CASES[case_name]
    precision = "bfloat16" if change == "bfloat16" else "float32"
    action, _ = (step if work == "step" else infer)(case, precision)
    print(json.dumps(measure(action, 5)))


def compare(case: str, work: str, change: Callable[[], None], rounds: int) -> str:
    """Return a row of the table."""
    sentence = (change.__doc__ or "").split("\n")[0].rstrip(".")
    try:
        pairs = [(child(case, work, "whole"), child(case, work, change.__name__)) for _ in range(rounds)]
    except RuntimeError as error:
        return f"| {work} | {sentence} | does not run: {error} | | | | |"
    medians = {
        key: [statistics.median(pair[side][key] for pair in pairs) for side in (0, 1)]
        for key in ("wall", "cpu", "first", "peak_gb")
    }
    ratios = [statistics.median(b[key] / a[key] for a, b in pairs) for key in ("wall", "cpu")]
    cells = [work, sentence, *(f"{a:.2f} -> {b:.2f}" for a, b in (medians["wall"], medians["cpu"]))]
    cells += [f"{ratios[0]:.2f} / {ratios[1]:.2f}"]
    cells += [f"{a:.1f} -> {b:.1f}" for a, b in (medians["first"], medians["peak_gb"])]
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", default="r101-256")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", help="names of functions in this file")
    parser.add_argument("--work", choices=["step", "infer"])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        run_child(options.case, options.work, options.child)
        return
    print(
        "| work | changed | wall s: as it is -> changed | CPU s | ratio wall / CPU | first call s | peak GB |"
    )
    print("|---|---|---|---|---|---|---|")
    for work, changes in (("step", STEP), ("infer", INFER)):
        for change in changes:
            chosen = options.only is None or change.__name__ in options.only
            if chosen and options.work in (None, work):
                print(compare(options.case, work, change, options.rounds), flush=True)


if __name__ == "__main__":
    main()
