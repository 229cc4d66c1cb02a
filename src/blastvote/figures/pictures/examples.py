"""Pictures of single images: all methods side by side, found cells beside true ones (the paper's figures 3, 6, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from blastvote import rle
from blastvote.dataset.truth import TrueImage
from blastvote.evaluate.scoring.detections import Detections
from blastvote.figures.pictures.cells import Cells, found_cells, true_cells
from blastvote.figures.pictures.dataset import example_sheet
from blastvote.figures.pictures.grid import method_grid
from blastvote.figures.pictures.panels import overlay_panel


def choose_examples(manifest: pd.DataFrame, number: int, among: Iterable[str] | None = None) -> list[str]:
    """Return ids of annotated images, the classes in turn, by id: the choice looks at no result.

    Parameters
    ----------
    manifest
        The table of this name.
    number
        At most so many.
    among
        Only these images; None takes all.
    """
    rows = manifest[manifest["n_cells"] > 0].sort_values("image_id")
    if among is not None:
        rows = rows[rows["image_id"].isin(set(among))]
    turn = rows.groupby("label").cumcount()
    ordered = rows.assign(turn=turn).sort_values(["turn", "label", "image_id"])
    return list(ordered["image_id"].head(number))


def overlay_figure(
    images: Mapping[str, np.ndarray],
    detections: Mapping[str, Detections],
    truth: TrueImage,
    class_names: Sequence[str],
    min_confidence: float,
) -> Figure:
    """Show the true cells of an image and those found after each method.

    Parameters
    ----------
    images
        Method to the enhanced image, uint8 (H, W, 3), RGB.
    detections
        Method to the detections of one run.
    truth
        The image's true cells.
    class_names, min_confidence
        Which classes there are, and from which score a cell is drawn.
    """
    predictions = {
        method: found_cells(found, truth.image_id, class_names, min_confidence)
        for method, found in detections.items()
    }
    return overlay_panel(
        images,
        predictions,
        true_cells(truth),
        class_names=class_names,
        methods=list(images),
        title=f"Cells found after each contrast method ({truth.image_id}, {truth.label})",
    )


def grid_figure(images: Mapping[str, np.ndarray], truth: TrueImage) -> Figure:
    """Show an image under every method (method to uint8 RGB image), with its largest cell enlarged."""
    cells = truth.counted().cells
    inset = max(cells, key=lambda cell: rle.area(cell.mask)).box if cells else None
    title = f"{truth.image_id} under each contrast method"
    return method_grid(images, inset, methods=list(images), title=title)


def examples_figure(examples: Iterable[tuple[np.ndarray, TrueImage]], class_names: Sequence[str]) -> Figure:
    """Show photographs (uint8 RGB) with their true outlines, one row a class."""
    of_class: dict[str, list[tuple[str, np.ndarray, Cells]]] = {name: [] for name in class_names}
    for image, truth in examples:
        of_class[truth.label or class_names[0]].append((truth.image_id, image, true_cells(truth)))
    return example_sheet({name: items for name, items in of_class.items() if items}, class_names)
