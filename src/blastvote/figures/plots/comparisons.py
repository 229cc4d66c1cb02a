"""Paired comparisons as a forest plot: the difference between two methods, its interval and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from blastvote.figures.style import (
    METRIC_NAMES,
    PAGE,
    empty_figure,
    legend_below,
    method_styles,
    new_figure,
    require,
    styled,
)
from blastvote.figures.words import count_text, number, p_text, shorten

TITLE = "Differences between contrast methods on the same images"
CLEAR, UNCLEAR, SAME = "#0B3C6F", "#8C8C8C", "#2E7D4F"
COLOURS = {"differs": CLEAR, "equivalent": SAME, "cannot tell": UNCLEAR}
ONE_TRAINING = "one training: cannot tell methods from trainings"
NULL = "what training again does (null arm)"
NULL_COLOUR = "#E4E4E4"
AGAIN = " again"  # ends the name of the null arm, and of no method
ROW = 0.19  # inches
MANY = 15  # pairs, that is six methods each with each


@styled
def forest_plot(
    comparisons: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    level: float = 0.05,
    metrics: Sequence[str] | None = None,
    reference: str | None = None,
    margins: Mapping[str, float] | None = None,
) -> Figure:
    """Plot every comparison: method a minus method b in percentage points, grouped by metric.

    Colours are verdicts (dark: differs, green: equivalent, grey: cannot tell). Intervals hold trainings and images
    together; with one training there is none, and the one over images alone is hatched. Intervals are those of single
    comparisons, so that one can leave out 0 where p, adjusted for all pairs, is above `level`: the legend says so.
    Grey behind a panel is the reach of the null arm's interval; dotted lines are the margins of equivalence.

    Parameters
    ----------
    comparisons : DataFrame
        ``comparisons.csv``: method_a, method_b, metric, difference (a - b, fraction), ci_low, ci_high;
        optional p_value, p_adjusted, verdict, ci_images_low, ci_images_high, n_images. Without a verdict, an
        adjusted p below `level` is dark.
    methods, labels
        See `style.method_styles`; the order of the rows follows it.
    level : float
        Of significance.
    metrics : sequence of str, optional
        Which metrics to show, in this order; else all in the order of the table.
    reference : str, optional
        Show only the comparisons with this method. Without it all are shown, or where there are more than
        `MANY` pairs those with the second method of the table's first row: the reference of the config.
    margins : mapping, optional
        Metric to the margin of equivalence (fraction).
    """
    # Long because it draws top-down: panels, rows, margins, null arm and legend are one picture.
    require(comparisons, ["method_a", "method_b", "metric", "difference"], "comparisons")
    rows = comparisons.dropna(subset=["difference"])
    if metrics is not None:
        rows = rows[rows["metric"].isin(metrics)]
    names = [name for pair in zip(rows["method_a"], rows["method_b"], strict=True) for name in pair]
    styles = method_styles(names, methods, labels)
    if rows.empty:
        return empty_figure(TITLE, "Nothing to compare: two methods evaluated on the same images are needed.")
    pairs = rows[["method_a", "method_b"]].drop_duplicates()
    if reference is None and len(pairs) > MANY:
        # The table puts the pairs with the reference of the config first, and it second in them.
        reference = str(pairs["method_b"].iloc[0])
    if reference is not None:
        rows = rows[(rows["method_a"] == reference) | (rows["method_b"] == reference)]
    if rows.empty:
        return empty_figure(TITLE, f"There are no comparisons with {reference}.")
    order = {name: index for index, name in enumerate(styles)}
    groups = [
        rows[rows["metric"] == metric].sort_values(
            ["method_b", "method_a"], key=lambda column: column.map(order), kind="stable"
        )
        for metric in (metrics if metrics is not None else dict.fromkeys(rows["metric"]))
    ]
    groups = [group for group in groups if len(group)]
    # Beyond this many rows one column of panels becomes taller than a page.
    columns = 1 if sum(map(len, groups)) <= 14 or len(groups) == 1 else 2
    heights = [max(len(group) for group in groups[i : i + columns]) for i in range(0, len(groups), columns)]
    fig = new_figure(PAGE, 0.8 + sum(0.62 + ROW * height for height in heights))
    axes = fig.subplots(
        len(heights), columns, squeeze=False, height_ratios=[height + 2.5 for height in heights]
    ).ravel()
    for ax in axes[len(groups) :]:
        ax.set_axis_off()
    texts = {name: style.label for name, style in styles.items()}
    for ax, group in zip(axes, groups, strict=False):
        _panel(ax, group, texts, level, brief=columns > 1)
        margin = (margins or {}).get(str(group["metric"].iloc[0]))
        for bound in [] if margin is None else [-100 * margin, 100 * margin]:
            ax.axvline(bound, color=SAME, lw=0.8, ls=":", zorder=1, gid="margin")
    fig.suptitle(TITLE)
    legend_below(fig, _handles(fig, rows, level))
    return fig


def _handles(fig: Figure, rows: pd.DataFrame, level: float) -> list[Artist]:
    """Return the legend entries of what is drawn."""
    look: dict[str, Any] = {"marker": "s", "ms": 4.5, "lw": 1.3}
    entries = [(CLEAR, f"adjusted p < {level:g}"), (UNCLEAR, "not shown to differ")]
    if "verdict" in rows:
        entries = [
            (colour, verdict) for verdict, colour in COLOURS.items() if (rows["verdict"] == verdict).any()
        ]
    handles: list[Artist] = [Line2D([], [], color=colour, label=text, **look) for colour, text in entries]
    drawn = {artist.get_gid() for artist in fig.findobj()}
    if "interval" in drawn:
        handles.append(Line2D([], [], ls="", label="intervals are not adjusted"))
    if "one training" in drawn:
        handles.append(Patch(fc="none", ec=UNCLEAR, hatch="//////", lw=0.5, label=ONE_TRAINING))
    if "null" in drawn:
        handles.append(Patch(fc=NULL_COLOUR, label=NULL))
    if "margin" in drawn:
        handles.append(Line2D([], [], color=SAME, lw=0.8, ls=":", label="margin of equivalence"))
    return handles


def _panel(ax: Axes, group: pd.DataFrame, texts: Mapping[str, str], level: float, brief: bool) -> None:
    ax.axvline(0, color="#444444", lw=0.8, zorder=1)
    reach = _null_reach(group)
    if not math.isnan(reach):
        ax.axvspan(-reach, reach, color=NULL_COLOUR, lw=0, zorder=0, gid="null")
    pairs, bounds = [], [0.0] if math.isnan(reach) else [reach]
    for y, (_, row) in enumerate(group.iterrows()):
        bounds += _row(ax, y, row, level, brief)
        width = 14 if brief else 30
        pair = " − ".join(shorten(texts[str(row[name])], width) for name in ("method_a", "method_b"))
        pairs.append(pair)
    ax.set_yticks(range(len(pairs)), pairs, fontsize=7 if not brief else 6.5)
    ax.set_ylim(len(pairs) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    reach = max(2.0, 1.08 * float(np.max(np.abs(bounds))))
    ax.set_xlim(-reach, reach)
    ax.grid(True, axis="x")
    ax.set_xlabel("difference (percentage points)")
    count = count_text(group["n_images"], "images") if "n_images" in group.columns else ""
    metric = str(group["metric"].iloc[0])
    metric = METRIC_NAMES.get(metric, metric.replace("_", " "))
    ax.set_title(f"{metric}, {count}" if count else metric, loc="left")


def _row(ax: Axes, y: int, row: pd.Series, level: float, brief: bool) -> list[float]:
    """Draw one comparison and return the values that must be in view."""
    names = ("difference", "ci_low", "ci_high", "ci_images_low", "ci_images_high")
    value, low, high, images_low, images_high = (100 * number(row.get(name)) for name in names)
    p = number(row.get("p_adjusted"))
    p = number(row.get("p_value")) if math.isnan(p) else p
    colour = COLOURS[str(row["verdict"])] if "verdict" in row else CLEAR if p < level else UNCLEAR
    if not (math.isnan(low) or math.isnan(high)):
        ax.plot([low, high], [y, y], color=colour, lw=1.3, gid="interval")
    elif not (math.isnan(images_low) or math.isnan(images_high)):
        low, high = images_low, images_high
        bar = Rectangle((low, y - 0.18), high - low, 0.36, fc="none", ec=UNCLEAR, hatch="//////", lw=0.5)
        bar.set_gid("one training")
        ax.add_patch(bar)
    ax.plot([value], [y], "s", ms=4.5, color=colour, gid="difference")
    _write(ax, y, value, low, high, p, brief)
    return [bound for bound in (value, low, high) if not math.isnan(bound)]


def _null_reach(group: pd.DataFrame) -> float:
    """Return how far the null arm's interval (with one training: its difference) lies from 0, in points."""
    rows = group[group["method_a"].astype(str) == group["method_b"].astype(str) + AGAIN]
    values = [
        100 * abs(number(row.get(n)))
        for _, row in rows.iterrows()
        for n in ("difference", "ci_low", "ci_high")
    ]
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def _write(ax: Axes, y: int, value: float, low: float, high: float, p: float, brief: bool) -> None:
    """Write the numbers at the right of the row."""
    interval = "" if math.isnan(low) or math.isnan(high) else f" [{low:+.1f}, {high:+.1f}]"
    chance = p_text(p)
    text = chance if brief else f"{value:+.1f}{interval}   {chance}"
    text = text.replace("-", "−")
    ax.text(1.02, y, text, transform=ax.get_yaxis_transform(), va="center", fontsize=6.5 if not brief else 6)
