"""Check what the configuration says of the network: options, first weights, pixel size."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.io.opening import require_regular


def check_network(config: Mapping[str, Any]) -> None:
    """Raise InputError unless options of network and training are known and the first weights are there.

    Needs no TensorFlow.
    """
    from blastvote.segmentation.settings import network_config, training_config

    network_config(config["model"], config["training"], config["classes"])
    training_config(config["training"], seed=0, threads=config["threads"]["train"])
    _check_weights(config["model"]["weights"], config["model"]["backbone"])
    if config["model"]["weights"].startswith("http://") and not config["model"]["weights_sha256"]:
        raise InputError(
            f"Config key 'model.weights' is {config['model']['weights']!r}, but 'model.weights_sha256' is empty: "
            "whoever carries http:// can change the file. Give its sha256, or take https://."
        )


def network_pixel_size(config: Mapping[str, Any]) -> float | str:
    """Return ``model.pixel_size_um`` as micrometres or empty: looked up in the first weights where it says so."""
    from blastvote.segmentation.settings import SHIPPED
    from mrcnn.weights.metadata import read_metadata

    model, dataset = config["model"], config["dataset"]
    if model["pixel_size_um"] != "" and dataset["source"] == "local" and dataset["pixel_size_um"] == "":
        raise InputError(
            f"Config key 'model.pixel_size_um' is {model['pixel_size_um']!r}, but 'dataset.pixel_size_um' is empty: "
            "nothing says how large the photographs' pixels are. Give micrometres, a column, 'metadata' or 'auto'."
        )
    if model["pixel_size_um"] != "weights":
        size: float | str = model["pixel_size_um"]
        return size
    path = SHIPPED.get(model["weights"], Path(model["weights"]).expanduser())
    try:
        found = read_metadata(path).get("pixel_size_um")
    except (FileNotFoundError, ValueError):
        found = None
    if not isinstance(found, int | float):
        raise InputError(
            f"Config key 'model.pixel_size_um' is 'weights', but 'model.weights' ({model['weights']!r}) says no pixel "
            "size. Give micrometres, or take weights that say it, such as starter."
        )
    return float(found)


def _check_weights(source: str, backbone: str) -> None:
    from blastvote.segmentation.settings import SHIPPED
    from mrcnn.weights.sources import KNOWN

    if source in KNOWN and backbone not in KNOWN[source].backbones:
        raise InputError(
            f"Config key 'model.weights' is {source!r}, weights of {' or '.join(KNOWN[source].backbones)}, but "
            f"'model.backbone' is {backbone}. Take weights 'none', a file of your own, or another backbone."
        )
    named = source in ("none", *SHIPPED, *KNOWN) or source.startswith(("http://", "https://"))
    if named:
        return
    try:
        require_regular(Path(source).expanduser(), "weight file")
    except InputError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise InputError(f"Config key 'model.weights' is {source!r}: {error}") from None
        raise InputError(
            f"Config key 'model.weights' is {source!r}: there is no such file. Allowed: none, "
            f"{', '.join([*SHIPPED, *KNOWN])}, a path, or an address (https://...)."
        ) from None
