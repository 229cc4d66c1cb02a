"""Dot plots with whiskers: methods from top to bottom, a value and its interval from left to right.

The methods stand on the vertical axis because their names can be long and there can be a dozen of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from blastvote.figures.style import FAINT, INK, MethodStyle
from blastvote.figures.words import wrap

LABEL_WIDTH = 20  # characters of a method's name in a line


def method_label(style: MethodStyle) -> str:
    """Return the name of a method in at most two lines."""
    return wrap(style.label, LABEL_WIDTH, 2)


def row_height(styles: Mapping[str, MethodStyle], series: int = 1) -> float:
    """Return the height in inches of a method's row with its label and `series` dots under one another."""
    lines = max(method_label(style).count("\n") + 1 for style in styles.values())
    return max(0.14 + 0.11 * lines, 0.1 + 0.155 * series)


def draw_dot(
    ax: Axes, y: float, value: float, low: float, high: float, style: MethodStyle, filled: bool = True
) -> None:
    """Draw one value (per cent) with its interval; what is missing is not drawn."""
    if math.isnan(value):
        return
    if not (math.isnan(low) or math.isnan(high)):
        ax.plot(
            [low, high], [y, y], color=style.colour, lw=1.3, solid_capstyle="butt", zorder=2, gid="interval"
        )
        ax.plot([low, high], [y, y], ls="", marker="|", ms=4, mew=1.3, color=style.colour, zorder=2)
    face = style.colour if filled else "white"
    ax.plot([value], [y], style.marker, ms=5, mfc=face, mec=style.colour, mew=1.1, zorder=3, gid="value")


def draw_reference(ax: Axes, y: float, value: float) -> None:
    """Draw the paper's value as a hollow diamond."""
    if not math.isnan(value):
        ax.plot([value], [y], "D", ms=6.5, mfc="none", mec=INK, mew=0.9, zorder=4, gid="paper")


def write_value(ax: Axes, y: float, value: float) -> None:
    """Write the value at the right edge of the panel, so that the figure reads as a table."""
    text = "–" if math.isnan(value) else f"{value:.1f}"
    ax.text(
        1.02,
        y,
        text,
        transform=ax.get_yaxis_transform(),
        va="center",
        ha="left",
        fontsize=6.5,
        color="#555555",
    )


def method_axis(ax: Axes, styles: Mapping[str, MethodStyle], named: bool) -> None:
    """Put the methods on the vertical axis, first on top; `named` writes their names."""
    ax.set_ylim(len(styles) - 0.5, -0.5)
    ax.set_yticks(range(len(styles)))
    ax.set_yticklabels([method_label(style) for style in styles.values()] if named else [])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x")
    for y in range(len(styles)):
        ax.axhline(y, color="#F0F0F0", lw=0.7, zorder=0)


def percent_limits(values: Sequence[Any]) -> tuple[float, float]:
    """Return limits around the finite values (per cent), in tens, at least twenty wide."""
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 100.0
    low = max(0.0, 10 * math.floor((finite.min() - 1) / 10))
    high = min(100.0, 10 * math.ceil((finite.max() + 1) / 10))
    if high - low < 20:
        low, high = (low, low + 20) if low < 50 else (max(0.0, high - 20), high)
    pad = 0.03 * (high - low)
    return low - pad, high + pad


def percent_axis(ax: Axes, limits: tuple[float, float], label: str) -> None:
    """Set limits, ticks and label of a horizontal axis in per cent."""
    ax.set_xlim(*limits)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], integer=True))
    ax.set_xlabel(label)


def percent_square(ax: Axes, across: str, up: str) -> None:
    """Let both axes run from 0 to 100 %."""
    ax.set_xlim(-2, 102)
    ax.set_ylim(-2, 102)
    ax.set_xticks(range(0, 101, 25))
    ax.set_yticks(range(0, 101, 25))
    ax.grid(True)
    ax.set_xlabel(across)
    ax.set_ylabel(up)


def legend_handles(interval: bool, paper: bool, level: float = 0.95) -> list[Line2D]:
    """Return the legend entries that the drawn parts need; `level` is that of the intervals."""
    handles = []
    if interval:
        text = f"this run, {100 * level:g} % interval"
        handles.append(Line2D([], [], color=FAINT, marker="o", ms=5, lw=1.3, label=text))
    if paper:
        handles.append(
            Line2D([], [], ls="", marker="D", ms=6, mfc="none", mec=INK, label="the paper (its own data)")
        )
    return handles
