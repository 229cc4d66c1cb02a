"""Checkpoints: one file with everything a training needs to go on as if it had never stopped."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from mrcnn.training.step import TrainStep

STATE_FILE, LAST_FILE, BEST_FILE, HISTORY_FILE = (
    "state.npz",
    "last.weights.h5",
    "best.weights.h5",
    "history.csv",
)
_FORMAT = 1


@dataclass
class Progressed:
    """How far a training is.

    Attributes
    ----------
    epoch : int
        Epochs done.
    rows : list of dict
        The history so far.
    best : float or None
        Best value of the monitored column.
    stale : int
        Validations since the best one.
    """

    epoch: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    best: float | None = None
    stale: int = 0


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file whole or not at all: to a temporary sibling first, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def save_state(folder: Path, step: TrainStep, progressed: Progressed, identity: dict[str, Any]) -> None:
    """Write weights, optimiser, average and progress to ``state.npz`` in `folder`."""
    arrays: dict[str, Any] = {f"weights/{k:04d}": np.asarray(v) for k, v in enumerate(step.model.variables)}
    arrays |= {name: variable.numpy() for name, variable in step.state.items()}
    note = {"format": _FORMAT, "identity": identity} | vars(progressed)
    arrays["note"] = np.array(json.dumps(note))
    write_atomically(folder / STATE_FILE, lambda file: np.savez(file, **arrays))


def load_state(folder: Path, step: TrainStep, identity: dict[str, Any]) -> Progressed | None:
    """Restore what `save_state` wrote into the model and the optimiser; None where there is no checkpoint.

    Raises
    ------
    ValueError
        If the checkpoint belongs to another training; the message names what differs and the cure.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        note = json.loads(str(arrays["note"]))
        _check(path, note, json.loads(json.dumps(identity)))
        targets = {f"weights/{k:04d}": v for k, v in enumerate(step.model.variables)} | step.state
        if set(targets) != set(arrays.files) - {"note"}:
            raise ValueError(f"{path}: the checkpoint is of another network. {_CURE}")
        for name, variable in targets.items():
            if tuple(variable.shape) != arrays[name].shape:
                raise ValueError(
                    f"{path}: {name} has the shape {arrays[name].shape}, expected {tuple(variable.shape)}. {_CURE}"
                )
            variable.assign(arrays[name])
    return Progressed(note["epoch"], note["rows"], note["best"], note["stale"])


_CURE = "Remove the folder to start anew, choose another one, or restore the settings to go on."


def _check(path: Path, note: dict[str, Any], identity: dict[str, Any]) -> None:
    if note.get("format") != _FORMAT:
        raise ValueError(f"{path}: unknown format {note.get('format')!r}. {_CURE}")
    stored = note["identity"]
    changed = [
        f"{key} (was {stored.get(key)!r}, is {identity.get(key)!r})"
        for key in sorted(set(stored) | set(identity))
        if stored.get(key) != identity.get(key)
    ]
    if changed:
        raise ValueError(
            f"{path}: the checkpoint was made with other settings: {', '.join(changed)}. {_CURE}"
        )
