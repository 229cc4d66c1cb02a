"""Checkpoints: one file with everything a training needs to go on as if it had never stopped."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np

from mrcnn.files import atomic_path
from mrcnn.training.config import NAMES
from mrcnn.weights.reading import read
from mrcnn.weights.shapes import not_finite

if TYPE_CHECKING:
    from mrcnn.training.step import TrainStep

logger = logging.getLogger(__name__)

STATE_FILE, LAST_FILE, BEST_FILE, HISTORY_FILE = (
    "state.npz",
    "last.weights.h5",
    "best.weights.h5",
    "history.csv",
)
_FORMAT = 2
_DAMAGE = (
    OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, EOFError, RuntimeError, MemoryError,
    zipfile.BadZipFile, zlib.error, struct.error, SystemError, SyntaxError, tokenize.TokenError,
)  # fmt: skip
"""What NumPy raises of damaged files; the last three of texts and headers of arrays."""


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
    steps : int
        Steps done of the epoch after those; not 0 where a signal ended the training within one.
    sums : list of float
        Sums of `mrcnn.training.config.NAMES` over these steps.
    """

    epoch: int = 0
    rows: list[dict[str, Any]] = field(default_factory=list)
    best: float | None = None
    stale: int = 0
    steps: int = 0
    sums: list[float] = field(default_factory=list)


def save_state(folder: Path, step: TrainStep, progressed: Progressed, identity: dict[str, Any]) -> None:
    """Write weights, optimiser, average and progress to ``state.npz`` in `folder`."""
    arrays: dict[str, Any] = {f"weights/{k:04d}": np.asarray(v) for k, v in enumerate(step.model.variables)}
    arrays |= {name: variable.numpy() for name, variable in step.state.items()}
    note = {"format": _FORMAT, "identity": identity} | vars(progressed)
    arrays["note"] = np.array(json.dumps(note))
    with atomic_path(folder / STATE_FILE, durable=True) as temporary:
        np.savez(temporary, **arrays)


def load_state(folder: Path, step: TrainStep, identity: dict[str, Any]) -> Progressed:
    """Restore what `save_state` wrote into the model and the optimiser.

    Where a file is damaged (a full disk, a crash of the machine), all that depends on it is set aside as ``*.damaged``
    with a warning, and the training starts anew: it then ends as it would have.

    Returns
    -------
    Progressed
        That of a new training where there is no checkpoint.

    Raises
    ------
    ValueError
        If the checkpoint belongs to another training; the message names what differs and the remedy.
    """
    path = folder / STATE_FILE
    if not path.is_file():
        return Progressed()
    try:
        note, arrays = _read(path)
        done = Progressed(**{entry.name: note[entry.name] for entry in dataclasses.fields(Progressed)})
        if done.best is not None:
            read(folder / BEST_FILE)
    except _DAMAGE as error:
        _set_aside(folder, error)
        return Progressed()
    _check(path, note, json.loads(json.dumps(identity)))
    targets = {f"weights/{k:04d}": v for k, v in enumerate(step.model.variables)} | step.state
    if set(targets) != set(arrays):
        raise ValueError(f"{path}: the checkpoint is of another network. {_REMEDY}")
    for name, variable in targets.items():
        if tuple(variable.shape) != arrays[name].shape:
            raise ValueError(
                f"{path}: {name} has the shape {arrays[name].shape}, expected {tuple(variable.shape)}. {_REMEDY}"
            )
    for name, variable in targets.items():
        variable.assign(arrays[name])
    return done


def _read(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return note and arrays of a checkpoint, every byte of it checked."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: np.asarray(file[name]) for name in file.files}
    note = json.loads(str(arrays.pop("note")))
    if note["format"] != _FORMAT:  # of another version of this package: as good as none
        raise ValueError(f"its format is {note['format']!r}, {_FORMAT} is expected")
    _check_values(note, arrays)
    return note, arrays


def _check_values(note: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Raise ValueError where note or arrays hold what no training writes: it could not go on from them."""
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu" or not_finite(array):
            raise ValueError(f"{name} holds something else than finite numbers")
    sums, rows = note["sums"], note["rows"]
    sound = (
        isinstance(note["identity"], dict)
        and all(type(note[name]) is int and note[name] >= 0 for name in ("epoch", "stale", "steps"))
        and [row["epoch"] for row in rows] == list(range(1, note["epoch"] + 1))
        and len(sums) == (len(NAMES) if note["steps"] else 0)
        and all(type(value) in (int, float) and math.isfinite(value) for value in sums)
        and type(note["best"]) in (int, float, NoneType)
    )
    if not sound:
        raise ValueError("its note of what is done holds something else than a training's progress")


def _set_aside(folder: Path, error: Exception) -> None:
    """Rename the files of a damaged checkpoint, and say so."""
    for name in (STATE_FILE, BEST_FILE, LAST_FILE):
        path = folder / name
        if path.is_file():
            path.replace(path.with_name(f"{name}.damaged"))
    logger.warning(
        "%s: the checkpoint is damaged (%s). It is set aside as *.damaged, and the training starts anew.",
        folder, error,
    )  # fmt: skip


_REMEDY = "Remove the folder to start anew, choose another one, or restore the settings to go on."


def _check(path: Path, note: dict[str, Any], identity: dict[str, Any]) -> None:
    stored = note["identity"]
    changed = [
        f"{key} (was {stored.get(key)!r}, is {identity.get(key)!r})"
        for key in sorted(set(stored) | set(identity))
        if stored.get(key) != identity.get(key)
    ]
    if changed:
        raise ValueError(
            f"{path}: the checkpoint was made with other settings: {', '.join(changed)}. {_REMEDY}"
        )
