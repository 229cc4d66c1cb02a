"""Weight files as arrays: Matterport's HDF5 layout (Keras 2), and Keras 3's ``.weights.h5``.

Only numbers and strings are read; nothing is unpickled and no code of the file is run.
"""

import re
from pathlib import Path

import h5py
import numpy as np

from mrcnn.weights.layout import ORDER, RPN_GROUP

Arrays = dict[str, np.ndarray]
MOST_BYTES = 2**32
"""Largest array that is read; those of ResNet-101 have 50 MB."""


def read(path: str | Path, known: set[str] | None = None) -> dict[str, Arrays]:
    """Return the arrays of a weight file: layer name -> weight name (``kernel``, ``gamma``, ...) -> array.

    `known` helps to tell numbered inner names (``rpn_class_raw_1``) from real ones.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such weight file")
    try:
        with h5py.File(path, "r") as file:
            _refuse_references(path, file)
            root = file.get("model_weights", file)
            if "layer_names" in root.attrs or "layer_names0" in root.attrs:
                return _read_matterport(root, known or set())
            if isinstance(root.get("layers"), h5py.Group):
                return _read_keras(root["layers"])
    except (OSError, RuntimeError, KeyError, TypeError, AttributeError, UnicodeError, MemoryError) as error:
        raise ValueError(f"{path}: is not a readable HDF5 file ({_guess(path)}): {error}") from error
    raise ValueError(
        f"{path}: has neither Matterport's layout (attribute layer_names) nor Keras 3's (group layers)"
    )


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


def _refuse_references(path: Path, file: h5py.File) -> None:
    """Raise ValueError where a file points elsewhere: such a file could make us read any other one."""
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
                _refuse(path, group, name, f"a {type(link).__name__}")
            entry = group[name]
            if isinstance(entry, h5py.Group):
                waiting.append(entry)
            elif isinstance(entry, h5py.Dataset):
                if entry.external or entry.is_virtual:
                    _refuse(path, group, name, "data stored in other files")
                if entry.nbytes > MOST_BYTES:
                    _refuse(path, group, name, f"an array of {entry.nbytes / 2**30:.0f} GiB")


def _refuse(path: Path, group: h5py.Group, name: str, what: str) -> None:
    raise ValueError(
        f"{path}: '{group.name.rstrip('/')}/{name}' is {what}; a weight file must hold its arrays itself. "
        "Do not use a file that you did not make, or copy its arrays to a new one"
    )


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
                layers.setdefault(layer, {})[base] = group[name][()]
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
        layers[name] = {base: stored[str(k)][()] for k, base in enumerate(names)}
    return layers
