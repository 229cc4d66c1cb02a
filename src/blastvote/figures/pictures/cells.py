"""The cells of one image as the pictures take them: true or detected, masks decoded one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from blastvote import rle
from blastvote.dataset.truth import TrueImage
from blastvote.evaluate.scoring.detections import Detections

Masks = np.ndarray | Sequence[np.ndarray | rle.Rle]
"""Masks of one image: bool ``(H, W, N)``, or a sequence of ``(H, W)`` arrays or of run-length masks."""
Piece = tuple[rle.Box, np.ndarray]
"""A mask's box and what is inside it, bool ``(h, w)``."""


@dataclass(frozen=True)
class Cells:
    """The cells of one image.

    Attributes
    ----------
    masks : Masks
    labels : sequence of N str
    scores : sequence of N float, optional
        Absent for true cells.
    boxes : float array (N, 4), optional
        (y1, x1, y2, x2), half-open; from the masks where absent.
    captions : sequence of N str, optional
        Text at each cell instead of class and score.
    """

    masks: Masks
    labels: Sequence[str] = field(default_factory=tuple)
    scores: Sequence[float] | None = None
    boxes: np.ndarray | None = None
    captions: Sequence[str] | None = None

    def __len__(self) -> int:
        """Return how many there are."""
        return len(mask_list(self.masks))


def true_cells(image: TrueImage) -> Cells:
    """Return the annotated cells of an image, crowds left out."""
    counted = image.counted()
    return Cells(counted.rles, counted.class_names, boxes=counted.boxes)


def found_cells(
    detections: Detections, image_id: str, class_names: Sequence[str], min_confidence: float
) -> Cells:
    """Return the detected cells of an image from `min_confidence` on."""
    frame = detections.frame
    found = detections.take(
        np.flatnonzero((frame["image_id"] == image_id) & (frame["score"] >= min_confidence))
    )
    y, x, height, width = (found.frame[name] for name in "yxhw")
    boxes = np.stack([y, x, y + height, x + width], axis=1).astype(np.float32)
    labels = [class_names[index] for index in found.frame["class_index"]]
    return Cells(found.rles, labels, list(found.frame["score"]), boxes)


def mask_list(masks: Masks) -> list[np.ndarray | rle.Rle]:
    """Return masks one by one; an array (H, W, N) gives views (H, W)."""
    if isinstance(masks, np.ndarray) and masks.ndim == 3:
        return [masks[..., i] for i in range(masks.shape[2])]
    return list(masks)


def mask_size(mask: np.ndarray | rle.Rle) -> tuple[int, ...]:
    """Return the size (H, W) of a mask's image."""
    return mask.shape if isinstance(mask, np.ndarray) else tuple(mask["size"])


def mask_box(mask: np.ndarray | rle.Rle) -> rle.Box:
    """Return the box (y1, x1, y2, x2), half-open, of a mask; zeros for an empty one."""
    if not isinstance(mask, np.ndarray):
        return rle.box(mask)
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return 0, 0, 0, 0
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def pieces(masks: Masks) -> list[Piece]:
    """Return every mask cut to its box."""
    found = []
    for mask in mask_list(masks):
        box = mask_box(mask)
        y1, x1, y2, x2 = box
        inside = mask[y1:y2, x1:x2] if isinstance(mask, np.ndarray) else rle.crop(mask, box)
        found.append((box, np.ascontiguousarray(inside, dtype=bool)))
    return found


def find_missed(truth: Masks, predicted: Masks, iou: float = 0.5) -> list[int]:
    """Return the indices of the true cells that no prediction, of any class, meets with this IoU."""
    true, found = (
        [mask if not isinstance(mask, np.ndarray) else rle.encode(mask) for mask in mask_list(masks)]
        for masks in (truth, predicted)
    )
    hit = (rle.iou(true, found) >= iou).any(axis=1)
    return np.flatnonzero(~hit).tolist()


def scaled_masks(masks: Masks, size: tuple[int, int]) -> list[np.ndarray]:
    """Return masks at another size (height, width), bool; one at a time is decoded at its own."""
    return [_scaled(mask, size) for mask in _decoded(masks)]


def _decoded(masks: Masks) -> Iterator[np.ndarray]:
    for mask in mask_list(masks):
        yield mask if isinstance(mask, np.ndarray) else rle.decode(mask)


def _scaled(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if mask.shape == size:
        return np.asarray(mask, dtype=bool)
    plane = np.ascontiguousarray(mask, dtype=np.uint8)
    return cv2.resize(plane, size[::-1], interpolation=cv2.INTER_AREA).astype(bool)
