"""Instance masks: cut to their boxes, and the mini masks that save memory."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from mrcnn.data.resize import Crop, Padding, nearest_points, resize_bilinear


class MaskCrop(NamedTuple):
    """The mask of one instance without the empty rest of the image.

    Attributes
    ----------
    top, left : int
        Row and column of the image where `mask` begins.
    mask : numpy.ndarray
        Bool (h, w), inside the image; it need not be cut tightly. A mask without a pixel is dropped later.
    """

    top: int
    left: int
    mask: np.ndarray

    @property
    def box(self) -> tuple[int, int, int, int]:
        """(y1, x1, y2, x2) of `mask` in the image, half-open pixels."""
        return self.top, self.left, self.top + self.mask.shape[0], self.left + self.mask.shape[1]

    def tight(self) -> "MaskCrop | None":
        """Return the crop cut to the instance's own box, or None where no pixel is set."""
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        if not rows.size:
            return None
        inner = self.mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return MaskCrop(self.top + int(rows[0]), self.left + int(columns[0]), inner)


def mask_crops(masks: np.ndarray) -> Iterator[MaskCrop]:
    """Cut masks (H, W, N) to their boxes, one after the other; those of empty masks have no pixel."""
    for i, (y1, x1, y2, x2) in enumerate(extract_bboxes(masks).tolist()):
        yield MaskCrop(y1, x1, masks[y1:y2, x1:x2, i])


def resize_crops(
    crops: Iterable[MaskCrop], shape: tuple[int, int], scale: float, padding: Padding, cut: Crop | None
) -> Iterator[MaskCrop]:
    """Resize crops as `mrcnn.data.resize.resize_mask` resizes whole masks, without making those.

    Parameters
    ----------
    crops
        Of an image of `shape` (H, W).
    scale, padding, cut
        As `resize_image` returned them.
    """
    rows, columns = (nearest_points(size, scale) for size in shape)
    top, left, height, width = cut or (-padding[0][0], -padding[1][0], len(rows), len(columns))
    for crop in crops:
        y1, x1, y2, x2 = crop.box
        first, last = np.clip(np.searchsorted(rows, (y1, y2)), max(top, 0), max(top, 0) + height)
        begin, end = np.clip(np.searchsorted(columns, (x1, x2)), max(left, 0), max(left, 0) + width)
        mask = crop.mask[rows[first:last] - y1][:, columns[begin:end] - x1]
        yield MaskCrop(int(first) - top, int(begin) - left, mask)


def extract_bboxes(mask: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) int32 (y1, x1, y2, x2), half-open, of masks (H, W, N); zeros for an empty mask."""
    boxes = np.zeros((mask.shape[-1], 4), np.int32)
    in_row, in_column = np.any(mask, axis=1), np.any(mask, axis=0)
    for i in np.flatnonzero(in_row.any(axis=0)):
        rows, columns = np.flatnonzero(in_row[:, i]), np.flatnonzero(in_column[:, i])
        boxes[i] = rows[0], columns[0], rows[-1] + 1, columns[-1] + 1
    return boxes


def minimize_mask(bboxes: np.ndarray, mask: np.ndarray, mini_shape: tuple[int, ...]) -> np.ndarray:
    """Cut masks (H, W, N) to their boxes (N, 4) and resize them to `mini_shape`; bool (h, w, N).

    Raises
    ------
    ValueError
        If a box has no area.
    """
    mini = np.zeros((*mini_shape, mask.shape[-1]), bool)
    for i, (y1, x1, y2, x2) in enumerate(np.asarray(bboxes)[:, :4].astype(int)):
        if y2 <= y1 or x2 <= x1:
            raise ValueError(f"mask {i} has the box {(y1, x1, y2, x2)} without area: drop empty masks first")
        mini[..., i] = np.around(
            resize_bilinear(mask[y1:y2, x1:x2, i].astype(bool), (mini_shape[0], mini_shape[1]))
        )
    return mini
