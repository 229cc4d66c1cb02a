"""Does what looks better detect better? Correlations of contrast measures with the images' AP."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from blastvote.figures.style import INK, PAGE, empty_figure, legend_below, new_figure, require, styled
from blastvote.figures.words import count_text, number

TITLE = "Does what looks better detect better?"
NAMES = {
    "entropy": "entropy",
    "eme": "EME (local contrast)",
    "ssim": "SSIM to the original",
    "psnr": "PSNR to the original",
    "ambe": "AMBE (shift of brightness)",
    "loe": "LOE (order of lightness lost)",
}
PANELS = {
    "methods": "between methods, same image",
    "images": "between images, same method",
}


@styled
def contrast_and_ap(table: pd.DataFrame, level: float = 0.95) -> Figure:
    """Plot the rank correlation of each measure with AP: between methods on the left, between images on the right.

    Parameters
    ----------
    table : DataFrame
        ``contrast_and_ap.csv``: measure, between, correlation, ci_images_low, ci_images_high; optional n_images.
    level : float
        Confidence level of the intervals, for the legend.
    """
    require(table, ["measure", "between", "correlation"], "contrast and AP")
    measures = [name for name in NAMES if (table["measure"] == name).any()]
    if not measures or table["correlation"].isna().all():
        return empty_figure(TITLE, "No measure varies, or no image has an AP.")
    fig = new_figure(PAGE, 1.2 + 0.22 * len(measures))
    for ax, (way, title) in zip(fig.subplots(1, 2), PANELS.items(), strict=True):
        rows = table[table["between"] == way].set_index("measure")
        ax.axvline(0, color="#444444", lw=0.8, zorder=1)
        for y, name in enumerate(measures):
            value, low, high = (
                number(rows[column].get(name))
                for column in ("correlation", "ci_images_low", "ci_images_high")
            )
            ax.plot([low, high], [y, y], color=INK, lw=1.3, gid="interval")
            ax.plot([value], [y], "o", ms=5, color=INK, gid="value")
            text = "\N{EN DASH}" if value != value else f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")
            ax.text(
                1.02, y, text, transform=ax.get_yaxis_transform(), va="center", fontsize=6.5, color="#555555"
            )
        ax.set_ylim(len(measures) - 0.5, -0.5)
        ax.set_yticks(range(len(measures)), [NAMES[name] for name in measures] if way == "methods" else [])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlim(-1.02, 1.02)
        ax.grid(True, axis="x")
        ax.set_xlabel("rank correlation with AP of the image")
        ax.set_title(title, fontsize=7.5)
    count = count_text(table["n_images"], "images") if "n_images" in table else ""
    fig.suptitle(f"{TITLE} ({count})" if count else TITLE)
    text = f"these trainings, {100 * level:g} % interval over images"
    legend_below(fig, [Line2D([], [], color=INK, marker="o", ms=5, lw=1.3, label=text)])
    return fig
