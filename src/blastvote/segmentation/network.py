"""Build the network that the configuration describes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.segmentation.settings import SHIPPED, network_config
from mrcnn import HEADS, MaskRCNN, configure_runtime

LOGGER = logging.getLogger("blastvote.network")

SCORE_THRESHOLD = 0.05
"""Every cell from this score on is stored; the vote's minimum confidence is applied later."""


def build_network(
    model: Mapping[str, Any],
    training: Mapping[str, Any],
    class_names: Sequence[str],
    seed: int,
    threads: int,
    **changes: Any,
) -> MaskRCNN:
    """Return the network with its first weights; the process's threads and seeds are set on the way.

    Parameters
    ----------
    model, training, class_names
        See `settings.network_config`.
    seed
        Of the weights that no file gives.
    threads
        TensorFlow's threads.
    changes
        Fields of `MaskRCNNConfig` that win over the configuration.

    Raises
    ------
    InputError
        If the settings or the weights file cannot be used.
    """
    configure_runtime(threads=threads, seed=seed)
    network = MaskRCNN(network_config(model, training, class_names, **changes), seed=seed)
    source = model["weights"]
    try:
        path = SHIPPED[source] if source in SHIPPED else _download(model)
        if path is None:  # "none": from scratch
            return network
        # Heads of other classes do not fit; a file of the user's own is taken whole.
        exclude = HEADS if source in SHIPPED or source in ("coco", "imagenet") else ()
        report = network.load_weights(path, by_name=True, exclude=exclude)
    except (OSError, ValueError) as error:
        raise InputError(f"Config key 'model.weights' is {model['weights']!r}: {error}") from None
    LOGGER.info("Weights: %s, %d layers loaded", path.name, len(report.loaded))
    return network


def _download(model: Mapping[str, Any]) -> Path | None:
    from mrcnn import resolve_weights

    return resolve_weights(model["weights"], model["backbone"], sha256=model["weights_sha256"] or None)
