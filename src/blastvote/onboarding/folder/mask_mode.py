"""What the values of mask images mean, by looking at some of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from blastvote.annotations.mask_images.names import mask_image_files
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.io import read_image

SAMPLE = 12
"""Images whose masks are looked at."""
MOST_CLASSES = 8
"""Values of a map of classes: cells are more than that, and their values go on from image to image."""


def mask_mode(annotations: Mapping[str, ImageAnnotation]) -> str:
    """Return ``dataset.masks`` for annotations that were read as label maps, one cell for each value.

    - One value everywhere, in several pieces: ``components``.
    - Few values, the same in every image, each in one piece that touches the others: ``binary`` (nucleus and
      cytoplasm of one cell).
    - Few values, the same in all images, in several pieces: ``semantic``.
    - Else ``label_map``.
    """
    images = [image for image in annotations.values() if image.cells][:SAMPLE]
    masks = [[_mask(cell) for cell in image.cells] for image in images]
    if not masks or any(mask is None for own in masks for mask in own):
        return "label_map"
    values = {cell.object for image in images for cell in image.cells}
    pieces = [_pieces(mask) for own in masks for mask in own if mask is not None]
    several = np.mean(np.array(pieces) > 1)
    if len(values) == 1:
        return "components" if several > 0.2 else "label_map"
    if len(values) > MOST_CLASSES:
        return "label_map"
    whole = [_pieces(np.any([mask for mask in own if mask is not None], axis=0)) for own in masks]
    same = all({cell.object for cell in image.cells} == values for image in images)
    if same and len(images) > 1 and np.median(whole) == 1:
        return "binary"
    return "semantic" if several > 0.2 else "label_map"


def _mask(cell: Cell) -> np.ndarray | None:
    if cell.rle is None:
        return None
    height, width = cell.rle["size"]
    return cell.mask(height, width)


def _pieces(mask: np.ndarray) -> int:
    """Return the number of connected pieces, specks of fewer than 16 pixels left out."""
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return int(sum(stats[1:count, cv2.CC_STAT_AREA] >= 16))


def is_masks(annotations: Iterable[ImageAnnotation]) -> bool:
    """Return whether annotations come from mask images."""
    return any("values" in image.attributes for image in annotations)


def colour_classes(entries: Iterable[str]) -> dict[str, str]:
    """Return ``dataset.mask_colours`` for folders of masks: each colour but black a class; nothing for many colours."""
    colours: set[tuple[int, ...]] = set()
    for entry in entries:
        if not Path(entry).is_dir():
            return {}
        for path in mask_image_files(Path(entry))[:SAMPLE]:
            colours |= {tuple(row) for row in np.unique(read_image(path).reshape(-1, 3), axis=0).tolist()}
            if len(colours) > MOST_CLASSES + 1:
                return {}
    names = ["".join(f"{level:02x}" for level in colour) for colour in sorted(colours) if any(colour)]
    return {f"#{name}": f"colour_{name}" for name in names}
