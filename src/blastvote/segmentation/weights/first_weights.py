"""Whether first weights fit the network of a study, known before any work and without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from blastvote.errors import InputError
from blastvote.segmentation.settings import SHIPPED
from blastvote.simulate.settings import CLASS_NAMES
from mrcnn.config import MaskRCNNConfig
from mrcnn.names import HEADS
from mrcnn.weights.reading import Arrays, read
from mrcnn.weights.shapes import (
    Shapes,
    expected_shapes,
    heads_of_other_classes,
    misfit,
    settings_of,
    shapes_of,
)
from mrcnn.weights.sources import KNOWN, resolve_weights


class OtherHeads(NamedTuple):
    """Heads of a weight file that are not loaded, as they belong to other classes; and a sentence on a user's file."""

    layers: tuple[str, ...] = ()
    note: str = ""


def heads_of_others(source: str, path: Path, network: MaskRCNNConfig, classes: list[str]) -> OtherHeads:
    """Return the heads of a weight file that are not loaded.

    Parameters
    ----------
    source
        ``model.weights`` of the configuration.
    path
        Its file.
    network
        The network that takes the weights.
    classes
        Names of its classes.

    Raises
    ------
    ValueError
        If the file cannot be read.
    """
    if source in SHIPPED:  # their heads know the subtypes of the simulator
        return OtherHeads() if classes == list(CLASS_NAMES) else OtherHeads(HEADS)
    if source in KNOWN:
        return OtherHeads(HEADS)
    expected = expected_shapes(network)
    found = shapes_of(read(path, set(expected)))
    heads = heads_of_other_classes(expected, found)
    if not heads:
        return OtherHeads()
    count = found[heads[0]]["kernel"][-1] // (4 if heads[0] == "mrcnn_bbox_fc" else 1)
    return OtherHeads(
        heads,
        f"{path}: its heads are of {count} classes (background included), this network's of {network.num_classes}: "
        f"{', '.join(heads)} are left out and learned from the beginning.",
    )


def check_first_weights(model: Mapping[str, Any], network: MaskRCNNConfig, classes: list[str]) -> str:
    """Return a sentence on heads that are left out of ``model.weights``, or an empty text.

    Parameters
    ----------
    model
        The section ``model`` of the configuration.
    network
        What the configuration makes of it.
    classes
        Names of the classes.

    Raises
    ------
    InputError
        If the weights cannot be loaded into the network. A file that is still to be downloaded is not known.
    """
    source = model["weights"]
    if source == "none" or source.startswith(("http://", "https://")):
        return ""
    expected = expected_shapes(network)
    path = SHIPPED.get(source, Path(source).expanduser())
    try:
        if source in KNOWN:
            path = Path("the published file")
            arrays = _published(source)
        else:
            checksum = None if source in SHIPPED else model["weights_sha256"] or None
            resolve_weights(str(path), model["backbone"], sha256=checksum)
            arrays = read(path, set(expected))
        others = heads_of_others(source, path, network, classes)
    except (OSError, ValueError) as error:
        raise InputError(f"Config key 'model.weights' is {source!r}: {error}") from None
    arrays = {name: found for name, found in arrays.items() if found and name not in others.layers}
    if not set(arrays) & set(expected):
        raise InputError(
            f"Config key 'model.weights' is {source!r}: none of its layers ({', '.join(list(arrays)[:4])}) belongs to "
            "this network. Name a file of Mask R-CNN or ResNet weights, or none."
        )
    problems = (
        misfit(path, name, expected[name], found) for name, found in arrays.items() if name in expected
    )
    problem = next((text for text in problems if text), "")
    if problem:
        raise InputError(
            f"Config key 'model.weights' is {source!r}: {problem}{_remedy(network, shapes_of(arrays))}"
        )
    return others.note


def _published(source: str) -> dict[str, Arrays]:
    """Return arrays with the shapes of the published files, which need not be here."""
    backbone = "resnet101" if source == "coco" else "resnet50"
    shapes = expected_shapes(MaskRCNNConfig(num_classes=81, backbone=backbone))
    if source == "imagenet":
        shapes = {name: s for name, s in shapes.items() if name.startswith(("res", "bn", "conv1"))}
    zero = np.zeros((), np.float32)
    return {
        layer: {name: np.broadcast_to(zero, shape) for name, shape in weights.items()}
        for layer, weights in shapes.items()
    }


def _remedy(network: MaskRCNNConfig, found: Shapes) -> str:
    """Return which settings the file was made with, where they are others."""
    detail = [
        f"{'model.' if name == 'backbone' else 'model.options.'}{name}: {value}"
        for name, value in settings_of(found).items()
        if value != getattr(network, name)
    ]
    return f" The file was made with {', '.join(detail)}." if detail else ""
