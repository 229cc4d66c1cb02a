"""Score one image: Matterport's AP, the matching statistics and the cell pairs, all from its masks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from blastvote.errors import InputError
from blastvote.evaluate.scoring import matterport
from blastvote.evaluate.scoring.ground_truth import TrueImage
from blastvote.evaluate.scoring.matching import match_image


def score_image(
    frame: pd.DataFrame,
    rles: Sequence[dict[str, Any]],
    rows: NDArray[np.intp],
    image: TrueImage | None,
    n_classes: int,
    min_confidence: float,
) -> dict[str, Any]:
    """Return Matterport's AP, the matching statistics and the cell pairs of one image.

    Parameters
    ----------
    frame, rles
        All detections of the run and their masks.
    rows : ndarray, (N,) int
        Those of this image, in falling order of score.
    image
        Its true cells; None when it is not annotated.
    n_classes : int
    min_confidence : float
        From which score on a detection counts for the AP, the statistics and the pairs.

    Returns
    -------
    dict
        `numbers` (the columns of `RunScores.images`), `rows`, `matched` (N,) bool and `pairs` (P, 2).

    Raises
    ------
    InputError
        When a mask does not have the size of the image.
    """
    nothing = {
        "numbers": {"ap_matterport": np.nan, "ap_matterport_range": np.nan},
        "rows": rows,
        "matched": np.zeros(len(rows), dtype=bool),
        "pairs": np.zeros((0, 2), dtype=np.int64),
    }
    if image is None:
        return nothing
    cells = np.flatnonzero(~image.crowd)
    true_class = image.class_index[cells]
    true_rles = [image.rles[cell] for cell in cells]
    found = [rles[row] for row in rows]
    _check_sizes(found, image, frame["image_id"].iloc[rows[0]] if len(rows) else "")
    class_index = frame["class_index"].to_numpy()[rows]
    score = frame["score"].to_numpy()[rows]
    areas = frame["area_px"].to_numpy()[rows].astype(np.float64)
    true_areas = np.array([coco_mask.area(rle) for rle in true_rles], dtype=np.float64)
    both = _common_pixels(found, true_rles, areas)

    hits = _matterport_hits(both, areas, true_areas, class_index, true_class, score)
    sure = np.flatnonzero(score >= min_confidence)
    aps = matterport.average_precision(hits[:, matterport.falling(score)][:, : len(sure)], len(cells))
    confident = [found[row] for row in sure]
    statistics = match_image(
        both[sure],
        areas[sure],
        true_areas,
        class_index[sure],
        true_class,
        _renumber(image.touching_pairs(), cells),
        np.asarray(coco_mask.iou(confident, confident, [0] * len(sure))).reshape(len(sure), len(sure)),
        n_classes,
    )
    defined = len(cells) > 0 or len(sure) > 0
    return {
        "numbers": statistics.counts
        | {
            "ap_matterport": aps[0] if defined else np.nan,
            "ap_matterport_range": float(np.mean(aps)) if defined else np.nan,
        },
        "rows": rows,
        "matched": hits[0],
        "pairs": statistics.pairs,
    }


def _matterport_hits(
    both: NDArray[np.float64],
    areas: NDArray[np.float64],
    true_areas: NDArray[np.float64],
    class_index: NDArray[np.int64],
    true_class: NDArray[np.int64],
    score: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return whether Matterport's matching gives each detection a true cell, at each IoU of its range.

    It is matched best score first, so the detections above any threshold are matched as if alone.
    """
    order = matterport.falling(score)
    overlaps = matterport.overlaps_from_counts(both[order], areas[order], true_areas)
    hits = np.zeros((len(matterport.RANGE), len(score)), dtype=bool)
    for level, iou in enumerate(matterport.RANGE):
        hits[level, order] = matterport.match(overlaps, true_class, class_index[order], iou) >= 0
    return hits


def _common_pixels(
    found: Sequence[dict[str, Any]], true: Sequence[dict[str, Any]], areas: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the pixels that each pair of masks has in common, exact: (N, M)."""
    if not found or not true:
        return np.zeros((len(found), len(true)))
    # For a "crowd" pycocotools divides the intersection by the detection's area.
    shares = np.asarray(coco_mask.iou(list(found), list(true), [1] * len(true)))
    return np.rint(np.nan_to_num(shares) * areas[:, None])


def _renumber(pairs: NDArray[np.intp], cells: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.searchsorted(cells, pairs).astype(np.intp)


def _check_sizes(found: Sequence[dict[str, Any]], image: TrueImage, name: str) -> None:
    for rle in found:
        if list(rle["size"]) != [image.height, image.width]:
            raise InputError(
                f"A detected mask of image '{name}' is {rle['size'][1]}x{rle['size'][0]} pixels, its image "
                f"is {image.width}x{image.height}. Detections must be in the size of the source image; run "
                "the inference again."
            )
