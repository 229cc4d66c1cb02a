"""Export for inference without this package's training code: SavedModel and ONNX.

Both files hold one function, for one image: `image` (1, H, W, C) float32 RGB values from 0 to 255, already resized
as the configuration says, and `window` (1, 4) float32 pixels, the part that is not padding. It returns `boxes` (D, 4)
normalised, `class_ids` (D,), `scores` (D,), `probabilities` (D, K), `masks` (D, h, w); zeros pad the detections. The
configuration travels with the file, so that `load_exported` can resize images and paste masks as `MaskRCNN.detect`.
"""

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.files import atomic_path
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_norm_boxes
from mrcnn.inputs import checked_image, fitted_image, require_images
from mrcnn.model import MaskRCNN
from mrcnn.network.network import Prediction
from mrcnn.onnx_operations import HANDLERS
from mrcnn.unmold import unmold_detections

OUTPUTS = Prediction._fields
_CONFIG_KEY = "mrcnn_config"

Outputs = dict[str, np.ndarray]


def export_saved_model(model: MaskRCNN, folder: str | Path) -> Path:
    """Write a TensorFlow SavedModel to `folder` (replaced as a whole); return its path.

    Raises
    ------
    ValueError
        If the images of the configuration have no fixed size.
    """
    target = Path(folder)
    module = tf.Module()
    module.weights = [variable.value for variable in model.variables]
    module.detect = _detector(model)
    module.config = tf.function(lambda: tf.constant(_to_json(model.config)), input_signature=[])
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        tf.saved_model.save(module, str(part), signatures=module.detect)
        if target.exists():
            shutil.rmtree(target)
        part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def export_onnx(model: MaskRCNN, path: str | Path, opset: int = 17) -> Path:
    """Write an ONNX file, which ONNX Runtime and OpenVINO run without TensorFlow; return its path.

    Needs the extra ``export`` (tf2onnx) and an `opset` of 16 or later.

    Raises
    ------
    ValueError
        If the images of the configuration have no fixed size.
    """
    import tf2onnx

    detector = _detector(model)
    proto, _ = tf2onnx.convert.from_function(
        detector,
        detector.input_signature,
        opset=opset,
        custom_op_handlers=HANDLERS,
    )
    entry = proto.metadata_props.add()
    entry.key, entry.value = _CONFIG_KEY, _to_json(model.config)
    target = Path(path)
    with atomic_path(target) as temporary:
        temporary.write_bytes(proto.SerializeToString())
    return target


def load_exported(path: str | Path, threads: int = 0) -> "ExportedModel":
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
        If the file was not written by this module.
    """
    path = Path(path)
    if path.is_dir():
        module = tf.saved_model.load(str(path))
        if not hasattr(module, "config"):
            raise ValueError(f"{path}: this SavedModel was not written by mrcnn.export")
        text = module.config().numpy().decode()
        return ExportedModel(_from_json(text), lambda image, window: _to_numpy(module.detect(image, window)))
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(path), options, providers=onnxruntime.get_available_providers()
    )
    text = session.get_modelmeta().custom_metadata_map.get(_CONFIG_KEY)
    if text is None:
        raise ValueError(f"{path}: this ONNX file was not written by mrcnn.export")
    names = [entry.name for entry in session.get_inputs()]

    def run(image: np.ndarray, window: np.ndarray) -> Outputs:
        inputs = {name: image if "image" in name else window for name in names}
        return dict(zip(OUTPUTS, session.run(list(OUTPUTS), inputs), strict=True))

    return ExportedModel(_from_json(text), run)


class ExportedModel:
    """An exported network, with the face of `MaskRCNN.detect`.

    Parameters
    ----------
    config
        Of the network.
    run
        Takes an image and its window to the outputs by name.
    """

    def __init__(self, config: MaskRCNNConfig, run: Callable[[np.ndarray, np.ndarray], Outputs]) -> None:
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
        outputs = self.run(fitted[None].astype(np.float32), np.asarray([window], np.float32))
        found = Prediction(*(outputs[name] for name in OUTPUTS))
        return unmold_detections(found, image.shape, fitted.shape, window)


def _detector(model: MaskRCNN) -> Any:
    """Build the function to export: `MaskRCNN.predict` for one image, of operations that ONNX knows."""
    config = model.config
    if not config.fixed_size:
        raise ValueError(f"image_resize_mode is {config.image_resize_mode!r}; export needs square or crop")
    side = config.image_shape[0]
    anchors = normalised_anchors(config, (side, side))
    signature = [
        tf.TensorSpec([1, side, side, config.image_channel_count], tf.float32, name="image"),
        tf.TensorSpec([1, 4], tf.float32, name="window"),
    ]

    @tf.function(input_signature=signature, autograph=False)
    def detect(image: tf.Tensor, window: tf.Tensor) -> dict[str, tf.Tensor]:
        frame = tf_norm_boxes(window, tf.constant(side), tf.constant(side))
        found = model.predict(image - tf.constant(config.mean_pixel, tf.float32), frame, tf.constant(anchors))
        return {name: part[0] for name, part in found._asdict().items()}

    return detect


def _to_numpy(outputs: dict[str, tf.Tensor]) -> Outputs:
    return {name: value.numpy() for name, value in outputs.items()}


def _to_json(config: MaskRCNNConfig) -> str:
    return json.dumps(dataclasses.asdict(config), sort_keys=True)


def _from_json(text: str) -> MaskRCNNConfig:
    return MaskRCNNConfig(**json.loads(text))
