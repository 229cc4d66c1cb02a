"""Title, caption and category of every figure and table, the same on the page and in Snakemake's report.

Imports nothing heavy: the workflow asks for them while it is parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

CAPTIONS = resources.files("blastvote.report") / "captions"

PLOT_TITLES = {
    "check": "Check of the data set",
    "dataset": "Data set",
    "contrast_effect": "What each method does to the images",
    "learning_curves": "Learning curves",
    "map_by_method": "Segmentation by method",
    "classification_by_method": "Subtype by method",
    "confusion": "Votes and true classes (Table 3)",
    "confusion_all_methods": "Votes and true classes, all methods",
    "cells_confusion_all_methods": "Cells and true classes, all methods",
    "matching": "What went wrong with which cells",
    "detection_quality": "How good the masks are",
    "comparisons": "Differences between methods",
    "contrast_and_ap": "Does what looks better detect better?",
    "threshold_sweep": "Score threshold",
    "pr_curves": "Precision and recall",
    "calibration": "Calibration",
    "seeds": "Spread over trainings",
    "dose_response_ap": "COCO AP as the light gets worse",
    "dose_response_accuracy": "Accuracy as the light gets worse",
}

TABLE_TITLES = {
    "table1_map": "Table 1: segmentation",
    "table2_classification": "Table 2: subtype by vote",
    "table3_confusion": "Table 3: confusion",
    "detection_quality": "F1, panoptic quality, boundaries",
    "comparisons": "Differences between methods",
}

CATEGORIES = {
    "Data": ("check", "dataset", "contrast_effect"),
    "Training": ("learning_curves", "seeds"),
    "Segmentation": ("map_by_method", "table1", "pr_curves", "threshold_sweep"),
    "Subtype": ("classification_by_method", "table2", "table3", "confusion"),
    "Cells": ("matching", "detection_quality", "cells_confusion", "calibration"),
    "Comparisons": ("comparisons", "contrast_and_ap", "ranks", "variance_shares", "study_design", "dose_"),
    "Pictures": ("examples", "method_grid"),
}
"""Category to the beginnings of the names in it."""


@dataclass(frozen=True)
class Part:
    """How Snakemake's report shows a file: ``caption`` is the name of a file in ``captions``."""

    title: str
    caption: str
    category: str


def report_part(name: str, table: bool) -> Part:
    """Return title, caption and category of a figure or table by its name without suffix."""
    titles = TABLE_TITLES if table else PLOT_TITLES
    title = titles.get(name, name.replace("_", " "))
    return Part(title, _caption_name(name, table), _category(name))


def _caption_name(name: str, table: bool) -> str:
    if not table:
        return name
    if name in ("comparisons", "detection_quality"):
        return f"{name}_table"
    known = ("table1_map", "table2_classification")
    if name in known:
        return name
    return "table3_confusion" if name.startswith("table3_confusion") else "tables"


def _category(name: str) -> str:
    for category, beginnings in CATEGORIES.items():
        if name.startswith(beginnings):
            return category
    return "More tables"


def caption(name: str) -> str:
    """Return the caption of a figure, by its name."""
    return (CAPTIONS / f"{name}.rst").read_text(encoding="utf-8").strip()
