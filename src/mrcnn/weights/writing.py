"""Weights into HDF5 files, in Matterport's layout (Keras 2) or Keras 3's ``.weights.h5``."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from mrcnn.weights.layout import RPN_GROUP
from mrcnn.weights.metadata import put_metadata

FORMATS = ("matterport", "keras")


def save(
    layers: Mapping[str, keras.layers.Layer],
    path: str | Path,
    layout: str = "matterport",
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Write `layers` to `path` in the layout ``matterport`` or ``keras``; the file appears whole or not at all.

    Raises
    ------
    ValueError
        If there is no such layout, or JSON cannot hold `metadata`.
    """
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
            if metadata is not None:
                put_metadata(file, metadata)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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


def _umask() -> int:
    """Return the process' file mode mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
