"""What goes wrong with single cells: missed, wrong class, duplicates, false alarms, touching cells apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from blastvote.figures.plots import dots
from blastvote.figures.style import PAGE, empty_figure, known, method_styles, new_figure, require, styled
from blastvote.figures.words import count_text, number

TITLE = "What happens to single cells"
SHARES = {
    "missed_share": "missed\n(% of true cells)",
    "wrong_class_share": "wrong class\n(% of true cells)",
    "duplicate_share": "duplicates\n(% of detections)",
    "false_positive_share": "false alarms\n(% of detections)",
    "touching_separated_share": "touching pairs\nseparated (%)",
}


@styled
def matching_shares(
    matching: pd.DataFrame,
    methods: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    split: str = "test",
) -> Figure:
    """Plot the shares of matching errors by method, one panel each; the last one is better when higher.

    Parameters
    ----------
    matching : DataFrame
        ``matching.csv``: method, any of missed_share, wrong_class_share, duplicate_share,
        false_positive_share, touching_separated_share (fractions); optional split and n_true.
    methods, labels
        See `style.method_styles`.
    split : str
        Whose rows to draw.
    """
    require(matching, ["method"], "matching")
    if "split" in matching.columns:
        matching = matching[matching["split"] == split]
    shares = [name for name in SHARES if known(matching, name)]
    styles = method_styles(matching["method"], methods, labels)
    if not shares or not styles:
        return empty_figure(TITLE, "No detection could be compared with a true cell.")
    rows = matching.drop_duplicates("method").set_index("method")
    fig = new_figure(PAGE, 0.95 + len(styles) * dots.row_height(styles))
    axes = fig.subplots(1, len(shares), squeeze=False)[0]
    for ax, name in zip(axes, shares, strict=True):
        values = [100 * number(rows.at[method, name]) for method in styles]
        for y, (value, style) in enumerate(zip(values, styles.values(), strict=True)):
            dots.draw_dot(ax, y, value, math.nan, math.nan, style)
            dots.write_value(ax, y, value)
        dots.method_axis(ax, styles, named=ax is axes[0])
        top = max([5.0, *(value for value in values if not math.isnan(value))])
        dots.percent_axis(ax, (-0.04 * top, 1.06 * top), SHARES[name])
        ax.xaxis.label.set_size(7)
    count = count_text(rows["n_true"], "true cells") if "n_true" in rows.columns else ""
    fig.suptitle(f"{TITLE} ({count})" if count else TITLE)
    return fig
