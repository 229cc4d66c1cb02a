"""Which weights a network has, and whether arrays of a file fit them: known without TensorFlow."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from mrcnn.config import BLOCKS, MaskRCNNConfig
from mrcnn.names import HEADS
from mrcnn.weights.reading import read

Shapes = dict[str, dict[str, tuple[int, ...]]]
"""Layer name to weight name (``kernel``, ``gamma``, ...) to shape."""


def expected_shapes(config: MaskRCNNConfig) -> Shapes:
    """Return the shape of every weight of the network that a configuration describes, by layer name."""
    shapes = _backbone(config)
    width = [max(1, round(f * config.backbone_width)) for f in (64, 128, 256, 512)]
    expansion = 1 if config.backbone == "resnet18" else 4
    size, units, filters = (
        config.top_down_pyramid_size, config.fpn_classif_fc_layers_size, config.mask_conv_filters
    )  # fmt: skip
    for level in (2, 3, 4, 5):
        shapes[f"fpn_c{level}p{level}"] = _kernel(1, 1, width[level - 2] * expansion, size)
        shapes[f"fpn_p{level}"] = _kernel(3, 3, size, size)
    shapes["rpn_conv_shared"] = _kernel(3, 3, size, config.rpn_conv_filters)
    shapes["rpn_class_raw"] = _kernel(1, 1, config.rpn_conv_filters, 2 * config.anchors_per_location)
    shapes["rpn_bbox_pred"] = _kernel(1, 1, config.rpn_conv_filters, 4 * config.anchors_per_location)
    shapes["mrcnn_class_conv1"] = _kernel(config.pool_size, config.pool_size, size, units)
    shapes["mrcnn_class_conv2"] = _kernel(1, 1, units, units)
    shapes |= {f"mrcnn_class_bn{k}": _norm(units) for k in (1, 2)}
    shapes["mrcnn_class_logits"] = _kernel(units, config.num_classes)
    shapes["mrcnn_bbox_fc"] = _kernel(units, 4 * config.num_classes)
    for k, channels in enumerate([size, filters, filters, filters], start=1):
        shapes[f"mrcnn_mask_conv{k}"] = _kernel(3, 3, channels, filters)
        shapes[f"mrcnn_mask_bn{k}"] = _norm(filters)
    shapes["mrcnn_mask_deconv"] = {"kernel": (2, 2, filters, filters), "bias": (filters,)}
    shapes["mrcnn_mask"] = _kernel(1, 1, filters, config.num_classes)
    return shapes


def _backbone(config: MaskRCNNConfig) -> Shapes:
    basic = config.backbone == "resnet18"
    width = [max(1, round(f * config.backbone_width)) for f in (64, 128, 256, 512)]
    shapes: Shapes = {}

    def add(name: str, *kernel: int) -> None:
        shapes[name] = _kernel(*kernel)
        shapes[f"bn{name.removeprefix('res')}" if name != "conv1" else "bn_conv1"] = _norm(kernel[-1])

    add("conv1", 7, 7, config.image_channel_count, width[0])
    channels = width[0]
    for stage, (filters, count) in enumerate(zip(width, BLOCKS[config.backbone], strict=True), start=2):
        wide = filters if basic else 4 * filters
        for number in range(count):
            block = f"res{stage}{chr(ord('a') + number)}_branch"
            if basic:
                add(f"{block}2a", 3, 3, channels, filters)
                add(f"{block}2b", 3, 3, filters, filters)
            else:
                add(f"{block}2a", 1, 1, channels, filters)
                add(f"{block}2b", 3, 3, filters, filters)
                add(f"{block}2c", 1, 1, filters, wide)
            if number == 0 and not (basic and stage == 2 and channels == wide):
                add(f"{block}1", 1, 1, channels, wide)
            channels = wide
    return shapes


def _kernel(*shape: int) -> dict[str, tuple[int, ...]]:
    return {"kernel": shape, "bias": shape[-1:]}


def _norm(channels: int) -> dict[str, tuple[int, ...]]:
    return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (channels,))


def shapes_of(arrays: Mapping[str, Mapping[str, np.ndarray]]) -> Shapes:
    """Return the shapes of arrays by layer and weight name."""
    return {layer: {name: tuple(a.shape) for name, a in weights.items()} for layer, weights in arrays.items()}


def heads_of_other_classes(expected: Shapes, found: Shapes) -> tuple[str, ...]:
    """Return the heads of a file if they belong to another number of classes, else nothing.

    Only the axis of the classes may differ: heads of another width are no heads of this network.
    """
    present = [name for name in HEADS if name in found and name in expected]
    other = [name for name in present if found[name] != expected[name]]
    for name in other:
        pair = (found[name].get("kernel", ()), expected[name]["kernel"])
        if pair[0][:-1] != pair[1][:-1]:
            return ()
    return tuple(present) if other else ()


def misfit(
    path: Path, layer: str, expected: Mapping[str, tuple[int, ...]], arrays: Mapping[str, np.ndarray]
) -> str:
    """Return why a layer's arrays cannot be loaded into weights of these shapes; an empty text if they can."""
    for name, shape in expected.items():
        if name not in arrays:
            return f"{path}: layer {layer} has the weights {_some(arrays)}, but {name} is expected too"
        value = arrays[name]
        if tuple(value.shape) != tuple(shape):
            remedy = (
                "Where the number of classes differs, load with exclude=HEADS (from mrcnn import HEADS); else check "
                if layer in HEADS
                else "Check "
            )
            return (
                f"{path}: layer {layer}: {name} of shape {tuple(shape)} expected, {tuple(value.shape)} found. "
                f"{remedy}backbone and sizes of the configuration."
            )
        if value.dtype.kind not in "fiu":
            return f"{path}: layer {layer}: {name} is {value.dtype}; real numbers are expected"
        if not_finite(value):
            return (
                f"{path}: layer {layer}: {name} has {not_finite(value)} values that are NaN or infinite. "
                "The training that made it failed: take its weights of an earlier epoch"
            )
    return ""


