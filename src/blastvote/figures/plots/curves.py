"""Curves over a threshold: what the score threshold costs, and precision against recall."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blastvote.figures.plots import dots
from blastvote.figures.style import (
    INK,
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
from blastvote.figures.words import count_text, shorten, wrap

THRESHOLD = "min_confidence"
SWEPT = {
    "accuracy": "accuracy (%)",
    "sensitivity_strict": "mean sensitivity, strict (%)",
    "undetected_share": "undetected images (%)",
}
PAPER_THRESHOLD = 0.9
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def method_lines(styles: Mapping[str, MethodStyle]) -> dict[str, dict[str, Any]]:
    """Return the line properties of each method; dashes differ where colours repeat or come close."""
    return {
        name: {"color": style.colour, "ls": DASHES[index // 5 % len(DASHES)], "lw": 1.4}
        for index, (name, style) in enumerate(styles.items())
    }


def method_handles(styles: Mapping[str, MethodStyle], lines: Mapping[str, dict[str, Any]]) -> list[Line2D]:
    """Return legend entries of the methods."""
    return [Line2D([], [], label=shorten(style.label, 28), **lines[name]) for name, style in styles.items()]


@styled
def threshold_sweep(
    sweep: pd.DataFrame,
    configured: float | None = None,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    paper: float = PAPER_THRESHOLD,
    subset: str = "test",
) -> Figure:
    """Plot what the score threshold costs: accuracy, sensitivity and undetected share against it.

    Parameters
    ----------
    sweep : DataFrame
        ``threshold_sweep.csv``: method, min_confidence, and any of accuracy, sensitivity_strict,
        undetected_share (fractions); optional subset and n_images. Rows of several runs at one threshold
        are averaged.
    configured : float, optional
        The config's score threshold, marked beside the paper's.
    methods, labels
        See `style.method_styles`.
    paper : float
        The paper's score threshold.
    subset : str
        Which rows to draw: ``test`` or ``unseen``.
    """
    title = "What the score threshold costs"
    require(sweep, ["method"], "threshold sweep")
    metrics = {name: axis for name, axis in SWEPT.items() if known(sweep, name)}
    styles = method_styles(sweep["method"], methods, labels)
    if not known(sweep, THRESHOLD) or not metrics or not styles:
        return empty_figure(title, "The threshold has not been swept: there are no stored detections.")
    if "subset" in sweep.columns and (sweep["subset"] == subset).any():
        sweep = sweep[sweep["subset"] == subset]
    lines = method_lines(styles)
    fig = new_figure(PAGE * len(metrics) / 3 if len(metrics) > 1 else 3.5, 2.75 + 0.1 * len(styles) / 3)
    axes = fig.subplots(1, len(metrics), squeeze=False)[0]
    means = sweep.groupby(["method", THRESHOLD], sort=True)[list(metrics)].mean().reset_index()
    for ax, metric in zip(axes, metrics, strict=True):
        for name in styles:
            rows = means[means["method"].astype(str) == name]
            single = {"marker": "o", "ms": 3} if len(rows) == 1 else {}
            ax.plot(rows[THRESHOLD], 100 * rows[metric], gid=f"method {name}", **lines[name], **single)
        _mark(ax, paper, configured)
        ax.set_xlabel("score threshold")
        ax.set_ylabel(metrics[metric])
        ax.set_xlim(0, 1)
        ax.set_ylim(-2, 102)
        ax.grid(True)
    count = count_text(sweep.get("n_images", []), "images")
    fig.suptitle(f"{title} ({count})" if count else title)
    legend_below(fig, method_handles(styles, lines))
    return fig


def _mark(ax: Axes, paper: float, configured: float | None) -> None:
    """Mark the thresholds of paper and config above the panel; one line where they are the same."""
    marks = [(paper, "paper", "--", "left")]
    if configured is not None and math.isclose(configured, paper):
        marks = [(paper, "paper, config", "--", "right")]
    elif configured is not None:
        right = configured < paper
        marks = [(paper, "paper", "--", "left" if right else "right")]
        marks.append((configured, "config", ":", "right" if right else "left"))
    for threshold, name, dash, side in marks:
        ax.axvline(threshold, color=INK, lw=0.8, ls=dash, zorder=1, gid=f"mark {name}")
        text: dict[str, Any] = {
            "xytext": (0, 2),
            "textcoords": "offset points",
            "ha": side,
            "fontsize": 6.5,
            "color": "#555555",
        }
        ax.annotate(name, (threshold, 1.0), xycoords=ax.get_xaxis_transform(), **text)


@styled
def pr_curves(
    curves: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    iou: float = 0.5,
) -> Figure:
    """Plot precision against recall, all methods in one panel a class.

    Parameters
    ----------
    curves : DataFrame
        method, recall, precision (fractions); optional class (one panel each; a class called ``all`` comes
        first), n_cells and iou (rows of other thresholds than `iou` are left out).
    methods, labels
        See `style.method_styles`.
    iou : float
        Threshold to show.
    """
    title = f"Precision and recall of the masks (IoU {iou:g})"
    require(curves, ["method", "recall", "precision"], "precision-recall curves")
    if "iou" in curves.columns:
        curves = curves[np.isclose(pd.to_numeric(curves["iou"], errors="coerce"), iou)]
    curves = curves.dropna(subset=["recall", "precision"])
    styles = method_styles(curves["method"], methods, labels)
    if not styles:
        return empty_figure(title, "No cell with a known class has been detected.")
    classes = [""]
    if "class" in curves.columns:
        classes = sorted(dict.fromkeys(curves["class"].fillna("all").astype(str)), key=lambda n: n != "all")
        curves = curves.assign(**{"class": curves["class"].fillna("all").astype(str)})
    columns = min(len(classes), 4)
    rows = math.ceil(len(classes) / columns)
    lines = method_lines(styles)
    height = 2.9 if columns == 1 else 0.25 + 5.6 / columns
    fig = new_figure(max(3.5, PAGE if columns > 1 else 0), 0.75 + rows * height + 0.04 * len(styles))
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(classes) :]:
        ax.set_axis_off()
    for index, (ax, name) in enumerate(zip(axes, classes, strict=False)):
        part = curves[curves["class"] == name] if name else curves
        for method in styles:
            found = part[part["method"].astype(str) == method].sort_values("recall", kind="stable")
            if len(found):
                ax.plot(
                    100 * found["recall"], 100 * found["precision"], **lines[method], gid=f"method {method}"
                )
        # Only nearly square: a fixed aspect keeps the layout from giving titles their room.
        dots.percent_square(ax, "recall (%)", "precision (%)" if index % columns == 0 else "")
        ax.set_title(_class_title(part, name), fontsize=8)
    fig.suptitle(title)
    legend_below(fig, method_handles(styles, lines))
    return fig


def _class_title(part: pd.DataFrame, name: str) -> str:
    count = count_text(part["n_cells"], "cells") if "n_cells" in part.columns else ""
    return "\n".join(line for line in [wrap({"all": "all classes"}.get(name, name), 24, 2), count] if line)
