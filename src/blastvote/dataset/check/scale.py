"""Whether the cells fit the network once the photographs are resized: too small or too large ones are not learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from blastvote.dataset.check.measure import ImageFacts

MATTERPORT_ANCHORS = (32, 64, 128, 256, 512)
SMALLEST, LARGEST = 0.5, 2.0
"""A cell fits whose side is between these shares of the smallest and of the largest anchor."""
MOST = 0.05
"""Share of the cells that may lie outside without a word."""
FINEST_STRIDE = 4
"""Pixels between the finest features of the pyramid (P2): a cell narrower than that leaves nothing to learn."""


def scale_warnings(facts: Iterable[ImageFacts], model: Mapping[str, Any]) -> list[str]:
    """Return a sentence if many cells become too small or too large for the anchors.

    Parameters
    ----------
    facts
        Of all images.
    model
        The section ``model`` of the configuration.
    """
    anchors = model["options"].get("rpn_anchor_scales") or MATTERPORT_ANCHORS
    side = model["image_size"]
    sizes = np.array([size for fact in facts for size in _sides(fact, side)])
    if not len(sizes):
        return []
    low, high = SMALLEST * min(anchors), LARGEST * max(anchors)
    warnings = []
    for outside, word, remedy in (
        (sizes < low, "small", "raise model.image_size, cut the photographs into tiles, or lower"),
        (sizes > high, "large", "lower model.image_size or raise"),
    ):
        if outside.mean() > MOST:
            warnings.append(
                f"{outside.sum()} of {len(sizes)} cells are too {word} for the network once the photographs are "
                f"resized to {side} pixels: they become {_span(sizes[outside])} pixels wide, and its anchors are "
                f"{min(anchors)} to {max(anchors)}. To learn them, {remedy} model.options.rpn_anchor_scales."
            )
    return warnings


def scale_error(facts: Iterable[ImageFacts], model: Mapping[str, Any]) -> str:
    """Return a sentence if most cells shrink below the finest features of the network, else an empty text."""
    side = model["image_size"]
    facts = list(facts)
    sizes = np.array([size for fact in facts for size in _sides(fact, side)])
    if not len(sizes) or np.median(sizes) >= FINEST_STRIDE:
        return ""
    largest = max(max(fact.width, fact.height) for fact in facts)
    anchors = model["options"].get("rpn_anchor_scales") or MATTERPORT_ANCHORS
    needed = int(np.ceil(SMALLEST * min(anchors) * side / np.median(sizes) / 64)) * 64
    return (
        f"half of the {len(sizes)} cells become narrower than {np.median(sizes):.1f} pixels once the photographs "
        f"(up to {largest} pixels wide) are resized to model.image_size {side}; the network's finest features are "
        f"{FINEST_STRIDE} pixels apart, so nothing can be learned. Raise model.image_size to about {needed}, or cut "
        "the photographs into tiles"
    )


def _sides(fact: ImageFacts, side: int) -> list[float]:
    """Return the root of the area of each cell's box after resizing, crowds left out."""
    longest = max(fact.width, fact.height)
    boxes = [cell.box for cell in fact.cells if not cell.crowd]
    return [float(np.sqrt((y2 - y1) * (x2 - x1))) * side / longest for y1, x1, y2, x2 in boxes]


def _span(sizes: Sequence[float] | np.ndarray) -> str:
    return f"{min(sizes):.1f} to {max(sizes):.1f}"
