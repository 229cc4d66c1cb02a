"""Segmented cells drawn onto their image: masks, outlines, boxes, class and score (the paper's figure 6).

Works on byte images with OpenCV and touches only the pixels around each cell, so that a photograph of
3872 x 2592 pixels with dozens of cells takes a fraction of a second. No Matplotlib here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from blastvote.figures.style import CLASS_COLOURS, MISSED, class_colours, luminance, rgb

Masks = np.ndarray | Sequence[np.ndarray]
Window = tuple[int, int, int, int]  # y1, x1, y2, x2, half-open
COARSE = 640  # pixels of the longer side of the map on which free places for labels are sought


def mask_list(masks: Masks) -> list[np.ndarray]:
    """Return masks (H, W, N), or a sequence of (H, W), as a list of (H, W) views."""
    if isinstance(masks, np.ndarray) and masks.ndim == 3:
        return [masks[..., i] for i in range(masks.shape[2])]
    return list(masks)


def mask_box(mask: np.ndarray) -> Window:
    """Return the box (y1, x1, y2, x2), half-open, of a mask (H, W); zeros for an empty one."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return 0, 0, 0, 0
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


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
    masks : bool array (H, W, N) or sequence of N bool arrays (H, W)
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
    cells = mask_list(masks)
    _check(image, cells, boxes, labels, scores)
    out = np.ascontiguousarray(image).copy()
    scale = max(0.5, max(image.shape[:2]) / 1000) if scale is None else scale
    names = [str(label) for label in labels] if labels is not None else [""] * len(cells)
    palette = class_colours([*(class_names or sorted(set(names)))])
    colours = [rgb(palette.get(name, CLASS_COLOURS[-1])) for name in names]
    windows = _windows(cells, boxes)
    line = max(1, round(2 * scale))
    true_masks = mask_list(truth) if truth is not None else []
    true_windows = [mask_box(mask) for mask in true_masks]
    for mask, window, colour in zip(cells, windows, colours, strict=True):
        _tint(out, mask, window, colour, opacity)
    for mask, window in zip(true_masks, true_windows, strict=True):
        _outline(out, mask, window, (20, 20, 20), line + 2)
        _outline(out, mask, window, (255, 255, 255), line)
    for mask, window, colour in zip(cells, windows, colours, strict=True):
        _outline(out, mask, window, colour, line)
    if draw_boxes:
        for (y1, x1, y2, x2), colour in zip(windows, colours, strict=True):
            if y2 > y1 and x2 > x1:
                cv2.rectangle(
                    out, (x1, y1), (x2 - 1, y2 - 1), colour, max(1, round(1.2 * scale)), cv2.LINE_AA
                )
    for mask in mask_list(missed) if missed is not None else []:
        ring(out, mask_box(mask), scale)
    if text:
        if captions is None:
            captions = [_caption(name, None if scores is None else scores[i]) for i, name in enumerate(names)]
        _write(out, captions, windows, colours, [*windows, *true_windows], scale)
    return out


def ring(image: np.ndarray, window: Window, scale: float = 1.0) -> None:
    """Draw a yellow ring with a dark edge around a window, in place."""
    y1, x1, y2, x2 = window
    if y2 <= y1 or x2 <= x1:
        return
    centre = (round((x1 + x2) / 2), round((y1 + y2) / 2))
    # The ellipse through the corners of the box, so that the ring touches no part of the cell.
    half = (round((x2 - x1) / math.sqrt(2) + 3 * scale), round((y2 - y1) / math.sqrt(2) + 3 * scale))
    cv2.ellipse(image, centre, half, 0, 0, 360, (20, 20, 20), max(3, round(6 * scale)), cv2.LINE_AA)
    cv2.ellipse(image, centre, half, 0, 0, 360, rgb(MISSED), max(2, round(3.5 * scale)), cv2.LINE_AA)


def _check(image: np.ndarray, cells: list[np.ndarray], boxes, labels, scores) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"image: {image.dtype} {image.shape}; expected uint8 (H, W, 3) RGB.")
    for mask in cells:
        if mask.shape != image.shape[:2]:
            raise ValueError(f"mask: {mask.shape}; expected the size of the image, {image.shape[:2]}.")
    for name, given in (("boxes", boxes), ("labels", labels), ("scores", scores)):
        if given is not None and len(given) != len(cells):
            raise ValueError(f"{name}: {len(given)} for {len(cells)} masks; expected one each.")


