"""Large images in overlapping tiles: where the tiles lie, which cells they cut, and which cells are the same.

All functions work at the network's scale, in pixels of the resized image.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

BORDER = 2
"""A box that ends this close to a border is taken to be cut by it."""
SAME_CELL = 0.6
"""Two masks are the same cell where the smaller one lies by this share in the larger one."""


@dataclass(frozen=True)
class Tile:
    """A square part of an image, filled up where the image is smaller.

    Attributes
    ----------
    y, x
        Upper left corner in the image.
    side
        Height and width.
    height, width
        Of the whole image.
    """

    y: int
    x: int
    side: int
    height: int
    width: int

    def cut(self, image: np.ndarray) -> np.ndarray:
        """Return the tile of an image ``uint8 (H, W, 3)``; beyond it lies the colour of its bright parts."""
        part = image[self.y : self.y + self.side, self.x : self.x + self.side]
        missing = (self.side - part.shape[0], self.side - part.shape[1])
        if missing == (0, 0):
            return part
        ground = [float(v) for v in np.percentile(part.reshape(-1, 3), 90, axis=0)]
        return np.asarray(
            cv2.copyMakeBorder(part, 0, missing[0], 0, missing[1], cv2.BORDER_CONSTANT, value=ground)
        )

    def cuts(self, boxes: np.ndarray) -> np.ndarray:
        """Return which boxes (N, 4) of the tile, in its own pixels, its inner borders cut, ``bool (N,)``."""
        y1, x1, y2, x2 = boxes.T
        cut = np.zeros(len(boxes), bool)
        if self.y > 0:
            cut |= y1 <= BORDER
        if self.x > 0:
            cut |= x1 <= BORDER
        if self.y + self.side < self.height:
            cut |= y2 >= self.side - BORDER
        if self.x + self.side < self.width:
            cut |= x2 >= self.side - BORDER
        return cut

    def holds(self, boxes: np.ndarray) -> np.ndarray:
        """Return which boxes (N, 4) of the image have a part in the tile, ``bool (N,)``."""
        y1, x1, y2, x2 = np.asarray(boxes).reshape(-1, 4).T
        return (y1 < self.y + self.side) & (x1 < self.x + self.side) & (y2 > self.y) & (x2 > self.x)

    def severs(self, boxes: np.ndarray) -> np.ndarray:
        """Return which boxes (N, 4) of the image reach beyond the tile, ``bool (N,)``."""
        y1, x1, y2, x2 = np.asarray(boxes).reshape(-1, 4).T
        return (y1 < self.y) | (x1 < self.x) | (y2 > self.y + self.side) | (x2 > self.x + self.side)

    def outside(self, boxes: np.ndarray) -> np.ndarray:
        """Return which boxes (N, 4) of the tile have their centre where the tile was filled up."""
        centre = (boxes[:, :2] + boxes[:, 2:]) / 2
        return (self.y + centre[:, 0] >= self.height) | (self.x + centre[:, 1] >= self.width)


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return an image ``uint8 (H, W, 3)`` at another height and width: areas averaged where it shrinks."""
    if image.shape[:2] == size:
        return image
    how = cv2.INTER_AREA if size[0] < image.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size[::-1], interpolation=how))


def lay_tiles(height: int, width: int, side: int, overlap: int) -> Iterator[Tile]:
    """Yield the tiles that cover an image; neighbours share at least ``overlap`` pixels, evenly spread.

    Every cell that is no larger than the overlap lies whole in one of them.

    Raises
    ------
    ValueError
        If the overlap is not smaller than the side.
    """
    if not 0 <= overlap < side:
        raise ValueError(f"overlap is {overlap}; it must be from 0 to below the side, {side}")
    for y in _starts(height, side, overlap):
        for x in _starts(width, side, overlap):
            yield Tile(y, x, side, height, width)


def _starts(length: int, side: int, overlap: int) -> list[int]:
    if length <= side:
        return [0]
    count = 1 + -(-(length - side) // (side - overlap))
    return [round(k * (length - side) / (count - 1)) for k in range(count)]


def merge_cells(boxes: np.ndarray, masks: list[np.ndarray], scores: np.ndarray) -> list[int]:
    """Return which cells to keep, by falling score, each cell once whatever class it was given.

    Parameters
    ----------
    boxes
        ``int (N, 4)``: y1, x1, y2, x2 in the image, half-open.
    masks
        The masks ``bool (y2 - y1, x2 - x1)`` in these boxes.
    scores
        ``(N,)``.
    """
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable"):
        if not any(_same(boxes[i], masks[i], boxes[j], masks[j]) for j in kept):
            kept.append(int(i))
    return kept


def _same(box: np.ndarray, mask: np.ndarray, other: np.ndarray, other_mask: np.ndarray) -> bool:
    y1, x1 = np.maximum(box[:2], other[:2])
    y2, x2 = np.minimum(box[2:], other[2:])
    if y1 >= y2 or x1 >= x2:
        return False
    mine = mask[y1 - box[0] : y2 - box[0], x1 - box[1] : x2 - box[1]]
    its = other_mask[y1 - other[0] : y2 - other[0], x1 - other[1] : x2 - other[1]]
    least = min(int(mask.sum()), int(other_mask.sum()))
    return bool((mine & its).sum() >= SAME_CELL * max(least, 1))
