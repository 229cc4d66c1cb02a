"""Our side of `benchmarks/network.py`: one training step or one inference of `mrcnn`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import tensorflow as tf
from network_case import Case, command_line, example

from mrcnn import MaskRCNN, MaskRCNNConfig, Sample, TrainingConfig, configure_runtime
from mrcnn.data.batches import Batches
from mrcnn.training.step import TrainStep


def network(case: Case, **changes: object) -> MaskRCNN:
    """Return the network of a case, from scratch: time does not depend on the weights."""
    configure_runtime(threads=2, seed=0)
    scale = case.size // 256
    return MaskRCNN(
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
            **changes,
        )
    )


def step(case: Case, precision: str) -> Callable[[], object]:
    """Return a training step on one batch of two."""
    model = network(case, precision="mixed_bfloat16" if precision == "bfloat16" else "float32")
    samples = [Sample(str(k), *entry) for k, entry in enumerate(zip(*example(case), strict=True))]
    batch = next(iter(Batches(samples, model.config, 2, 0).training(0, 1)))
    training = TrainStep(model, TrainingConfig())
    return lambda: training.run(batch, tf.constant(0.001)).numpy()


def infer(case: Case) -> Callable[[], object]:
    """Return a detection in one image, decoding of masks included."""
    model = network(case, detection_min_confidence=0.0)
    image = example(case)[0][0]
    return lambda: model.detect([image])


if __name__ == "__main__":
    command_line(step, infer)
