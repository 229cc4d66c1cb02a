"""Score one run (one method, seed and fold): everything that needs masks, done once.

What tables, intervals and comparisons need later is kept per image and per detection in one small file, so
that they never touch a mask again.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.dataset.coco import read_coco
from blastvote.dataset.truth import TrueImage, Truth
from blastvote.evaluate.scoring.cells import seen_images
from blastvote.evaluate.scoring.coco import match_flags
from blastvote.evaluate.scoring.detections import Detections, check_classes, read_detections
from blastvote.evaluate.scoring.image_scores import score_image
from blastvote.evaluate.scoring.matching import COUNTS
from blastvote.evaluate.scoring.quality import LEVELS
from blastvote.evaluate.scoring.run_scores import RunScores

ROLES = ("val", "test")


def score_run(
    detections: Path | str | Sequence[Mapping[str, Any]] | Detections,
    truth: Truth | Path | str | Sequence[Path | str],
    splits: pd.DataFrame,
    fold: int,
    class_names: Sequence[str],
    min_confidence: float,
) -> RunScores:
    """Score the validation and test images of one run.

    Parameters
    ----------
    detections
        The run's `detections.json` (or its content).
    truth
        The true cells, or their COCO file or files; a flipped copy that none lists is derived from its source
        image. Test images that none lists are not annotated: they have votes but no detection scores.
    splits
        `splits.csv`: image_id, fold, role, flip.
    fold
        The run's fold; its `val` and `test` rows are scored.
    class_names
        Names of the categories 1..K.
    min_confidence
        See `RunScores`.

    Raises
    ------
    InputError
        For unreadable files, categories beyond the classes, or masks whose size is not that of their image.
    """
    # Long because every array of `RunScores` is named once, where it is made.
    if not isinstance(detections, Detections):
        detections = read_detections(detections)
    check_classes(detections, class_names)
    if not isinstance(truth, Truth):
        truth = read_coco(*([truth] if isinstance(truth, (str, Path)) else truth))
    images, true_images = _evaluated_images(splits, fold, truth)
    detections = _of_images(detections, images)
    annotations = (
        _true_annotations(true_images, class_names),
        _found_annotations(detections, true_images),
    )
    flags = {
        kind: match_flags(*annotations, len(detections.rles), len(images), len(class_names), kind)
        for kind in ("segm", "bbox")
    }
    per_image = [
        score_image(detections.take(rows), true_image, list(class_names), min_confidence)
        for rows, true_image in zip(_rows_of_images(detections, len(images)), true_images, strict=True)
    ]
    for column in ("n_true", "ap_matterport", "ap_matterport_range", *COUNTS[1:]):
        images[column] = [result.numbers.get(column, 0) for result in per_image]
    kept = detections.frame[["image", "class_index", "score", "area_px"]]
    matched = np.concatenate([np.zeros(0, dtype=bool), *(result.matched for result in per_image)])
    pairs = [np.insert(result.pairs, 0, number, axis=1) for number, result in enumerate(per_image)]
    return RunScores(
        class_names=tuple(class_names),
        min_confidence=float(min_confidence),
        images=images,
        detections=kept.assign(matched=matched),
        mask_flags=flags["segm"][0],
        box_flags=flags["bbox"][0],
        true_counts=flags["segm"][1],
        pairs=np.concatenate(pairs) if pairs else np.zeros((0, 3), dtype=np.int64),
        quality=np.array([result.quality.counts for result in per_image]).reshape(
            -1, len(class_names), len(LEVELS), 4
        ),
        boundaries=np.array([result.quality.boundary for result in per_image]).reshape(-1, 3),
    )


def _evaluated_images(
    splits: pd.DataFrame, fold: int, truth: Truth
) -> tuple[pd.DataFrame, list[TrueImage | None]]:
    """Return the val and test samples of the fold in a fixed order, and their truth."""
    rows = splits[(splits["fold"] == fold) & splits["role"].isin(ROLES)]
    seen = seen_images(splits, fold)
    images = pd.DataFrame(
        {
            "sample_id": [
                str(name) if flip in ("none", "") or pd.isna(flip) else f"{name}__{flip}"
                for name, flip in zip(rows["image_id"], rows["flip"], strict=True)
            ],
            "image_id": rows["image_id"].astype(str).tolist(),
            "role": rows["role"].tolist(),
        }
    )
    images = images.drop_duplicates(["sample_id", "role"])
    found = [truth.find(name) for name in images["sample_id"]]
    number = np.array([np.inf if image is None else image.number for image in found])
    role = np.array([ROLES.index(name) for name in images["role"]])
    order = np.lexsort((images["sample_id"].to_numpy(dtype=str), number, role))
    images = images.iloc[order].reset_index(drop=True)
    images["seen"] = images["image_id"].isin(seen)
    images["annotated"] = [found[row] is not None for row in order]
    return images, [found[row] for row in order]


def _of_images(detections: Detections, images: pd.DataFrame) -> Detections:
    """Return the detections of the images, ordered by image (column ``image``) and falling score.

    A sample that is both val and test (no protocol of ours makes one) gets its detections twice.
    """
    of_sample = detections.of_image()
    none = np.zeros(0, dtype=np.intp)
    rows = [of_sample.get(name, none) for name in images["sample_id"]]
    number = np.repeat(np.arange(len(rows)), [len(part) for part in rows])
    chosen = detections.take(np.concatenate([*rows, none]).astype(np.intp))
    return Detections(chosen.frame.assign(image=number), chosen.rles)


def _rows_of_images(detections: Detections, n_images: int) -> list[NDArray[np.intp]]:
    edges = np.searchsorted(detections.frame["image"].to_numpy(), np.arange(n_images + 1))
    return [np.arange(start, stop) for start, stop in pairwise(edges)]


def _true_annotations(
    true_images: Sequence[TrueImage | None], class_names: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the true cells, crowds included, as COCO annotations; the image's row is its id."""
    annotations: list[dict[str, Any]] = []
    for number, image in enumerate(true_images):
        if image is None:
            continue
        for category, cell in zip(image.class_ids(class_names), image.cells, strict=True):
            y1, x1, y2, x2 = cell.box
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": int(category),
                    "segmentation": cell.mask,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": 1,
                    "iscrowd": int(cell.crowd),
                }
            )
    return annotations


def _found_annotations(
    detections: Detections, true_images: Sequence[TrueImage | None]
) -> list[dict[str, Any]]:
    """Return the detections as COCO annotations; those in unannotated images have no verdict and are left out."""
    frame = detections.frame
    columns = (frame[name].tolist() for name in ("image", "class_index", "score"))
    boxes = frame[["x", "y", "w", "h"]].to_numpy().tolist()
    return [
        {
            "id": row + 1,
            "image_id": image,
            "category_id": class_index + 1,
            "segmentation": detections.rles[row],
            "bbox": box,
            "area": 1,
            "iscrowd": 0,
            "score": score,
        }
        for row, (image, class_index, score, box) in enumerate(zip(*columns, boxes, strict=True))
        if true_images[image] is not None
    ]
