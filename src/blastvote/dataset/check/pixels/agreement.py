"""Whether outlines lie where the photograph has contrast: whether they belong to it, and as they stand.

Along the outlines, the colour just inside minus the colour just outside is a vector, the step. Where outlines follow
cells, the steps are long (there is an edge all the way), and point the same way (a blast is darker and more purple than
what is around it). Both are compared with the same outlines moved by 0.3 to 1.5 cell widths, so that neither dim light
nor a busy background counts. Outlines between touching cells play no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blastvote.dataset.augment import FLIPS
from blastvote.dataset.check.pixels.positions import SCALES, Points, factor_of, placed_outlines
from blastvote.dataset.split.perceptual_hash import TURNS
from blastvote.dataset.truth import TrueCell

CELL_SIDE = 48
"""A cell of median size is looked at so many pixels wide: details smaller than an outline's own error do not count."""
OFFSET = 0.1
"""Colours are taken so many cell widths inside and outside of the outline."""
MOVES = (0.3, 0.6, 1.0, 1.5)
"""How far outlines are moved for comparison, in cell widths, each in `DIRECTIONS` directions."""
DIRECTIONS = 8
MOST_POINTS = 4000
LEAST_POINTS = 8
LEAST_COVER = 0.6
"""A moved copy counts if at least this share of its points lies in the photograph."""
NOISE = 0.5
"""Contrast (in units of L*a*b* of 8 bits) that rounding and noise alone can make."""
POOR = 0.1
"""Below this score, outlines fit hardly better than copies of them that were moved: warned of."""
GOOD = 0.3
"""From this score on, another position may be called the right one..."""
CLEARER = 1.5
"""... if its contrast is so many times that of the position in the file..."""
LEAST_KEPT = 0.9
"""... and at least this share of the points stays in the photograph."""


@dataclass(frozen=True)
class Agreement:
    """How well outlines agree with their photograph.

    Attributes
    ----------
    score
        Share of the fit that is lost when the outlines are moved: well-drawn cells have 0.4 to 0.8, and about 0 means
        that they fit no better than moved copies. None where there is nothing to compare.
    position
        The one of `FLIPS`, `TURNS` and `SCALES` in which the outlines clearly fit better; ``none`` for as they are.
    """

    score: float | None = None
    position: str = "none"


def agreement(image: NDArray[np.uint8], cells: Sequence[TrueCell]) -> Agreement:
    """Return how well the outlines of cells agree with their photograph.

    Parameters
    ----------
    image
        RGB ``uint8 (H, W, 3)``.
    cells
        Its cells; crowds are left out.
    """
    cells = [cell for cell in cells if not cell.crowd]
    if not cells:
        return Agreement()
    boxes = np.array([cell.box for cell in cells], dtype=float)
    sides = np.sqrt((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
    scale = min(1.0, CELL_SIDE / max(float(np.median(sides)), 1.0))
    width = max(float(np.median(sides)) * scale, 4.0)
    colours = _colours(image, scale, width)
    points, normals = _outline_points(cells, scale, OFFSET * width, colours.shape[:2])
    if len(points) < LEAST_POINTS:
        return Agreement()
    normals *= max(1.5, OFFSET * width)
    floor = NOISE + 0.02 * float(np.linalg.norm(cv2.meanStdDev(colours)[1]))
    contrast, score = _score(colours, points, normals, width, floor)
    position = "none"
    if score is not None and score < GOOD:
        position = _better_position(colours, points, normals, (width, floor, contrast, scale))
    return Agreement(score, position)


def _colours(image: NDArray[np.uint8], scale: float, width: float) -> NDArray[np.uint8]:
    """Return the reduced photograph in L*a*b*, smoothed by three hundredths of a cell's width."""
    height, length = (max(1, round(side * scale)) for side in image.shape[:2])
    small = cv2.resize(image, (length, height), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.5, 0.03 * width))
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))


