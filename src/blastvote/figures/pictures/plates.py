"""Captions on small plates beside the cells, where they hide the least."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from blastvote.figures.palette import luminance
from blastvote.rle import Box

COARSE = 640  # pixels of the longer side of the map on which free places for captions are sought


def write_captions(
    image: np.ndarray,
    captions: Sequence[str],
    boxes: Sequence[Box],
    colours: Sequence[tuple[int, int, int]],
    occupied: Sequence[Box],
    scale: float,
) -> None:
    """Write each caption on a plate beside its box, in place, where it hides the least of cells and other plates.

    Parameters
    ----------
    image : uint8 array (H, W, 3), RGB
    captions, boxes, colours
        One a cell; an empty caption is left out, and so is one that is larger than the image.
    occupied
        Boxes that should stay visible.
    scale
        Size of the letters; 1 is 15 pixels.
    """
    height, width = image.shape[:2]
    font = _font(max(9, round(15 * scale)))
    step = max(1, math.ceil(max(height, width) / COARSE))
    cost = np.zeros((height // step + 1, width // step + 1), np.float32)
    for y1, x1, y2, x2 in occupied:
        cost[y1 // step : -(-y2 // step), x1 // step : -(-x2 // step)] += 1
    for caption, box, colour in zip(captions, boxes, colours, strict=True):
        if not caption:
            continue
        plate = _plate(caption, font, colour, max(2, round(2 * scale)))
        size = plate.shape[0], plate.shape[1]
        corner = _best_corner(cost, step, box, size, (height, width), max(2, round(2 * scale)))
        if corner is None:
            continue
        y, x = corner
        image[y : y + size[0], x : x + size[1]] = plate
        cost[y // step : -(-(y + size[0]) // step), x // step : -(-(x + size[1]) // step)] += 8


def _font(points: int) -> ImageFont.FreeTypeFont:
    """Matplotlib's own copy of DejaVu Sans: there on every machine, and it knows more than ASCII."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(str(path), points)


def _plate(caption: str, font: ImageFont.FreeTypeFont, colour: tuple[int, int, int], pad: int) -> np.ndarray:
    left, top, right, bottom = font.getbbox(caption)
    plate = Image.new("RGB", (int(right - left) + 2 * pad, int(bottom - top) + 2 * pad), colour)
    ink = "black" if luminance(colour) > 110 else "white"
    ImageDraw.Draw(plate).text((pad - left, pad - top), caption, font=font, fill=ink)
    return np.asarray(plate)


def _best_corner(
    cost: np.ndarray, step: int, box: Box, size: tuple[int, int], limits: tuple[int, int], gap: int
) -> tuple[int, int] | None:
    """Return the corner (y, x) of the cheapest place around the box; None where the text is too big."""
    (y1, x1, y2, x2), (h, w) = box, size
    if h > limits[0] or w > limits[1] or y2 <= y1 or x2 <= x1:
        return None
    middle_x, middle_y = (x1 + x2 - w) // 2, (y1 + y2 - h) // 2
    above, below, before, after = y1 - h - gap, y2 + gap, x1 - w - gap, x2 + gap
    corners = [
        (above, x1), (below, x1), (above, x2 - w), (below, x2 - w), (above, middle_x), (below, middle_x),
        (y1, after), (y2 - h, after), (y1, before), (y2 - h, before), (middle_y, after), (middle_y, before),
    ]  # fmt: skip
    best, best_cost = None, math.inf
    for y, x in corners:
        inside = min(max(y, 0), limits[0] - h), min(max(x, 0), limits[1] - w)
        covered = cost[
            inside[0] // step : -(-(inside[0] + h) // step), inside[1] // step : -(-(inside[1] + w) // step)
        ]
        price = float(covered.sum()) / covered.size
        if price < best_cost - 1e-6:
            best, best_cost = inside, price
    return best
