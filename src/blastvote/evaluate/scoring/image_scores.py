"""Score one image: Matterport's AP, the matching statistics and the cell pairs, all from its masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from blastvote import rle
from blastvote.dataset.truth import TrueImage
from blastvote.errors import InputError
from blastvote.evaluate.scoring import matterport
from blastvote.evaluate.scoring.detections import Detections
from blastvote.evaluate.scoring.matching import Overlap, match_image
from blastvote.evaluate.scoring.quality import LEVELS, ImageQuality, image_quality, in_crowd


@dataclass(frozen=True)
class ImageScores:
    """The scores of one image.

    Attributes
    ----------
    numbers : dict
        Columns of `RunScores.images`: both Matterport's APs and the counts of `matching.COUNTS`.
    matched : ndarray, (N,) bool
        Whether Matterport's matching at IoU 0.5 gave each detection a true cell.
    pairs : ndarray, (P, 2) int64
        See `ImageMatch.pairs`.
    quality : ImageQuality
        Of the masks; zeros when the image is not annotated.
    """

    numbers: dict[str, float]
    matched: NDArray[np.bool_]
    pairs: NDArray[np.int64]
    quality: ImageQuality


def score_image(
    detections: Detections, image: TrueImage | None, class_names: list[str], min_confidence: float
) -> ImageScores:
    """Return Matterport's AP, the matching statistics and the cell pairs of one image.

    Parameters
    ----------
    detections
        Those of this image, in falling order of score.
    image
        Its true cells; None when it is not annotated.
    class_names
        Names of the categories 1..K.
    min_confidence : float
        From which score on a detection counts for the AP, the statistics and the pairs.

    Raises
    ------
    InputError
        When a mask does not have the size of the image.
    """
    count = len(detections.rles)
    if image is None:
        numbers = {"ap_matterport": np.nan, "ap_matterport_range": np.nan}
        nothing = ImageQuality(np.zeros((len(class_names), len(LEVELS), 4)), np.zeros(3))
        return ImageScores(numbers, np.zeros(count, dtype=bool), np.zeros((0, 2), dtype=np.int64), nothing)
    _check_sizes(detections, image)
    cells = image.counted()
    overlap = _overlap(detections, cells, class_names)
    score = detections.frame["score"].to_numpy()
    hits = _matterport_hits(overlap, score)
    confident = np.flatnonzero(score >= min_confidence)
    order = matterport.falling(score)[: len(confident)]
    aps = matterport.average_precision(hits[:, order], len(cells.cells))
    masks = [detections.rles[row] for row in confident]
    sure = overlap.take(confident)
    statistics = match_image(sure, cells.touching_pairs(), rle.iou(masks, masks), len(class_names))
    crowds = image.crowds()
    forgiven = in_crowd(
        (masks, sure.class_index, sure.areas),
        (crowds.rles, crowds.class_ids(class_names).astype(np.int64) - 1),
    )
    quality = image_quality(sure, (masks, cells.rles), forgiven, len(class_names))
    defined = len(cells.cells) > 0 or len(confident) > 0
    numbers = {
        "ap_matterport": float(aps[0]) if defined else np.nan,
        "ap_matterport_range": float(np.mean(aps)) if defined else np.nan,
    }
    return ImageScores(statistics.counts | numbers, hits[0], statistics.pairs, quality)


def _overlap(detections: Detections, cells: TrueImage, class_names: list[str]) -> Overlap:
    areas = detections.frame["area_px"].to_numpy(dtype=np.float64)
    return Overlap(
        class_index=detections.frame["class_index"].to_numpy(),
        areas=areas,
        true_class=cells.class_ids(class_names).astype(np.int64) - 1,
        true_areas=np.array([rle.area(mask) for mask in cells.rles], dtype=np.float64),
        shared=rle.shared_pixels(detections.rles, cells.rles, areas),
    )


def _matterport_hits(overlap: Overlap, score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether Matterport's matching gives each detection a true cell, at each IoU of its range.

    It is matched best score first, so the detections above any threshold are matched as if alone.
    """
    order = matterport.falling(score)
    ious = matterport.overlaps_from_counts(overlap.shared[order], overlap.areas[order], overlap.true_areas)
    hits = np.zeros((len(matterport.RANGE), len(order)), dtype=bool)
    for level, iou in enumerate(matterport.RANGE):
        owner = matterport.match(ious, overlap.true_class, overlap.class_index[order], iou)
        hits[level, order] = owner >= 0
    return hits


def _check_sizes(detections: Detections, image: TrueImage) -> None:
    for mask in detections.rles:
        if mask["size"] != [image.height, image.width]:
            name = detections.frame["image_id"].iloc[0]
            raise InputError(
                f"A detected mask of image '{name}' is {mask['size'][1]}x{mask['size'][0]} pixels, its image "
                f"is {image.width}x{image.height}. Detections must be in the size of the source image; run "
                "the inference again."
            )
