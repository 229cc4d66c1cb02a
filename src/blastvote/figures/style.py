"""The look all figures share: sizes, styles of methods, titles, empty figures and saving.

Everything here works on Matplotlib objects only. The Matplotlib settings in `RC` are applied around building
and saving, never left behind, so importing this package changes nothing for a notebook that plots on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from blastvote.figures.palette import METHOD_COLOURS, METHOD_MARKERS
from blastvote.figures.words import wrap
from blastvote.io import atomic_path

COLUMN = 3.5  # inches: one column of a two-column page
PAGE = 7.2  # inches: both columns
DPI = 200  # of the PNG files
INK = "#222222"
FAINT = "#8C8C8C"
GRID = "#E3E3E3"

RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.labelsize": 8,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "text.color": INK,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "figure.titlesize": 9.5,
    "figure.titleweight": "bold",
    "figure.facecolor": "white",
    "lines.linewidth": 1.4,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "svg.hashsalt": "blastvote",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # TrueType, embedded: text stays text
    "image.interpolation": "antialiased",
}

styled = matplotlib.rc_context(RC)
"""Decorator: build the figure with the settings of this module."""

METRIC_NAMES = {
    "ap50_matterport": "mAP (paper)",
    "ap50": "COCO AP50",
    "ap75": "COCO AP75",
    "ap": "COCO AP",
}
METHOD_NAMES = {"none": "None", "he": "HE", "dhe": "DHE", "clahe": "CLAHE", "eff": "EFF"}


@dataclass(frozen=True)
class MethodStyle:
    """How one contrast method looks in every figure."""

    name: str
    label: str
    colour: str
    marker: str


def method_styles(
    present: Iterable[Any], methods: Sequence[str] | None = None, labels: Mapping[str, str] | None = None
) -> dict[str, MethodStyle]:
    """Return the styles of the methods that are present, in the order of the config.

    Parameters
    ----------
    present : iterable of str
        Methods in the data; missing values are ignored.
    methods : sequence of str, optional
        All methods of the config in its order: colour and marker follow from the place in it, so a figure
        that shows some of the methods colours them as the figures that show all. Methods not in it come
        last. Without it the order is that of first appearance.
    labels : mapping, optional
        Text to show for a method; else the five known ones by their usual names, others as they are.
    """
    found = [str(name) for name in dict.fromkeys(present) if not pd.isna(name)]
    order = list(dict.fromkeys([*(methods or []), *found]))
    texts = {**METHOD_NAMES, **(labels or {})}
    return {
        name: MethodStyle(
            name,
            texts.get(name, name),
            METHOD_COLOURS[index % len(METHOD_COLOURS)],
            METHOD_MARKERS[index % len(METHOD_MARKERS)],
        )
        for index, name in enumerate(order)
        if name in found
    }


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of that size (inches) that arranges its own parts."""
    fig = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(fig)
    return fig


@styled
def empty_figure(title: str, reason: str) -> Figure:
    """Return a figure that says why there is nothing to see."""
    fig = new_figure(COLUMN, 1.6)
    ax = fig.add_subplot()
    ax.set_axis_off()
    ax.set_title(wrap(title, 42))
    ax.text(0.5, 0.5, wrap(reason, 46, 6), ha="center", va="center", color="#666666", transform=ax.transAxes)
    return fig


def say_empty(ax: Axes, reason: str = "no data") -> None:
    """Write into an empty panel that it is empty."""
    ax.text(
        0.5,
        0.5,
        wrap(reason, 28, 5),
        ha="center",
        va="center",
        color="#666666",
        transform=ax.transAxes,
        fontsize=7.5,
    )
    ax.set_xticks([])
    ax.set_yticks([])


def bare(ax: Axes, edge: str | None = None) -> None:
    """Take ticks and spines from a panel that shows a picture; `edge` colours a thin frame."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(edge is not None)
        if edge is not None:
            spine.set_color(edge)
            spine.set_linewidth(1.2)


def legend_below(fig: Figure, handles: Sequence[Artist], size: float = 7.5) -> None:
    """Put a legend below the panels, in as many columns as the figure's width holds; none without handles."""
    if not handles:
        return
    # 0.58 em is a generous mean letter; half an inch is the symbol and the space around it.
    widest = max(len(str(handle.get_label())) for handle in handles) * 0.58 * size / 72 + 0.5
    columns = max(1, min(len(handles), int(fig.get_figwidth() / widest)))
    fig.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=size)


def require(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise ValueError where a column is missing, naming it and those there are."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        present = ", ".join(map(str, frame.columns)) or "none"
        raise ValueError(
            f"{what}: column {', '.join(missing)} is missing; there are {present}. "
            "Give the table as the evaluation wrote it (docs/outputs.md lists the columns)."
        )


def known(frame: pd.DataFrame, column: str) -> bool:
    """Return whether a column is there and has at least one value."""
    return column in frame.columns and bool(frame[column].notna().any())


@styled
def save_figure(fig: Figure, stem: str | Path) -> tuple[Path, Path, Path]:
    """Write ``<stem>.svg``, ``.png`` and ``.pdf``, each whole or not at all, the same bytes for the same figure.

    The arrangement is worked out once and frozen, because working it out again at another resolution can
    move parts by a fraction of a pixel; the files carry no date, and the ids inside the SVG come from a
    fixed salt.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    stem : path
        Without suffix; missing folders are made.

    Returns
    -------
    (svg, png, pdf) : paths written
    """
    stem = Path(stem)
    svg, png, pdf = (stem.parent / (stem.name + suffix) for suffix in (".svg", ".png", ".pdf"))
    if fig.get_layout_engine() is not None:
        fig.draw_without_rendering()
        fig.set_layout_engine("none")
    with atomic_path(svg) as temporary:
        fig.savefig(temporary, format="svg", metadata={"Date": None, "Creator": None})
    with atomic_path(png) as temporary:
        fig.savefig(temporary, format="png", dpi=DPI, metadata={"Software": None})
    with atomic_path(pdf) as temporary:
        fig.savefig(temporary, format="pdf", dpi=DPI, metadata={"CreationDate": None, "Producer": None})
    return svg, png, pdf
