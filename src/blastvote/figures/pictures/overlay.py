"""Segmented cells drawn onto their image: masks, outlines, boxes, class and score (the paper's figure 6).

Works on byte images with OpenCV and touches only the pixels around each cell, so that a photograph of
3872 x 2592 pixels with dozens of cells takes a fraction of a second. No Matplotlib here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Sized

import cv2
import numpy as np

from blastvote.figures.pictures.cells import Masks, Piece, mask_box, mask_list, mask_size, pieces
from blastvote.figures.pictures.plates import write_captions
from blastvote.figures.style import CLASS_COLOURS, MISSED, class_colours, rgb
from blastvote.rle import Box, Rle


def overlay_cells(
    image: np.ndarray,
    masks: Masks,
    boxes: np.ndarray | None = None,
    labels: Sequence[str] | None = None,
    scores: Sequence[float] | None = None,
    *,
    captions: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    truth: Masks | None = None,
    missed: Masks | None = None,
    opacity: float = 0.25,
    draw_boxes: bool = True,
    text: bool = True,
    scale: float | None = None,
) -> np.ndarray:
    """Draw cells onto a copy of their image.

    Parameters
    ----------
    image : uint8 array (H, W, 3), RGB
    masks : bool array (H, W, N), or sequence of N bool arrays (H, W) or of N run-length masks
    boxes : float array (N, 4), optional
        (y1, x1, y2, x2) in pixels, half-open; worked out from the masks where absent.
    labels : sequence of N str, optional
        Class of each cell; it chooses the colour and is written at the cell with the score.
    scores : sequence of N float, optional
        0 to 1.
    captions : sequence of N str, optional
        Text at each cell instead of class and score.
    class_names : sequence of str, optional
        Classes in the order of the config, so that colours agree between images; else sorted labels.
    truth : masks, optional
        True cells: outlined in white with a dark edge.
    missed : masks, optional
        True cells nobody found: ringed in yellow as in the paper's figure 7.
    opacity : float
        Of the masks' colour.
    draw_boxes, text : bool
    scale : float, optional
        Size of lines and letters; 1 suits an image of 1000 pixels, which is also how it is chosen if absent.

    Returns
    -------
    uint8 array (H, W, 3), RGB

    Raises
    ------
    ValueError
        Where the image is not RGB bytes or masks, boxes, labels and scores differ in number or size.
    """
    _check(image, mask_list(masks), boxes, labels, scores)
    out = np.ascontiguousarray(image).copy()
    scale = max(0.5, max(image.shape[:2]) / 1000) if scale is None else scale
    names = [str(label) for label in labels] if labels is not None else [""] * len(mask_list(masks))
    palette = class_colours([*(class_names or sorted(set(names)))])
    colours = [rgb(palette.get(name, CLASS_COLOURS[-1])) for name in names]
    cells, true_cells = pieces(masks), pieces(truth if truth is not None else [])
    windows = [box for box, _ in cells] if boxes is None else _windows(boxes, image.shape[:2])
    line = max(1, round(2 * scale))
    for cell, colour in zip(cells, colours, strict=True):
        _tint(out, cell, colour, opacity)
    for cell in true_cells:
        _outline(out, cell, (20, 20, 20), line + 2)
        _outline(out, cell, (255, 255, 255), line)
    for cell, colour in zip(cells, colours, strict=True):
        _outline(out, cell, colour, line)
    if draw_boxes:
        _draw_boxes(out, windows, colours, max(1, round(1.2 * scale)))
    for mask in mask_list(missed) if missed is not None else []:
        ring(out, mask_box(mask), scale)
    if text:
        if captions is None:
            captions = [_caption(name, None if scores is None else scores[i]) for i, name in enumerate(names)]
        write_captions(out, captions, windows, colours, [*windows, *(box for box, _ in true_cells)], scale)
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


def _check(image: np.ndarray, cells: Sequence[np.ndarray | Rle], *given: Sized | None) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image: {image.dtype} {image.shape}; expected uint8 (H, W, 3) RGB.")
    for mask in cells:
        if mask_size(mask) != image.shape[:2]:
            raise ValueError(f"mask: {mask_size(mask)}; expected the size of the image, {image.shape[:2]}.")
    for name, items in zip(("boxes", "labels", "scores"), given, strict=True):
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


def _caption(name: str, score: float | None) -> str:
    known = score is not None and not math.isnan(float(score))
    return f"{name} {float(score):.2f}".strip() if known and score is not None else name
