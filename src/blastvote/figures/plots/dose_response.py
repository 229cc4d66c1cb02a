"""Dose-response: scores and their differences to the reference as the light gets worse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from blastvote.figures.plots.comparisons import AGAIN, NULL, NULL_COLOUR
from blastvote.figures.plots.curves import method_handles, method_lines
from blastvote.figures.style import (
    METRIC_NAMES,
    PAGE,
    MethodStyle,
    empty_figure,
    legend_below,
    method_styles,
    new_figure,
    require,
    styled,
)
from blastvote.figures.words import count_text

TITLE = "Scores as the light gets worse"
COLUMNS = [
    "light",
    "severity",
    "metric",
    "method",
    "value",
    "difference",
    "difference_low",
    "difference_high",
]


@styled
def dose_response_plot(
    rows: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    metric: str = "ap",
) -> Figure:
    """Plot a metric by severity, one column a kind of light: values above, differences to the reference below.

    Grey behind the differences is the reach of the null arm's interval, where there is one.

    Parameters
    ----------
    rows : DataFrame
        ``dose_response.csv``.
    methods, labels
        See `style.method_styles`.
    metric : str
        Which metric to show.
    """
    require(rows, COLUMNS, "dose-response")
    rows = rows[rows["metric"] == metric]
    again = rows["method"].astype(str).str.endswith(AGAIN)
    null, rows = rows[again], rows[~again]
    styles = method_styles(rows["method"], methods, labels)
    if rows.empty:
        return empty_figure(TITLE, f"Nothing was measured under several lights with the metric {metric}.")
    kinds = list(dict.fromkeys(rows["light"]))
    fig = new_figure(PAGE, 4.6)
    axes = fig.subplots(2, len(kinds), squeeze=False, sharex=True, sharey="row")
    name = METRIC_NAMES.get(metric, metric.replace("_", " "))
    for (upper, lower), kind in zip(axes.T, kinds, strict=True):
        own = rows[rows["light"] == kind]
        _values(upper, own, styles)
        _differences(lower, own, styles)
        _null_band(lower, null[null["light"] == kind])
        upper.set_title(f"{kind} light", loc="left")
        lower.set_xlabel("severity (0: well lit)")
    axes[0, 0].set_ylabel(f"{name} (%)")
    axes[1, 0].set_ylabel(f"{name}: difference\nto the reference (points)")
    count = count_text(rows.get("n_images", []), "images")
    fig.suptitle(f"{TITLE} ({count} a light)" if count else TITLE)
    handles: list[Artist] = list(method_handles(styles, method_lines(styles)))
    legend_below(fig, handles if null.empty else [*handles, Patch(fc=NULL_COLOUR, label=NULL)])
    return fig


def _null_band(ax: Axes, null: pd.DataFrame) -> None:
    """Fill what training again does at each severity; with one training there is its difference alone."""
    null = null.sort_values("severity")
    reach = 100 * null[["difference", "difference_low", "difference_high"]].abs().max(axis=1)
    if reach.notna().any():
        ax.fill_between(null["severity"], -reach, reach, color=NULL_COLOUR, lw=0, zorder=0, gid="null")


def _values(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, MethodStyle]) -> None:
    for name, look in method_lines(styles).items():
        own = rows[rows["method"] == name].sort_values("severity")
        ax.plot(
            own["severity"],
            100 * own["value"],
            marker=styles[name].marker,
            ms=3.5,
            gid=f"method {name}",
            **look,
        )
    ax.grid(True)


def _differences(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, MethodStyle]) -> None:
    """Draw differences with intervals, side by side so that they do not hide each other."""
    compared = [name for name in styles if rows.loc[rows["method"] == name, "difference"].notna().any()]
    ax.axhline(0, color="#444444", lw=0.8, zorder=1)
    for index, name in enumerate(compared):
        own = rows[rows["method"] == name].sort_values("severity")
        across = own["severity"] + 0.14 * (index - (len(compared) - 1) / 2)
        colour = styles[name].colour
        ax.vlines(across, 100 * own["difference_low"], 100 * own["difference_high"], color=colour, lw=1.1)
        ax.plot(
            across,
            100 * own["difference"],
            styles[name].marker,
            ms=3.5,
            color=colour,
            gid=f"difference {name}",
        )
    ax.grid(True, axis="y")