def _windows(cells: list[np.ndarray], boxes: np.ndarray | None) -> list[Window]:
    if boxes is None:
        return [mask_box(mask) for mask in cells]
    windows = []
    for (y1, x1, y2, x2), mask in zip(np.asarray(boxes, dtype=float).reshape(-1, 4), cells, strict=True):
        height, width = mask.shape
        low = max(0, math.floor(y1)), max(0, math.floor(x1))
        windows.append((*low, min(height, math.ceil(y2)), min(width, math.ceil(x2))))
    return windows


def _tint(
    out: np.ndarray, mask: np.ndarray, window: Window, colour: tuple[int, int, int], opacity: float
) -> None:
    y1, x1, y2, x2 = window
    if y2 <= y1 or x2 <= x1:
        return
    part, inside = out[y1:y2, x1:x2], np.ascontiguousarray(mask[y1:y2, x1:x2], dtype=bool)
    mixed = cv2.addWeighted(part, 1 - opacity, np.full_like(part, colour), opacity, 0)
    part[inside] = mixed[inside]


def _outline(
    out: np.ndarray, mask: np.ndarray, window: Window, colour: tuple[int, int, int], width: int
) -> None:
    y1, x1, y2, x2 = window
    if y2 <= y1 or x2 <= x1:
        return
    inside = np.ascontiguousarray(mask[y1:y2, x1:x2]).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(x1, y1))
    cv2.drawContours(out, contours, -1, colour, width, cv2.LINE_AA)


def _caption(name: str, score: float | None) -> str:
    known = score is not None and not math.isnan(float(score))
    return f"{name} {float(score):.2f}".strip() if known and score is not None else name


def _font(points: int) -> ImageFont.FreeTypeFont:
    """Matplotlib's own copy of DejaVu Sans: there on every machine, and it knows more than ASCII."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    return ImageFont.truetype(str(path), points)


def _write(
    out: np.ndarray,
    captions: Sequence[str],
    windows: Sequence[Window],
    colours: Sequence[tuple[int, int, int]],
    occupied: Sequence[Window],
    scale: float,
) -> None:
    """Write each caption on a plate beside its box, where it hides the least of cells and other plates."""
    height, width = out.shape[:2]
    font = _font(max(9, round(15 * scale)))
    step = max(1, math.ceil(max(height, width) / COARSE))
    cost = np.zeros((height // step + 1, width // step + 1), np.float32)
    for y1, x1, y2, x2 in occupied:
        cost[y1 // step : -(-y2 // step), x1 // step : -(-x2 // step)] += 1
    for caption, window, colour in zip(captions, windows, colours, strict=True):
        if not caption:
            continue
        left, top, right, bottom = font.getbbox(caption)
        pad = max(2, round(2 * scale))
        size = int(bottom - top) + 2 * pad, int(right - left) + 2 * pad
        place = _best_place(cost, step, window, size, (height, width), pad)
        if place is None:
            continue
        y, x = place
        plate = Image.new("RGB", (size[1], size[0]), colour)
        ink = "black" if luminance(colour) > 110 else "white"
        ImageDraw.Draw(plate).text((pad - left, pad - top), caption, font=font, fill=ink)
        out[y : y + size[0], x : x + size[1]] = np.asarray(plate)
        cost[y // step : -(-(y + size[0]) // step), x // step : -(-(x + size[1]) // step)] += 8


def _best_place(
    cost: np.ndarray, step: int, window: Window, size: tuple[int, int], limits: tuple[int, int], gap: int
) -> tuple[int, int] | None:
    """Return the corner (y, x) of the cheapest place around the window; None where the text is too big."""
    (y1, x1, y2, x2), (h, w) = window, size
    if h > limits[0] or w > limits[1] or y2 <= y1 or x2 <= x1:
        return None
    middle_x, middle_y = (x1 + x2 - w) // 2, (y1 + y2 - h) // 2
    above, below, before, after = y1 - h - gap, y2 + gap, x1 - w - gap, x2 + gap
    places = [
        (above, x1), (below, x1), (above, x2 - w), (below, x2 - w), (above, middle_x), (below, middle_x),
        (y1, after), (y2 - h, after), (y1, before), (y2 - h, before), (middle_y, after), (middle_y, before),
    ]  # fmt: skip
    best, best_cost = None, math.inf
    for y, x in places:
        inside = min(max(y, 0), limits[0] - h), min(max(x, 0), limits[1] - w)
        covered = cost[
            inside[0] // step : -(-(inside[0] + h) // step), inside[1] // step : -(-(inside[1] + w) // step)
        ]
        price = float(covered.sum()) / covered.size
        if price < best_cost - 1e-6:
            best, best_cost = inside, price
    return best
