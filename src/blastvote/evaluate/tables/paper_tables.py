"""Tables 1 to 3 of the paper, with what a reviewer would ask for beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.intervals import Estimates, Intervals
from blastvote.evaluate.statistics.metrics.average_precision import (
    PooledDetections,
    box_metrics,
    metric_names,
)
from blastvote.evaluate.statistics.metrics.classification import CONVENTIONS, METRICS, confusion_counts
from blastvote.evaluate.statistics.study import SPLITS, SUBSETS, Study, pooled_votes
from blastvote.evaluate.tables import paper_values as paper

HEADLINE = "ap50_matterport"
LIMITS = ("ci_low", "ci_high", "ci_images_low", "ci_images_high")
"""Over trainings and images together (missing with one seed), and over images alone."""


@dataclass(frozen=True)
class Table:
    """A table merged over seeds, the same with one row a seed, and its numbers one a row with intervals."""

    merged: pd.DataFrame
    by_run: pd.DataFrame
    intervals: pd.DataFrame


def table1(analysis: Analysis) -> Table:
    """Return Table 1, the detection scores of every method on every split that has annotated images.

    `merged` has the columns method, split (val/test/unseen), ap50_matterport, ap50, ap75, ap, ap_<class>...,
    n_images, n_cells, `LIMITS` (of ap50_matterport) and paper (its mAP, a fraction). `by_run` adds
    boxes, Matterport's range mean and the number of images without annotation; `intervals` has one row a
    metric.
    """
    study = analysis.study
    merged, by_run, stacked = [], [], []
    for split in SPLITS:
        pooled = analysis.detections(split)
        if not len(next(iter(pooled.values())).images):
            continue
        intervals = analysis.detection_intervals(split)
        for method in study.methods:
            merged.append(_table1_row(study, method, split, intervals, pooled[method, study.seeds[0]]))
            by_run += [
                _by_run_row(method, seed, split, intervals, pooled[method, seed]) for seed in study.seeds
            ]
        stacked.append(interval_rows(study, intervals, {"split": split}, metric_names(study.class_names)))
    return Table(_frame(merged, _table1_columns(study)), _frame(by_run, []), _stack(stacked))


def _table1_columns(study: Study) -> list[str]:
    classes = [f"ap_{name}" for name in study.class_names]
    tail = ["n_images", "n_cells", *LIMITS, "paper"]
    return ["method", "split", "ap50_matterport", "ap50", "ap75", "ap", *classes, *tail]


def _table1_row(
    study: Study, method: str, split: str, intervals: Intervals, pooled: PooledDetections
) -> dict[str, object]:
    column = intervals.metrics.index(HEADLINE)
    row: dict[str, object] = {"method": method, "split": split}
    row |= dict(zip(intervals.metrics, intervals.scores[method].value, strict=True))
    row.pop("ap_matterport_range")
    return (
        row
        | limits_of(intervals.scores[method], column)
        | {
            "n_images": len(pooled.images),
            "n_cells": int(pooled.true_counts.sum()),
            "paper": paper.TABLE1_MAP.get(method, np.nan),
        }
    )


def _by_run_row(
    method: str, seed: int, split: str, intervals: Intervals, pooled: PooledDetections
) -> dict[str, object]:
    row: dict[str, object] = {"method": method, "seed": seed, "split": split}
    row |= dict(zip(intervals.metrics, intervals.by_seed[method, seed], strict=True))
    row |= box_metrics(pooled)
    return row | {
        "n_images": len(pooled.images),
        "n_cells": int(pooled.true_counts.sum()),
        "n_images_without_annotation": pooled.n_unannotated,
    }


def interval_rows(
    study: Study, intervals: Intervals, keys: Mapping[str, str], metrics: list[str]
) -> pd.DataFrame:
    """Return one row a method and metric: mean, spread over seeds, interval over images."""
    rows = []
    for method in study.methods:
        for column, metric in enumerate(intervals.metrics):
            if metric in metrics:
                rows.append(
                    {"method": method, **keys}
                    | {
                        "metric": metric,
                        "mean": intervals.scores[method].value[column],
                        **limits_of(intervals.scores[method], column),
                        "sd_over_seeds": intervals.spread[method][column],
                        "n_seeds": len(study.seeds),
                    }
                )
    return pd.DataFrame(rows)


def limits_of(scores: Estimates, column: int) -> dict[str, float]:
    """Return the limits of one metric by the names of `LIMITS`."""
    limits = (scores.low, scores.high, scores.images_low, scores.images_high)
    return {name: float(values[column]) for name, values in zip(LIMITS, limits, strict=True)}


def table2(analysis: Analysis) -> Table:
    """Return Table 2, the classification scores of every method in both conventions and on both subsets.

    `merged` has the columns method, convention, subset, accuracy, precision, sensitivity, f1, n_images,
    n_undetected, `<metric>_` with each of `LIMITS` and `paper_<metric>`, then further metrics, per-class values
    and `<metric>_sd_over_seeds`. The paper's numbers stand in the rows of its own convention and all test images.
    """
    study = analysis.study
    merged, by_run, stacked = [], [], []
    for subset in SUBSETS:
        if not next(iter(analysis.votes(subset).values())).image_ids:
            continue
        for convention in CONVENTIONS:
            intervals = analysis.classification_intervals(subset, convention)
            keys = {"convention": convention, "subset": subset}
            for method in study.methods:
                merged.append(_table2_row(method, keys, intervals))
                for seed in study.seeds:
                    values = dict(zip(intervals.metrics, intervals.by_seed[method, seed], strict=True))
                    by_run.append({"method": method, "seed": seed, **keys, **values})
            shown = [name for name in intervals.metrics if name not in ("n_images", "n_undetected")]
            stacked.append(interval_rows(study, intervals, keys, shown))
    columns = ["method", "convention", "subset"]
    return Table(
        _whole(_frame(merged, columns)),
        _whole(_frame(by_run, ["method", "seed", *columns[1:]])),
        _stack(stacked),
    )


def _table2_row(method: str, keys: Mapping[str, str], intervals: Intervals) -> dict[str, object]:
    scores = intervals.scores[method]
    value = dict(zip(intervals.metrics, scores.value, strict=True))
    over_seeds = dict(zip(intervals.metrics, intervals.spread[method], strict=True))
    row: dict[str, object] = {"method": method, **keys}
    row |= {name: value[name] for name in ("accuracy", "precision", "sensitivity", "f1")}
    row |= {name: value[name] for name in ("n_images", "n_undetected")}
    for name in METRICS:
        limits = limits_of(scores, intervals.metrics.index(name))
        row |= {f"{name}_{limit}": limits[limit] for limit in LIMITS}
    theirs = keys["convention"] == "paper" and keys["subset"] == "test"
    printed = paper.TABLE2.get(method, {}) if theirs else {}
    row |= {f"paper_{name}": printed.get(name, np.nan) for name in ("accuracy", "precision", "sensitivity")}
    row |= {name: number for name, number in value.items() if name not in row}
    return row | {f"{name}_sd_over_seeds": over_seeds[name] for name in METRICS}


def table3(study: Study, method: str, subset: str = "test") -> pd.DataFrame:
    """Return the confusion matrix of one method, laid out as the paper's Table 3.

    Rows are the actual classes and `FP`; columns `actual`, the predicted classes, `FN` and `undetected`. As
    in the paper, `FN` and `FP` are the off-diagonal sums of a row and a column; images without a vote stand
    apart in `undetected`. With several seeds the counts are means over seeds.
    """
    n_classes = len(study.class_names)
    tables = [
        np.column_stack(confusion_counts(votes.actual, votes.voted, n_classes))
        for votes in (pooled_votes(study, method, seed, subset) for seed in study.seeds)
    ]
    counts = np.mean(tables, axis=0)
    return confusion_layout(counts[:, :n_classes], counts[:, n_classes], study.class_names)


def confusion_layout(
    confusion: np.ndarray, undetected: np.ndarray, class_names: tuple[str, ...]
) -> pd.DataFrame:
    """Lay out a confusion matrix (K, K) and the undetected images (K,) as the paper's Table 3."""
    hits = np.diag(confusion)
    frame = pd.DataFrame(confusion, columns=list(class_names))
    frame.insert(0, "actual", list(class_names))
    frame["FN"] = confusion.sum(axis=1) - hits
    frame["undetected"] = undetected
    wrong = dict(zip(class_names, confusion.sum(axis=0) - hits, strict=True))
    return _whole(pd.concat([frame, pd.DataFrame([{"actual": "FP"} | wrong])], ignore_index=True))


def _frame(rows: list[dict[str, object]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    if frame.empty:
        return pd.DataFrame(columns=columns)
    rest = [name for name in frame.columns if name not in columns]
    return frame[[*columns, *rest]]


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn columns of counts that are all whole numbers into integers (means over seeds may not be)."""
    result = frame.copy()
    for name in result.columns:
        values = result[name]
        count = str(name).startswith("n_") or "actual" in result
        if not count or not pd.api.types.is_float_dtype(values):
            continue
        defined = values.dropna()
        if (defined == defined.round()).all():
            result[name] = values.round().astype("Int64")
    return result
