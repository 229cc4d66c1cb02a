"""Instance masks: their boxes, the mini masks that save memory, and masks back at full size."""

import numpy as np

from mrcnn.data.resize import resize_bilinear


def extract_bboxes(mask: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) int32 (y1, x1, y2, x2), half-open, of masks (H, W, N); zeros for an empty mask."""
    boxes = np.zeros((mask.shape[-1], 4), np.int32)
    for i in range(mask.shape[-1]):
        rows = np.flatnonzero(mask[..., i].any(axis=1))
        columns = np.flatnonzero(mask[..., i].any(axis=0))
        if rows.size:
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


def expand_mask(bboxes: np.ndarray, mini_mask: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """Put mini masks (h, w, N) back to their boxes (N, 4): bool (H, W, N); the inverse of `minimize_mask`."""
    mask = np.zeros((*image_shape[:2], mini_mask.shape[-1]), bool)
    for i, (y1, x1, y2, x2) in enumerate(np.asarray(bboxes)[:, :4].astype(int)):
        mask[y1:y2, x1:x2, i] = np.around(resize_bilinear(mini_mask[..., i], (y2 - y1, x2 - x1)))
    return mask


def unmold_mask(mask: np.ndarray, bbox: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """Turn the soft mask (h, w) of the box (4,) into a bool mask (H, W) of the image, cut at 0.5."""
    y1, x1, y2, x2 = (int(v) for v in bbox)
    full = np.zeros(image_shape[:2], bool)
    full[y1:y2, x1:x2] = resize_bilinear(mask, (y2 - y1, x2 - x1)) >= 0.5
    return full
