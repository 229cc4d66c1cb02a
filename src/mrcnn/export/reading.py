"""Exported networks, run as `MaskRCNN.detect` runs its own. ONNX files need no TensorFlow."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.inputs import checked_image, fitted_image, require_images
from mrcnn.prediction import Prediction
from mrcnn.unmold import unmold_detections

CONFIG_KEY = "mrcnn_config"
"""Name of the network's configuration among an ONNX file's metadata."""

Run = Callable[[np.ndarray, np.ndarray], Prediction]
"""Takes an image (1, S, S, C) float32 and its window (1, 4) to detections without the first axis (B)."""


class ExportedModel:
    """An exported network, with the face of `MaskRCNN.detect`.

    Parameters
    ----------
    config
        Of the network.
    run
        See `Run`.
    """

    def __init__(self, config: MaskRCNNConfig, run: Run) -> None:
        self.config, self.run = config, run

    def detect(self, images: Sequence[np.ndarray]) -> list[dict[str, np.ndarray]]:
        """Detect objects in RGB uint8 images (H, W, C); see `MaskRCNN.detect` for the result."""
        require_images(images)
        return [
            self._detect(checked_image(image, self.config, f"image {number} to detect in"))
            for number, image in enumerate(images)
        ]

    def _detect(self, image: np.ndarray) -> dict[str, np.ndarray]:
        fitted, window = fitted_image(image, self.config)
        found = self.run(fitted[None].astype(np.float32), np.asarray([window], np.float32))
        return unmold_detections(found, image.shape, fitted.shape, window)


def load_exported(path: str | Path, threads: int = 0) -> ExportedModel:
    """Open an ONNX file (by ONNX Runtime) or the folder of a SavedModel.

    Parameters
    ----------
    path
        The file or folder.
    threads
        Of ONNX Runtime; 0 takes one for each core.

    Raises
    ------
    ValueError
        If the file was not written by `mrcnn.export.writing`.
    """
    path = Path(path)
    return _saved_model(path) if path.is_dir() else _onnx(path, threads)


def config_as_text(config: MaskRCNNConfig) -> str:
    """Return a configuration as an exported network carries it."""
    return json.dumps(dataclasses.asdict(config), sort_keys=True)


def _saved_model(path: Path) -> ExportedModel:
    import tensorflow as tf

    module = tf.saved_model.load(str(path))
    if not hasattr(module, "config"):
        raise ValueError(f"{path}: this SavedModel was not written by mrcnn.export")

    def run(image: np.ndarray, window: np.ndarray) -> Prediction:
        outputs = module.detect(image, window)
        return Prediction(*(outputs[name].numpy() for name in Prediction._fields))

    return ExportedModel(_config(module.config().numpy().decode()), run)


def _onnx(path: Path, threads: int) -> ExportedModel:
    session = onnx_session(path, threads)
    text = session.get_modelmeta().custom_metadata_map.get(CONFIG_KEY)
    if text is None:
        raise ValueError(f"{path}: this ONNX file was not written by mrcnn.export")
    names = [entry.name for entry in session.get_inputs()]

    def run(image: np.ndarray, window: np.ndarray) -> Prediction:
        inputs = {name: image if "image" in name else window for name in names}
        return Prediction(*session.run(list(Prediction._fields), inputs))

    return ExportedModel(_config(text), run)


def onnx_session(path: Path, threads: int) -> Any:
    """Return ONNX Runtime's session of a file; 0 threads are one for each core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # A thread without work spins otherwise, which doubles the CPU time and lengthens the clock's on a busy machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=onnxruntime.get_available_providers())


def _config(text: str) -> MaskRCNNConfig:
    return MaskRCNNConfig(**json.loads(text))
