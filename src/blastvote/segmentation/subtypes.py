"""What a small network says of a found cell that it sees alone, in its own pixels: its subtype, or that it is no blast.

Mask R-CNN's class head sees 7 x 7 points of a cell, too few for vacuoles. This network (`subtype_network`) sees the
cell cut out of the photograph at a fixed pixel size, with everything outside its mask blanked, and averages what it
finds over the cell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from blastvote.segmentation.objects import Cell

CROP = 80
PIXEL_SIZE_UM = 0.2
_GROUND = 0.5

CropLogits = Callable[[np.ndarray], np.ndarray]
"""Takes crops ``float32 (B, 80, 80, 4)`` of `cut_cell` to logits ``(B, K)``."""


def cut_cell(
    image: np.ndarray, mask: np.ndarray, box: np.ndarray, pixel_size_um: float, zoom: float = 1.0
) -> np.ndarray:
    """Cut a cell out of its photograph.

    Parameters
    ----------
    image
        ``uint8 (H, W, 3)``, RGB.
    mask
        ``bool (y2 - y1, x2 - x1)``, in its box.
    box
        y1, x1, y2, x2 in pixels.
    pixel_size_um
        Of the image.
    zoom
        Enlarges the cell.

    Returns
    -------
    numpy.ndarray
        ``float32 (80, 80, 4)``: colour through that of the empty slide nearby, about 0 to 1, grey outside the cell; and
        how far each pixel belongs to the cell.
    """
    y1, x1, y2, x2 = (int(v) for v in box)
    scale = pixel_size_um / PIXEL_SIZE_UM * zoom
    half = int(np.ceil(0.5 * CROP / scale)) + 1
    cy, cx = (y1 + y2) // 2, (x1 + x2) // 2
    top, left = max(0, cy - half), max(0, cx - half)
    part = image[top : cy + half, left : cx + half]
    covered = np.zeros(part.shape[:2], np.float32)
    rows = slice(max(y1, top), min(y2, top + part.shape[0]))
    columns = slice(max(x1, left), min(x2, left + part.shape[1]))
    covered[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = mask[
        rows.start - y1 : rows.stop - y1, columns.start - x1 : columns.stop - x1
    ]
    white = np.maximum(np.percentile(part.reshape(-1, 3), 95, axis=0), 40).astype(np.float32)
    size = (max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    colour = np.asarray(cv2.resize(part.astype(np.float32) / white, size, interpolation=how))
    share = np.asarray(cv2.resize(covered, size, interpolation=how))
    crop = np.full((CROP, CROP, 4), _GROUND, np.float32)
    crop[..., 3] = 0
    down, right = (round((top - cy) * scale) + CROP // 2, round((left - cx) * scale) + CROP // 2)
    ys, yt = max(0, -down), max(0, down)
    xs, xt = max(0, -right), max(0, right)
    colour = colour[ys : ys + CROP - yt, xs : xs + CROP - xt]
    share = share[ys : ys + CROP - yt, xs : xs + CROP - xt]
    window = crop[yt : yt + colour.shape[0], xt : xt + colour.shape[1]]
    window[..., :3] = _GROUND + (colour - _GROUND) * share[..., None]
    window[..., 3] = share
    return crop


def cut_cells(image: np.ndarray, cells: Sequence[Cell], pixel_size_um: float) -> np.ndarray:
    """Return the crops ``float32 (N, 80, 80, 4)`` of an image's N cells, see `cut_cell`."""
    crops = [cut_cell(image, cell.mask, cell.box, pixel_size_um) for cell in cells]
    return np.stack(crops) if crops else np.zeros((0, CROP, CROP, 4), np.float32)


def crop_probabilities(logits_of: CropLogits, crops: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return the probabilities ``float32 (N, K)`` of the classes of N crops, ``(0, 0)`` of none.

    The logits of flipped and turned copies of a crop are averaged. ``temperature`` above 1 tempers the network's
    confidence.
    """
    if not len(crops):
        return np.zeros((0, 0), np.float32)
    views = [crops, crops[:, ::-1], crops[:, :, ::-1], crops.transpose(0, 2, 1, 3)]
    logits = np.mean([logits_of(np.ascontiguousarray(view)) for view in views], axis=0) / temperature
    chances = np.exp(logits - logits.max(1, keepdims=True))
    return (chances / chances.sum(1, keepdims=True)).astype(np.float32)
