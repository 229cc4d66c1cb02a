"""Settings of the network that the number of cells in an image decides, or in a tile where photographs are cut.

With ``model.limits: auto`` each is at least what the data need, and never less than configured. With ``explicit`` they
stay as configured, and those that cut true cells off are an error. Importing this imports no TensorFlow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.errors import InputError
from blastvote.io import read_table, whole_numbers
from blastvote.segmentation.settings import network_config

COLUMNS = ["setting", "configured", "used", "cells_in_an_image", "image_id"]


@dataclass(frozen=True)
class Need:
    """What a setting must be for N cells in an image.

    Attributes
    ----------
    per_cell
        Wanted for each cell.
    enough
        Above this number none is needed for cells alone: Matterport's default. Never less than N.
    cuts
        Whether less than N leaves true cells out of training, or limits how many can be found.
    """

    per_cell: float
    enough: float = math.inf
    cuts: bool = False

    def of(self, cells: int) -> int:
        """Return the least value for so many cells."""
        return max(cells, math.ceil(min(self.per_cell * cells, self.enough)))


NEEDS = {
    "max_gt_instances": Need(1, cuts=True),
    "detection_max_instances": Need(1.5, cuts=True),
    "post_nms_rois_inference": Need(5, 1000, cuts=True),
    "post_nms_rois_training": Need(10, 2000, cuts=True),
    "pre_nms_limit": Need(25, 6000, cuts=True),
    "train_rois_per_image": Need(2, 200),
    "rpn_train_anchors_per_image": Need(6, 256),
}
"""In the proportions of the embedded default: 20 objects, 30 detections, 200 and 100 proposals of 500 anchors."""


@dataclass(frozen=True)
class Crowded:
    """The image with the most cells.

    Attributes
    ----------
    cells
        Its number of cells, crowds not counted.
    image_id
        Which image; empty where it is not known.
    tiled
        Whether the cells are those of one tile of the image: photographs are cut, and the network sees tiles.
    """

    cells: int
    image_id: str = ""
    tiled: bool = False

    @classmethod
    def of(cls, counts: Mapping[str, int], tiled: bool = False) -> Crowded:
        """Return the image with the most cells, of image ids and their numbers of cells (in their fullest tiles)."""
        return max((cls(count, image_id, tiled) for image_id, count in counts.items()), key=lambda c: c.cells)


def limits_table(model: Mapping[str, Any], crowded: Crowded) -> pd.DataFrame:
    """Return what each setting is configured to be and what is used, one row a setting.

    Parameters
    ----------
    model
        The section ``model`` of the configuration.
    crowded
        The image with the most cells.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`.
    """
    configured, used = _configured(model), _used(model, crowded)
    rows = [(name, configured[name], used[name], crowded.cells, crowded.image_id) for name in NEEDS]
    return pd.DataFrame(rows, columns=COLUMNS)


def _configured(model: Mapping[str, Any]) -> dict[str, int]:
    network = network_config(model, {"precision": "float32"}, [])
    return {name: getattr(network, name) for name in NEEDS}


def _used(model: Mapping[str, Any], crowded: Crowded) -> dict[str, int]:
    configured = _configured(model)
    if model["limits"] != "auto":
        return configured
    return {name: max(configured[name], need.of(crowded.cells)) for name, need in NEEDS.items()}


def with_limits(model: Mapping[str, Any], table: pd.DataFrame) -> dict[str, Any]:
    """Return the section ``model`` with the options that a table of limits says are used."""
    raised = table[table["used"] > table["configured"]]
    used = {str(name): int(value) for name, value in zip(raised["setting"], raised["used"], strict=True)}
    return {**model, "options": {**model["options"], **used}}


def model_for(model: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the section ``model`` with the limits for images with so many cells, as far as numbers are known.

    How many cells lie in a tile is not known before photographs are read, so with tiles the limits are the configured
    ones here.
    """
    known = counts and not model["tiles"]
    return with_limits(model, limits_table(model, Crowded.of(counts))) if known else dict(model)


def read_limits(path: Path | str, model: Mapping[str, Any]) -> dict[str, Any]:
    """Return the section ``model`` with the limits that the check of the data set wrote to ``limits.csv``.

    Raises
    ------
    InputError
        If the file is missing or no such table.
    """
    table = read_table(path, required=COLUMNS)
    for column in ("configured", "used"):
        table[column] = whole_numbers(path, table, column, "Delete the file and run again.")
    return with_limits(model, table)


def limits_note(model: Mapping[str, Any], crowded: Crowded) -> str:
    """Return a sentence on what follows the data; empty where the configuration is enough."""
    configured, used = _configured(model), _used(model, crowded)
    detail = ", ".join(
        f"{name} {configured[name]} -> {used[name]}" for name in NEEDS if used[name] > configured[name]
    )
    if not detail:
        return ""
    return f"{_most(crowded)}: limits of the network follow the data (model.limits: auto): {detail}."


def require_limits(model: Mapping[str, Any], crowded: Crowded) -> None:
    """Raise InputError if the limits that hold for these data cut true cells off."""
    used = _used(model, crowded)
    small = [(name, used[name]) for name, need in NEEDS.items() if need.cuts and used[name] < crowded.cells]
    if small:
        detail = " and ".join(f"model.options.{name} {value}" for name, value in small)
        raise InputError(
            f"{_most(crowded)}, but the configuration limits the network to fewer: {detail}. Set them to at least "
            f"{crowded.cells}, or model.limits to auto, which follows the data."
        )


def _most(crowded: Crowded) -> str:
    where = "a tile" if crowded.tiled else "an image"
    return f"{crowded.cells} cells in {where}" + (f" ({crowded.image_id})" if crowded.image_id else "")
