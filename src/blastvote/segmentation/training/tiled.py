"""Training samples of photographs at the network's pixel size, cut into tiles where they are larger than it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from blastvote.dataset.augment import sample_id
from blastvote.dataset.truth import TrueCell, TrueImage
from blastvote.scale.framing import Framing
from blastvote.scale.tiles import Tile, resized
from blastvote.segmentation.run import RunData
from blastvote.segmentation.training.samples import ImageFiles, Samples
from mrcnn import MaskCrop, Sample


class ResizedImages:
    """Reads photographs at the network's pixel size; the last one is kept, since its tiles are read in a row."""

    def __init__(self, files: ImageFiles, framing: Framing) -> None:
        self.files, self.framing = files, framing
        self._last: tuple[tuple[str, str], np.ndarray] | None = None

    def read(self, row: tuple[str, str], tile: Tile) -> np.ndarray:
        """Return a tile ``uint8 (S, S, 3)`` of the image with this id and flip."""
        if self._last is None or self._last[0] != row:
            image = self.files.read(*row)
            self._last = row, resized(image, (tile.height, tile.width))
        return tile.cut(self._last[1])


def tiled_samples(samples: Samples, rows: Sequence[tuple[str, str]], framing: Framing) -> list[Sample]:
    """Return a sample for each tile of some images; nothing is read or decoded yet.

    Cells that an inner border cuts are crowds: neither cells nor background.

    Parameters
    ----------
    samples
        Where the images lie, and their true cells.
    rows
        Image id and flip.
    framing
        Pixel size and tiles.
    """
    images = ResizedImages(samples.files, framing)
    found = []
    for row in rows:
        truth = samples.annotated(*row)
        class_ids = samples.signed_class_ids(truth)
        for tile in framing.tiles(row[0], truth.height, truth.width):
            boxes = truth.boxes * _ratio(truth, tile)
            inside = np.flatnonzero(tile.holds(boxes))
            signs = np.where(tile.severs(boxes[inside]), -1, 1)
            found.append(
                Sample(
                    f"{sample_id(*row)}, tile at row {tile.y}, column {tile.x}",
                    partial(images.read, row, tile),
                    partial(_crops, truth, inside.tolist(), tile),
                    np.where(class_ids[inside] < 0, class_ids[inside], class_ids[inside] * signs),
                )
            )
    return found


def run_samples(
    data: RunData, samples: Samples, framing: Framing | None
) -> tuple[list[Sample], list[Sample]]:
    """Return the training and the validation samples of a run: whole images, or tiles."""
    if framing is None:
        return samples.whole(data.rows("train")), samples.whole(data.rows("val"))
    train_tiles, val_tiles = (tiled_samples(samples, data.rows(role), framing) for role in ("train", "val"))
    return balanced(train_tiles), val_tiles


def balanced(samples: Sequence[Sample]) -> list[Sample]:
    """Return the tiles with whole cells and, evenly spread, at most as many of the others.

    Most tiles of a smear hold no blast; drawn like the others, they would be nearly all that a training sees.
    """
    has_cells = [bool((sample.class_ids > 0).any()) for sample in samples]
    empty = [k for k, some in enumerate(has_cells) if not some]
    count = min(len(empty), max(sum(has_cells), 1))
    kept = {empty[k * len(empty) // count] for k in range(count)}
    return [sample for k, sample in enumerate(samples) if has_cells[k] or k in kept]


def _ratio(truth: TrueImage, tile: Tile) -> np.ndarray:
    return np.array([tile.height / truth.height, tile.width / truth.width] * 2)


def _crops(truth: TrueImage, numbers: Sequence[int], tile: Tile) -> Iterator[MaskCrop]:
    """Decode cells one after the other, resized and cut to the tile; the nearest pixel counts."""
    ratio = _ratio(truth, tile)
    for number in numbers:
        cell = truth.cells[number]
        low = np.floor(np.array(cell.box[:2]) * ratio[:2]).astype(int)
        high = np.ceil(np.array(cell.box[2:]) * ratio[2:]).astype(int)
        start = np.maximum(low, (tile.y, tile.x))
        end = np.minimum(high, (tile.y + tile.side, tile.x + tile.side))
        mask = _nearest(cell, start, end, ratio)
        yield MaskCrop(int(start[0]) - tile.y, int(start[1]) - tile.x, mask)


def _nearest(cell: TrueCell, start: np.ndarray, end: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Return the mask ``bool`` of the pixels from `start` to before `end` of the resized image."""
    crop = cell.crop()
    picked = []
    for axis in (0, 1):
        centres = (np.arange(start[axis], end[axis]) + 0.5) / ratio[axis]
        picked.append(np.floor(centres).astype(int) - cell.box[axis])
    rows, columns = picked
    inside_y, inside_x = (
        (index >= 0) & (index < size) for index, size in zip((rows, columns), crop.shape, strict=True)
    )
    mask = np.zeros((len(rows), len(columns)), bool)
    mask[np.ix_(inside_y, inside_x)] = crop[np.ix_(rows[inside_y], columns[inside_x])]
    return mask
