"""Weight files: Matterport's HDF5 layout (Keras 2) read and written by layer name, and Keras 3's ``.weights.h5``.

Only numbers and strings are read; nothing is unpickled and no code of the file is run.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import h5py
import keras
import numpy as np

RPN_GROUP = "rpn_model"
FORMATS = ("matterport", "keras")
_ORDER = {4: ("gamma", "beta", "moving_mean", "moving_variance"), 2: ("kernel", "bias"), 1: ("kernel",)}
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class LoadReport:
    """Names of layers that were loaded, of layers the file did not have, and of the file's that had no use."""

    loaded: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]


def load(
    layers: Mapping[str, keras.layers.Layer],
    path: str | Path,
    by_name: bool = True,
    exclude: Sequence[str] = (),
) -> LoadReport:
    """Load a weight file into `layers`.

    Parameters
    ----------
    layers
        Layers by name.
    path
        HDF5 file of Matterport's layout (training or inference order, numbered inner names, a
        whole saved model) or written by `save`.
    by_name
        True leaves layers alone that the file does not have; False refuses such a file.
    exclude
        Names of layers, or regular expressions that whole names match, that are not loaded.

    Returns
    -------
    LoadReport

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no HDF5 weight file, fits no layer, or has a weight of another shape; nothing is changed then.
    """
    path = Path(path)
    found = {name: arrays for name, arrays in read(path, set(layers)).items() if arrays}
    skipped = {name for name in {*layers, *found} if any(re.fullmatch(e, name) for e in exclude)}
    wanted = [name for name in layers if name in found and name not in skipped]
    missing = tuple(name for name in layers if name not in found and name not in skipped)
    if not wanted:
        raise ValueError(
            f"{path}: none of its layers ({_some(found)}) belongs to this network ({_some(layers)})"
        )
    if missing and not by_name:
        raise ValueError(
            f"{path}: has no layer {_some(missing)}; load it with by_name=True to leave those as they are"
        )
    plan = [
        (variable, value) for name in wanted for variable, value in _pairs(path, layers[name], found[name])
    ]
    for variable, value in plan:
        variable.assign(value)
    unused = tuple(name for name in found if name not in wanted)
    return LoadReport(tuple(wanted), missing, unused)


def read(path: str | Path, known: set[str] | None = None) -> dict[str, Arrays]:
    """Return the arrays of a weight file: layer name -> weight name (``kernel``, ``gamma``, ...) -> array.

    `known` helps to tell numbered inner names (``rpn_class_raw_1``) from real ones.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such weight file")
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise ValueError(
            f"{path}: is not a readable HDF5 file (an interrupted download?): {error}"
        ) from error
    with file:
        root = file.get("model_weights", file)
        if "layer_names" in root.attrs or "layer_names0" in root.attrs:
            return _read_matterport(root, known or set())
        if isinstance(root.get("layers"), h5py.Group):
            return _read_keras(root["layers"])
    raise ValueError(
        f"{path}: has neither Matterport's layout (attribute layer_names) nor Keras 3's (group layers)"
    )


def save(layers: Mapping[str, keras.layers.Layer], path: str | Path, layout: str = "matterport") -> None:
    """Write `layers` to `path` in the layout ``matterport`` or ``keras``; the file appears whole or not at all."""
    if layout not in FORMATS:
        raise ValueError(f"weight format {layout!r}: must be one of {', '.join(FORMATS)}")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        with h5py.File(temporary, "w") as file:
            (_write_matterport if layout == "matterport" else _write_keras)(file, layers)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# -- reading ------------------------------------------------------------------------------------------------


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
    order = _ORDER.get(len(names), ())
    return bases if set(bases) <= {b for group in _ORDER.values() for b in group} else list(order or bases)


def _read_keras(root: h5py.Group) -> dict[str, Arrays]:
    layers = {}
    for name, group in root.items():
        stored = group.get("vars")
        count = len(stored) if stored is not None else 0
        names = _ORDER.get(count, tuple(str(k) for k in range(count)))
        layers[name] = {base: stored[str(k)][()] for k, base in enumerate(names)}
    return layers


def _pairs(
    path: Path, layer: keras.layers.Layer, arrays: Arrays
) -> Iterator[tuple[keras.Variable, np.ndarray]]:
    """Pair each variable of a layer with its array, or say which does not fit and what to do."""
    for variable in layer.variables:
        if variable.name not in arrays:
            raise ValueError(
                f"{path}: layer {layer.name} has the weights {_some(arrays)}, but {variable.name} is expected too"
            )
        value = arrays[variable.name]
        if tuple(value.shape) != tuple(variable.shape):
            raise ValueError(
                f"{path}: layer {layer.name}: {variable.name} of shape {tuple(variable.shape)} expected, "
                f"{tuple(value.shape)} found. Where the number of classes differs, load with exclude=HEADS "
                "(from mrcnn import HEADS); else check backbone and sizes of the configuration."
            )
        yield variable, value


# -- writing ------------------------------------------------------------------------------------------------


def _write_matterport(file: h5py.File, layers: Mapping[str, keras.layers.Layer]) -> None:
    groups: dict[str, list[keras.layers.Layer]] = {}
    for name, layer in layers.items():
        groups.setdefault(RPN_GROUP if name.startswith("rpn_") else name, []).append(layer)
    file.attrs["layer_names"] = np.array([name.encode() for name in groups])
    file.attrs["backend"] = b"tensorflow"
    file.attrs["keras_version"] = b"2.2.5"
    for name, members in groups.items():
        group = file.create_group(name)
        pairs = [
            (f"{layer.name}/{variable.name}:0", variable) for layer in members for variable in layer.variables
        ]
        group.attrs["weight_names"] = np.array([weight.encode() for weight, _ in pairs])
        for weight, variable in pairs:
            group.create_dataset(weight, data=np.asarray(variable, np.float32))


def _write_keras(file: h5py.File, layers: Mapping[str, keras.layers.Layer]) -> None:
    for name, layer in layers.items():
        group = file.create_group(f"layers/{name}/vars")
        group.parent.attrs["name"] = name
        for number, variable in enumerate(layer.variables):
            group.create_dataset(str(number), data=np.asarray(variable, np.float32))


def _some(names: Mapping[str, object] | Sequence[str]) -> str:
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _umask() -> int:
    """Return the process' file mode mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
