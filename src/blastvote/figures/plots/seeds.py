"""Spread over runs: every seed and fold as a dot, so that luck of training is seen apart from the method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.style import (
    INK,
    METRIC_NAMES,
    PAGE,
    empty_figure,
    known,
    method_styles,
    new_figure,
    require,
    styled,
)
from blastvote.figures.words import count_text

TITLE = "Spread over repeated trainings"
SHOWN = {"split": "test", "convention": "strict", "subset": "test"}
USUAL = ("ap50_matterport", "ap50", "ap", "accuracy", "precision", "sensitivity")


@styled
def seed_spread(
    by_run: pd.DataFrame | Sequence[pd.DataFrame],
    metrics: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Plot every run's value by method, one panel a metric; a tick marks the mean.

    Parameters
    ----------
    by_run : DataFrame or sequence of DataFrames
        One or several ``*_by_run.csv``: method, seed, and metrics as fractions. Of the columns split,
        convention and subset the rows of the test images, and the strict convention are shown.
    metrics : sequence of str, optional
        Columns to show; else those of the usual ones that are there.
    methods, labels
        See `style.method_styles`.
    """
    by_run = _joined([by_run] if isinstance(by_run, pd.DataFrame) else by_run)
    wanted = metrics if metrics is not None else USUAL
    shown = [metric for metric in wanted if known(by_run, metric)]
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
    for index, (ax, metric) in enumerate(zip(axes, shown, strict=False)):
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
        dots.method_axis(ax, styles, named=index % columns == 0)
        dots.percent_axis(ax, dots.percent_limits(everything), f"{METRIC_NAMES.get(metric, metric)} (%)")
    fig.suptitle(f"{TITLE} ({count_text(runs, 'runs')} a method; tick and number: mean)")
    return fig


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return one row a run, the metrics of all tables side by side."""
    joined: pd.DataFrame | None = None
    for table in tables:
        require(table, ["method"], "runs")
        for column, value in SHOWN.items():
            if column in table.columns:
                table = table[table[column] == value].drop(columns=column)
        keys = [name for name in ("method", "seed", "fold") if name in table.columns]
        if joined is None:
            joined = table
        else:
            keys = [name for name in keys if name in joined.columns]
            new = [name for name in table.columns if name not in joined.columns]
            joined = joined.merge(table[[*keys, *new]], on=keys, how="outer", sort=False)
    return pd.DataFrame({"method": []}) if joined is None else joined
