"""Weight files, checkpoints and scores that cannot be used."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from case import group
from fuzz_networks import DESCRIPTION, NOTE, STATE, checkpoint, small_networks, weights
from fuzz_own import scores

from blastvote.segmentation.weights.description import read_description
from blastvote.segmentation.weights.model_file import SUBTYPES


def described(**values: Any) -> Callable[[Path], None]:
    """Return what writes a weight file without weights whose description has other values, or lacks a key."""

    def write(path: Path) -> None:
        description = {key: value for key, value in (DESCRIPTION | values).items() if value != "left out"}
        with h5py.File(path, "w") as file:
            file.attrs["mrcnn_metadata"] = json.dumps(description)

    return write


def stored(name: str, value: Any) -> Callable[[Path], None]:
    """Return what writes a weight file of one layer, whose kernel is `value`."""

    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file[f"layers/{name}/vars/0"] = value
            file[f"layers/{name}/vars/1"] = np.zeros(4)

    return write


def grouped(value: Any) -> Callable[[Path], None]:
    """Return what writes a weight file whose network of subtypes has `value` for an array."""

    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file[f"{SUBTYPES}/000"] = value

    return write


def grouped_in_group(path: Path) -> None:
    """Write a weight file whose network of subtypes has a group for an array."""
    with h5py.File(path, "w") as file:
        file[f"{SUBTYPES}/000/0"] = np.ones(3)


def bad_letters(path: Path) -> None:
    """Write an archive with a text of letters that no alphabet has."""
    content = io.BytesIO()
    np.save(content, np.array(["a"]))
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("note", "version"):  # of a checkpoint, of scores
            archive.writestr(f"{name}.npy", content.getvalue()[:-4] + b"\xff" * 4)


def saved(note: Any = NOTE, **arrays: Any) -> Callable[[Path], None]:
    return lambda path: np.savez(path, **(STATE | arrays), note=np.array(json.dumps(note)))


def torn_header(path: Path) -> None:
    """Write a checkpoint with an array whose header ends within a bracket, right by its checksum."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00\x14\x00{'descr': '<f4', ((\n\n")


WHERE = "what it says of its training (attribute mrcnn_metadata) cannot be used: "
DESCRIPTIONS = [
    ("no HDF5", b"hello", "cannot be read"),
    ("another tool's", described(classes="left out"), WHERE + "top level: 'classes' is a required property. Name a weight file that blastvote wrote"),
    ("a pixel size that is text", described(pixel_size_um="0.2"), WHERE + "pixel_size_um: '0.2' is not of type 'number', 'null'"),
    ("a pixel size that is NaN", described(pixel_size_um=float("nan")), "cannot be read: NaN is no number of JSON"),
    ("a score of 2", described(min_score=2), WHERE + "min_score: 2 is greater than the maximum of 1"),
    ("one class twice", described(classes=["L1", "L1"]), WHERE + "classes: ['L1', 'L1'] has non-unique elements"),
    ("a class that the network lacks", described(classes=["L1", "L2", "L3", "L4"]), WHERE + "network.num_classes is 4, but 4 classes and background"),
    ("a setting that no network has", described(network={"depth": 3}), "unexpected keyword argument 'depth'"),
    ("a contrast method that is not known", described(contrast={"function": "claeh", "params": {}}), "Did you mean 'clahe'?"),
    ("a vote that names no class", described(vote={"rule": "pathologist", "priority": "M7"}), "names the class 'M7'"),
    ("a vote for a number", described(vote={"rule": "pathologist", "ties": 3}), WHERE + "vote.ties: 3 is not of type"),
    ("a temperature of 0", described(temperature=0), WHERE + "temperature: 0 is less than the minimum"),
]  # fmt: skip
WEIGHTS = [
    ("an array without a size", stored("mrcnn_class_logits", h5py.Empty("f4")), "kernel of shape (2, 4) expected, () found"),
    ("more than single precision holds", stored("mrcnn_class_logits", np.full((2, 4), 1e300)), "kernel has 8 values that are NaN or infinite"),
    ("text", stored("mrcnn_class_logits", np.full((2, 4), b"a")), "kernel is |S1; real numbers are expected"),
    ("a group in place of an array", lambda p: stored("mrcnn_class_logits", 0)(p) or h5py.File(p, "r+").create_group("layers/rpn_class_raw/vars/0"), "is not a readable HDF5 file"),
]  # fmt: skip
SET_ASIDE = "is damaged and set aside"
CHECKPOINTS = [
    ("a header that ends within a bracket", torn_header, SET_ASIDE),
    ("a note of no letters", bad_letters, SET_ASIDE),
    ("more than single precision holds", saved(**{"velocity/0000": np.full((2, 3), 1e300)}), SET_ASIDE),
    ("weights that are NaN", saved(**{"weights/0000": np.full((2, 3), np.nan)}), SET_ASIDE),
    ("weights that are text", saved(**{"weights/0000": np.full((2, 3), "a")}), SET_ASIDE),
    ("a note that is a list", saved([1]), SET_ASIDE),
    ("an epoch that is text", saved(NOTE | {"epoch": "2"}), SET_ASIDE),
    ("a row less than epochs", saved(NOTE | {"rows": NOTE["rows"][:1]}), SET_ASIDE),
    ("an identity that is none", saved(NOTE | {"identity": [1]}), SET_ASIDE),
    ("another training", saved(NOTE | {"identity": {"seed": 2}}), "the checkpoint was made with other settings: samples (was None"),
    ("another network", saved(more=np.zeros(1)), "the checkpoint is of another network"),
]  # fmt: skip
SCORES = [
    ("cut off", b"PK\x03\x04", "scores.npz: blastvote made this file, and it is damaged"),
    ("letters that no alphabet has", bad_letters, "and it is damaged ("),
    ("a header that ends within a bracket", torn_header, "and it is damaged ("),
]
SMALL_SAYS = "w.h5: an array in 'blastvote_subtypes' holds what is no finite number. Name a weight file that blastvote wrote."
SMALL = [
    ("subtypes: NaN", grouped(np.full(3, np.nan, np.float16)), SMALL_SAYS),
    ("subtypes: more than single precision holds", grouped(np.full(3, 1e300)), SMALL_SAYS),
    ("subtypes: complex numbers", grouped(np.ones(3, np.complex64)), SMALL_SAYS),
    ("subtypes: text", grouped("one"), SMALL_SAYS),
    ("subtypes: a group in place of an array", grouped_in_group, "w.h5: is not a readable HDF5 file"),
]
CASES = [
    *group(read_description, "w.h5", *DESCRIPTIONS),
    *group(weights, "w.h5", *((f"weights: {name}", content, says) for name, content, says in WEIGHTS)),
    *group(small_networks, "w.h5", *SMALL),
    *group(checkpoint, "state.npz", *CHECKPOINTS),
    *group(scores, "scores.npz", *SCORES),
]
