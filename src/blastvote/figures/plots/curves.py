"""Curves over a threshold: the cost of the minimum confidence, precision and recall, calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blastvote.figures.plots.learning import pick
from blastvote.figures.style import (
    FAINT,
    INK,
    PAGE,
    MethodStyle,
    bare,
    empty_figure,
    legend_below,
    method_styles,
    new_figure,
    require,
    say_empty,
    styled,
)
from blastvote.figures.words import count_text, number, shorten, wrap

THRESHOLD = ("min_confidence", "threshold", "confidence")
SWEPT = {
    ("accuracy",): "accuracy (%)",
    ("sensitivity_strict", "sensitivity"): "mean sensitivity, strict (%)",
    ("undetected_share",): "undetected images (%)",
}
PAPER_CONFIDENCE = 0.9
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))


def method_lines(styles: Mapping[str, MethodStyle]) -> dict[str, dict]:
    """Return the line properties of each method; dashes differ where colours repeat or come close."""
    return {
        name: {"color": style.colour, "ls": DASHES[place // 5 % len(DASHES)], "lw": 1.4}
        for place, (name, style) in enumerate(styles.items())
    }


def method_handles(styles: Mapping[str, MethodStyle], lines: Mapping[str, dict]) -> list[Line2D]:
    """Return legend entries of the methods."""
    return [Line2D([], [], label=shorten(style.label, 28), **lines[name]) for name, style in styles.items()]


@styled
def threshold_sweep(
    sweep: pd.DataFrame,
    configured: float | None = None,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    paper: float = PAPER_CONFIDENCE,
    subset: str = "all",
) -> Figure:
    """Plot what the minimum confidence costs: accuracy, sensitivity and undetected share against it.

    Parameters
    ----------
    sweep : DataFrame
        ``threshold_sweep.csv``: method, min_confidence, and any of accuracy, sensitivity_strict,
        undetected_share (fractions); optional subset and n_images. Rows of several runs at one threshold
        are averaged.
    configured : float, optional
        The config's minimum confidence, marked beside the paper's.
    methods, labels
        See `style.method_styles`.
    paper : float
        The paper's minimum confidence.
    subset : str
        Which rows to draw: ``all`` or ``unseen``.
    """
    title = "What the minimum confidence costs"
    require(sweep, ["method"], "threshold sweep")
    across = pick(sweep, THRESHOLD)
    found = {pick(sweep, names): axis for names, axis in SWEPT.items()}
    metrics = {name: axis for name, axis in found.items() if name is not None}
    styles = method_styles(sweep["method"], methods, labels)
    if across is None or not metrics or not styles:
        return empty_figure(title, "The threshold has not been swept: there are no stored detections.")
    if "subset" in sweep.columns and (sweep["subset"] == subset).any():
        sweep = sweep[sweep["subset"] == subset]
    lines = method_lines(styles)
    fig = new_figure(PAGE * len(metrics) / 3 if len(metrics) > 1 else 3.5, 2.75 + 0.1 * len(styles) / 3)
    axes = fig.subplots(1, len(metrics), squeeze=False)[0]
    means = sweep.groupby(["method", across], sort=True)[list(metrics)].mean().reset_index()
    for ax, metric in zip(axes, metrics, strict=True):
        for name in styles:
            rows = means[means["method"].astype(str) == name]
            single = {"marker": "o", "ms": 3} if len(rows) == 1 else {}
            ax.plot(rows[across], 100 * rows[metric], gid=f"method {name}", **lines[name], **single)
        _mark(ax, paper, configured)
        ax.set_xlabel("minimum confidence")
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
    for place, name, dash, side in marks:
        ax.axvline(place, color=INK, lw=0.8, ls=dash, zorder=1, gid=f"mark {name}")
        text: dict[str, Any] = {
            "xytext": (0, 2),
            "textcoords": "offset points",
            "ha": side,
            "fontsize": 6.5,
            "color": "#555555",
        }
        ax.annotate(name, (place, 1.0), xycoords=ax.get_xaxis_transform(), **text)


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
    for place, (ax, name) in enumerate(zip(axes, classes, strict=False)):
        part = curves[curves["class"] == name] if name else curves
        for method in styles:
            found = part[part["method"].astype(str) == method].sort_values("recall", kind="stable")
            if len(found):
                ax.plot(
                    100 * found["recall"], 100 * found["precision"], **lines[method], gid=f"method {method}"
                )
        # Only nearly square: a fixed aspect keeps the layout from giving titles their room.
        _percents(ax, "recall (%)", "precision (%)" if place % columns == 0 else "")
        ax.set_title(_class_title(part, name), fontsize=8)
    fig.suptitle(title)
    legend_below(fig, method_handles(styles, lines))
    return fig


def _class_title(part: pd.DataFrame, name: str) -> str:
    count = count_text(part["n_cells"], "cells") if "n_cells" in part.columns else ""
    return "\n".join(line for line in [wrap({"all": "all classes"}.get(name, name), 24, 2), count] if line)


def _percents(ax: Axes, across: str, up: str) -> None:
    """Let both axes run from 0 to 100 %."""
    ax.set_xlim(-2, 102)
    ax.set_ylim(-2, 102)
    ax.set_xticks(range(0, 101, 25))
    ax.set_yticks(range(0, 101, 25))
    ax.grid(True)
    ax.set_xlabel(across)
    ax.set_ylabel(up)


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
        One row a method and bin: method, mean_score (or confidence), share_correct (or accuracy, precision),
        n (detections in the bin); optional ece (expected calibration error, the same in all rows of a
        method). Fractions. Empty bins are left out.
    methods, labels
        See `style.method_styles`.
    """
    title = "Do the scores mean what they say?"
    require(calibration, ["method"], "calibration")
    across = pick(calibration, ("mean_score", "confidence", "score"))
    up = pick(calibration, ("share_correct", "accuracy", "precision"))
    size = pick(calibration, ("n", "count", "n_cells"))
    styles = method_styles(calibration["method"], methods, labels)
    if across is None or up is None or not styles:
        return empty_figure(title, "No detection could be compared with a true cell.")
    columns = min(len(styles), 5)
    bands = math.ceil(len(styles) / columns)
    fig = new_figure(max(3.5, PAGE * columns / 5), 0.6 + bands * 2.35)
    axes = fig.subplots(2 * bands, columns, squeeze=False, height_ratios=[3, 1] * bands)
    for ax in axes.flat:
        ax.set_visible(False)
    for place, (name, style) in enumerate(styles.items()):
        row, column = 2 * (place // columns), place % columns
        rows = calibration[calibration["method"].astype(str) == name].dropna(subset=[across, up])
        rows = rows[pd.to_numeric(rows[size], errors="coerce") > 0] if size else rows
        upper, lower = axes[row, column], axes[row + 1, column]
        _reliability(upper, lower, rows.sort_values(across), (across, up, size), style, column == 0)
    fig.suptitle(title)
    return fig


def _reliability(
    upper: Axes,
    lower: Axes,
    rows: pd.DataFrame,
    names: tuple[str, str, str | None],
    style: MethodStyle,
    first: bool,
) -> None:
    across, up, size = names
    upper.set_visible(True)
    upper.plot([0, 100], [0, 100], color=FAINT, lw=0.8, ls="--", zorder=1, gid="ideal")
    x, y = 100 * rows[across].to_numpy(float), 100 * rows[up].to_numpy(float)
    upper.vlines(x, x, y, color=style.colour, lw=0.8, alpha=0.6)
    upper.plot(x, y, marker=style.marker, ms=3.5, color=style.colour, lw=1.2, gid="reliability")
    _percents(upper, "", "correct (%)" if first else "")
    upper.set_aspect("equal")
    error = number(rows["ece"].iloc[0]) if "ece" in rows.columns and len(rows) else math.nan
    count = count_text(int(rows[size].sum()), "found") if size else ""
    extra = [count, "" if math.isnan(error) else f"ECE {error:.3f}"]
    upper.set_title("\n".join([wrap(style.label, 18, 2), *(part for part in extra if part)]), fontsize=7)
    if size is None:
        upper.set_xlabel("score (%)")
        return
    lower.set_visible(True)
    if rows.empty:
        say_empty(lower)
        bare(lower)
        return
    lower.bar(x, rows[size].to_numpy(float), width=6, color=style.colour, lw=0)
    lower.set_xlim(-2, 102)
    lower.set_xticks([0, 50, 100])
    lower.set_xlabel("score (%)")
    lower.locator_params(axis="y", nbins=2)
    if first:
        lower.set_ylabel("found")
