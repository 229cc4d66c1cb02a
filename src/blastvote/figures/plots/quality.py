"""How good the masks are: F1 and panoptic quality at stricter and stricter IoUs, and distances of boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.plots.detection import interval_of
from blastvote.figures.style import (
    PAGE,
    MethodStyle,
    empty_figure,
    legend_below,
    method_styles,
    new_figure,
    require,
    styled,
)
from blastvote.figures.words import count_text, number

TITLE = "How good the masks are"
OVERLAPS = {"f1": "F1 of the cells (%)", "pq": "panoptic quality (%)"}
DISTANCES = {"boundary_mean": "mean distance of\nboundaries", "boundary_p95": "95 % distance of\nboundaries"}


@styled
def mask_quality(
    quality: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    split: str = "test",
    level: float = 0.95,
) -> Figure:
    """Plot F1 and panoptic quality against the least IoU of a match, and the boundary distances by method.

    Parameters
    ----------
    quality : DataFrame
        ``detection_quality.csv``: method, split, metric, iou, mean; optional ci_low, ci_high, ci_images_low,
        ci_images_high, n_images. Distances are drawn in micrometres where they are there, else in pixels.
    methods, labels
        See `style.method_styles`.
    split : str
        Whose rows to draw.
    level : float
        Confidence level of the intervals, for the legend.
    """
    require(quality, ["method", "split", "metric", "iou", "mean"], "detection quality")
    rows = quality[quality["split"] == split]
    styles = method_styles(rows["method"], methods, labels)
    if rows.empty or not styles:
        return empty_figure(TITLE, "No detection could be compared with a true cell.")
    fig = new_figure(PAGE, 2.6 + max(0.0, len(styles) - 5) * dots.row_height(styles))
    axes = fig.subplots(1, 4, width_ratios=[1.25, 1.25, 1, 1])
    for ax, (metric, name) in zip(axes, OVERLAPS.items(), strict=False):
        _curve(ax, rows[rows["metric"] == metric], styles)
        ax.set_title(name, fontsize=7.5)
    unit = "um" if rows["metric"].str.endswith("_um").any() else "px"
    for ax, (metric, name) in zip(axes[2:], DISTANCES.items(), strict=True):
        _distances(ax, rows[rows["metric"] == f"{metric}_{unit}"], styles, named=ax is axes[2])
        ax.set_xlabel({"um": "\N{MICRO SIGN}m", "px": "pixels"}[unit])
        ax.set_title(name, fontsize=7.5)
    count = count_text(rows["n_images"], f"{split} images") if "n_images" in rows else ""
    fig.suptitle(f"{TITLE} ({count})" if count else TITLE)
    gids = {artist.get_gid() for ax in axes for artist in ax.lines}
    legend_below(fig, dots.legend_handles("interval" in gids, False, level))
    return fig


def _curve(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, MethodStyle]) -> None:
    """Draw one line a method, and its intervals beside one another."""
    for index, (method, style) in enumerate(styles.items()):
        own = rows[rows["method"] == method].sort_values("iou")
        shift = 0.012 * (index - (len(styles) - 1) / 2)
        ax.plot(
            own["iou"] + shift,
            100 * own["mean"],
            color=style.colour,
            marker=style.marker,
            ms=3.5,
            lw=1.0,
            gid="value",
        )
        for _, row in own.iterrows():
            bounds = [100 * bound for bound in interval_of(row, str(row["metric"]), str(row["metric"]))]
            ax.plot([row["iou"] + shift] * 2, bounds, color=style.colour, lw=0.8, gid="interval")
    ax.set_ylim(-2, 102)
    ax.set_xticks(sorted(rows["iou"].unique()))
    ax.set_xlabel("least IoU of a match")
    ax.grid(True)


def _distances(ax: Axes, rows: pd.DataFrame, styles: Mapping[str, MethodStyle], named: bool) -> None:
    reach = [0.0]
    for y, (method, style) in enumerate(styles.items()):
        for _, row in rows[rows["method"] == method].iterrows():
            value, (low, high) = number(row["mean"]), interval_of(row, str(row["metric"]), str(row["metric"]))
            dots.draw_dot(ax, y, value, low, high, style)
            ax.text(
                1.02,
                y,
                "\N{EN DASH}" if value != value else f"{value:.2f}",
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize=6.5,
                color="#555555",
            )
            reach += [bound for bound in (value, high) if bound == bound]
    dots.method_axis(ax, styles, named=named)
    ax.set_xlim(0, 1.08 * max(reach) or 1.0)
