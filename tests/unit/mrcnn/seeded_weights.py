"""Weights whose values follow from their names: the recipe the golden arrays were computed with."""

import zlib

import numpy as np

GAIN = {
    "conv1": 1 / 64, "rpn_class_raw": 0.1, "rpn_bbox_pred": 0.02, "mrcnn_bbox_fc": 0.1, "mrcnn_class_logits": 0.1,
    "mrcnn_mask": 0.2,
}  # fmt: skip


def seeded_weight(layer: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """Return the float32 array of the weight `kind` (such as ``kernel``) of a layer."""
    normal = np.random.RandomState(zlib.crc32(f"{layer}/{kind}:0".encode())).standard_normal(shape)
    if kind == "kernel":
        fan_in = int(np.prod(shape[:-1])) if layer != "mrcnn_mask_deconv" else int(shape[3])
        values = normal * np.sqrt(2.0 / fan_in) * GAIN.get(layer, 1.0)
    elif kind == "gamma":
        values = (1.0 + 0.1 * normal) * (0.3 if layer.endswith("branch2c") else 1.0)
    elif kind == "moving_variance":
        values = 1.0 + 0.2 * np.abs(normal)
    else:
        values = 0.05 * normal
    return values.astype(np.float32)


def set_seeded_weights(model) -> None:
    """Give every weight of a `MaskRCNN` its seeded value."""
    for name, layer in model.layers.items():
        for variable in layer.variables:
            variable.assign(seeded_weight(name, variable.name, tuple(variable.shape)))
