"""Weight files as arrays: Matterport's HDF5 layout (Keras 2), and Keras 3's ``.weights.h5``.

Only numbers and strings are read; nothing is unpickled and no code of the file is run.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import h5py
import numpy as np

from mrcnn.weights.layout import ORDER, RPN_GROUP

Arrays = dict[str, np.ndarray]
Taken = TypeVar("Taken")
DAMAGE = (
    OSError, RuntimeError, LookupError, TypeError, AttributeError, ValueError, ArithmeticError, MemoryError,
)  # fmt: skip
"""What h5py raises of damaged files, and what comes of a group where an array is expected."""
MOST_BYTES = 2**32
"""Largest array that is read; those of ResNet-101 have 50 MB."""


def read(path: str | Path, known: set[str] | None = None) -> dict[str, Arrays]:
    """Return the arrays of a weight file: layer name -> weight name (``kernel``, ``gamma``, ...) -> array.

    `known` helps to tell numbered inner names (``rpn_class_raw_1``) from real ones.
    """
    path = Path(path)
    layers = _taken(path, lambda file: _layers(file, known or set()))
    if layers is None:
        raise ValueError(
            f"{path}: has neither Matterport's layout (attribute layer_names) nor Keras 3's (group layers)"
        )
    return layers


def read_group(path: str | Path, name: str) -> list[np.ndarray]:
    """Return the arrays of a group of a weight file, by their names; none where it has no such group."""
    return _taken(
        Path(path),
        lambda file: (
            [np.asarray(file[name][member][()]) for member in sorted(file[name])] if name in file else []
        ),
    )


def _taken(path: Path, take: Callable[[h5py.File], Taken]) -> Taken:
    """Return what a function takes out of a weight file, where that holds its arrays itself."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such weight file")
    try:
        with h5py.File(path, "r") as file:
            refused = _reference(file)
            if not refused:
                return take(file)
    except DAMAGE as error:
        raise ValueError(f"{path}: is not a readable HDF5 file ({_guess(path)}): {error}") from error
    raise ValueError(
        f"{path}: {refused}; a weight file must hold its arrays itself. Do not use a file that you did not make, or "
        "copy its arrays to a new one"
    )


def _layers(file: h5py.File, known: set[str]) -> dict[str, Arrays] | None:
    """Return the arrays of a file by layer; None where it has no known layout."""
    root = file.get("model_weights", file)
    if "layer_names" in root.attrs or "layer_names0" in root.attrs:
        return _read_matterport(root, known)
    return _read_keras(root["layers"]) if isinstance(root.get("layers"), h5py.Group) else None


def _guess(path: Path) -> str:
    """Return what a file may be that is no HDF5."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(b"PK\x03\x04"):
        return (
            "it is a zip archive, as PyTorch (.pt, .pth) and Keras (.keras) write; Keras can save .weights.h5"
        )
    if head.startswith(b"\x80"):
        return "it may be a pickle, as PyTorch writes (.pt, .pth), and is not opened"
    return "an interrupted download?"


def _reference(file: h5py.File) -> str:
    """Return where a file points elsewhere, else nothing: such a file could make us read any other one."""
    waiting, seen = [file["/"]], set()
    while waiting:
        group = waiting.pop()
        address = h5py.h5o.get_info(group.id).addr
        if address in seen:
            continue
        seen.add(address)
        for name in group:
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                return f"'{group.name.rstrip('/')}/{name}' is a {type(link).__name__}"
            entry = group[name]
            if isinstance(entry, h5py.Group):
                waiting.append(entry)
            elif isinstance(entry, h5py.Dataset):
                if entry.external or entry.is_virtual:
                    return f"'{entry.name}' is data stored in other files"
                if entry.nbytes > MOST_BYTES:
                    return f"'{entry.name}' is an array of {entry.nbytes / 2**30:.0f} GiB"
    return ""


def _read_matterport(root: h5py.Group, known: set[str]) -> dict[str, Arrays]:
    """Sort the arrays by layer: that is the group's name, or within a nested model the inner layer's name."""
    layers: dict[str, Arrays] = {}
    for group_name in _strings(root, "layer_names"):
        group = root[group_name]
        names = _strings(group, "weight_names")
        nested: dict[str, list[str]] = {}
        for name in names:
            nested.setdefault(_layer_of(name, group_name, known), []).append(name)
        for layer, members in nested.items():
            for base, name in zip(_base_names(members), members, strict=True):
                layers.setdefault(layer, {})[base] = np.asarray(group[name][()])
    return layers


def _strings(group: h5py.Group, attribute: str) -> list[str]:
    """Read a list of strings that Keras 2 split over ``attribute0``, ``attribute1``, ... where it was long."""
    parts = [attribute] if attribute in group.attrs else []
    while not (parts and parts[0] == attribute) and f"{attribute}{len(parts)}" in group.attrs:
        parts.append(f"{attribute}{len(parts)}")
    values = [value for part in parts for value in np.atleast_1d(group.attrs[part])]
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _layer_of(weight_name: str, group: str, known: set[str]) -> str:
    if group in known:
        return group
    parts = weight_name.split("/")
    for part in reversed(parts[:-1]):
        for candidate in (part, re.sub(r"_\d+$", "", part)):
            if candidate in known:
                return candidate
    return group if group != RPN_GROUP or len(parts) < 2 else parts[-2]


def _base_names(names: list[str]) -> list[str]:
    """Map names such as ``a/a_1/kernel:0`` to ``kernel``; unknown ones (``a_W_1:0``) by their order."""
    bases = [re.sub(r"(_\d+)?:\d+$", "", name.split("/")[-1]) for name in names]
    order = ORDER.get(len(names), ())
    return bases if set(bases) <= {b for group in ORDER.values() for b in group} else list(order or bases)


def _read_keras(root: h5py.Group) -> dict[str, Arrays]:
    layers = {}
    for name, group in root.items():
        stored = group.get("vars")
        count = len(stored) if stored is not None else 0
        names = ORDER.get(count, tuple(str(k) for k in range(count)))
        layers[name] = {base: np.asarray(stored[str(k)][()]) for k, base in enumerate(names)}
    return layers
