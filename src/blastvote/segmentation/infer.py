"""One inference of the study: images in, COCO results out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blastvote.dataset.augment import sample_id
from blastvote.segmentation.detect import CellFinder, detect_all
from blastvote.segmentation.network import trained_network
from blastvote.segmentation.run import NetworkSettings, RunData, run_framing


def infer_run(weights: Path, data: RunData, settings: NetworkSettings) -> list[dict[str, Any]]:
    """Detect the cells of a fold's validation and test images.

    Parameters
    ----------
    weights
        A file of weights as ``train_run`` writes it.
    data
        The run's images.
    settings
        As in the training.

    Returns
    -------
    list of dict
        COCO results of every cell with a score of at least `network.SCORE_THRESHOLD`.
    """
    rows = data.rows("val", "test")
    model = trained_network(settings, weights)
    images = ((sample_id(*row), data.files.read(*row)) for row in rows)
    framing = run_framing(data, settings)
    # Tiles of one photograph fill the batches of the network already.
    return detect_all(CellFinder(model, framing), images, len(rows), 4 if framing is None else 1)
