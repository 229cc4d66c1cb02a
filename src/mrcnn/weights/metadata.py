"""What a weight file says about itself: a JSON object in an attribute, which other readers of the file ignore."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py

from mrcnn.weights.reading import DAMAGE

ATTRIBUTE = "mrcnn_metadata"


def read_metadata(path: str | Path) -> dict[str, Any]:
    """Return what `MaskRCNN.save_weights` or `write_metadata` stored; empty for a file without (Matterport's).

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is no HDF5 file, or the attribute is no JSON object.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such weight file")
    try:
        with h5py.File(path, "r") as file:
            text = file.attrs.get(ATTRIBUTE, "{}")
            metadata = json.loads(text, parse_constant=_refuse)
    except (*DAMAGE, RecursionError) as error:
        raise ValueError(f"{path}: its metadata (attribute {ATTRIBUTE}) cannot be read: {error}") from error
    if not isinstance(metadata, dict):
        raise ValueError(f"{path}: its metadata (attribute {ATTRIBUTE}) is {text[:40]!r}, no JSON object")
    return metadata


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def write_metadata(path: str | Path, metadata: Mapping[str, Any]) -> None:
    """Put metadata into an existing weight file, in the place of what was there.

    Raises
    ------
    ValueError
        If JSON cannot hold `metadata`.
    """
    with h5py.File(path, "r+") as file:
        put_metadata(file, metadata)


def put_metadata(file: h5py.File, metadata: Mapping[str, Any]) -> None:
    """Put metadata into an open file, as `write_metadata`."""
    try:
        text = json.dumps(dict(metadata), sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"metadata of weights: JSON cannot hold them ({error})") from error
    file.attrs[ATTRIBUTE] = text
