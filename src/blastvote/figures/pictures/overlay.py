"""Segmented cells drawn onto their image: masks, outlines, boxes, class and score (the paper's figure 6).

Works on byte images with OpenCV and touches only the pixels around each cell, so that a photograph of
3872 x 2592 pixels with dozens of cells takes a fraction of a second. No Matplotlib here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Sized
from dataclasses import dataclass

import cv2
import numpy as np

from blastvote.figures.palette import CLASS_COLOURS, MISSED, class_colours, rgb
from blastvote.figures.pictures.cells import Cells, Masks, Piece, mask_box, mask_list, mask_size, pieces
from blastvote.figures.pictures.plates import write_captions
from blastvote.rle import Box


@dataclass(frozen=True)
class Look:
    """How cells are drawn.

    Attributes
    ----------
    opacity
        Of the masks' colour, 0 to 1.
    boxes, text
        Whether boxes are drawn, and captions written.
    scale
        Size of lines and letters; 1 suits an image of 1000 pixels, and None follows the image.
    """

    opacity: float = 0.25
    boxes: bool = True
    text: bool = True
    scale: float | None = None


def overlay_cells(
    image: np.ndarray,
    cells: Cells,
    class_names: Sequence[str] | None = None,
    *,
    truth: Masks = (),
    missed: Masks = (),
    look: Look | None = None,
) -> np.ndarray:
    """Draw cells onto a copy of their image.

    Parameters
    ----------
    image : uint8 array (H, W, 3), RGB
    cells : Cells
        The class chooses the colour; captions, else class and score, are written at each cell.
    class_names : sequence of str, optional
        Classes in the order of the config, so that colours agree between images; else sorted labels.
    truth : masks, optional
        True cells: outlined in white with a dark edge.
    missed : masks, optional
        True cells nobody found: ringed in yellow as in the paper's figure 7.
    look : Look, optional

    Returns
    -------
    uint8 array (H, W, 3), RGB

    Raises
    ------
    ValueError
        Where the image is not RGB bytes or masks, boxes, labels, scores and captions differ in number or size.
    """
    _check(image, cells)
    out, look = np.ascontiguousarray(image).copy(), look or Look()
    scale = max(0.5, max(image.shape[:2]) / 1000) if look.scale is None else look.scale
    names = [str(label) for label in cells.labels or [""] * len(cells)]
    palette = class_colours([*(class_names or sorted(set(names)))])
    colours = [rgb(palette.get(name, CLASS_COLOURS[-1])) for name in names]
    drawn, true = pieces(cells.masks), pieces(truth)
    windows = [box for box, _ in drawn] if cells.boxes is None else _windows(cells.boxes, image.shape[:2])
    line = max(1, round(2 * scale))
    for piece, colour in zip(drawn, colours, strict=True):
        _tint(out, piece, colour, look.opacity)
    for piece in true:
        _outline(out, piece, (20, 20, 20), line + 2)
        _outline(out, piece, (255, 255, 255), line)
    for piece, colour in zip(drawn, colours, strict=True):
        _outline(out, piece, colour, line)
    if look.boxes:
        _draw_boxes(out, windows, colours, max(1, round(1.2 * scale)))
    for mask in mask_list(missed):
        ring(out, mask_box(mask), scale)
    if look.text:
        captions = _captions(cells, names)
        write_captions(out, captions, windows, colours, [*windows, *(box for box, _ in true)], scale)
    return out


def ring(image: np.ndarray, window: Box, scale: float = 1.0) -> None:
    """Draw a yellow ring with a dark edge around a window, in place."""
    y1, x1, y2, x2 = window
    if y2 <= y1 or x2 <= x1:
        return
    centre = (round((x1 + x2) / 2), round((y1 + y2) / 2))
    # The ellipse through the corners of the box, so that the ring touches no part of the cell.
    half = (round((x2 - x1) / math.sqrt(2) + 3 * scale), round((y2 - y1) / math.sqrt(2) + 3 * scale))
    cv2.ellipse(image, centre, half, 0, 0, 360, (20, 20, 20), max(3, round(6 * scale)), cv2.LINE_AA)
    cv2.ellipse(image, centre, half, 0, 0, 360, rgb(MISSED), max(2, round(3.5 * scale)), cv2.LINE_AA)


def _check(image: np.ndarray, cells: Cells) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image: {image.dtype} {image.shape}; expected uint8 (H, W, 3) RGB.")
    for mask in mask_list(cells.masks):
        if mask_size(mask) != image.shape[:2]:
            raise ValueError(f"mask: {mask_size(mask)}; expected the size of the image, {image.shape[:2]}.")
    given: dict[str, Sized | None] = {
        "boxes": cells.boxes, "labels": cells.labels or None, "scores": cells.scores, "captions": cells.captions
    }  # fmt: skip
    for name, items in given.items():
        if items is not None and len(items) != len(cells):
            raise ValueError(f"{name}: {len(items)} for {len(cells)} masks; expected one each.")


def _windows(boxes: np.ndarray, size: tuple[int, int]) -> list[Box]:
    """Return boxes (N, 4) as whole pixels within an image of `size` (H, W)."""
    low, high = np.split(np.asarray(boxes, dtype=float).reshape(-1, 4), 2, axis=1)
    corners = np.hstack([np.maximum(np.floor(low), 0), np.minimum(np.ceil(high), size)]).astype(int)
    return [(y1, x1, y2, x2) for y1, x1, y2, x2 in corners.tolist()]


def _draw_boxes(
    out: np.ndarray, windows: Sequence[Box], colours: Sequence[tuple[int, int, int]], width: int
) -> None:
    for (y1, x1, y2, x2), colour in zip(windows, colours, strict=True):
        if y2 > y1 and x2 > x1:
            cv2.rectangle(out, (x1, y1), (x2 - 1, y2 - 1), colour, width, cv2.LINE_AA)


def _tint(out: np.ndarray, cell: Piece, colour: tuple[int, int, int], opacity: float) -> None:
    (y1, x1, y2, x2), inside = cell
    if inside.size == 0:
        return
    part = out[y1:y2, x1:x2]
    mixed = cv2.addWeighted(part, 1 - opacity, np.full_like(part, colour), opacity, 0)
    part[inside] = mixed[inside]


def _outline(out: np.ndarray, cell: Piece, colour: tuple[int, int, int], width: int) -> None:
    (y1, x1, _, _), inside = cell
    if inside.size == 0:
        return
    contours, _ = cv2.findContours(
        inside.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x1, y1)
    )
    cv2.drawContours(out, contours, -1, colour, width, cv2.LINE_AA)


def _captions(cells: Cells, names: Sequence[str]) -> Sequence[str]:
    if cells.captions is not None:
        return cells.captions
    scores = [math.nan] * len(names) if cells.scores is None else [float(score) for score in cells.scores]
    return [
        name if math.isnan(score) else f"{name} {score:.2f}".strip()
        for name, score in zip(names, scores, strict=True)
    ]
