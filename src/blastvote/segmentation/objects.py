"""Cells of photographs of any size: tiles through the network, *is it a blast* apart from *which subtype*.

With `detection_score` ``objectness`` the score of a cell is 1 - P(background), so that a blast that could be L1 or L2
does not get a low one; the class probabilities are kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from blastvote.scale.tiles import Tile, lay_tiles, merge_cells, resized
from mrcnn.prediction import Prediction
from mrcnn.unmold import paste_mask

SAME_BOX = 0.5
"""Overlap of two boxes of a tile from which on the worse one is dropped."""
TILES_AT_ONCE = 4
LEAST_SIDE = 4

DetectTiles = Callable[[np.ndarray], Prediction]
"""Takes tiles ``uint8 (T, S, S, 3)``, RGB, at most `TILES_AT_ONCE`, to their detections as NumPy arrays."""


@dataclass(frozen=True)
class Cell:
    """A detected cell in the pixels of the original photograph.

    Attributes
    ----------
    box
        ``int (4,)``: y1, x1, y2, x2, half-open.
    mask
        ``bool (y2 - y1, x2 - x1)``.
    score
        1 - P(background), or the probability of the best class.
    probabilities
        ``float32 (K,)``: of each class, given that it is a blast; they sum to 1.
    """

    box: np.ndarray
    mask: np.ndarray
    score: float
    probabilities: np.ndarray


class ObjectDetector:
    """Finds cells in photographs of any size.

    Parameters
    ----------
    detect
        A network of fixed size; its configuration says which score counts and from where on.
    side
        Of its tiles, in pixels.
    overlap
        Pixels that neighbouring tiles share; None takes half of a tile.
    """

    def __init__(self, detect: DetectTiles, side: int, overlap: int | None = None) -> None:
        self.side = side
        self.overlap = side // 2 if overlap is None else overlap
        self._detect = detect

    def detect(self, image: np.ndarray, scale: float = 1.0) -> list[Cell]:
        """Return the cells of a photograph by falling score.

        Parameters
        ----------
        image
            ``uint8 (H, W, 3)``, RGB.
        scale
            By what the photograph is resized for the network: its pixel size through the network's.
        """
        height, width = (max(1, round(n * scale)) for n in image.shape[:2])
        small = resized(image, (height, width))
        tiles = list(lay_tiles(height, width, self.side, self.overlap))
        found: list[_Found] = []
        for start in range(0, len(tiles), TILES_AT_ONCE):
            found += self._of_tiles(small, tiles[start : start + TILES_AT_ONCE])
        if not found:
            return []
        boxes = np.array([np.rint(one.box).astype(int) for one in found])
        pasted = [_paste(one.mask, box) for box, one in zip(boxes, found, strict=True)]
        ratio = np.array([image.shape[0] / height, image.shape[1] / width] * 2)
        cells = []
        for k in merge_cells(boxes, pasted, np.array([one.score for one in found])):
            cell = _original(found[k].box * ratio, found[k].mask, image.shape[:2])
            if cell is not None:
                cells.append(Cell(*cell, found[k].score, found[k].probabilities))
        return cells

    def _of_tiles(self, image: np.ndarray, tiles: list[Tile]) -> list[_Found]:
        """Return the whole cells of some tiles."""
        outputs = self._detect(np.stack([tile.cut(image) for tile in tiles]))
        found = []
        for k, tile in enumerate(tiles):
            boxes = outputs.boxes[k] * self.side
            solid = (boxes[:, 2:] - boxes[:, :2] >= LEAST_SIDE).all(1) & (outputs.class_ids[k] > 0)
            for row in np.flatnonzero(solid & ~tile.cuts(boxes) & ~tile.outside(boxes)):
                chances = outputs.probabilities[k, row, 1:]
                found.append(
                    _Found(
                        boxes[row] + np.array([tile.y, tile.x] * 2),
                        outputs.masks[k, row],
                        float(outputs.scores[k, row]),
                        chances / max(float(chances.sum()), 1e-12),
                    )
                )
        return found


class _Found(NamedTuple):
    """A cell in pixels of the resized image: box (4,) float, mask (h, w) of probabilities."""

    box: np.ndarray
    mask: np.ndarray
    score: float
    probabilities: np.ndarray


def _paste(mask: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return the mask in its box, ``bool (y2 - y1, x2 - x1)``."""
    target = np.zeros((box[2] - box[0], box[3] - box[1]), bool)
    paste_mask(mask, box - np.array([box[0], box[1]] * 2), target)
    return target


def _original(
    box: np.ndarray, mask: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return box and mask in the original's pixels, the part inside it; None for an empty mask."""
    whole = np.rint(box).astype(int)
    inside = np.array([*np.maximum(whole[:2], 0), *np.minimum(whole[2:], shape)])
    if (inside[2:] <= inside[:2]).any():
        return None
    drawn = _paste(mask, whole)
    top, left = inside[:2] - whole[:2]
    part = drawn[top : top + inside[2] - inside[0], left : left + inside[3] - inside[1]]
    return (inside, part) if part.any() else None
