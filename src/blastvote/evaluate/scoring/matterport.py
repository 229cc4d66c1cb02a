"""Average precision as Matterport's Mask R-CNN defines it: per image, on masks, at one IoU.

This is the "mAP" of the paper once averaged over images. It differs from COCO's in three ways: precision and
recall are those of one image, all classes share one list ranked by score, and the area under the curve is
taken at every recall step instead of at 101 fixed recalls.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

RANGE = tuple(float(iou) for iou in np.arange(0.5, 1.0, 0.05))


def mask_overlaps(masks_a: NDArray[np.bool_], masks_b: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the IoU of every pair of masks.

    Parameters
    ----------
    masks_a, masks_b : ndarray, (H, W, N) and (H, W, M) bool

    Returns
    -------
    ndarray, (N, M) float32
        Computed in float32, as Matterport does: an IoU of 0.55 compares the same way there and here. Two
        empty masks overlap by 0.
    """
    if masks_a.shape[-1] == 0 or masks_b.shape[-1] == 0:
        return np.zeros((masks_a.shape[-1], masks_b.shape[-1]), dtype=np.float32)
    flat_a = np.reshape(masks_a > 0.5, (-1, masks_a.shape[-1])).astype(np.float32)
    flat_b = np.reshape(masks_b > 0.5, (-1, masks_b.shape[-1])).astype(np.float32)
    both = flat_a.T @ flat_b
    return overlaps_from_counts(both, flat_a.sum(axis=0), flat_b.sum(axis=0))


