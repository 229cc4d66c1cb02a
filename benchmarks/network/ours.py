"""Our side of `benchmarks/network/speed.py`: one training step or one inference of `mrcnn`."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import tensorflow as tf
from case import Case, Work, command_line, example, inference_proposals, training_proposals

from mrcnn import MaskRCNN, MaskRCNNConfig, Sample, TrainingConfig, configure_runtime
from mrcnn.data.batches import Batches
from mrcnn.network.rpn import RPNOutput
from mrcnn.network.targets import detection_targets
from mrcnn.training.step import TrainStep


class Network(MaskRCNN):
    """Makes its own proposals, then goes on with `given` ones (B, count, 4), normalised: the peer gets the same."""

    given: np.ndarray

    def proposals(
        self, pyramid: list[tf.Tensor], anchors: tf.Tensor, count: int
    ) -> tuple[RPNOutput, tf.Tensor]:
        """Return the RPN's outputs and the given proposals, plus a zero that no optimiser sees in those computed."""
        rpn, rois = super().proposals(pyramid, anchors, count)
        return rpn, self.given + tf.minimum(tf.reduce_min(rois), 0.0)


def network(case: Case, given: np.ndarray, precision: str, **changes: object) -> Network:
    """Return the network of a case, from scratch, its residual branches damped so that 33 of them stay finite."""
    configure_runtime(threads=2, seed=0)
    scale = case.size // 256
    model = Network(
        MaskRCNNConfig(
            num_classes=4,
            backbone=case.backbone,
            image_size=case.size,
            top_down_pyramid_size=case.channels,
            rpn_conv_filters=case.rpn_channels,
            mask_conv_filters=case.channels,
            fpn_classif_fc_layers_size=case.fc,
            train_rois_per_image=case.rois,
            rpn_anchor_scales=[s * scale for s in (16, 32, 48, 64, 128)],
            train_bn=case.train_bn,
            precision="mixed_bfloat16" if precision == "bfloat16" else "float32",
            **changes,
        )
    )
    model.given = given / np.float32(case.size)
    for name, layer in model.layers.items():
        if name.startswith("bn") and name.endswith("branch2c"):
            layer.gamma.assign(0.1 * layer.gamma)
    return model


def step(case: Case, precision: str) -> Work:
    """Return a training step on one batch of two, and a count of its ROIs and positives."""
    images, masks, classes = example(case)
    given = training_proposals(case, masks)
    model = network(case, given, precision)
    samples = [Sample(str(k), *entry) for k, entry in enumerate(zip(images, masks, classes, strict=True))]
    batch = next(iter(Batches(samples, model.config, 2, 0).training(0, 1)))
    training = TrainStep(model, TrainingConfig())

    def count() -> list[int]:
        boxes = batch["gt_boxes"] / case.size
        sample = detection_targets(
            tf.constant(model.given), batch["gt_class_ids"], boxes, batch["gt_masks"], model.config
        )
        return [int(tf.reduce_sum(sample.used)), int(tf.math.count_nonzero(sample.class_ids))]

    return lambda: training.run(batch, tf.constant(0.001)).numpy(), count


def infer(case: Case, precision: str) -> Work:
    """Return a detection in one image, decoding of masks included, and a count of the detections."""
    model = network(case, inference_proposals(case), precision, detection_min_confidence=0.0)
    bias = model.layers["mrcnn_class_logits"].bias
    bias.assign(bias - np.array([10.0, 0.0, 0.0, 0.0]))  # nothing is background
    image = example(case)[0][0]
    return lambda: model.detect([image]), lambda: [len(model.detect([image])[0]["scores"])]


if __name__ == "__main__":
    command_line(step, infer)
