"""The networks of a model, run by ONNX Runtime, one tile after the other. No TensorFlow is imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from blastvote.errors import InputError
from blastvote.segmentation.runtimes.networks import Networks
from blastvote.segmentation.runtimes.onnx_files import cell_check_file, detector_file, subtypes_file
from blastvote.segmentation.subtypes import CropLogits
from blastvote.segmentation.weights.model_file import TrainedModel
from mrcnn.export.reading import load_exported, onnx_session
from mrcnn.prediction import Prediction


def onnx_networks(model: TrainedModel, threads: int) -> Networks:
    """Return the networks of a model; their ONNX files are made first where `onnx_files` keeps none.

    Raises
    ------
    InputError
        If a package is missing, the network is not of single precision, or its weights do not fit.
    """
    if find_spec("onnxruntime") is None:
        raise InputError(
            "--runtime onnx needs the package onnxruntime, of the extra export. make env installs it."
        )
    if model.network.precision != "float32":
        raise InputError(
            f"ONNX Runtime runs networks in float32, and this one has {model.network.precision}. Give --precision "
            "float32, or --runtime tensorflow."
        )
    run = load_exported(detector_file(model), threads).run
    side = model.network.image_shape[0]
    window = np.array([[0, 0, side, side]], np.float32)

    def detect(tiles: np.ndarray) -> Prediction:
        each = [run(tile[None].astype(np.float32), window) for tile in tiles]
        return Prediction(*(np.stack(parts) for parts in zip(*each, strict=True)))

    subtypes = None if model.subtypes is None else subtypes_file(model, model.subtypes)
    check = None if model.cell_check is None else cell_check_file(model, model.cell_check)
    return Networks(
        detect, *(None if path is None else _crop_logits(path, threads) for path in (subtypes, check))
    )


def _crop_logits(path: Path, threads: int) -> CropLogits:
    """Return the function of a file that `onnx_making` wrote of a network that looks at crops."""
    session = onnx_session(path, threads)
    return lambda crops: np.asarray(session.run(None, {"crops": crops})[0])
