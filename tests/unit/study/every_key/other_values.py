"""Another legal value of every key, the settings in which it matters, and the files that it names.

A new key needs nothing here where its other value follows from the schema (numbers, choices, truth values). Else give
it a value in `OTHER`, and in `MATTERS` the setting in which it matters.
"""

from pathlib import Path
from typing import Any

import numpy as np

from blastvote.io import write_image
from blastvote.segmentation.settings import SET_ELSEWHERE
from mrcnn.config import MaskRCNNConfig

from .config_keys import OPTIONS, default, get, node

LOCAL = {"dataset.source": "local", "dataset.images": "smears", "dataset.annotations": "via.json"}
OTHER: dict[str, Any] = {
    "results": "elsewhere",
    "dataset.source": "local",
    "dataset.images": ["smears", "more"],
    "dataset.annotations": "other.json",
    "dataset.ignore_values": [255],
    "dataset.mask_colours": {"#ff0000": "L1"},
    "dataset.white_level": 4095,
    "dataset.class_attribute": "subtype",
    "dataset.class_aliases": {"lymphoblast-1": "L1"},
    "dataset.labels": "labels.csv",
    "dataset.stop_on": ["warning"],
    "dataset.pixel_size_um": 0.1,
    "model.pixel_size_um": 0.2,
    "model.tiles": True,
    "classes": ["L1", "L2", "L3", "L4"],
    "vote.rule": "plurality",
    "methods": ["eff", "none"],
    "variants": {"eff": {"function": "eff", "params": {"mode": "opencv_port"}}},
    "segmenter.source": "external",
    "segmenter.detections": "others/{method}.json",
    "model.weights": "none",
    "model.weights_sha256": "0" * 64,
    "model.image_size": 320,
    "training.layers": "heads",
    "seeds": [5],
    "images_per_job": 2,
    "cluster.account": "lab",
    "cluster.partition": "long",
    "cluster.qos": "normal",
    "cluster.extra": "--mail-type=FAIL",
    **{
        f"cluster.jobs.{kind}.{name}": value
        for kind in ("data", "contrast", "train", "infer", "score", "tables")
        for name, value in {"partition": "gpu", "qos": "high", "gpu_model": "a100"}.items()
    },
    "evaluation.reference_method": "he",
    "evaluation.confusion_method": "he",
    "protocol.flips": ["both"],
    "dataset.simulated.options.image_format": "jpg",
    "dataset.simulated.options.realism": "wide",
    "dataset.simulated.options.cells": [1, 2],
    "dataset.simulated.options.jpeg_quality": [50, 60],
    "model.options.backbone_strides": [4, 8, 16, 32, 32],
    "model.options.image_resize_mode": "pad64",
    "model.options.image_min_dim": 128,
    "model.options.image_max_dim": 320,
    "model.options.mask_shape": [28, 14],
    "model.options.mask_pool_size": 7,
    "model.options.detection_score": "objectness",
    "training.options.schedule": "step",
    "training.options.early_stopping_patience": 3,
    "training.options.ema_decay": 0.9,
    "training.options.loss_weights": {"rpn_class_loss": 2.0},
    "training.options.augment": {"flips": True},
    "training.options.monitor": "loss",
    "training.options.tensorboard": "board",
    "training.options.devices": 1,
}
MATTERS: dict[str, dict[str, Any]] = {
    "segmenter.source": {"segmenter.detections": "cells/{method}.json"},
    "segmenter.detections": {"segmenter.source": "external", "segmenter.detections": "cells/{method}.json"},
    "protocol.folds": {"protocol.name": "kfold"},
    **dict.fromkeys(
        [
            f"dataset.{key}"
            for key in (
                "images",
                "annotations",
                "masks",
                "mask_colours",
                "class_attribute",
                "class_aliases",
                "labels",
                "pixel_size_um",
            )
        ],
        LOCAL,
    ),
    "classes": LOCAL,
    "dataset.unlabelled": LOCAL | {"dataset.images": "partly", "dataset.annotations": "partly.json"},
    "model.tile_overlap": {"model.tiles": True},
    **{
        f"cluster.jobs.{kind}.gpu_model": {f"cluster.jobs.{kind}.gpus": 1}
        for kind in ("data", "contrast", "train", "infer", "score", "tables")
    },
    "dataset.source": {key: value for key, value in LOCAL.items() if key != "dataset.source"},
}


def other_value(key: str, config: dict[str, Any]) -> Any:
    """Return another legal value: from `OTHER`, else by the schema and the present value."""
    if key in OTHER:
        return OTHER[key]
    value, schema = get(config, key), node(key)
    section, _, field = key.rpartition(".")
    if section in OPTIONS and field in SET_ELSEWHERE.get(section.removesuffix(".options"), {}):
        return "set elsewhere"
    if section in OPTIONS and value is None:
        made = OPTIONS[section]().__dict__ if section != "model.options" else MaskRCNNConfig().__dict__
        value = made[field]
    if "enum" in schema:
        return next(item for item in schema["enum"] if item != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value * 0.9 if value else 0.1
    if isinstance(value, tuple | list) and value and not isinstance(value[0], str):
        return [item * 2 for item in value]
    raise AssertionError(
        f"give '{key}' another legal value in OTHER (tests/unit/study/every_key/other_values.py)"
    )


def make_data(folder: Path) -> None:
    """Write the files that `OTHER` and `LOCAL` name."""
    for images in ("smears", "more"):
        (folder / images).mkdir()
        for number in range(3):
            write_image(folder / images / f"{images}{number}.png", np.zeros((8, 8, 3), np.uint8))
    shape = '"shape_attributes": {"name": "circle", "cx": 4, "cy": 4, "r": 2}'
    regions = f'[{{{shape}, "region_attributes": {{"c": "L1", "subtype": "L2"}}}}]'
    entries = ", ".join(
        f'"{images}{n}": {{"filename": "{images}{n}.png", "size": -1, "regions": {regions}}}'
        for images in ("smears", "more")
        for n in range(3)
    )
    for name in ("via.json", "other.json"):
        (folder / name).write_text(f"{{{entries}}}", encoding="utf-8")
    for folder_name in ("cells", "others"):
        (folder / folder_name).mkdir()
        for method in default()["methods"]:
            (folder / folder_name / f"{method}.json").write_text("[]", encoding="utf-8")
    (folder / "partly").mkdir()
    for name in ("some", "not_annotated"):
        write_image(folder / "partly" / f"{name}.png", np.zeros((8, 8, 3), np.uint8))
    some = f'{{"some": {{"filename": "some.png", "size": -1, "regions": {regions}}}}}'
    (folder / "partly.json").write_text(some, encoding="utf-8")
    rows = "\n".join(f"smears{n}.png,L2" for n in range(3))
    (folder / "labels.csv").write_text(f"image_id,label\n{rows}\n", encoding="utf-8")
