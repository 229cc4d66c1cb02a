"""Every plot of a study by the name of its file: what the workflow writes to `results/plots`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from blastvote.figures.pictures.dataset import dataset_overview
from blastvote.figures.plot_names import PLOTS
from blastvote.figures.plots.classification.confusion import confusion_figure, confusion_sheet
from blastvote.figures.plots.classification.methods import classification_by_method
from blastvote.figures.plots.classification.reliability import reliability_diagram
from blastvote.figures.plots.comparisons import forest_plot
from blastvote.figures.plots.contrast import contrast_effect
from blastvote.figures.plots.curves import pr_curves, threshold_sweep
from blastvote.figures.plots.detection import map_by_method
from blastvote.figures.plots.learning import learning_curves
from blastvote.figures.plots.looks import contrast_and_ap
from blastvote.figures.plots.matching import matching_shares
from blastvote.figures.plots.quality import mask_quality
from blastvote.figures.plots.seeds import seed_spread
from blastvote.figures.style import METHOD_NAMES


@dataclass(frozen=True)
class StudyData:
    """What the plots of a study are drawn from.

    Attributes
    ----------
    tables : dict of DataFrame
        As `blastvote.evaluate.tables.all_tables.all_tables` names them.
    manifest, splits, contrast : DataFrame
        The tables of these names.
    history : DataFrame
        All ``history.csv`` below one another with the columns method, seed and fold.
    methods, class_names : sequence of str
        In the order of the configuration.
    score_threshold : float
        From which score on a cell votes, to mark it in the sweep.
    confusion_method : str
        Whose Table 3 is drawn large.
    confidence_level : float
        Of the intervals in the tables.
    margins : dict
        Metric to the difference within which methods count as equivalent.
    """

    tables: Mapping[str, pd.DataFrame]
    manifest: pd.DataFrame
    splits: pd.DataFrame
    contrast: pd.DataFrame
    history: pd.DataFrame
    methods: Sequence[str]
    class_names: Sequence[str]
    score_threshold: float
    confusion_method: str
    confidence_level: float
    margins: Mapping[str, float]


def study_figures(data: StudyData) -> Iterator[tuple[str, Figure]]:
    """Yield name and figure of every plot, one at a time: a figure is large."""
    tables, methods = data.tables, data.methods
    by_run = [tables["table1_map_by_run"], tables["table2_classification_by_run"]]
    makers = {
        "dataset": lambda: dataset_overview(data.manifest, data.splits, data.class_names),
        "contrast_effect": lambda: contrast_effect(data.contrast, methods),
        "learning_curves": lambda: learning_curves(data.history, methods),
        "map_by_method": lambda: map_by_method(
            tables["table1_map"], methods, intervals=tables["table1_intervals"], level=data.confidence_level
        ),
        "classification_by_method": lambda: classification_by_method(
            tables["table2_classification"], methods, level=data.confidence_level
        ),
        "confusion": lambda: confusion_figure(
            tables[f"table3_confusion_{data.confusion_method}"],
            f"Votes after {METHOD_NAMES.get(data.confusion_method, data.confusion_method)}",
        ),
        "confusion_all_methods": lambda: confusion_sheet(
            {method: tables[f"table3_confusion_{method}"] for method in methods}, methods
        ),
        "cells_confusion_all_methods": lambda: confusion_sheet(
            {method: tables[f"cells_confusion_{method}"] for method in methods}, methods, unit="cells"
        ),
        "matching": lambda: matching_shares(tables["matching"], methods),
        "detection_quality": lambda: mask_quality(
            tables["detection_quality"], methods, level=data.confidence_level
        ),
        "comparisons": lambda: forest_plot(
            tables["comparisons"], methods, level=1 - data.confidence_level, margins=data.margins
        ),
        "contrast_and_ap": lambda: contrast_and_ap(tables["contrast_and_ap"], data.confidence_level),
        "threshold_sweep": lambda: threshold_sweep(tables["threshold_sweep"], data.score_threshold, methods),
        "pr_curves": lambda: pr_curves(tables["pr_curves"], methods),
        "calibration": lambda: reliability_diagram(tables["calibration"], methods),
        "seeds": lambda: seed_spread(by_run, methods=methods),
    }
    for name in PLOTS:
        yield name, makers[name]()
