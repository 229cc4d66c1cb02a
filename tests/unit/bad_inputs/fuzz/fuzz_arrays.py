"""Files of arrays for the fuzz, weights in HDF5 and checkpoints in ``.npz``: parsed into values, and written again."""

import io
import json
from contextlib import suppress
from typing import Any

import h5py
import numpy as np

ODD = {
    "/etc/passwd": h5py.ExternalLink("/etc/passwd", "/"),
    "../../a.png": h5py.SoftLink("/nowhere"),
    "a.png": np.zeros(2, [("real", "f4"), ("text", "S3")]),
    "1.5": np.ones((2, 2), np.complex64),
    "NaN": h5py.Empty("f4"),
    " ": np.float16(1),
    "": np.zeros((0, 3), np.float32),
}
"""What is put into a file in place of an array that has become this text."""
CIRCLE = "a"
"""In place of an array: the whole file, within itself."""


def parse_hdf5(data: bytes) -> Any:
    """Return a file as ``[attributes, members]``; a member is such a pair again, or an array as nested lists."""

    def plain(value: Any) -> Any:
        listed = np.asarray(value).astype("U") if np.asarray(value).dtype.kind in "SO" else np.asarray(value)
        return listed.tolist()

    def tree(group: h5py.Group) -> Any:
        members = {
            name: tree(entry) if isinstance(entry, h5py.Group) else plain(entry[()])
            for name, entry in group.items()
        }
        return [{name: plain(value) for name, value in group.attrs.items()}, members]

    with h5py.File(io.BytesIO(data), "r") as file:
        return tree(file)


def write_hdf5(tree: Any) -> bytes:
    """Write what `parse_hdf5` returns; what HDF5 cannot hold is left out."""
    stream = io.BytesIO()
    with h5py.File(
        stream, "w"
    ) as file:  # of the oldest form, without checksums: damage comes to what is behind them
        _fill(file, tree)
    return stream.getvalue()


def _fill(group: h5py.Group, tree: Any) -> None:
    if not (isinstance(tree, list) and len(tree) == 2 and all(isinstance(part, dict) for part in tree)):
        return
    attributes, members = tree
    for name, value in attributes.items():
        with suppress(Exception):  # h5py has many for names and values that it does not take
            group.attrs[name] = _array(value)
    for name, value in members.items():
        with suppress(Exception):
            if isinstance(value, list) and len(value) == 2 and isinstance(value[0], dict):
                _fill(group.create_group(name), value)
            else:
                group[name] = _stored(group, value)


def _stored(group: h5py.Group, value: Any) -> Any:
    if value == CIRCLE:
        return group.file["/"]
    return ODD[value] if isinstance(value, str) and value in ODD else _array(value)


def _array(value: Any) -> Any:
    array = np.asarray(value)
    return np.char.encode(array, "utf-8") if array.dtype.kind == "U" else array


def parse_npz(data: bytes) -> Any:
    """Return a checkpoint as its arrays, nested lists by name, and its note."""
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name].tolist() for name in file.files}
    return [arrays, json.loads(arrays.pop("note"))]


def write_npz(tree: Any) -> bytes:
    """Write what `parse_npz` returns, whatever has become of it; nothing is pickled."""
    parts = tree if isinstance(tree, list) else [tree]
    arrays = parts[0] if parts and isinstance(parts[0], dict) else {"a": parts}
    if len(parts) > 1:
        arrays = arrays | {"note": json.dumps(parts[1], default=str)}
    stream = io.BytesIO()
    kept = {}
    for name, value in arrays.items():
        with suppress(ValueError, OverflowError):  # lists of unequal lengths
            array = np.asarray(value)
            kept[name.encode("utf-8", "replace").decode().replace("\0", "")[:1000]] = array
    np.savez(stream, **{name: array for name, array in kept.items() if array.dtype.kind != "O"})
    return stream.getvalue()
