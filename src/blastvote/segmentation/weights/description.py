"""Read what a weight file says of its training, all that predicting needs of it checked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blastvote.contrast.registry import find_methods, validate_params
from blastvote.errors import InputError
from blastvote.vote import make_rule
from mrcnn.config import MaskRCNNConfig
from mrcnn.weights.metadata import read_metadata

_FLAG = {"type": "boolean"}
_SCHEMA = {
    "type": "object",
    "required": ["classes", "network", "contrast", "pixel_size_um", "min_score", "vote"],
    "properties": {
        "classes": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
        "network": {"type": "object"},
        "contrast": {
            "type": "object",
            "required": ["function", "params"],
            "properties": {"function": {"type": "string"}, "params": {"type": "object"}},
        },
        "pixel_size_um": {"type": ["number", "null"], "minimum": 0.001, "maximum": 1000},
        "min_score": {"type": "number", "minimum": 0, "maximum": 1},
        "vote": {
            "type": ["string", "object"],
            "additionalProperties": {"type": ["string", "array", "null"], "items": {"type": "string"}},
        },
        "temperature": {"type": "number", "minimum": 0.001, "maximum": 1000},
        "tiles": _FLAG,
        "white_balance": _FLAG,
        "cell_check": _FLAG,
    },
}  # fmt: skip


def read_description(path: Path) -> dict[str, Any]:
    """Return the description in a weight file; empty where it has none, as Matterport's.

    Raises
    ------
    InputError
        If the file is missing or no HDF5 file, or if it describes its training in a way that cannot be used.
    """
    try:
        description = read_metadata(path)
    except (FileNotFoundError, ValueError) as error:
        raise InputError(f"{error}. Name a run's folder, a weight file, or 'starter'.") from None
    if description:
        _check(path, description)
    return description


def _check(path: Path, description: Mapping[str, Any]) -> None:
    import jsonschema  # here: what trains needs it not

    wrong = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(_SCHEMA).iter_errors(description)
    )
    if wrong is not None:
        where = ".".join(str(step) for step in wrong.absolute_path) or "top level"
        raise _unusable(path, f"{where}: {wrong.message[:300]}")
    classes = description["classes"]
    find_methods()
    try:
        network = MaskRCNNConfig(**description["network"])
        validate_params(description["contrast"]["function"], description["contrast"]["params"])
        make_rule(description["vote"], classes)
    except (TypeError, ValueError, RecursionError) as error:
        raise _unusable(path, str(error)) from None
    if network.num_classes != len(classes) + 1:
        raise _unusable(
            path, f"network.num_classes is {network.num_classes}, but {len(classes)} classes and background"
        )


def _unusable(path: Path, reason: str) -> InputError:
    return InputError(
        f"{path}: what it says of its training (attribute mrcnn_metadata) cannot be used: {reason.rstrip('.')}. Name "
        "a weight file that blastvote wrote, or the folder of a run."
    )
