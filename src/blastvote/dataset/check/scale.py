"""Whether the cells fit the network once the photographs are resized: too small or too large ones are not learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from blastvote.dataset.check.measure import ImageFacts
from blastvote.scale.framing import Framing
from blastvote.wording import listed

MATTERPORT_ANCHORS = (32, 64, 128, 256, 512)
SMALLEST, LARGEST = 0.5, 2.0
"""A cell fits whose side is between these shares of the smallest and of the largest anchor."""
MOST = 0.05
"""Share of the cells that may lie outside without a word."""
FINEST_STRIDE = 4
"""Pixels between the finest features of the pyramid (P2): a cell narrower than that leaves nothing to learn."""


@dataclass(frozen=True)
class CellSizes:
    """The cells of a photograph, in its own pixels.

    Attributes
    ----------
    image_id, width, height
        The photograph.
    sides
        ``float (N, 2)``: height and width of each cell's box, crowds left out.
    """

    image_id: str
    width: int
    height: int
    sides: np.ndarray

    @classmethod
    def of_facts(cls, fact: ImageFacts) -> CellSizes:
        """Return the sizes of the cells that the check measured."""
        boxes = np.array([cell.box for cell in fact.cells if not cell.crowd], float).reshape(-1, 4)
        return cls(fact.image_id, fact.width, fact.height, boxes[:, 2:] - boxes[:, :2])


def fit_findings(
    images: Sequence[CellSizes], model: Mapping[str, Any], framing: Framing | None
) -> list[tuple[str, str]]:
    """Return kind (`blastvote.dataset.check.findings.KINDS`) and sentence of all that does not fit the network.

    Parameters
    ----------
    images
        All images.
    model
        The section ``model`` of the configuration.
    framing
        What it comes to; None where whole photographs are resized.
    """
    too_large = fit_error(images, framing)
    if too_large:
        return [("photographs_too_large", too_large)]
    too_small = scale_error(images, model, framing)
    if too_small:
        return [("cells_vanish", too_small)]
    return [("network_scale", text) for text in scale_warnings(images, model, framing)]


def scale_warnings(
    images: Sequence[CellSizes], model: Mapping[str, Any], framing: Framing | None
) -> list[str]:
    """Return a sentence if many cells become too small or too large for the anchors, or too large for the tiles."""
    anchors = model["options"].get("rpn_anchor_scales") or MATTERPORT_ANCHORS
    resized = [_resized(image, model["image_size"], framing) for image in images if len(image.sides)]
    if not resized:
        return []
    sides = np.concatenate(resized)
    sizes = np.sqrt(sides.prod(1))
    low, high = SMALLEST * min(anchors), LARGEST * max(anchors)
    small, large = _remedies(framing)
    warnings = []
    for outside, word, remedy in ((sizes < low, "small", small), (sizes > high, "large", large)):
        if outside.mean() > MOST:
            warnings.append(
                f"{outside.sum()} of {len(sizes)} cells are too {word} for the network {_how(model, framing)}: they "
                f"become {_span(sizes[outside])} pixels wide, and its anchors are {min(anchors)} to {max(anchors)}. "
                f"To learn them, {remedy} model.options.rpn_anchor_scales."
            )
    if framing is not None and framing.overlap is not None:
        cut = sides.max(1) > framing.overlap
        if cut.mean() > MOST:
            warnings.append(
                f"{cut.sum()} of {len(cut)} cells are wider than the {framing.overlap} pixels that neighbouring tiles "
                "share, so they may lie whole in none and be missed. Raise model.tile_overlap or model.pixel_size_um."
            )
    return warnings


def scale_error(images: Sequence[CellSizes], model: Mapping[str, Any], framing: Framing | None) -> str:
    """Return a sentence if most cells shrink below the finest features of the network, else an empty text."""
    sides = [_resized(image, model["image_size"], framing) for image in images if len(image.sides)]
    sizes = np.sqrt(np.concatenate(sides).prod(1)) if sides else np.array([])
    if not len(sizes) or np.median(sizes) >= FINEST_STRIDE:
        return ""
    middle = float(np.median(sizes))
    detail = (
        f"half of the {len(sizes)} cells become narrower than {middle:.1f} pixels {_how(model, framing)}; the "
        f"network's finest features are {FINEST_STRIDE} pixels apart, so nothing can be learned. "
    )
    if framing is not None:
        return f"{detail}Correct dataset.pixel_size_um, or lower model.pixel_size_um."
    anchors = model["options"].get("rpn_anchor_scales") or MATTERPORT_ANCHORS
    needed = int(np.ceil(SMALLEST * min(anchors) * model["image_size"] / middle / 64)) * 64
    return f"{detail}Set model.tiles and model.pixel_size_um, or raise model.image_size to about {needed}."


def fit_error(images: Sequence[CellSizes], framing: Framing | None) -> str:
    """Return a sentence if photographs are larger than the network and not to be cut into tiles, else nothing."""
    if framing is None:
        return ""
    wrong = [i for i in images if i.width and not framing.fits(i.image_id, i.height, i.width)]
    if not wrong:
        return ""
    height, width = framing.size(wrong[0].image_id, wrong[0].height, wrong[0].width)
    return (
        f"{len(wrong)} photographs ({listed([image.image_id for image in wrong], 3)}) are larger than the network at "
        f"its pixel size: the first becomes {width}x{height} pixels, and model.image_size is {framing.side}. Set "
        "'model.tiles: true' or raise model.image_size."
    )


def _resized(image: CellSizes, side: int, framing: Framing | None) -> np.ndarray:
    if framing is None:
        return image.sides * side / max(image.width, image.height)
    return image.sides * framing.scale(image.image_id)


def _how(model: Mapping[str, Any], framing: Framing | None) -> str:
    if framing is None:
        return f"once the photographs are resized to model.image_size {model['image_size']}"
    if framing.pixel_size_um is None:
        return "at the photographs' own pixels"
    return f"at its {framing.pixel_size_um} micrometres a pixel"


def _remedies(framing: Framing | None) -> tuple[str, str]:
    if framing is None:
        return (
            "set model.tiles and model.pixel_size_um, raise model.image_size, or lower",
            "lower model.image_size or raise",
        )
    return "lower model.pixel_size_um or", "raise model.pixel_size_um or"


def _span(sizes: Sequence[float] | np.ndarray) -> str:
    return f"{min(sizes):.1f} to {max(sizes):.1f}"
