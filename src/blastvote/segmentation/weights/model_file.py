"""A weight file that is enough to predict with: it carries what it was trained on, beside the weights.

The description is the metadata of `mrcnn.read_metadata`. Matterport's code ignores it. Importing this imports no
TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from blastvote.errors import InputError
from blastvote.io import own_file, read_own_json
from blastvote.segmentation.settings import SHIPPED, network_config
from blastvote.segmentation.weights.describe import description_for_run
from blastvote.segmentation.weights.description import read_description
from blastvote.vote import VoteRule, make_rule
from mrcnn.config import MaskRCNNConfig
from mrcnn.weights.metadata import read_metadata, write_metadata
from mrcnn.weights.reading import read_group
from mrcnn.weights.shapes import not_finite

SUBTYPES = "blastvote_subtypes"
CHECK = "blastvote_cell_check"
DETECTIONS_A_TILE = 60
PRECISIONS = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
"""What may be asked for, and the network's name for it; float16 would be slower on CPUs."""


@dataclass(frozen=True)
class TrainedModel:
    """What must be known of a weight file to use its networks.

    Attributes
    ----------
    name
        How the user called it, for messages and records.
    path
        The weight file.
    network
        Of Mask R-CNN, as it is to predict.
    classes
        Names of the classes 1..K.
    contrast
        ``function`` and ``params`` of the contrast method that its images went through.
    pixel_size_um
        Side of a pixel that it was trained at, in micrometres; None where whole images were resized.
    min_score
        From which score on a cell counts.
    vote
        The vote rule.
    subtypes
        The file, usually the same, with a second network that tells subtypes apart; None where the class head does.
    cell_check
        The file, usually the same, with the cell check (`blastvote.prediction.cell_check`); None where there is none.
    temperature
        By which the subtypes' logits are divided, so that probabilities mean what they say.
    description
        The whole description.
    """

    name: str
    path: Path
    network: MaskRCNNConfig
    classes: tuple[str, ...]
    contrast: Mapping[str, Any]
    pixel_size_um: float | None
    min_score: float
    vote: VoteRule
    subtypes: Path | None = None
    cell_check: Path | None = None
    temperature: float = 1.0
    description: Mapping[str, Any] = field(default_factory=dict)


def add_subtypes(path: Path, weights: Sequence[np.ndarray]) -> None:
    """Add the weights of a subtype network to a weight file, as float16."""
    with h5py.File(path, "r+") as file:
        _put_group(file, SUBTYPES, weights)


def add_cell_check(path: Path, weights: Sequence[np.ndarray]) -> None:
    """Add the weights of a cell check to a weight file, as float16, and say in its description that it has one."""
    with h5py.File(path, "r+") as file:
        _put_group(file, CHECK, weights)
    write_metadata(path, read_metadata(path) | {"cell_check": True})


def _put_group(file: h5py.File, group: str, weights: Sequence[np.ndarray]) -> None:
    """Put arrays into a group of a file, in the place of what was there."""
    if group in file:
        del file[group]
    for k, array in enumerate(weights):
        small = np.asarray(array, np.float16 if array.dtype.kind == "f" else array.dtype)
        file.create_dataset(f"{group}/{k:03d}", data=small, compression="gzip", shuffle=True)


def subtype_weights(path: Path) -> list[np.ndarray]:
    """Return the weights that `add_subtypes` put into a file, in its order; none where it has no subtype network.

    Raises
    ------
    InputError
        If the file is damaged, holds what is no finite number, or points elsewhere.
    """
    return _group(path, SUBTYPES)


def check_weights(path: Path) -> list[np.ndarray]:
    """Return the weights that `add_cell_check` put into a file; none, and errors, as `subtype_weights`."""
    return _group(path, CHECK)


def _group(path: Path, group: str) -> list[np.ndarray]:
    try:
        arrays = read_group(path, group)
    except (OSError, ValueError) as error:
        raise InputError(f"{error}. Name a weight file that blastvote wrote.") from None
    if any(array.dtype.kind not in "fiu" or not_finite(array) for array in arrays):
        raise InputError(
            f"{path}: an array in '{group}' holds what is no finite number. Name a weight file that blastvote wrote."
        )
    return arrays


def read_model(
    source: str | Path, min_score: float | None = None, precision: str | None = None
) -> TrainedModel:
    """Return what a weight file says of itself; its networks are not loaded.

    Parameters
    ----------
    source
        ``starter``; a weight file with a description; or the folder of a run of a finished study
        (``results/runs/none/seed1/fold0``), or its weight file.
    min_score
        From which score on a cell counts; None takes the file's.
    precision
        Of the convolutions: ``float32`` or ``bfloat16``; None takes the file's.

    Raises
    ------
    InputError
        If there is no such model, or nothing says how to use it.
    """
    path = SHIPPED.get(str(source), Path(source))
    path = path / "model.weights.h5" if path.is_dir() else path
    description = read_description(path) or _of_study(path)
    classes = tuple(description["classes"])
    least = description["min_score"] if min_score is None else min_score
    changes: dict[str, Any] = {
        "detection_max_instances": DETECTIONS_A_TILE,
        "detection_min_confidence": least,
        "image_resize_mode": "square",
    }
    if precision is not None:
        changes["precision"] = PRECISIONS[precision]
    try:
        config = MaskRCNNConfig(**{**description["network"], **changes})
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    return TrainedModel(
        name=str(source),
        path=path,
        network=config,
        classes=classes,
        contrast=description["contrast"],
        pixel_size_um=description["pixel_size_um"],
        min_score=least,
        vote=make_rule(description["vote"], classes),
        subtypes=path if subtype_weights(path) else None,
        cell_check=path if description.get("cell_check") else None,
        temperature=description.get("temperature", 1.0),
        description=description,
    )


def _of_study(weights: Path) -> dict[str, Any]:
    """Return what the provenance of a study says of the run that wrote these weights."""
    path = weights.resolve()
    home = next((p for p in path.parents if (p / "provenance.json").is_file()), None)
    parts = path.relative_to(home).parts if home else ()
    if home is None or len(parts) < 3 or parts[0] != "runs":
        raise InputError(
            f"{weights} does not say what it was trained on, and is not that of a run of a finished study "
            "(runs/METHOD/ beside provenance.json). Name the folder of such a run, or a file that `blastvote` wrote."
        )
    return description_of_method(home / "provenance.json", parts[1])


def description_of_method(provenance: Path, method: str) -> dict[str, Any]:
    """Return what the provenance of a study says of the networks of a method; InputError as `own_file`."""
    with own_file(provenance):
        config = read_own_json(provenance, "config")
        variant = config["variants"][method]
        network = network_config(config["model"], config["training"], config["classes"])
        return description_for_run(config, variant, network)