def not_finite(values: np.ndarray) -> int:
    """Return how many real numbers are NaN or infinite as ``float32``, which is how a network holds them."""
    with np.errstate(over="ignore"):
        return int(np.sum(~np.isfinite(values.astype(np.float32))))


def require_fit(path: Path, config: MaskRCNNConfig) -> None:
    """Raise ValueError unless a file has every weight of the network that a configuration describes."""
    expected = expected_shapes(config)
    found = read(path, set(expected))
    missing = [name for name in expected if not found.get(name)]
    if missing:
        raise ValueError(f"{path}: has no layer {_some(missing)}")
    problem = next(filter(None, (misfit(path, name, expected[name], found[name]) for name in expected)), "")
    if problem:
        raise ValueError(problem)


def _some(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def settings_of(found: Shapes) -> dict[str, object]:
    """Return the settings (fields of `MaskRCNNConfig`) that the shapes of a file come from, as far as they tell."""
    settings: dict[str, object] = {}
    if "conv1" in found:
        settings["backbone_width"] = found["conv1"]["kernel"][-1] / 64
    blocks = sum(name.startswith("res4") and name.endswith("_branch2a") for name in found)
    if blocks:
        deep = any(name.endswith("_branch2c") for name in found)
        settings["backbone"] = ("resnet101" if blocks > 6 else "resnet50") if deep else "resnet18"
    for key, layer in {
        "top_down_pyramid_size": "fpn_p2",
        "rpn_conv_filters": "rpn_conv_shared",
        "fpn_classif_fc_layers_size": "mrcnn_class_conv1",
        "mask_conv_filters": "mrcnn_mask_conv1",
    }.items():
        if layer in found:
            settings[key] = found[layer]["kernel"][-1]
    return settings
