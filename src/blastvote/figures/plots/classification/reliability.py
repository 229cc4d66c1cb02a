"""Calibration: the share of correct detections against their score."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.style import (
    FAINT,
    PAGE,
    MethodStyle,
    bare,
    empty_figure,
    known,
    method_styles,
    new_figure,
    require,
    say_empty,
    styled,
)
from blastvote.figures.words import count_text, number, wrap

ACROSS, UP, COUNT = "mean_score", "share_correct", "n"


@styled
def reliability_diagram(
    calibration: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Plot the share of correct detections against their score, one panel a method, with the counts below.

    Parameters
    ----------
    calibration : DataFrame
        ``calibration.csv``, one row a method and bin: method, mean_score, share_correct, n (detections in the bin);
        optional ece (expected calibration error, the same in all rows of a method). Fractions. Empty bins are
        left out.
    methods, labels
        See `style.method_styles`.
    """
    title = "Do the scores mean what they say?"
    require(calibration, ["method", ACROSS, UP, COUNT], "calibration")
    styles = method_styles(calibration["method"], methods, labels)
    if not (known(calibration, ACROSS) and known(calibration, UP) and styles):
        return empty_figure(title, "No detection could be compared with a true cell.")
    columns = min(len(styles), 5)
    bands = math.ceil(len(styles) / columns)
    fig = new_figure(max(3.5, PAGE * columns / 5), 0.6 + bands * 2.35)
    axes = fig.subplots(2 * bands, columns, squeeze=False, height_ratios=[3, 1] * bands)
    for ax in axes.flat:
        ax.set_visible(False)
    for index, (name, style) in enumerate(styles.items()):
        row, column = 2 * (index // columns), index % columns
        rows = calibration[calibration["method"].astype(str) == name].dropna(subset=[ACROSS, UP])
        rows = rows[rows[COUNT] > 0].sort_values(ACROSS)
        upper, lower = axes[row, column], axes[row + 1, column]
        _reliability(upper, lower, rows, style, column == 0)
    fig.suptitle(title)
    return fig


def _reliability(upper: Axes, lower: Axes, rows: pd.DataFrame, style: MethodStyle, first: bool) -> None:
    upper.set_visible(True)
    upper.plot([0, 100], [0, 100], color=FAINT, lw=0.8, ls="--", zorder=1, gid="ideal")
    x, y = 100 * rows[ACROSS].to_numpy(float), 100 * rows[UP].to_numpy(float)
    upper.vlines(x, x, y, color=style.colour, lw=0.8, alpha=0.6)
    upper.plot(x, y, marker=style.marker, ms=3.5, color=style.colour, lw=1.2, gid="reliability")
    dots.percent_square(upper, "", "correct (%)" if first else "")
    upper.set_aspect("equal")
    error = number(rows["ece"].iloc[0]) if "ece" in rows.columns and len(rows) else math.nan
    count = count_text(int(rows[COUNT].sum()), "found")
    extra = [count, "" if math.isnan(error) else f"ECE {error:.3f}"]
    upper.set_title("\n".join([wrap(style.label, 18, 2), *(part for part in extra if part)]), fontsize=7)
    lower.set_visible(True)
    if rows.empty:
        say_empty(lower)
        bare(lower)
        return
    lower.bar(x, rows[COUNT].to_numpy(float), width=6, color=style.colour, lw=0)
    lower.set_xlim(-2, 102)
    lower.set_xticks([0, 50, 100])
    lower.set_xlabel("score (%)")
    lower.locator_params(axis="y", nbins=2)
    if first:
        lower.set_ylabel("found")
