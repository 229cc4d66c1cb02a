"""What a weight file says of the run that wrote it, so that the file alone is enough to predict with."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from blastvote.dataset.truth import Truth
from blastvote.io import sha256
from blastvote.scale.framing import Framing
from blastvote.segmentation.settings import SHIPPED
from mrcnn import read_metadata
from mrcnn.config import MaskRCNNConfig

PACKAGES = ("blastvote", "keras", "numpy")
ALIKE = 0.1
"""Pixel sizes of a training that differ by no more than this share count as one."""


def description_for_run(
    config: Mapping[str, Any], variant: Mapping[str, Any], network: MaskRCNNConfig
) -> dict[str, Any]:
    """Return the description of a run of a study with this configuration and contrast method.

    Parameters
    ----------
    config
        The study's configuration.
    variant
        ``function`` and ``params`` of the method.
    network
        The network's configuration.
    """
    dataset, tiles = config["dataset"], bool(config["model"]["tiles"])
    pixel_size = None
    if dataset["source"] == "simulated":
        simulated = dataset["simulated"]
        shrunk = 1.0 if tiles else max(simulated["width"], simulated["height"]) / network.image_max_dim
        pixel_size = simulated["pixel_size_um"] * shrunk
    return {
        "classes": list(config["classes"]),
        "network": dataclasses.asdict(network),
        "contrast": {"function": variant["function"], "params": dict(variant.get("params") or {})},
        "pixel_size_um": pixel_size,
        "tiles": tiles,
        "min_score": config["vote"]["min_confidence"],
        "vote": config["vote"]["rule"],
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "licence": _licence(config),
    }


def _licence(config: Mapping[str, Any]) -> str:
    """Return what may be said: weights of simulated smears are ours, others belong to whoever has the photographs."""
    if config["dataset"]["source"] == "simulated" and config["model"]["weights"] in ("none", *SHIPPED):
        return "MIT"
    return "not stated: that of the photographs and of the first weights decides"


def first_weights_facts(name: str, path: Path | None) -> dict[str, Any]:
    """Return what a training began with: the configured name, and the file's checksum and licence."""
    if path is None:
        return {"weights": name}
    try:
        licence = read_metadata(path).get("licence", "MIT" if name in SHIPPED else "not stated")
    except ValueError:  # an archive of another kind: `untrained_network` has judged it
        licence = "not stated"
    return {"weights": name, "sha256": sha256(path), "licence": licence}


def trained_pixel_size(
    framing: Framing | None,
    photo_sizes_um: Mapping[str, float] | None,
    shown: Sequence[str],
    truth: Truth,
    side: int,
) -> float | None:
    """Return the pixel size in micrometres that a network was trained at; None where it is unknown or varies.

    Parameters
    ----------
    framing
        Of the run; None where whole photographs were resized to `side` pixels.
    photo_sizes_um
        Pixel size of the photographs by image id.
    shown
        Ids of the images that trained.
    truth
        Knows the size of each in pixels.
    """
    if framing is not None and framing.pixel_size_um is not None:
        return framing.pixel_size_um
    if not photo_sizes_um or not shown:
        return None
    sizes = [photo_sizes_um[image_id] for image_id in shown]
    if framing is None:
        longest = [max(truth[image_id].size) for image_id in shown]
        sizes = [um * pixels / side for um, pixels in zip(sizes, longest, strict=True)]
    middle = float(np.median(sizes))
    alike = max(sizes) <= (1 + ALIKE) * middle and min(sizes) >= middle / (1 + ALIKE)
    return round(middle, 6) if alike else None
