"""The networks of a model, run by TensorFlow."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from blastvote.segmentation.network import load_network
from blastvote.segmentation.objects import TILES_AT_ONCE, DetectTiles
from blastvote.segmentation.runtimes.networks import Networks
from blastvote.segmentation.subtype_network import load_cell_check, load_subtype_network
from blastvote.segmentation.weights.model_file import TrainedModel
from mrcnn import MaskRCNN
from mrcnn.data.molding import mold_image
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.prediction import Prediction


def tensorflow_networks(model: TrainedModel, threads: int) -> Networks:
    """Return the networks of a model with its weights; the process's threads are set on the way.

    Raises
    ------
    InputError
        If the weights do not fit.
    """
    detect = tile_detector(load_network(model.network, model.path, threads))
    classes = len(model.classes)
    subtypes = None if model.subtypes is None else load_subtype_network(model.subtypes, classes)
    check = None if model.cell_check is None else load_cell_check(model.cell_check, classes)
    return Networks(detect, *(None if one is None else one.predict_on_batch for one in (subtypes, check)))


def tile_detector(network: MaskRCNN) -> DetectTiles:
    """Return the function by which a network of fixed size detects in tiles."""
    config = network.config
    side = config.image_shape[0]
    anchors = normalised_anchors(config, (side, side))
    windows = tf.constant([[0.0, 0.0, 1.0, 1.0]] * TILES_AT_ONCE)
    predict = tf.function(
        lambda images, windows: network.predict(images, windows, anchors),
        input_signature=[
            tf.TensorSpec([None, side, side, 3], tf.float32),
            tf.TensorSpec([None, 4], tf.float32),
        ],
        autograph=False,
    )

    def detect(tiles: np.ndarray) -> Prediction:
        missing = TILES_AT_ONCE - len(tiles)  # one size, one graph
        filled = np.concatenate([tiles, np.repeat(tiles[-1:], missing, axis=0)])
        outputs = predict(tf.constant(mold_image(filled, config.mean_pixel)), windows)
        return Prediction(*(part.numpy()[: len(tiles)] for part in outputs))

    return detect