def overlaps_from_counts(
    both: NDArray[np.floating], area_a: NDArray[np.floating], area_b: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return float32 IoU from pixel counts: `both` (N, M), areas (N,) and (M,)."""
    union = (area_a[:, None] + area_b[None, :] - both).astype(np.float32)
    return np.divide(both.astype(np.float32), union, out=np.zeros_like(union), where=union > 0)


def match(
    overlaps: NDArray[np.float32],
    gt_class_ids: NDArray[np.integer],
    class_ids: NDArray[np.integer],
    iou: float = 0.5,
) -> NDArray[np.intp]:
    """Match detections, best score first, to true cells; each cell is taken once.

    A detection looks at the cells in falling order of overlap, skips those already taken, gives up below
    `iou`, and takes the first of its own class.

    Parameters
    ----------
    overlaps : ndarray, (N, M) float32
        IoU of detections (rows, in falling order of score) and true cells.
    gt_class_ids, class_ids : ndarray, (M,) and (N,) int
    iou : float
        Least overlap of a match.

    Returns
    -------
    ndarray, (N,) int
        The true cell of each detection, -1 for none.
    """
    taken = np.zeros(overlaps.shape[1], dtype=bool)
    found = np.full(overlaps.shape[0], -1, dtype=np.intp)
    # Python floats: a float32 compared with 0.55 must not round 0.55 down to float32 (NumPy 2 would).
    table = overlaps.astype(np.float64)
    for row, candidates in enumerate(falling(table)):
        for column in candidates:
            if taken[column]:
                continue
            if table[row, column] < iou:
                break
            if class_ids[row] == gt_class_ids[column]:
                taken[column] = True
                found[row] = column
                break
    return found


def falling(values: ArrayLike) -> NDArray[np.intp]:
    """Return the order from highest to lowest along the last axis; of equals the later comes first.

    This is the order of NumPy's reversed argsort for the short lists it sorts stably, fixed for all lengths.
    """
    return np.argsort(values, axis=-1, kind="stable")[..., ::-1]


def average_precision(matched: ArrayLike, n_true: int) -> NDArray[np.float64]:
    """Return the area under the precision envelope of ranked lists.

    Parameters
    ----------
    matched : array_like, (..., N) bool
        Whether each detection, best score first, found a true cell.
    n_true : int
        Number of true cells.

    Returns
    -------
    ndarray, (...) float64
        0 when there are no true cells (Matterport yields 0 without and NaN with detections).
    """
    found = np.asarray(matched, dtype=bool)
    if n_true == 0 or found.shape[-1] == 0:
        return np.zeros(found.shape[:-1])
    hits = np.cumsum(found, axis=-1)
    precision = hits / np.arange(1, found.shape[-1] + 1)
    envelope = np.maximum.accumulate(precision[..., ::-1], axis=-1)[..., ::-1]
    # Recall in float32 is Matterport's; it shows in the eighth digit.
    recall = (hits.astype(np.float32) / n_true).astype(np.float64)
    steps = recall.copy()
    steps[..., 1:] -= recall[..., :-1]
    return np.sum(steps * envelope, axis=-1)


def matterport_ap(
    gt_boxes: ArrayLike,
    gt_class_ids: ArrayLike,
    gt_masks: ArrayLike,
    boxes: ArrayLike,
    class_ids: ArrayLike,
    scores: ArrayLike,
    masks: ArrayLike,
    iou: float = 0.5,
) -> float:
    """Return Matterport's average precision of one image on masks at one IoU.

    Equal to `mrcnn.utils.compute_ap` of matterport/Mask_RCNN (master, 3deaec5); the tests hold it to values
    recorded from there.

    Parameters
    ----------
    gt_boxes, boxes : array_like, (M, 4) and (N, 4)
        (y1, x1, y2, x2). Used only as there: a row of zeros is padding and is dropped with its cell.
    gt_class_ids, class_ids : array_like, (M,) and (N,) int
    gt_masks, masks : array_like, (H, W, M) and (H, W, N)
        Bool, or numbers of which those above 0.5 are inside. Without cells any empty array will do.
    scores : array_like, (N,)
        Confidence of the detections, in any order.
    iou : float
        Least mask IoU of a match.

    Returns
    -------
    float
        Between 0 and 1; 0 for an image without true cells.

    Raises
    ------
    ValueError
        When the lengths or the mask sizes do not fit together, or a score is not a number.
    """
    return float(
        _average_precisions(gt_boxes, gt_class_ids, gt_masks, boxes, class_ids, scores, masks, [iou])[0]
    )


def matterport_ap_range(
    gt_boxes: ArrayLike,
    gt_class_ids: ArrayLike,
    gt_masks: ArrayLike,
    boxes: ArrayLike,
    class_ids: ArrayLike,
    scores: ArrayLike,
    masks: ArrayLike,
    ious: Sequence[float] = RANGE,
) -> float:
    """Return the mean of `matterport_ap` over several IoUs, 0.50 to 0.95 by default."""
    values = _average_precisions(gt_boxes, gt_class_ids, gt_masks, boxes, class_ids, scores, masks, ious)
    return float(np.mean(values))


def _average_precisions(
    gt_boxes: ArrayLike,
    gt_class_ids: ArrayLike,
    gt_masks: ArrayLike,
    boxes: ArrayLike,
    class_ids: ArrayLike,
    scores: ArrayLike,
    masks: ArrayLike,
    ious: Sequence[float],
) -> NDArray[np.float64]:
    true_ids, true_masks = _without_padding(gt_boxes, gt_class_ids, gt_masks, "gt_")
    found_ids, found_masks = _without_padding(boxes, class_ids, masks, "")
    kept = _kept(boxes)
    confidence = np.asarray(scores, dtype=np.float64)
    if confidence.shape != kept.shape:
        raise ValueError(f"scores has the shape {confidence.shape}, but there are {len(kept)} boxes.")
    if np.isnan(confidence).any():
        raise ValueError("scores holds a value that is not a number: detections cannot be ranked by it.")
    if true_masks.shape[:2] != found_masks.shape[:2] and len(true_ids) and len(found_ids):
        raise ValueError(f"gt_masks are {true_masks.shape[:2]} pixels, masks are {found_masks.shape[:2]}.")
    order = falling(confidence[kept])
    overlaps = mask_overlaps(found_masks[..., order], true_masks)
    hits = [match(overlaps, true_ids, found_ids[order], iou) >= 0 for iou in ious]
    return average_precision(np.stack(hits), len(true_ids))


def _kept(boxes: ArrayLike) -> NDArray[np.bool_]:
    rows = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    return (rows != 0).any(axis=1)


def _without_padding(
    boxes: ArrayLike, class_ids: ArrayLike, masks: ArrayLike, prefix: str
) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    kept = _kept(boxes)
    ids = np.asarray(class_ids).reshape(-1)
    planes = np.asarray(masks)
    if planes.size == 0 and len(kept) == len(ids) == 0:
        # "No cells" comes as [], (0,), (0, H, W) and (H, W, 0).
        planes = planes.reshape(0, 0, 0)
    if planes.ndim != 3 or len(ids) != len(kept) or planes.shape[-1] != len(kept):
        raise ValueError(
            f"{prefix}boxes has {len(kept)} rows, {prefix}class_ids {len(ids)}, and {prefix}masks the shape "
            f"{planes.shape}; expected (N, 4), (N,) and (H, W, N)."
        )
    return ids[kept], planes[..., kept]
