"""The keys of the configuration, as dotted names: all of them, their schema, their values."""

import copy
import dataclasses
from pathlib import Path
from typing import Any

import yaml

from blastvote.simulate import SimulationSettings
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.config import TrainingConfig

REPO = Path(__file__).resolve().parents[4]
SCHEMA_PATH = REPO / "workflow/schemas/config.schema.yaml"
SCHEMA = yaml.safe_load(SCHEMA_PATH.read_text(encoding="utf-8"))
OPTIONS = {  # free-form sections: the fields of these classes
    "dataset.simulated.options": SimulationSettings,
    "model.options": MaskRCNNConfig,
    "training.options": TrainingConfig,
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
