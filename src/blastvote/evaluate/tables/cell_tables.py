"""Tables about single cells: confusion with background, matching statistics, calibration, curves."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from blastvote.evaluate.scoring.coco import IOUS, RECALLS, TRUE, precision_at_recalls
from blastvote.evaluate.scoring.matching import COUNTS
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.metrics.average_precision import AP50, AP75, PooledDetections, counted
from blastvote.evaluate.statistics.resampling import Array, mean_defined
from blastvote.evaluate.statistics.study import SPLITS

BACKGROUND = "background"
BINS = 10


def cells_confusion(analysis: Analysis, method: str, split: str = "test") -> pd.DataFrame:
    """Return `cells_confusion_{method}.csv`: true against predicted class of every cell.

    Masks are matched without regard to class (`matching.match_image`), detections from the minimum confidence
    on. The row `background` counts detections that match no cell, the column `background` cells that no
    detection matches. Counts are means over seeds.
    """
    names = [*analysis.study.class_names, BACKGROUND]
    tables = []
    for seed in analysis.study.seeds:
        pairs = analysis.detections(split)[method, seed].pairs
        table = np.zeros((len(names), len(names)))
        np.add.at(table, (pairs[:, 1], pairs[:, 2]), 1)
        tables.append(table)
    frame = pd.DataFrame(np.mean(tables, axis=0), columns=names)
    # What is background in both is not counted by anyone.
    frame.loc[len(names) - 1, BACKGROUND] = np.nan
    if len(analysis.study.seeds) == 1:
        frame = frame.astype("Int64")
    frame.insert(0, "actual", names)
    return frame


def matching_table(analysis: Analysis) -> pd.DataFrame:
    """Return `matching.csv`: what went wrong with how many cells, by method and split, means over seeds.

    Columns method, split, the counts of `matching.COUNTS`, and the shares missed_share, wrong_class_share (of
    the true cells), duplicate_share, false_positive_share (of the detections) and touching_separated_share
    (of the touching pairs: both cells have a correct mask of their own).
    """
    rows = []
    for split in SPLITS:
        pooled = analysis.detections(split)
        if not len(next(iter(pooled.values())).images):
            continue
        for method in analysis.study.methods:
            sums = np.array(
                [pooled[method, seed].images[list(COUNTS)].sum().to_numpy() for seed in analysis.study.seeds]
            )
            counts = dict(zip(COUNTS, sums.mean(axis=0), strict=True))
            rows.append({"method": method, "split": split} | counts | _shares(counts))
    frame = pd.DataFrame(rows, columns=["method", "split", *COUNTS, *_shares(dict.fromkeys(COUNTS, 0.0))])
    return frame.astype(dict.fromkeys(COUNTS, "Int64")) if len(analysis.study.seeds) == 1 else frame


def _shares(counts: dict[str, float]) -> dict[str, float]:
    def share(part: str, whole: str) -> float:
        return counts[part] / counts[whole] if counts[whole] else np.nan

    return {
        "missed_share": share("missed", "n_true"),
        "wrong_class_share": share("wrong_class", "n_true"),
        "duplicate_share": share("duplicates", "n_detected"),
        "false_positive_share": share("false_positives", "n_detected"),
        "touching_separated_share": share("touching_pairs_separated", "touching_pairs"),
    }


def calibration_table(analysis: Analysis, split: str = "test") -> pd.DataFrame:
    """Return `calibration.csv`: how often a detection with a given score is right.

    A detection is right when COCO matches its mask at IoU 0.5 to a cell of its class. All stored detections
    (score >= 0.05) of all seeds are put in ten bins of equal width.

    Returns
    -------
    DataFrame
        method, bin_low, bin_high, n, mean_score, share_correct (empty for an empty bin) and ece, the expected
        calibration error of the method: the mean over detections of |share_correct - mean_score| of their bin
        (Guo et al. 2017), repeated on every row.
    """
    rows = []
    for method in analysis.study.methods:
        pooled = [analysis.detections(split)[method, seed] for seed in analysis.study.seeds]
        score = np.concatenate([entry.detections["score"].to_numpy()[counted(entry)] for entry in pooled])
        right = np.concatenate([entry.mask_flags[counted(entry), AP50] == TRUE for entry in pooled])
        rows += [{"method": method} | row for row in calibration_bins(score, right)]
    return pd.DataFrame(rows)


def calibration_bins(score: Array, right: NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return the rows of a reliability diagram, lower edges inclusive (a score of 1 is in the last bin)."""
    index = np.minimum((score * BINS + 1e-9).astype(np.intp), BINS - 1)
    number = np.bincount(index, minlength=BINS)
    mean_score = _per(np.bincount(index, weights=score, minlength=BINS), number)
    share = _per(np.bincount(index, weights=right.astype(float), minlength=BINS), number)
    gaps = np.where(number > 0, np.abs(share - mean_score), 0.0)
    ece = float((gaps * number).sum() / number.sum()) if number.sum() else np.nan
    return [
        {
            "bin_low": b / BINS,
            "bin_high": (b + 1) / BINS,
            "n": int(number[b]),
            "mean_score": mean_score[b],
            "share_correct": share[b],
            "ece": ece,
        }
        for b in range(BINS)
    ]


def _per(total: NDArray[Any], number: NDArray[Any]) -> Array:
    return np.divide(total, number, out=np.full(len(total), np.nan), where=number > 0)


def pr_curves(analysis: Analysis, split: str = "test") -> pd.DataFrame:
    """Return `pr_curves.csv`: COCO's precision envelope on masks at 101 recalls.

    Returns
    -------
    DataFrame
        method, class (each class, and `all`: their mean), iou (0.50 and 0.75), recall, precision (mean over
        seeds). Classes without true cells have no rows.
    """
    rows = []
    for method in analysis.study.methods:
        curves = [_curves(analysis.detections(split)[method, seed]) for seed in analysis.study.seeds]
        mean = mean_defined(np.stack(curves), axis=0)
        for level, at in enumerate((AP50, AP75)):
            with_mean = [*mean[level], mean_defined(mean[level], axis=0)]
            for name, curve in zip([*analysis.study.class_names, "all"], with_mean, strict=True):
                if np.isfinite(curve).all():
                    rows.append(
                        pd.DataFrame(
                            {
                                "method": method,
                                "class": name,
                                "iou": IOUS[at],
                                "recall": RECALLS,
                                "precision": curve,
                            }
                        )
                    )
    columns = ["method", "class", "iou", "recall", "precision"]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)


def _curves(pooled: PooledDetections) -> Array:
    """Return precision (2, K, 101) at IoU 0.5 and 0.75; NaN for classes without cells."""
    result = np.full((2, pooled.true_counts.shape[1], len(RECALLS)), np.nan)
    for number, entry in enumerate(pooled.ranked()):
        n_true = int(entry.true_counts.sum())
        for level, at in enumerate((AP50, AP75)):
            if n_true:
                result[level, number] = precision_at_recalls(entry.flags[at], n_true)
    return result
