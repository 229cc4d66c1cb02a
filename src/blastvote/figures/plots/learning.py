"""Learning curves of all runs: losses and the score on the validation part by epoch, one column a method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

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
    say_empty,
    styled,
)
from blastvote.figures.words import count_text, wrap

TRAIN, VALIDATION, SCORE = "loss", "val_loss", "val_ap50_matterport"
TITLE = "Learning curves"
COLUMNS = 5


@styled
def learning_curves(
    history: pd.DataFrame, methods: Sequence[str] | None = None, labels: Mapping[str, str] | None = None
) -> Figure:
    """Plot the training of every run: losses above, validation score below, a column of panels a method.

    Parameters
    ----------
    history : DataFrame
        All ``history.csv`` below one another with the columns method, seed and fold added: method, epoch,
        loss, and if known val_loss and val_ap50_matterport (fraction); seed and fold tell runs apart. Thin
        lines are runs, the thick line is their mean by epoch. Where the column ``improved`` is known, the
        epoch whose weights each run kept is marked.
    methods, labels
        See `style.method_styles`.
    """
    require(history, ["method", "epoch"], "history")
    styles = method_styles(history["method"], methods, labels)
    shown = {column for column in (TRAIN, VALIDATION, SCORE) if known(history, column)}
    if history.empty:
        return empty_figure(TITLE, "Nothing was trained here: another tool made the detections.")
    if not styles or not shown:
        return empty_figure(TITLE, "No run has finished an epoch yet.")
    columns = min(len(styles), COLUMNS)
    bands = math.ceil(len(styles) / columns)
    kinds = [kind for kind, own in (("loss", {TRAIN, VALIDATION}), ("score", {SCORE})) if shown & own]
    fig = new_figure(max(3.5, PAGE * columns / COLUMNS), 0.8 + bands * (0.35 + 1.35 * len(kinds)))
    axes = fig.subplots(bands * len(kinds), columns, squeeze=False, sharex=True)
    for ax in axes.flat:
        ax.set_visible(False)
    history = history.sort_values("epoch", kind="stable")
    for index, (name, style) in enumerate(styles.items()):
        runs = _runs(history[history["method"].astype(str) == name])
        for row, kind in enumerate(kinds):
            ax = axes[index // columns * len(kinds) + row, index % columns]
            ax.set_visible(True)
            lines = [(TRAIN, "-"), (VALIDATION, "--")] if kind == "loss" else [(SCORE, "-")]
            _panel(ax, runs, [(column, dash) for column, dash in lines if column in shown], style, kind)
            if index % columns == 0:
                ax.set_ylabel("loss" if kind == "loss" else "validation mAP (%)")
            if row == 0:
                ax.set_title(f"{wrap(style.label, 20, 2)}\n{count_text(len(runs), 'runs')}", fontsize=7.5)
            if row == len(kinds) - 1:
                ax.set_xlabel("epoch")
                ax.tick_params(labelbottom=True)
    _common_limits(axes, kinds)
    fig.suptitle(TITLE)
    legend_below(fig, _handles(shown, "improved" in history.columns))
    return fig


def _runs(rows: pd.DataFrame) -> list[pd.DataFrame]:
    keys = [key for key in ("seed", "fold") if key in rows.columns]
    return [run for _, run in rows.groupby(keys, dropna=False, sort=True)] if keys else [rows]


def _panel(
    ax: Axes, runs: list[pd.DataFrame], lines: list[tuple[str, str]], style: MethodStyle, kind: str
) -> None:
    scale = 1.0 if kind == "loss" else 100.0
    for column, dash in lines:
        series = [scale * pd.to_numeric(run.set_index("epoch")[column], errors="coerce") for run in runs]
        if len(series) > 1:
            for one in series:
                ax.plot(one.index, one, dash, color=style.colour, lw=0.6, alpha=0.45, gid="run")
        mean = pd.concat(series, axis=1).mean(axis=1).dropna() if series else pd.Series(dtype=float)
        if mean.empty:
            continue
        only: dict[str, Any] = {"marker": "o", "ms": 3} if len(mean) == 1 else {}
        ax.plot(mean.index, mean, dash, color=style.colour, lw=1.5, gid=f"mean {column}", **only)
        if kind == "score":
            _mark_kept(ax, runs, series, style)
    if not ax.lines:
        say_empty(ax)
    ax.grid(True, axis="y")
    ax.xaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))


def _mark_kept(ax: Axes, runs: list[pd.DataFrame], scores: list[pd.Series], style: MethodStyle) -> None:
    """Mark the epoch whose weights each run kept: the last that improved what the training monitored."""
    for run, score in zip(runs, scores, strict=True):
        kept = run.loc[run["improved"] == 1, "epoch"] if "improved" in run.columns else pd.Series(dtype=float)
        if kept.empty or not np.isfinite(score.get(kept.iloc[-1], np.nan)):
            continue
        epoch, height = float(kept.iloc[-1]), float(score[kept.iloc[-1]])
        ax.plot([epoch], [height], "o", ms=4.5, mfc="white", mec=style.colour, mew=1.2, gid="kept", zorder=3)
        if len(runs) == 1:
            ax.annotate(
                f"{height:.0f}", (epoch, height), xytext=(0, 4), textcoords="offset points",
                ha="center", fontsize=6.5,
            )  # fmt: skip


def _common_limits(axes: np.ndarray, kinds: list[str]) -> None:
    """Give all panels of a kind the same vertical axis, so that methods can be compared at a glance."""
    for row, kind in enumerate(kinds):
        panels = [ax for ax in axes[row :: len(kinds)].ravel() if ax.get_visible()]
        drawn = [np.asarray(line.get_ydata(), float) for ax in panels for line in ax.lines]
        values = np.concatenate([np.empty(0), *drawn])
        values = values[np.isfinite(values)]
        # One diverged epoch must not flatten every curve: the axis ends where 99 % of the losses do.
        top = 105.0 if kind == "score" else 1.1 * float(np.quantile(values, 0.99)) if values.size else 1.0
        for index, ax in enumerate(panels):
            if ax.lines:
                ax.set_ylim(0, top or 1.0)
                ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
                ax.tick_params(labelleft=index % axes.shape[1] == 0)


def _handles(shown: set[str], kept: bool) -> list[Line2D]:
    handles = []
    if TRAIN in shown:
        handles.append(Line2D([], [], color=FAINT, ls="-", label="training loss"))
    if VALIDATION in shown:
        handles.append(Line2D([], [], color=FAINT, ls="--", label="validation loss"))
    if SCORE in shown and kept:
        handles.append(
            Line2D(
                [],
                [],
                ls="",
                marker="o",
                ms=4.5,
                mfc="white",
                mec=FAINT,
                label="epoch whose weights were kept",
            )
        )
    return handles
