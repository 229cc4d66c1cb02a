"""Networks into files for inference without this package's training code: SavedModel and ONNX.

Both files hold one function, for one image: `image` (1, H, W, C) float32 RGB values from 0 to 255, already resized
as the configuration says, and `window` (1, 4) float32 pixels, the part that is not padding. It returns `boxes` (D, 4)
normalised, `class_ids` (D,), `scores` (D,), `probabilities` (D, K), `masks` (D, h, w); zeros pad the detections. The
configuration travels with the file, so that `reading` can resize images and paste masks as `MaskRCNN.detect`.
"""

import os
import shutil
from pathlib import Path
from typing import Any

import tensorflow as tf

from mrcnn.export.operations import HANDLERS
from mrcnn.export.reading import CONFIG_KEY, config_as_text
from mrcnn.files import atomic_path
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_norm_boxes
from mrcnn.model import MaskRCNN


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
    module.config = tf.function(lambda: tf.constant(config_as_text(model.config)), input_signature=[])
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
    entry.key, entry.value = CONFIG_KEY, config_as_text(model.config)
    target = Path(path)
    with atomic_path(target) as temporary:
        temporary.write_bytes(proto.SerializeToString())
    return target


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
