"""COCO average precision in two steps: matching by pycocotools once, accumulation as often as needed.

Matching an image does not depend on the other images. So pycocotools matches each image once and every
detection keeps one flag for each IoU; the average precision of any subset, score threshold or bootstrap draw
is then a pass over the ranked flags. The numbers equal those of `COCOeval` (area "all", 100 detections).
"""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

FALSE, TRUE, IGNORED = 0, 1, 2
IOUS = tuple(float(iou) for iou in np.linspace(0.5, 0.95, 10))
RECALLS = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = 100
_EPSILON = float(np.spacing(1))


def match_flags(
    truth: Sequence[dict[str, Any]],
    found: Sequence[dict[str, Any]],
    n_found: int,
    n_images: int,
    n_classes: int,
    iou_type: str,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Match all detections to the true cells with pycocotools.

    Parameters
    ----------
    truth, found
        COCO annotations; `image_id` is the row of the image, 0..n_images-1, `category_id` counts from 1 and
        a detection's `id` is its row + 1. Truth holds `area` and `iscrowd`, detections `score`.
    n_found, n_images, n_classes
        Sizes; rows without an entry in `found` are ignored (their images are not annotated).
    iou_type
        `segm` or `bbox`.

    Returns
    -------
    flags : ndarray, (n_found, 10) uint8
        `TRUE`, `FALSE` or `IGNORED` (matched to a crowd, or beyond the 100 best of its image and class) at
        each of `IOUS`.
    true_counts : ndarray, (n_images, n_classes) int64
        Cells to be found.
    """
    flags = np.full((n_found, len(IOUS)), IGNORED, dtype=np.uint8)
    true_counts = np.zeros((n_images, n_classes), dtype=np.int64)
    with contextlib.redirect_stdout(io.StringIO()):
        evaluation = COCOeval(_coco(truth, n_images, n_classes), _coco(found, n_images, n_classes), iou_type)
        evaluation.params.maxDets = [MAX_DETECTIONS]
        evaluation.params.areaRng = [[0, 1e10]]
        evaluation.params.areaRngLbl = ["all"]
        evaluation.evaluate()
    for result in evaluation.evalImgs:
        if result is None:
            continue
        rows = np.array(result["dtIds"], dtype=np.intp) - 1
        matched = np.where(result["dtMatches"] > 0, TRUE, FALSE)
        flags[rows] = np.where(result["dtIgnore"], IGNORED, matched).T
        counted = np.count_nonzero(np.asarray(result["gtIgnore"]) == 0)
        true_counts[result["image_id"], result["category_id"] - 1] = counted
    return flags, true_counts


def _coco(annotations: Sequence[dict[str, Any]], n_images: int, n_classes: int) -> COCO:
    coco = COCO()
    coco.dataset = {
        # The size is asked for but only polygons, which we do not have, would use it.
        "images": [{"id": number, "height": 1, "width": 1} for number in range(n_images)],
        "categories": [{"id": number + 1, "name": str(number)} for number in range(n_classes)],
        "annotations": [dict(annotation) for annotation in annotations],
    }
    coco.createIndex()
    return coco


@dataclass(frozen=True)
class RankedClass:
    """The detections of one class over all images, best score first.

    Attributes
    ----------
    image : ndarray, (D,) int32
        Row of the image.
    flags : ndarray, (10, D) uint8
        One row for each IoU.
    true_counts : ndarray, (N,) int64
        Cells of this class in each image.
    """

    image: NDArray[np.int32]
    flags: NDArray[np.uint8]
    true_counts: NDArray[np.int64]


def rank(
    image: NDArray[np.integer],
    class_index: NDArray[np.integer],
    score: NDArray[np.float64],
    flags: NDArray[np.uint8],
    true_counts: NDArray[np.int64],
) -> list[RankedClass]:
    """Return one ranked list for each class.

    The detections come ordered by image and falling score, so that the stable sort leaves ties in the order
    of the images, as COCOeval does.
    """
    ranked = []
    for number in range(true_counts.shape[1]):
        rows = np.flatnonzero(class_index == number)
        rows = rows[np.argsort(-score[rows], kind="stable")]
        ranked.append(
            RankedClass(
                image[rows].astype(np.int32), np.ascontiguousarray(flags[rows].T), true_counts[:, number]
            )
        )
    return ranked


def average_precisions(
    ranked: Sequence[RankedClass], weights: NDArray[np.int64] | None = None
) -> NDArray[np.float64]:
    """Return the average precision of every class at every IoU, for one or many weightings of the images.

    Parameters
    ----------
    ranked
        One entry for each class.
    weights : ndarray, (B, N) int, optional
        How often each image counts; all once when left out. A weight of 2 equals the image and a copy.

    Returns
    -------
    ndarray, (B, 10, K) float64
        NaN for a class without true cells (COCO leaves it out of the mean).
    """
    if weights is None:
        weights = np.ones((1, len(ranked[0].true_counts)), dtype=np.int64)
    table = np.ascontiguousarray(weights, dtype=np.int64)
    result = np.full((len(table), len(IOUS), len(ranked)), np.nan)
    for number, entry in enumerate(ranked):
        to_find = table @ entry.true_counts
        levels, hit_rows = np.nonzero(entry.flags == TRUE)
        starts = np.searchsorted(levels, np.arange(len(IOUS) + 1))
        ignored = entry.flags == IGNORED
        result[:, :, number] = _accumulate(
            entry.image, hit_rows, starts, ignored, ignored.any(axis=1), to_find, table, RECALLS, _EPSILON
        )
    return result


@numba.njit(cache=True)
def _accumulate(  # type: ignore[no-untyped-def]  # pragma: no cover
    image, hit_rows, starts, ignored, any_ignored, to_find, weights, recalls, epsilon
):
    """Mean of the precision envelope at the 101 recalls: (B, 10).

    Only a hit can raise the envelope or reach a new recall, so only hits are walked; hits and misses up to a
    row are one running sum of weights, common to all IoUs without ignored rows. Long on purpose: compiled as one
    loop over the draws, with its work space made once.
    """
    draws, (levels, length) = len(weights), ignored.shape
    result = np.full((draws, levels), np.nan)
    weight = np.empty(length, dtype=np.int64)
    passed_by_all = np.empty(length)
    passed_by_level = np.empty(length)
    got = np.empty(length, dtype=np.int64)
    precision = np.empty(length)
    needed = np.empty(len(recalls), dtype=np.int64)
    for draw in range(draws):
        true = to_find[draw]
        if true == 0:
            continue
        for index in range(len(recalls)):
            # The least number of hits whose recall, in floating point, is not below the wanted one.
            hits = max(int(recalls[index] * true) - 1, 0)
            while hits / true < recalls[index]:
                hits += 1
            needed[index] = hits
        running = 0
        for row in range(length):
            weight[row] = weights[draw, image[row]]
            running += weight[row]
            passed_by_all[row] = running + epsilon
        for level in range(levels):
            passed = passed_by_all
            if any_ignored[level]:
                passed = passed_by_level
                running = 0
                for row in range(length):
                    if not ignored[level, row]:
                        running += weight[row]
                    passed[row] = running + epsilon
            found = starts[level + 1] - starts[level]
            hits = 0
            for index in range(found):
                row = hit_rows[starts[level] + index]
                hits += weight[row]
                got[index] = hits
                precision[index] = hits / passed[row]
            total = 0.0
            best = 0.0
            wanted = len(recalls) - 1
            while wanted >= 0 and needed[wanted] > hits:
                wanted -= 1
            for index in range(found - 1, -1, -1):
                best = max(best, precision[index])
                before = got[index - 1] if index > 0 else -1
                while wanted >= 0 and needed[wanted] > before:
                    total += best
                    wanted -= 1
            result[draw, level] = total / len(recalls)
    return result


def precision_at_recalls(flags: NDArray[np.uint8], n_true: int) -> NDArray[np.float64]:
    """Return the precision envelope at the 101 recalls 0, 0.01, ... 1 for one ranked row of flags, (101,)."""
    kept = flags[flags != IGNORED]
    curve = np.zeros(len(RECALLS))
    if n_true == 0 or len(kept) == 0:
        return curve
    hits = np.cumsum(kept == TRUE)
    recall = hits / n_true
    precision = hits / np.arange(1, len(kept) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    index = np.searchsorted(recall, RECALLS, side="left")
    reached = index < len(recall)
    curve[reached] = envelope[index[reached]]
    return curve
