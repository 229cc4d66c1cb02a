"""Table 2 as a figure: accuracy, precision and sensitivity of the vote, by method and convention."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blastvote.figures.plots import dots
from blastvote.figures.plots.detection import interval_of, without_repeats
from blastvote.figures.style import (
    FAINT,
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

METRICS = ("accuracy", "precision", "sensitivity")
CONVENTIONS = {
    "strict": "strict: an undetected image is a miss",
    "paper": "paper: sensitivity over classified images only",
}
TITLE = "Subtype of the image by the vote of its cells"


@styled
def classification_by_method(
    table: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    metrics: Sequence[str] = METRICS,
    level: float = 0.95,
) -> Figure:
    """Plot Table 2: one row of panels a convention, one column a metric; subsets are filled and open dots.

    Parameters
    ----------
    table : DataFrame
        ``table2_classification.csv``: method, convention, subset, the `metrics` (fractions); optional
        ``<metric>_ci_low/_ci_high``, ``paper_<metric>``, n_images, n_undetected. The paper's values are
        drawn in its own convention and for the first subset only, the one it reports. One row a method,
        convention and subset.
    methods, labels
        See `style.method_styles`.
    level : float
        Confidence level of the intervals, for the legend.

    Raises
    ------
    ValueError
        Where the column method is missing or a method has several rows for a convention and subset.
    """
    require(table, ["method"], "table 2")
    metrics = [metric for metric in metrics if known(table, metric)]
    styles = method_styles(table["method"], methods, labels)
    if not metrics or not styles:
        return empty_figure(TITLE, "Table 2 has no values yet: no image has a vote and a true label.")
    for column in ("convention", "subset"):
        table = table.assign(**{column: table[column].fillna("") if column in table.columns else ""})
    if table.duplicated(["method", "convention", "subset"]).any():
        raise ValueError("table 2: a method has several rows for one convention and subset; expected one.")
    table = without_repeats(table, "subset", metrics)
    conventions = sorted(dict.fromkeys(table["convention"]), key=lambda name: (name != "strict", name))
    subsets = sorted(dict.fromkeys(table["subset"]), key=lambda name: (name != "test", name))
    height = len(styles) * dots.row_height(styles, len(subsets))
    fig = new_figure(PAGE, 0.9 + len(conventions) * (0.85 + height))
    parts = fig.subfigures(len(conventions), 1, squeeze=False)[:, 0]
    limits = dots.percent_limits(_all_values(table, metrics))
    gids = set()
    for part, convention in zip(parts, conventions, strict=True):
        rows = table[table["convention"] == convention]
        part.suptitle(_caption(str(convention), rows), fontsize=8, fontweight="normal")
        axes = part.subplots(1, len(metrics), squeeze=False)[0]
        for ax, metric in zip(axes, metrics, strict=True):
            _panel(ax, rows, metric, styles, subsets)
            dots.method_axis(ax, styles, named=ax is axes[0])
            dots.percent_axis(ax, limits, f"{metric} (%)")
            gids |= {artist.get_gid() for artist in ax.lines}
    fig.suptitle(TITLE)
    legend_below(fig, _handles(gids, subsets, level))
    return fig


def _all_values(table: pd.DataFrame, metrics: Sequence[str]) -> list[float]:
    values = [100 * number(value) for metric in metrics for value in table[metric]]
    for _, row in table.iterrows():
        for metric in metrics:
            values += [100 * bound for bound in interval_of(row, metric)]
            if row["convention"] == "paper":
                values.append(100 * number(row.get(f"paper_{metric}")))
    return values


def _panel(
    ax: Axes, rows: pd.DataFrame, metric: str, styles: Mapping[str, MethodStyle], subsets: Sequence[str]
) -> None:
    offsets = (
        [0.0] if len(subsets) < 2 else [(i / (len(subsets) - 1) - 0.5) * 0.48 for i in range(len(subsets))]
    )
    for index, (subset, offset) in enumerate(zip(subsets, offsets, strict=True)):
        found = rows[rows["subset"] == subset].set_index("method")
        for y, (name, style) in enumerate(styles.items()):
            value = math.nan
            if name in found.index:
                row = pd.Series(found.loc[name])
                value = 100 * number(row[metric])
                low, high = (100 * bound for bound in interval_of(row, metric))
                dots.draw_dot(ax, y + offset, value, low, high, style, filled=index == 0)
                if index == 0 and row["convention"] == "paper":
                    dots.draw_reference(ax, y + offset, 100 * number(row.get(f"paper_{metric}")))
            dots.write_value(ax, y + offset, value)


def _caption(convention: str, rows: pd.DataFrame) -> str:
    """Name the convention, the number of images of each subset and how many of them have no vote."""
    parts = []
    for subset, found in rows.groupby("subset", sort=True):
        count = count_text(found.get("n_images", []), "images")
        lost = count_text(found.get("n_undetected", []), "undetected").removeprefix("n = ")
        if count:
            parts.append(f"{subset}: {count}" + (f", {lost}" if lost else ""))
    head = f"Convention {CONVENTIONS.get(convention, convention)}" if convention else ""
    return "\n".join(part for part in [head, ";  ".join(parts)] if part)


def _handles(gids: set[str], subsets: Sequence[str], level: float) -> list[Line2D]:
    handles = dots.legend_handles("interval" in gids, "paper" in gids, level)
    if len(subsets) > 1:
        handles += [
            Line2D(
                [],
                [],
                ls="",
                marker="o",
                ms=5,
                mec=FAINT,
                mfc=FAINT if i == 0 else "white",
                label=f"subset {name}",
            )
            for i, name in enumerate(subsets)
        ]
    return handles
