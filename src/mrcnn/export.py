"""Export for inference without this package's training code: SavedModel and ONNX.

Both files hold one function, for one image: `image` (1, H, W, C) float32 RGB values from 0 to 255, already resized
as the configuration says, and `window` (1, 4) float32 pixels, the part that is not padding. It returns `boxes` (D, 4)
normalised, `class_ids` (D,), `scores` (D,), `masks` (D, h, w) probabilities; zeros pad the detections. The
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
from mrcnn.data.resize import resize_image
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_apply_deltas, tf_clip, tf_norm_boxes
from mrcnn.model import MaskRCNN
from mrcnn.network.detection import Detections
from mrcnn.training.state import write_atomically
from mrcnn.unmold import unmold_detections

OUTPUTS = ("boxes", "class_ids", "scores", "masks")
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
    """Write an ONNX file, which ONNX Runtime runs without TensorFlow; return its path.

    Needs the extra ``export`` (tf2onnx).

    Raises
    ------
    ValueError
        If the images of the configuration have no fixed size.
    """
    import tf2onnx

    detector = _detector(model)
    proto, _ = tf2onnx.convert.from_function(detector, detector.input_signature, opset=opset)
    entry = proto.metadata_props.add()
    entry.key, entry.value = _CONFIG_KEY, _to_json(model.config)
    target = Path(path)
    write_atomically(target, lambda file: file.write(proto.SerializeToString()))
    return target


def load_exported(path: str | Path) -> "ExportedModel":
    """Open an ONNX file (by ONNX Runtime) or the folder of a SavedModel.

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

    session = onnxruntime.InferenceSession(str(path), providers=onnxruntime.get_available_providers())
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
        return [self._detect(np.asarray(image)) for image in images]

    def _detect(self, image: np.ndarray) -> dict[str, np.ndarray]:
        config = self.config
        resized, window, *_ = resize_image(
            image,
            config.image_min_dim,
            config.image_max_dim,
            config.image_min_scale,
            config.image_resize_mode,
        )
        found = self.run(resized[None].astype(np.float32), np.asarray([window], np.float32))
        boxes, class_ids, scores, masks = (found[name] for name in OUTPUTS)
        return unmold_detections(
            boxes, class_ids, scores, masks, image.shape, resized.shape, np.asarray(window)
        )


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
        area = tf.constant(side * side)
        pyramid = model.features(image - tf.constant(config.mean_pixel, tf.float32))
        _, rois = model.proposals(pyramid, tf.constant(anchors), config.post_nms_rois_inference)
        heads = model.class_head(model._crops(rois, pyramid, config.pool_size, area))
        frame = tf_norm_boxes(window, tf.constant(side), tf.constant(side))
        found = _refine(rois[0], tf.nn.softmax(heads.logits), heads.deltas, frame[0], config)
        masks = model._detected_masks(pyramid, Detections(*(part[None] for part in found)), area)
        return dict(zip(OUTPUTS, (*found, masks[0]), strict=True))

    return detect


def _refine(
    rois: tf.Tensor, probabilities: tf.Tensor, deltas: tf.Tensor, window: tf.Tensor, config: MaskRCNNConfig
) -> Detections:
    """Detections of one image, as `mrcnn.network.detection.refine`, by plain non-maximum suppression.

    Boxes of different classes are moved apart, so that one pass suppresses class by class.
    """
    class_ids = tf.argmax(probabilities, axis=-1, output_type=tf.int32)
    scores = tf.reduce_max(probabilities, axis=-1)
    own = tf.gather(deltas, class_ids, batch_dims=1) * tf.constant(config.bbox_std_dev, tf.float32)
    boxes = tf_clip(tf_apply_deltas(rois, own), window)
    least = config.detection_min_confidence
    wanted = (class_ids > 0) & (scores >= least)
    apart = boxes + 2.0 * tf.cast(class_ids, tf.float32)[:, None]
    count = config.detection_max_instances
    kept = tf.image.non_max_suppression(
        apart, tf.where(wanted, scores, -1.0), count, config.detection_nms_threshold, score_threshold=-0.5
    )
    padding = count - tf.shape(kept)[0]
    return Detections(
        tf.ensure_shape(tf.pad(tf.gather(boxes, kept), [[0, padding], [0, 0]]), [count, 4]),
        tf.ensure_shape(tf.pad(tf.gather(class_ids, kept), [[0, padding]]), [count]),
        tf.ensure_shape(tf.pad(tf.gather(scores, kept), [[0, padding]]), [count]),
    )


def _to_numpy(outputs: dict[str, tf.Tensor]) -> Outputs:
    return {name: value.numpy() for name, value in outputs.items()}


def _to_json(config: MaskRCNNConfig) -> str:
    return json.dumps(dataclasses.asdict(config), sort_keys=True)


def _from_json(text: str) -> MaskRCNNConfig:
    return MaskRCNNConfig(**json.loads(text))
