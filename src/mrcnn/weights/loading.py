"""Weights from files into layers, by layer name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from mrcnn.weights.reading import Arrays, read
from mrcnn.weights.shapes import misfit


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


def _pairs(
    path: Path, layer: keras.layers.Layer, arrays: Arrays
) -> Iterator[tuple[keras.Variable, np.ndarray]]:
    """Pair each variable of a layer with its array, or say which does not fit and what to do."""
    expected = {variable.name: tuple(variable.shape) for variable in layer.variables}
    problem = misfit(path, layer.name, expected, arrays)
    if problem:
        raise ValueError(problem)
    for variable in layer.variables:
        yield variable, arrays[variable.name]


def _some(names: Mapping[str, object] | Sequence[str]) -> str:
    names = list(names)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
