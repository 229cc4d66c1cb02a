"""What the contrast methods do to the images: mean change, clipped pixels, and when EFF does nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.style import (
    INK,
    PAGE,
    MethodStyle,
    empty_figure,
    known,
    method_styles,
    new_figure,
    require,
    say_empty,
    styled,
)
from blastvote.figures.words import count_text

TITLE = "What the contrast methods change"
BAD = "bad_share"


@styled
def contrast_effect(
    contrast: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Figure:
    """Plot the mean absolute change of every image by method, and EFF's exposure ratio against its trigger.

    The label of a method counts the images it left as they were. EFF does nothing where no pixel is under-
    exposed and shifts the whole image where a few are, so its panel shows the exposure ratio k against the
    share of under-exposed pixels.

    Parameters
    ----------
    contrast : DataFrame
        ``contrast.csv``: image_id, method, mean_abs_change (grey levels); optional unchanged (true/false),
        clipped_share (fraction), k and bad_share (the under-exposed pixels, fraction; both empty for
        methods without them).
    methods, labels
        See `style.method_styles`.
    """
    require(contrast, ["method", "mean_abs_change"], "contrast")
    rows = contrast.assign(mean_abs_change=pd.to_numeric(contrast["mean_abs_change"], errors="coerce"))
    rows = rows.dropna(subset=["mean_abs_change"])
    styles = method_styles(rows["method"], methods, labels)
    if not styles:
        return empty_figure(TITLE, "No image has been enhanced yet.")
    exposed = rows.dropna(subset=["k", BAD]) if "k" in rows.columns and known(rows, BAD) else rows.iloc[:0]
    clipped = known(rows, "clipped_share")
    widths = [1.5, *([1.1] if clipped else []), *([1.2] if len(exposed) else [])]
    height = 1.25 + max(len(styles) * max(0.3, dots.row_height(styles)), 1.3)
    fig = new_figure(PAGE if len(widths) > 1 else 4.6, height)
    axes = list(fig.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0])
    _spread(axes[0], rows, "mean_abs_change", styles, 1.0)
    axes[0].set_yticks(range(len(styles)), [_label(rows, style) for style in styles.values()])
    axes[0].set_xlabel("mean absolute change (grey levels)")
    if clipped:
        _spread(axes[1], rows, "clipped_share", styles, 100.0)
        axes[1].set_yticks(range(len(styles)), [""] * len(styles))
        axes[1].set_xlabel("clipped pixels (%)")
    if len(exposed):
        _exposure(axes[-1], exposed, styles)
    n = rows["image_id"].nunique() if "image_id" in rows.columns else len(rows) // max(1, len(styles))
    fig.suptitle(f"{TITLE} ({count_text(n, 'images')})")
    return fig


def _label(rows: pd.DataFrame, style: MethodStyle) -> str:
    """Name a method and count the images that it did not change."""
    change = rows[rows["method"].astype(str) == style.name]
    untouched = int(_unchanged(change).sum())
    name = dots.method_label(style)
    return f"{name}\n{untouched} of {len(change)} unchanged" if untouched else name


def _unchanged(rows: pd.DataFrame) -> pd.Series:
    """Tell which images are as before; the file's rounded mean decides only where nothing else does."""
    if "unchanged" in rows.columns and rows["unchanged"].notna().all():
        return rows["unchanged"].astype(str).str.lower() == "true"
    return rows["mean_abs_change"] == 0


def _spread(
    ax: Axes, rows: pd.DataFrame, column: str, styles: Mapping[str, MethodStyle], scale: float
) -> None:
    """Draw a box of the quartiles and every image as a dot; the dots' heights follow from their order."""
    for y, style in enumerate(styles.values()):
        part = rows.loc[rows["method"].astype(str) == style.name, column]
        values = scale * pd.to_numeric(part, errors="coerce").dropna().to_numpy(float)
        if not values.size:
            continue
        # A fixed low-discrepancy sequence instead of random jitter: the same picture every time.
        offsets = ((np.arange(values.size) * 0.618034) % 1.0 - 0.5) * 0.5
        ax.plot(values, y + offsets, ".", ms=2.5, color=style.colour, alpha=0.55, gid="images", zorder=2)
        ax.boxplot(
            [values],
            positions=[y],
            orientation="horizontal",
            widths=0.6,
            showfliers=False,
            whis=(5, 95),
            boxprops={"color": style.colour},
            whiskerprops={"color": style.colour},
            capprops={"color": style.colour},
            medianprops={"color": INK, "lw": 1.4},
            manage_ticks=False,
        )
    ax.set_ylim(len(styles) - 0.5, -0.5)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(True, axis="x")


def _exposure(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, MethodStyle]) -> None:
    for style in styles.values():
        part = rows[rows["method"].astype(str) == style.name]
        share = 100 * pd.to_numeric(part[BAD], errors="coerce").to_numpy(float)
        k = pd.to_numeric(part["k"], errors="coerce").to_numpy(float)
        if np.isfinite(share * k).any():
            ax.plot(share, k, style.marker, ms=3.5, mfc="none", mec=style.colour, mew=0.9, gid="exposure")
    if not ax.lines:
        say_empty(ax)
        return
    # Most images lie at exactly zero or below one per cent: linear there, logarithmic above.
    ax.set_xscale("symlog", linthresh=0.1)
    ax.set_xlim(-0.02, 130)
    ax.set_xticks([0, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
    ax.set_xlabel("under-exposed pixels (%)")
    ax.set_ylabel("exposure ratio k")
    ax.grid(True)
    ax.set_title("EFF", fontsize=8)
