"""Build the network of a run and load its weights: the one place for training, inference and prediction."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from blastvote.errors import InputError
from blastvote.segmentation.run import NetworkSettings
from blastvote.segmentation.settings import SHIPPED, network_config
from blastvote.segmentation.weights.first_weights import heads_of_others
from mrcnn import MaskRCNN, configure_runtime, resolve_weights
from mrcnn.config import MaskRCNNConfig
from mrcnn.weights.shapes import require_fit

LOGGER = logging.getLogger("blastvote.network")

SCORE_THRESHOLD = 0.05
"""Every cell from this score on is stored; the vote's minimum confidence is applied later."""

_KEPT: ContextVar[list[MaskRCNN] | None] = ContextVar("networks of this process", default=None)


@contextlib.contextmanager
def networks_kept() -> Iterator[None]:
    """Within it, runs of this process with the same configuration share one network, compiled once.

    Each still starts from its own weights and gives the same bits as in a process of its own. For runs one after the
    other: a network that is asked for again takes the earlier one's place.
    """
    token = _KEPT.set([])
    try:
        yield
    finally:
        _KEPT.reset(token)


def _network(config: MaskRCNNConfig, seed: int) -> MaskRCNN:
    """Return a network with the initial weights of a seed, where allowed one that this process has compiled."""
    kept = _KEPT.get()
    for network in kept or []:
        if network.config == config:
            network.initialise(seed)
            return network
    network = MaskRCNN(config, seed)
    if kept is not None:
        kept.append(network)
    return network


def first_weights(settings: NetworkSettings) -> Path | None:
    """Return the file that ``model.weights`` names, downloaded if need be; None for training from scratch.

    Raises
    ------
    InputError
        If there is no such file, or it is not the one that ``model.weights_sha256`` expects.
    """
    model = settings.model
    if model["weights"] in SHIPPED:
        return SHIPPED[model["weights"]]
    try:
        return resolve_weights(model["weights"], model["backbone"], sha256=model["weights_sha256"] or None)
    except (OSError, ValueError) as error:
        raise _unusable(settings, error) from None


def untrained_network(settings: NetworkSettings, weights: Path | None) -> MaskRCNN:
    """Return the network with its first weights; the process's threads and seeds are set on the way.

    Parameters
    ----------
    settings
        What to build.
    weights
        From `first_weights`.

    Raises
    ------
    InputError
        If the settings or the weights cannot be used.
    """
    configure_runtime(threads=settings.threads, seed=settings.seed)
    config = _config(settings)
    network = _network(config, settings.seed)
    if weights is None:
        return network
    try:
        others = heads_of_others(settings.model["weights"], weights, config, list(settings.class_names))
        report = network.load_weights(weights, by_name=True, exclude=others.layers)
    except (OSError, ValueError) as error:
        raise _unusable(settings, error) from None
    if others.note:
        LOGGER.info(others.note)
    LOGGER.info("Weights: %s, %d layers loaded", weights.name, len(report.loaded))
    return network


def trained_network(settings: NetworkSettings, weights: Path) -> MaskRCNN:
    """Return the network of a run with the weights that its training wrote; errors as `load_network`."""
    return load_network(_config(settings), weights, settings.threads)


def load_network(config: MaskRCNNConfig, weights: Path, threads: int | None) -> MaskRCNN:
    """Return a network with the weights of a file that has them all; no number of threads leaves TensorFlow's choice.

    Raises
    ------
    InputError
        If the file cannot be read, or its weights do not fit the network.
    """
    configure_runtime(threads=threads, seed=0)
    try:
        require_fit(weights, config)  # first: a damaged description may ask for a network of any size
        network = _network(config, 0)
        network.load_weights(weights, by_name=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{weights}: its weights cannot be used ({error}). Train its run again, or name another file."
        ) from None
    return network


def _config(settings: NetworkSettings) -> MaskRCNNConfig:
    return network_config(
        settings.model, settings.training, settings.class_names, detection_min_confidence=SCORE_THRESHOLD
    )


def _unusable(settings: NetworkSettings, error: Exception) -> InputError:
    return InputError(f"Config key 'model.weights' is {settings.model['weights']!r}: {error}")
