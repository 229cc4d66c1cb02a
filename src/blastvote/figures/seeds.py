"""Spread over runs: every seed and fold as a dot, so that luck of training is seen apart from the method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from blastvote.figures import dots
from blastvote.figures.style import (
    INK,
    METRIC_NAMES,
    PAGE,
    count_text,
    empty_figure,
    method_styles,
    new_figure,
    require,
    styled,
)

TITLE = "Spread over repeated trainings"
USUAL = ("ap50_matterport", "ap50", "ap", "accuracy", "precision", "sensitivity")


@styled
def seed_spread(
    by_run: pd.DataFrame,
    metrics: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Plot every run's value by method, one panel a metric; a tick marks the mean.

    Parameters
    ----------
    by_run : DataFrame
        A ``*_by_run.csv``: method, seed and fold, and metrics as fractions. Where it also has the columns
        split, convention or subset, give it filtered to one of each.
    metrics : sequence of str, optional
        Columns to show; else those of the usual ones that are there.
    methods, labels
        See `style.method_styles`.
    """
    require(by_run, ["method"], "runs")
    wanted = metrics if metrics is not None else USUAL
    shown = [metric for metric in wanted if metric in by_run.columns and by_run[metric].notna().any()]
    styles = method_styles(by_run["method"], methods, labels)
    if not shown or not styles:
        return empty_figure(TITLE, "No run has been evaluated yet.")
    columns = min(len(shown), 3)
    bands = math.ceil(len(shown) / columns)
    row = max(0.24, dots.row_height(styles))
    fig = new_figure(max(3.5, PAGE * columns / 3), 0.5 + bands * (0.75 + row * len(styles)))
    axes = fig.subplots(bands, columns, squeeze=False).ravel()
    for ax in axes[len(shown) :]:
        ax.set_axis_off()
    runs = by_run.groupby("method").size()
    for place, (ax, metric) in enumerate(zip(axes, shown, strict=False)):
        everything: list[float] = []
        for y, style in enumerate(styles.values()):
            found = by_run.loc[by_run["method"].astype(str) == style.name, metric]
            values = 100 * pd.to_numeric(found, errors="coerce").dropna().to_numpy(float)
            everything += values.tolist()
            mean = float(values.mean()) if values.size else math.nan
            heights = [y + ((i * 0.618034) % 1.0 - 0.5) * 0.3 for i in range(values.size)]
            ax.plot(values, heights, style.marker, ms=4, mfc="none", mec=style.colour, mew=1, gid="run")
            if values.size:
                ax.plot([mean, mean], [y - 0.32, y + 0.32], color=INK, lw=1.3, gid="mean")
            dots.write_value(ax, y, mean)
        dots.method_axis(ax, styles, named=place % columns == 0)
        dots.percent_axis(ax, dots.percent_limits(everything), f"{METRIC_NAMES.get(metric, metric)} (%)")
    fig.suptitle(f"{TITLE} ({count_text(runs, 'runs')} a method; tick and number: mean)")
    return fig
