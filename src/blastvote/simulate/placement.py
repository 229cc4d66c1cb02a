"""Which lymphoblasts an image has, where they lie, and whose pixels are visible."""

from __future__ import annotations

import math

import cv2
import numpy as np

from blastvote.simulate.cells.blasts import Blast, draw_outline
from blastvote.simulate.cells.shapes import cut_patch
from blastvote.simulate.realism import REALISM
from blastvote.simulate.settings import CLASS_NAMES, SimulationSettings

MIN_VISIBLE_PX = 40
MIN_VISIBLE_SHARE = 0.15
"""A cell of which less is visible (pixels; share of the whole cell) is not placed."""


def place_blasts(
    rng: np.random.Generator, label: str, settings: SimulationSettings
) -> tuple[list[Blast], np.ndarray]:
    """Place the lymphoblasts of an image, lowest first, and find out which pixels of each can be seen.

    Cells of which hardly anything is visible are taken out again, and odd ones out until the vote gives
    ``label``.

    Returns
    -------
    list of Blast
        The cells, lowest first.
    numpy.ndarray
        ``bool (H, W, N)``: their visible pixels.
    """
    kinds = REALISM[settings.realism].morphology
    blasts: list[Blast] = []
    for k, subtype in enumerate(_subtypes(rng, label, settings)):
        place = _find_place(
            rng,
            draw_outline(rng, kinds[subtype], 1 / settings.pixel_size_um),
            subtype,
            blasts,
            settings,
            k == 0,
        )
        if place is not None:
            blasts.append(place)
    blasts = blasts[1:] + blasts[:1]  # the first lies whole inside the image; on top it is always seen
    while True:
        masks, hidden = _visible(blasts, settings.height, settings.width)
        if not hidden:
            hidden = _outvoted([b.subtype for b in blasts], label)
        if not hidden:
            return blasts, masks
        blasts = [b for i, b in enumerate(blasts) if i not in hidden]


def _subtypes(rng: np.random.Generator, label: str, settings: SimulationSettings) -> list[str]:
    """Draw the subtypes of an image: mostly ``label``, the first always; no L3 where it would win."""
    n = int(rng.integers(settings.cells[0], settings.cells[1] + 1))
    others = [name for name in CLASS_NAMES if name != label and name != "L3"]
    odd = min(int(rng.binomial(n - 1, settings.odd_share)), (n - 1) // 2) if n > 1 else 0
    names = [label] * (n - 1 - odd) + [others[int(i)] for i in rng.integers(0, len(others), odd)]
    return [label, *(names[int(i)] for i in rng.permutation(n - 1))]


def _outvoted(names: list[str], label: str) -> set[int]:
    """Return which odd one out to remove while the pathologists' vote is not ``label``, as a set."""
    n1, n2 = names.count("L1"), names.count("L2")
    if label == "L1" and n2 >= n1:
        return {names.index("L2")}
    if label == "L2" and n2 < n1:
        return {names.index("L1")}
    return set()


def _find_place(
    rng: np.random.Generator,
    outline: np.ndarray,
    subtype: str,
    blasts: list[Blast],
    settings: SimulationSettings,
    inside: bool,
) -> Blast | None:
    """Find a place: anywhere, or touching or overlapping another cell; None if there is no room."""
    radius, reach = float(np.sqrt(np.mean(outline**2))), float(outline.max()) + 1
    margin = reach if inside else -0.25 * radius
    height, width = settings.height, settings.width
    for _ in range(40):
        if blasts and rng.random() < 0.35:
            other = blasts[int(rng.integers(len(blasts)))]
            angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.74, 1.02) * (radius + other.radius)
            x, y = other.x + away * np.cos(angle), other.y + away * np.sin(angle)
            if not (margin <= x <= width - margin and margin <= y <= height - margin):
                continue
        else:
            x, y = (rng.uniform(min(margin, n / 2), max(n - margin, n / 2)) for n in (width, height))
        if all(math.hypot(x - b.x, y - b.y) >= 0.72 * (radius + b.radius) for b in blasts):
            return Blast(subtype, float(x), float(y), outline)
    return None


def _visible(blasts: list[Blast], height: int, width: int) -> tuple[np.ndarray, set[int]]:
    """Return the visible pixels of each cell and the indices of cells of which too little is seen."""
    masks = np.zeros((height, width, len(blasts)), bool)
    free = np.ones((height, width), bool)
    hidden = set()
    for i in range(len(blasts) - 1, -1, -1):
        blast = blasts[i]
        patch = cut_patch(blast.x, blast.y, float(blast.outline.max()) + 2, height, width)
        if patch is None:
            hidden.add(i)
            continue
        inside = (patch.coverage(blast.outline) >= 0.5) & free[patch.window]
        inside = _largest_piece(inside)
        masks[patch.window][..., i] = inside
        free[patch.window] &= ~inside
        if inside.sum() < max(MIN_VISIBLE_PX, MIN_VISIBLE_SHARE * blast.area):
            hidden.add(i)
    return masks, hidden


def _largest_piece(mask: np.ndarray) -> np.ndarray:
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if count <= 2:
        return mask
    return pieces == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
