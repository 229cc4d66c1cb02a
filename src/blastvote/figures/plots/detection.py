"""Table 1 as a figure: average precision by method, under every convention, beside the paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.style import (
    PAGE,
    MethodStyle,
    empty_figure,
    known,
    legend_below,
    method_styles,
    new_figure,
    require,
    styled,
)
from blastvote.figures.words import count_text, number

MAP_METRICS = {
    "ap50_matterport": "mAP as in the paper\n(per image, IoU 0.5)",
    "ap50": "COCO AP50\n(IoU 0.5)",
    "ap75": "COCO AP75\n(IoU 0.75)",
    "ap": "COCO AP\n(IoU 0.50–0.95)",
}
LIMITS = ("ci_low", "ci_high", "ci_images_low", "ci_images_high")
TITLE = "Average precision of the masks by contrast method"


def interval_of(row: pd.Series, metric: str, shared: str | None = None) -> tuple[float, float]:
    """Return the interval of a metric: ``<metric>_ci_low/_ci_high``, or the shared columns.

    With one training there is none over trainings and images: the one over images alone stands in.
    """
    for prefix in (f"{metric}_", "" if metric == shared else None):
        for kind in ("ci", "ci_images"):
            low, high = (number(row.get(f"{prefix}{kind}_{side}")) for side in ("low", "high"))
            if prefix is not None and not math.isnan(low):
                return low, high
    return math.nan, math.nan


def with_intervals(table: pd.DataFrame, intervals: pd.DataFrame | None, keys: list[str]) -> pd.DataFrame:
    """Add ``<metric>_ci_low/_ci_high`` to a table from its list of intervals, one a row."""
    if intervals is None or intervals.empty:
        return table
    for bound in [name for name in LIMITS if name in intervals]:
        wide = intervals.pivot_table(index=keys, columns="metric", values=bound, sort=False)
        wide.columns = [f"{metric}_{bound}" for metric in wide.columns]
        fresh = wide[[name for name in wide.columns if name not in table.columns]]
        table = table.merge(fresh.reset_index(), on=keys, how="left")
    return table


def without_repeats(table: pd.DataFrame, column: str, metrics: Sequence[str]) -> pd.DataFrame:
    """Drop the rows of the value ``unseen`` where nothing leaked: every number repeats."""
    keys = [name for name in ("method", "convention") if name in table.columns]
    parts = [
        table[table[column] == value].set_index(keys)[list(metrics)].sort_index()
        for value in ("test", "unseen")
    ]
    return table[table[column] != "unseen"] if len(parts[1]) and parts[0].equals(parts[1]) else table


@styled
def map_by_method(
    table: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    intervals: pd.DataFrame | None = None,
    interval_metric: str = "ap50_matterport",
    level: float = 0.95,
) -> Figure:
    """Plot Table 1: one column of panels a convention, one row a split, one line a method.

    Parameters
    ----------
    table : DataFrame
        ``table1_map.csv``: method, split, and any of ap50_matterport, ap50, ap75, ap (fractions); optional
        ci_low and ci_high (of `interval_metric`), ``<metric>_ci_low/_ci_high``, paper (of ap50_matterport),
        n_images, n_cells. One row a method and split.
    methods, labels
        See `style.method_styles`.
    intervals : DataFrame, optional
        ``table1_intervals.csv``: method, split, metric, ci_low, ci_high; whiskers for all metrics.
    interval_metric : str
        Whose interval the columns ci_low and ci_high of `table` are.
    level : float
        Confidence level of the intervals, for the legend.

    Raises
    ------
    ValueError
        Where the column method is missing, or a method has several rows for a split.
    """
    require(table, ["method"], "table 1")
    metrics = [metric for metric in MAP_METRICS if known(table, metric)]
    styles = method_styles(table["method"], methods, labels)
    if not metrics or not styles:
        return empty_figure(TITLE, "Table 1 has no values yet: no method has been evaluated.")
    table = table.assign(split=table["split"].fillna("") if "split" in table.columns else "")
    if table.duplicated(["method", "split"]).any():
        raise ValueError(
            "table 1: a method has several rows for one split; expected one (the mean over runs)."
        )
    table = without_repeats(with_intervals(table, intervals, ["method", "split"]), "split", metrics)
    splits = list(dict.fromkeys(table["split"]))
    fig = new_figure(PAGE, 1.0 + len(splits) * (0.75 + len(styles) * dots.row_height(styles)))
    axes = fig.subplots(len(splits), len(metrics), squeeze=False)
    limits = dots.percent_limits(_all_values(table, metrics, interval_metric))
    for line, split in zip(axes, splits, strict=True):
        rows = table[table["split"] == split].set_index("method")
        for ax, metric in zip(line, metrics, strict=True):
            _panel(ax, rows, metric, styles, interval_metric)
            dots.method_axis(ax, styles, named=ax is line[0])
            dots.percent_axis(ax, limits, "AP (%)")
            ax.set_title(MAP_METRICS[metric], fontsize=7.5)
        _name_row(line[0], str(split), rows, len(splits))
    fig.suptitle(_title(table))
    gids = {artist.get_gid() for ax in axes.flat for artist in ax.lines}
    legend_below(fig, dots.legend_handles("interval" in gids, "paper" in gids, level))
    return fig


def _all_values(table: pd.DataFrame, metrics: Sequence[str], shared: str) -> list[float]:
    """Return every number the panels show, in per cent."""
    values = [100 * number(value) for metric in metrics for value in table[metric]]
    for _, row in table.iterrows():
        values += [100 * bound for metric in metrics for bound in interval_of(row, metric, shared)]
    if "ap50_matterport" in metrics and "paper" in table.columns:
        values += [100 * number(value) for value in table["paper"]]
    return values


def _panel(ax: Axes, rows: pd.DataFrame, metric: str, styles: Mapping[str, MethodStyle], shared: str) -> None:
    for y, (name, style) in enumerate(styles.items()):
        value = math.nan
        if name in rows.index:
            row = pd.Series(rows.loc[name])
            value = 100 * number(row[metric])
            low, high = (100 * bound for bound in interval_of(row, metric, shared))
            dots.draw_dot(ax, y, value, low, high, style)
            if metric == "ap50_matterport":
                dots.draw_reference(ax, y, 100 * number(row.get("paper")))
        dots.write_value(ax, y, value)


def _name_row(ax: Axes, split: str, rows: pd.DataFrame, n_splits: int) -> None:
    if n_splits > 1 and split:
        ax.set_ylabel(f"split: {split}\n{count_text(rows.get('n_images', []), 'images')}", fontweight="bold")


def _title(table: pd.DataFrame) -> str:
    counts = [count_text(table.get(f"n_{unit}", []), unit) for unit in ("images", "cells")]
    units = ", ".join(count for count in counts if count).replace(", n = ", ", ")
    return f"{TITLE} ({units})" if units else TITLE
