"""What a configuration says of pixel sizes, and what can be told of the cells' sizes without reading photographs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from blastvote import rle
from blastvote.annotations.model import Cell
from blastvote.dataset.check.pairing import is_mask_part
from blastvote.dataset.check.scale import CellSizes, fit_findings
from blastvote.dataset.source.collect import collect
from blastvote.dataset.source.pixel_sizes import FROM_PIXELS, pixel_size_table, read_pixel_sizes, stated_sizes
from blastvote.dataset.source.source import Source
from blastvote.errors import InputError
from blastvote.io import image_size
from blastvote.scale.framing import Framing
from blastvote.vote import make_rule, vote

PHOTOGRAPHS = 100
"""Headers of photographs that a dry run reads, at most."""


def has_pixel_sizes(config: Mapping[str, Any]) -> bool:
    """Return whether the study has a table of pixel sizes: where the photographs' or the network's is configured."""
    local = config["dataset"]["source"] == "local" and config["dataset"]["pixel_size_um"] != ""
    return local or config["model"]["pixel_size_um"] != ""


def sizes_need_photographs(config: Mapping[str, Any]) -> bool:
    """Return whether pixel sizes come from the photographs' tags or red cells."""
    return config["dataset"]["source"] == "local" and config["dataset"]["pixel_size_um"] in FROM_PIXELS


def known_framing(source: Source, config: Mapping[str, Any]) -> Framing | None:
    """Return pixel sizes and tiles of a study; photographs are opened where only they tell. Errors as the table's."""
    sizes = None
    if has_pixel_sizes(config):
        table = pixel_size_table(source, config["dataset"])
        sizes = dict(zip(table["image_id"], table["pixel_size_um"], strict=True))
    return Framing.of_model(config["model"], sizes)


def read_framing(model: Mapping[str, Any], files: Sequence[str]) -> Framing | None:
    """Return pixel sizes and tiles of a study whose table of pixel sizes, where it has one, is the first of `files`."""
    return Framing.of_model(model, read_pixel_sizes(files[0]) if files else None)


def planned_scale_problems(source: Source, config: Mapping[str, Any]) -> list[str]:
    """Return what the check will say of cells and photographs that do not fit the network, from outlines alone.

    Headers of at most 100 photographs are read. Mask images are not opened, and pixel sizes that only photographs tell
    are not known: then the check says it after its first jobs.
    """
    if config["dataset"]["source"] != "local":
        return []
    sizes = stated_sizes(source, config["dataset"])
    if sizes is None and config["model"]["pixel_size_um"] != "":
        return []
    outlined = replace(source, parts=tuple(part for part in source.parts if not is_mask_part(part)))
    if not outlined.parts:
        return []
    framing = Framing.of_model(config["model"], sizes)
    images = _measured(outlined, config)
    return [text for _, text in fit_findings(images, config["model"], framing)]


def _measured(source: Source, config: Mapping[str, Any]) -> list[CellSizes]:
    rule = partial(vote, rule=make_rule(config["vote"]["rule"], config["classes"]))
    collection = collect(source, config["classes"], rule)
    every = max(1, -(-len(collection.annotations) // PHOTOGRAPHS))
    found = []
    for image_id in list(collection.annotations)[::every]:
        try:
            width, height = image_size(collection.images[image_id], source.reading)
        except InputError:  # the check will say what is wrong with it
            continue
        cells = [cell for cell in collection.annotations[image_id].cells if not cell.crowd]
        sides = np.array([_sides(cell) for cell in cells], float).reshape(-1, 2)
        found.append(CellSizes(image_id, width, height, sides))
    return found


def _sides(cell: Cell) -> tuple[float, float]:
    """Return height and width of a cell's box."""
    bounds = cell.bounds()
    if bounds is not None:
        return bounds[3] - bounds[1], bounds[2] - bounds[0]
    assert cell.rle is not None
    y1, x1, y2, x2 = rle.box(cell.rle)
    return float(y2 - y1), float(x2 - x1)
