"""The small network that looks at a cut-out cell (`subtypes`), untrained and with the weights of a file.

Two have this architecture: the one that tells the subtype, and the cell check (`blastvote.prediction.cell_check`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from blastvote.errors import InputError
from blastvote.segmentation.subtypes import CROP
from blastvote.segmentation.weights.model_file import check_weights, subtype_weights

_FILTERS = (24, 48, 64, 96)


def subtype_network(classes: int, seed: int = 0) -> keras.Model:
    """Return the untrained network: crops ``(B, 80, 80, 4)`` of `cut_cell` to logits ``(B, classes)``."""
    crops = keras.Input((CROP, CROP, 4))
    x, mask = crops, crops[..., 3:]
    for k, filters in enumerate(_FILTERS):
        start = keras.initializers.HeNormal(seed=seed + k)
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False, kernel_initializer=start)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.95)(x))
        if k < len(_FILTERS) - 1:
            x = keras.layers.MaxPooling2D(2)(x)
            mask = keras.layers.AveragePooling2D(2)(mask)
    inside = keras.ops.maximum(keras.ops.mean(mask, axis=(1, 2)), 1e-3)
    mean = keras.ops.mean(x * mask, axis=(1, 2)) / inside
    peak = keras.ops.max(x * mask, axis=(1, 2))
    features = keras.layers.Concatenate()([mean, peak, inside])
    start = keras.initializers.GlorotNormal(seed=seed)
    features = keras.layers.Dropout(0.3, seed=seed)(features)
    return keras.Model(crops, keras.layers.Dense(classes, kernel_initializer=start)(features))


def load_subtype_network(path: Path, classes: int) -> keras.Model:
    """Return the network of so many classes with the weights that `add_subtypes` put into a file.

    Raises
    ------
    InputError
        If they are those of another network.
    """
    what = f"its network that tells subtypes apart does not fit {classes} classes"
    return _with_weights(path, subtype_network(classes), subtype_weights(path), what)


def load_cell_check(path: Path, classes: int) -> keras.Model:
    """Return the cell check whose weights `add_cell_check` put into a file of so many classes.

    Its logits ``(B, classes + 1)`` are of those classes and, last, of no blast.

    Raises
    ------
    InputError
        If they are those of another network, or if there are none.
    """
    what = f"its cell check does not fit {classes} classes and no blast"
    return _with_weights(path, subtype_network(classes + 1), check_weights(path), what)


def _with_weights(path: Path, network: keras.Model, arrays: Sequence[np.ndarray], what: str) -> keras.Model:
    """Return the network with the arrays of a file; the error of those that do not fit says `what` is wrong."""
    try:
        pairs = zip(arrays, network.get_weights(), strict=True)
        network.set_weights([array.astype(weight.dtype) for array, weight in pairs])
    except ValueError as error:
        raise InputError(f"{path}: {what} ({error}). Name a weight file that blastvote wrote.") from None
    return network
