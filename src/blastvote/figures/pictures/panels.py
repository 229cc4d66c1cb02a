"""Sheets of overlays: the truth and what each method found, missed cells ringed (figure 7)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blastvote.figures.palette import MISSED, class_colours
from blastvote.figures.pictures.cells import Cells, find_missed, mask_list, scaled_masks
from blastvote.figures.pictures.grid import shrink
from blastvote.figures.pictures.overlay import Look, overlay_cells
from blastvote.figures.style import (
    DPI,
    PAGE,
    bare,
    empty_figure,
    legend_below,
    method_styles,
    new_figure,
    styled,
)
from blastvote.figures.words import count_text, shorten, wrap

SHARP = 1.6  # pixels drawn per pixel of the PNG, so that the SVG can be enlarged a little
LETTERS = 5.2  # points of the text on the image as printed; 15 pixels is its size at scale 1
LONGEST = 6  # letters of a class name that is written at the cells


@styled
def overlay_panel(
    images: Mapping[str, np.ndarray],
    predictions: Mapping[str, Cells],
    truth: Cells | None = None,
    *,
    class_names: Sequence[str],
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    title: str = "Lymphoblasts found after each contrast method",
    iou: float = 0.5,
) -> Figure:
    """Show one image with its true cells and with every method's; missed cells are ringed yellow.

    Parameters
    ----------
    images : mapping of method to uint8 array (H, W, 3), RGB
        The image as the method's network saw it.
    predictions : mapping of method to Cells
        A method without an entry found nothing.
    truth : Cells, optional
        Shown first, on the image of the first method; without it nothing is ringed.
    class_names : sequence of str
        All classes in the order of the config.
    methods, labels
        See `style.method_styles`.
    title : str
        Name the image here.
    iou : float
        Least overlap at which a true cell counts as found.
    """
    styles = method_styles(images, methods, labels)
    if not styles:
        return empty_figure(title, "No method has an image to show.")
    first = images[next(iter(styles))]
    columns, side = _columns(len(styles) + (truth is not None), first.shape[:2])
    pixels = int(side * SHARP * DPI)
    panels = []
    if truth is not None:
        caption = f"truth: {count_text(len(truth), 'cells')}"
        panels.append((caption, _draw(first, truth, None, pixels, class_names)[0]))
    for name, style in styles.items():
        cells = predictions.get(name, Cells(masks=()))
        picture, n_missed = _draw(images[name], cells, truth, pixels, class_names, iou)
        caption = f"{style.label}: {len(cells)} detected"
        panels.append((caption + (f", {n_missed} missed" if truth is not None else ""), picture))
    captions = [wrap(caption, int(12.5 * side), 3) for caption, _ in panels]
    lines = max(caption.count("\n") + 1 for caption in captions)
    aspect = first.shape[0] / first.shape[1]
    rows = math.ceil(len(panels) / columns)
    fig = new_figure(columns * side, rows * (side * aspect + 0.1 + 0.14 * lines) + 0.65)
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, caption, (_, picture) in zip(axes, captions, panels, strict=False):
        ax.set_axis_on()
        ax.imshow(picture)
        bare(ax)
        ax.set_title(caption, fontsize=8)
    fig.suptitle(wrap(title, int(11 * fig.get_figwidth())))
    legend_below(fig, _handles(class_names, truth is not None))
    return fig


def _columns(panels: int, size: tuple[int, int]) -> tuple[int, float]:
    """Return how many panels stand side by side and how wide each is, in inches."""
    columns = min(panels, 2 if size[1] > 1.2 * size[0] and panels <= 4 else 3)
    return columns, PAGE / max(columns, 2)


def _draw(
    image: np.ndarray,
    cells: Cells,
    truth: Cells | None,
    pixels: int,
    class_names: Sequence[str],
    iou: float = 0.5,
) -> tuple[np.ndarray, int]:
    """Return the panel's picture, drawn at the panel's own size, and the number of missed cells."""
    small = shrink(image, pixels)
    size = small.shape[:2]
    masks = scaled_masks(cells.masks, size)
    missed: list[np.ndarray] = []
    if truth is not None:
        true_masks = mask_list(truth.masks)
        missed = scaled_masks([true_masks[i] for i in find_missed(truth.masks, cells.masks, iou)], size)
    boxes = None
    if cells.boxes is not None:
        factors = np.tile([size[0] / image.shape[0], size[1] / image.shape[1]], 2)
        boxes = np.asarray(cells.boxes, float).reshape(-1, 4) * factors
    captions = None
    if max(map(len, class_names), default=0) > LONGEST:  # the legend names the colours; the plates stay small
        captions = (
            [f"{score:.2f}" for score in cells.scores] if cells.scores is not None else [""] * len(masks)
        )
    drawn = Cells(masks, cells.labels, cells.scores, boxes, captions)
    look = Look(scale=LETTERS / 72 * SHARP * DPI / 15)
    return overlay_cells(small, drawn, class_names, missed=missed, look=look), len(missed)


def _handles(class_names: Sequence[str], missed: bool) -> list[Line2D]:
    handles = [
        Line2D([], [], ls="", marker="s", ms=7, mfc=colour, mec="#555555", mew=0.5, label=shorten(name, 24))
        for name, colour in class_colours(class_names).items()
    ]
    if missed:
        ring: dict[str, Any] = {"ls": "", "marker": "o", "ms": 8, "mfc": "none", "mec": MISSED, "mew": 2.2}
        handles.append(Line2D([], [], label="missed", **ring))
    return handles