def _outline_points(
    cells: Sequence[TrueCell], scale: float, offset: float, size: tuple[int, int]
) -> tuple[Points, Points]:
    """Return points on the outlines of cells and the directions outwards, without those that face another cell."""
    owner = np.zeros(size, dtype=np.int32)
    rings: list[tuple[int, Points]] = []
    each = max(LEAST_POINTS, MOST_POINTS // len(cells))
    for number, cell in enumerate(cells[:MOST_POINTS], start=1):
        top, left = (max(0, round(side * scale)) for side in cell.box[:2])
        crop = reduced_mask(cell, scale)[: size[0] - top, : size[1] - left]
        owner[top : top + crop.shape[0], left : left + crop.shape[1]][crop > 0] = number
        contours = cv2.findContours(np.pad(crop, 1), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        ring = max(
            (c[:, 0].astype(np.float32) for c in contours), key=len, default=np.zeros((0, 2), np.float32)
        )
        if len(ring) >= LEAST_POINTS:
            rings.append((number, ring - 0.5 + np.array([left, top], dtype=np.float32)))
    points, normals, owners = [], [], []
    for number, ring in rings:
        smooth = np.mean([np.roll(ring, shift, axis=0) for shift in range(-3, 4)], axis=0)
        along = np.roll(smooth, -3, axis=0) - np.roll(smooth, 3, axis=0)
        x, y = smooth.T
        turn = np.sign(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
        out = turn * np.stack([along[:, 1], -along[:, 0]], axis=1)
        every = slice(None, None, max(1, len(ring) // min(64, each)))
        points.append(smooth[every])
        normals.append((out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-6))[every])
        owners.append(np.full(len(points[-1]), number))
    if not points:
        return np.zeros((0, 2), np.float32), np.zeros((0, 2), np.float32)
    place, normal = np.concatenate(points), np.concatenate(normals)
    beyond, inside = _taken(owner, place + normal * max(1.5, offset))
    free = ~inside | (beyond == 0) | (beyond == np.concatenate(owners))
    return place[free].astype(np.float32), normal[free].astype(np.float32)


def reduced_mask(cell: TrueCell, scale: float) -> NDArray[np.uint8]:
    """Return the cell's mask within its box, reduced by `scale` (at most 1), ``uint8`` of 0 and 255."""
    crop = cell.crop().astype(np.uint8) * 255
    if scale == 1.0:
        return crop
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    small = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    return np.where(small > 127, np.uint8(255), np.uint8(0))


def _taken(values: NDArray, places: Points) -> tuple[NDArray, NDArray[np.bool_]]:
    """Return the values at places, and whether each lies inside; outside, the value at the edge."""
    column, row = np.moveaxis(np.floor(places).astype(np.intp), -1, 0)
    height, width = values.shape[:2]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return values[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)], inside


@dataclass(frozen=True)
class _Steps:
    """Colour steps across copies of outlines: vectors ``(S, P, 3)``, and which of them are known ``(S, P)``."""

    vectors: NDArray[np.float32]
    known: NDArray[np.bool_]

    @property
    def cover(self) -> NDArray[np.float64]:
        """Share of the points of each copy that lies in the photograph."""
        return self.known.mean(axis=-1)

    def mean(self, values: NDArray) -> NDArray:
        """Return the mean over the known points of each copy."""
        known = self.known.reshape(self.known.shape + (1,) * (values.ndim - 2))
        return (values * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)

    def contrast(self) -> NDArray:
        """Return the length of the mean step of each copy."""
        return np.linalg.norm(self.mean(self.vectors), axis=-1)


def _steps(colours: NDArray[np.uint8], points: Points, normals: Points) -> _Steps:
    within, one = _taken(colours, points - normals)
    beyond, other = _taken(colours, points + normals)
    return _Steps(within.astype(np.float32) - beyond, one & other)


def _score(
    colours: NDArray[np.uint8], points: Points, normals: Points, width: float, floor: float
) -> tuple[float, float | None]:
    """Return the contrast of outlines, and how much fit is lost by moving them (None if they cannot be moved)."""
    angle = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    unit = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    moves = np.concatenate([np.zeros((1, 2)), *(unit * share * width for share in MOVES)]).astype(np.float32)
    steps = _steps(colours, points[None] + moves[:, None], normals[None])
    contrast = float(steps.contrast()[0])
    apart = steps.cover[1:] >= LEAST_COVER
    if apart.sum() < DIRECTIONS // 2 or not steps.known[0].any():
        return contrast, None
    lengths = np.linalg.norm(steps.vectors, axis=-1)
    usual = float(np.median(lengths[0][steps.known[0]])) + floor
    # Bounded, so that the edge of a dark nucleus does not count for more than that of its pale cell.
    edge = steps.mean(np.minimum(lengths, usual) / usual)
    direction = np.linalg.norm(steps.mean(steps.vectors / (lengths + usual)[..., None]), axis=-1)
    lost = [
        (fit[0] - fit[1:][apart].mean() - fit[1:][apart].std()) / (fit[0] + 0.05) for fit in (edge, direction)
    ]
    return contrast, float(np.clip(np.mean(lost), 0, 1))


def _better_position(
    colours: NDArray[np.uint8], points: Points, normals: Points, present: tuple[float, float, float, float]
) -> str:
    """Return the mirror image, turn or scale of the outlines that clearly fits, else ``none``."""
    width, floor, contrast, scale = present
    best, name = CLEARER * (contrast + floor), "none"
    cover = _steps(colours, points[None], normals[None]).cover[0]
    for position in (*FLIPS[1:], *TURNS, *SCALES):
        if position in SCALES:
            factor = factor_of(position, colours.shape[:2], scale)
            placed, turned, side = points * factor, normals, width * float(factor.mean())
        else:
            (placed, turned), side = placed_outlines(points, normals, position, colours.shape[:2]), width
        if _steps(colours, placed[None], turned[None]).cover[0] < LEAST_KEPT * cover:
            continue
        other, score = _score(colours, placed, turned, side, floor)
        if other > best and score is not None and score >= GOOD:
            best, name = other, position
    return name
