"""ONNX files of a model's networks, kept in the user's cache folder: made once, with TensorFlow, then read without it.

The name of a file says what it was made of, and the checksum of its own content: a damaged one is made again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from blastvote import __version__
from blastvote.errors import InputError
from blastvote.io import file_state, sha256
from blastvote.segmentation.weights.model_file import TrainedModel
from mrcnn.files import cache_folder

GRAPHS = 1
"""To be raised when `onnx_making` or `mrcnn.export` makes other graphs of the same weights."""
MOST_KEPT = 8
"""Files of a kind in the cache; of more, those that were not used for longest are removed."""


def detector_file(model: TrainedModel) -> Path:
    """Return the file of the model's Mask R-CNN; errors as `onnx_networks`.

    The score threshold is part of the graph, so each has its own file.
    """

    def make(path: Path) -> None:
        from blastvote.segmentation.runtimes.onnx_making import write_detector

        write_detector(model, path)

    return kept_file("detector", [sha256(model.path), dataclasses.asdict(model.network)], make)


def subtypes_file(model: TrainedModel, weights: Path) -> Path:
    """Return the file of the network that tells subtypes apart, of a file with its weights; errors as above."""
    classes = len(model.classes)

    def make(path: Path) -> None:
        from blastvote.segmentation.runtimes.onnx_making import write_subtypes

        write_subtypes(weights, classes, path)

    return kept_file("subtypes", [sha256(weights), classes], make)


def cell_check_file(model: TrainedModel, weights: Path) -> Path:
    """Return the file of the cell check, of a file with its weights; errors as above."""
    classes = len(model.classes)

    def make(path: Path) -> None:
        from blastvote.segmentation.runtimes.onnx_making import write_cell_check

        write_cell_check(weights, classes, path)

    return kept_file("check", [sha256(weights), classes], make)


def kept_file(network: str, made_of: list[Any], make: Callable[[Path], None]) -> Path:
    """Return the whole file of a network, from the cache; one that is missing or damaged is made.

    Parameters
    ----------
    network
        First part of its name.
    made_of
        What determines graph and weights, as values that JSON can hold.
    make
        Writes the file to a path.

    Raises
    ------
    InputError
        If it must be made, and a package is missing for that.
    """
    text = json.dumps([GRAPHS, __version__, *made_of], sort_keys=True)
    begin = f"{network}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    folder = cache_folder() / "onnx"
    for path in sorted(folder.glob(f"{begin}-*.onnx")):
        if path.stem == f"{begin}-{sha256(path)[:16]}":
            with contextlib.suppress(OSError):  # a cache that may only be read
                path.touch()
            return path
        path.unlink(missing_ok=True)
    missing = [name for name in ("tensorflow", "tf2onnx") if find_spec(name) is None]
    if missing:
        raise InputError(
            "The first call with --runtime onnx makes ONNX files of a model, and needs "
            f"{' and '.join(missing)} for that, of the extras cpu and export. make env installs them."
        )
    folder.mkdir(parents=True, exist_ok=True)
    _remove_oldest(folder, network)
    with tempfile.TemporaryDirectory(prefix=".", dir=folder) as scratch:
        made = Path(scratch) / "network.onnx"
        make(made)
        return made.replace(folder / f"{begin}-{sha256(made)[:16]}.onnx")


def _remove_oldest(folder: Path, network: str) -> None:
    """Make room for one more file of a network: each has some 17 MB, and each score threshold its own."""
    kept = sorted(folder.glob(f"{network}-*.onnx"), key=lambda path: file_state(path)[1], reverse=True)
    for path in kept[MOST_KEPT - 1 :]:
        path.unlink(missing_ok=True)
