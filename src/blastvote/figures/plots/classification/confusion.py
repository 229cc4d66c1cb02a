"""Table 3 as figures: one confusion matrix, and all methods on a sheet; the same drawing serves single cells.

The squares of the matrix carry colour (share of the actual class). What is not part of the matrix stands
apart and grey: the sums of wrong predictions (FN at the right, FP below, as the paper prints them) and the
images without a vote.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from blastvote.figures.palette import luminance
from blastvote.figures.plots.classification.confusion_table import MARGINS, ConfusionTable, read_confusion
from blastvote.figures.style import COLUMN, INK, PAGE, empty_figure, method_styles, new_figure, styled
from blastvote.figures.words import wrap

GAP = 0.18  # between the matrix and what stands apart, in squares
ASIDE = "#F1F1F1"
LABEL = 12  # characters in a line of a class name
SHORT = 4  # class names up to so many characters are written level under their column


@styled
def confusion_figure(table: pd.DataFrame, title: str, unit: str = "images") -> Figure:
    """Plot one confusion table in the layout of the paper's Table 3.

    Parameters
    ----------
    table : DataFrame
        ``table3_confusion_<method>.csv``: rows actual class then FP, columns predicted class then FN and
        undetected; or the cells' table with a row and column ``background``.
    title : str
        Say which method; the number of images follows by itself.
    unit : str
        What is counted.
    """
    matrix = read_confusion(table)
    if not matrix.n_classes or not matrix.total:
        return empty_figure(title, f"No {unit} with a true class have been evaluated.")
    across, down = len(matrix.column_names), len(matrix.row_names)
    side = max(0.36, min(0.62, 4.2 / across))
    size = 8 if side > 0.5 else 6.5
    left = 0.55 + _names_width(matrix.row_names, size)
    fig = new_figure(left + side * (across + GAP), 0.7 + _names_height(matrix, size) + side * (down + GAP))
    ax = fig.add_subplot()
    _draw(ax, matrix, size, named=True)
    ax.set_xlabel("predicted")
    ax.set_ylabel("actual")
    fig.suptitle(wrap(f"{title}, n = {matrix.total:,} {unit}", int(11 * fig.get_figwidth())))
    return fig


@styled
def confusion_sheet(
    tables: Mapping[str, pd.DataFrame],
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    unit: str = "images",
) -> Figure:
    """Plot the confusion tables of all methods as small multiples.

    Parameters
    ----------
    tables : mapping of method to DataFrame
        Each as `confusion_figure` takes it.
    methods, labels
        See `style.method_styles`.
    """
    title = "Actual against predicted class, by contrast method"
    read = {name: read_confusion(table) for name, table in tables.items()}
    read = {name: matrix for name, matrix in read.items() if matrix.n_classes and matrix.total}
    styles = method_styles(read, methods, labels)
    if not styles:
        return empty_figure(title, f"No {unit} with a true class have been evaluated.")
    across = max(len(matrix.column_names) for matrix in read.values())
    down = max(len(matrix.row_names) for matrix in read.values())
    most = 4 if across <= 5 else 3 if across <= 7 else 2
    columns = math.ceil(len(styles) / math.ceil(len(styles) / most))  # rows of nearly equal length
    size = 6.5 if across <= 6 else 5.5
    left = 0.35 + max(_names_width(matrix.row_names, size) for matrix in read.values())
    side = min(0.5, (PAGE - left - 0.22 * columns) / columns / (across + GAP))
    below = max(_names_height(matrix, size) for matrix in read.values())
    rows = math.ceil(len(styles) / columns)
    width = max(COLUMN, left + columns * (0.22 + side * (across + GAP)))
    title = wrap(f"{title} ({unit})", int(11 * width))
    fig = new_figure(
        width, 0.45 + 0.15 * (title.count("\n") + 1) + rows * (0.6 + below + side * (down + GAP))
    )
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for ax in axes[len(styles) :]:
        ax.set_axis_off()
    for index, (ax, (name, style)) in enumerate(zip(axes, styles.items(), strict=False)):
        _draw(ax, read[name], size, named=index % columns == 0)
        letters = int(14 * side * (across + GAP))
        ax.set_title(f"{wrap(style.label, letters, 2)}\nn = {read[name].total:,}", fontsize=7.5)
    fig.suptitle(title)
    fig.supxlabel("predicted", fontsize=8)
    fig.supylabel("actual", fontsize=8)
    return fig


def _draw(ax: Axes, matrix: ConfusionTable, size: float, named: bool) -> None:
    """Draw squares, numbers and names; `named` writes the names of the rows."""
    k = matrix.n_classes
    xs, ys = (
        [i + (GAP if i >= k else 0) for i in range(len(n))] for n in (matrix.column_names, matrix.row_names)
    )
    share = matrix.share()
    for i, y in enumerate(ys):
        for j, x in enumerate(xs):
            if math.isnan(matrix.values[i, j]) or (i >= k and j >= k):
                continue
            inside = i < k and j < k
            _square(ax, x, y, matrix, matrix.values[i, j], share[i, j] if inside else None, size)
    ax.set_xlim(-0.04, xs[-1] + 1)
    ax.set_ylim(ys[-1] + 1, -0.04)
    ax.set_aspect("equal")
    ax.set_xticks([x + 0.48 for x in xs], _column_labels(matrix), fontsize=size)
    ax.set_yticks(
        [y + 0.48 for y in ys], _row_labels(matrix.row_names) if named else [""] * len(ys), fontsize=size
    )
    for tick, name in zip(ax.get_xticklabels(), matrix.column_names, strict=True):
        tick.set_rotation(0 if _level(matrix) else 90)
        tick.set_fontstyle("italic" if name in MARGINS else "normal")
    for tick, name in zip(ax.get_yticklabels(), matrix.row_names, strict=True):
        tick.set_fontstyle("italic" if name in {"FP", "background"} else "normal")
    ax.tick_params(length=0, pad=2)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _square(
    ax: Axes, x: float, y: float, matrix: ConfusionTable, value: float, share: float | None, size: float
) -> None:
    """Draw one square with its number, and its share of the actual class where it is part of the matrix."""
    fill = ASIDE if share is None else matplotlib.colormaps["Blues"](0.92 * share)
    ax.add_patch(Rectangle((x, y), 0.96, 0.96, fc=fill, ec="none", gid="aside" if share is None else "class"))
    dark = share is not None and luminance(np.asarray(matplotlib.colors.to_rgb(fill))) < 0.55
    text = f"{value:g}" if float(value).is_integer() else f"{value:.1f}"
    both = share is not None and share > 0 and len(matrix.column_names) <= 6
    look: Any = {"ha": "center", "va": "center"}
    if both and share is not None:
        faint = "white" if dark else "#555555" if share < 0.25 else INK
        ax.text(x + 0.48, y + 0.74, f"{share:.0%}", fontsize=size - 1.5, color=faint, **look)
    ax.text(
        x + 0.48, y + (0.4 if both else 0.48), text, fontsize=size, color="white" if dark else INK, **look
    )


def _level(matrix: ConfusionTable) -> bool:
    """Tell whether the names of the columns are short enough to be written level."""
    return max(len(name) for name in matrix.column_names[: matrix.n_classes]) <= SHORT


def _row_labels(names: Sequence[str]) -> list[str]:
    return [wrap(name, LABEL, 2) for name in names]


def _column_labels(matrix: ConfusionTable) -> list[str]:
    level = {"undetected": "un-\ndetected", "background": "back-\nground"} if _level(matrix) else {}
    return [level.get(name, wrap(name, LABEL, 2)) for name in matrix.column_names]


def _names_width(names: Sequence[str], size: float) -> float:
    """Return the width in inches of the longest line of the row names; 0.62 em is a generous mean letter."""
    return 0.62 * size / 72 * max(len(line) for label in _row_labels(names) for line in label.split("\n"))


def _names_height(matrix: ConfusionTable, size: float) -> float:
    return 2.6 * size / 72 if _level(matrix) else _names_width(matrix.column_names, size)
