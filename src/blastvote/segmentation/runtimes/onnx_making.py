"""ONNX files of a model's networks, made with TensorFlow and tf2onnx."""

from __future__ import annotations

from pathlib import Path

import keras
import tensorflow as tf
import tf2onnx

from blastvote.segmentation.network import load_network
from blastvote.segmentation.subtype_network import load_cell_check, load_subtype_network
from blastvote.segmentation.subtypes import CROP
from blastvote.segmentation.weights.model_file import TrainedModel
from mrcnn.export.writing import export_onnx


def write_detector(model: TrainedModel, path: Path) -> None:
    """Write the model's Mask R-CNN, see `mrcnn.export.writing`."""
    export_onnx(load_network(model.network, model.path, threads=None), path)


def write_subtypes(weights: Path, classes: int, path: Path) -> None:
    """Write the network that tells subtypes apart: ``crops`` (B, 80, 80, 4) to logits (B, classes)."""
    _write_cell_network(load_subtype_network(weights, classes), path)


def write_cell_check(weights: Path, classes: int, path: Path) -> None:
    """Write the cell check: ``crops`` (B, 80, 80, 4) to logits (B, classes + 1)."""
    _write_cell_network(load_cell_check(weights, classes), path)


def _write_cell_network(network: keras.Model, path: Path) -> None:
    crops = tf.TensorSpec([None, CROP, CROP, 4], tf.float32, name="crops")
    function = tf.function(lambda crops: network(crops, training=False), autograph=False)
    proto, _ = tf2onnx.convert.from_function(function, [crops], opset=17)
    path.write_bytes(proto.SerializeToString())
