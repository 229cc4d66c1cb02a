"""Pictures of single images: all methods side by side, found cells beside true ones (the paper's figures 3, 6, 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from blastvote.dataset.coco import CocoData
from blastvote.evaluate.scoring.detections import Detections
from blastvote.figures.pictures.dataset import example_sheet
from blastvote.figures.pictures.grid import method_grid
from blastvote.figures.pictures.overlay import mask_box
from blastvote.figures.pictures.panels import Cells, overlay_panel
from blastvote.io import read_image


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


def true_cells(data: CocoData, image_id: str) -> Cells:
    """Return the annotated cells of an image."""
    return Cells(data.masks(image_id), data.cell_classes(image_id), boxes=data.boxes(image_id))


def found_cells(
    detections: Detections,
    image_id: str,
    class_names: Sequence[str],
    min_confidence: float,
    size: tuple[int, int],
) -> Cells:
    """Return the detected cells of an image from `min_confidence` on; `size` is its height and width."""
    import numpy as np
    from pycocotools import mask as coco_mask

    frame = detections.frame
    rows = frame.index[(frame["image_id"] == image_id) & (frame["score"] >= min_confidence)]
    chosen = frame.loc[rows]
    rles = [detections.rles[row] for row in rows]
    masks = coco_mask.decode(rles).astype(bool) if rles else np.zeros((*size, 0), dtype=bool)
    boxes = np.stack(
        [chosen["y"], chosen["x"], chosen["y"] + chosen["h"], chosen["x"] + chosen["w"]], axis=1
    ).astype(np.float32)
    labels = [class_names[index] for index in chosen["class_index"]]
    return Cells(masks, labels, list(chosen["score"]), boxes)


def overlay_figure(
    image_id: str,
    files: Mapping[str, Path],
    detections: Mapping[str, Detections],
    data: CocoData,
    class_names: Sequence[str],
    min_confidence: float,
) -> Figure:
    """Show the true cells of an image and those found after each method.

    Parameters
    ----------
    image_id
        The image.
    files
        Method to the enhanced image.
    detections
        Method to the detections of one run.
    data
        The true cells.
    class_names, min_confidence
        Which classes there are, and from which score a cell is drawn.
    """
    images = {method: read_image(path) for method, path in files.items()}
    size = next(iter(images.values())).shape[:2]
    predictions = {
        method: found_cells(found, image_id, class_names, min_confidence, size)
        for method, found in detections.items()
    }
    return overlay_panel(
        images,
        predictions,
        true_cells(data, image_id),
        class_names=class_names,
        methods=list(files),
        title=f"Cells found after each contrast method ({image_id}, {data.label(image_id)})",
    )


def grid_figure(image_id: str, files: Mapping[str, Path], data: CocoData) -> Figure:
    """Show an image under every method, with its largest cell enlarged."""
    masks = data.masks(image_id)
    inset = None
    if masks.shape[2]:
        y1, x1, y2, x2 = mask_box(masks[..., masks.sum(axis=(0, 1)).argmax()])
        inset = (y1, x1, y2, x2)
    images = {method: read_image(path) for method, path in files.items()}
    return method_grid(images, inset, methods=list(files), title=f"{image_id} under each contrast method")


def examples_figure(
    image_ids: Sequence[str], photographs: Mapping[str, Path], data: CocoData, class_names: Sequence[str]
) -> Figure:
    """Show photographs with their true outlines, one row a class."""
    examples: dict[str, list] = {name: [] for name in class_names}
    for image_id in image_ids:
        item = (image_id, read_image(photographs[image_id]), true_cells(data, image_id))
        examples[data.label(image_id) or class_names[0]].append(item)
    return example_sheet({name: items for name, items in examples.items() if items}, class_names)
