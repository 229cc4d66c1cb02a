"""Every key of the configuration with another legal value, and what a configuration comes to.

A new key needs nothing here where its other value follows from the schema (numbers, choices, truth values) and where it
reaches a rule as a parameter of its own. Else give it a value in `OTHER`, the setting in which it matters in `MATTERS`,
or the argument object that is made of it in `argument_objects`.
"""

import copy
import dataclasses
import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from blastvote.contrast import validate_params
from blastvote.dataset.source.pixel_sizes import stated_sizes
from blastvote.dataset.split.settings import SplitSettings
from blastvote.io import write_image
from blastvote.scale.framing import Framing
from blastvote.segmentation.settings import SET_ELSEWHERE, network_config, training_config
from blastvote.simulate import SimulationSettings
from blastvote.study import plan
from blastvote.study.cluster import job_request
from blastvote.study.configuration.external import external_paths
from blastvote.vote import make_rule
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.config import TrainingConfig

REPO = Path(__file__).resolve().parents[3]
SCHEMA_PATH = REPO / "workflow/schemas/config.schema.yaml"
SCHEMA = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))
OPTIONS = {  # free-form sections: the fields of these classes
    "dataset.simulated.options": SimulationSettings,
    "model.options": MaskRCNNConfig,
    "training.options": TrainingConfig,
}
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


def default() -> dict[str, Any]:
    """Return the embedded default."""
    return yaml.safe_load((REPO / "config/config.yaml").read_text(encoding="utf-8"))


def node(key: str) -> dict[str, Any]:
    """Return the schema of a key; empty for a field of free-form options."""
    found = SCHEMA
    for part in key.split("."):
        found = found.get("properties", {}).get(part, {})
    return found


def get(config: dict[str, Any], key: str) -> Any:
    """Return the value of a dotted key; None where there is none."""
    for part in key.split("."):
        config = (config or {}).get(part)
    return config


def changed(config: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with dotted keys set."""
    config = copy.deepcopy(config)
    for key, value in changes.items():
        *parents, leaf = key.split(".")
        level = config
        for parent in parents:
            level = level[parent]
        level[leaf] = level[leaf] | value if isinstance(level.get(leaf), dict) else value
    return config


def keys(config: dict[str, Any], prefix: str = "") -> list[str]:
    """Return every key whose value is set by itself, and every field of the free-form options."""
    found = []
    for name, value in config.items():
        key = prefix + name
        if key in OPTIONS:
            found += [f"{key}.{field.name}" for field in dataclasses.fields(OPTIONS[key])]
        elif isinstance(value, dict) and "properties" in node(key):
            found += keys(value, key + ".")
        else:
            found.append(key)
    return found


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
    raise AssertionError(f"give '{key}' another legal value in OTHER (tests/unit/study/every_key.py)")


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


def argument_objects(config: dict[str, Any]) -> dict[str, Any]:
    """Return what the scripts make of whole sections before they call the library."""
    source = plan.plan_source(config)
    return {
        "images": {name: str(path) for name, path in source.images.items()},
        "source": (source.annotation_inputs, source.label_inputs, source.masks),
        "names": (source.class_attribute, dict(source.class_aliases)),
        "scale": (
            stated_sizes(source, config["dataset"]),
            Framing.of_model(config["model"], None),
        ),
        "simulator": plan.simulation_settings(config["dataset"]["simulated"]),
        "protocol": SplitSettings.from_config(config["protocol"]),
        "contrast": [
            (name, config["variants"][name]["function"], validate_params(**_call(config["variants"][name])))
            for name in config["methods"]
        ],
        "vote": make_rule(config["vote"]["rule"], config["classes"]),
        "runs": plan.runs(config),
        "external": external_paths(config),
        "network": network_config(config["model"], config["training"], config["classes"]),
        "training": training_config(config["training"], 0, 1),
        "cluster": [job_request(config, kind, 512**2) for kind in config["cluster"]["jobs"]],
    }


def _call(variant: dict[str, Any]) -> dict[str, Any]:
    return {"function": variant["function"], "params": variant.get("params") or {}}


def rule_facts(workflow: Any) -> dict[str, Any]:
    """Return what the parsed rules say: names, files, threads, resources, and parameters that are no whole sections."""
    facts = {}
    for rule in workflow.rules:
        params = {name: rule.params[place] for name, (place, _) in dict(rule.params._get_names()).items()}
        plain = {k: repr(v) for k, v in params.items() if not isinstance(v, dict) and not callable(v)}
        resources = {k: repr(v) for k, v in rule.resources.items() if not callable(v)}
        facts[rule.name] = (plain, resources, [str(path) for path in rule.output])
    return facts


def read_by_name(field: str) -> list[str]:
    """Return the files of library and scripts, but the checks of the configuration, that read ``["field"]``."""
    pattern = re.compile(rf"""(?:\[|\.get\()["']{field}["']""")
    return [
        str(path.relative_to(REPO))
        for folder in ("src", "workflow/scripts")
        for path in sorted((REPO / folder).rglob("*.py"))
        if path.name != "config.py" and pattern.search(path.read_text(encoding="utf-8"))
    ]


def read_as_attribute(field: str, kind: type) -> bool:
    """Return whether code reads ``.field``, other than the file that defines the class `kind`."""
    pattern = re.compile(rf"\.{field}\b")
    homes = {MaskRCNNConfig: "mrcnn/config.py", TrainingConfig: "mrcnn/training/config.py"}
    home = homes.get(kind, "simulate/settings.py")
    return any(
        pattern.search(path.read_text(encoding="utf-8"))
        for path in (REPO / "src").rglob("*.py")
        if not path.as_posix().endswith(home)
    )
