"""The plots of the page: picture, caption, alternative text and the table behind it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from blastvote.figures.plot_names import PLOTS
from blastvote.report.parts import PLOT_TITLES, caption
from blastvote.report.pictures import data_uri

TABLES = {
    "map_by_method": "table1_map",
    "classification_by_method": "table2_classification",
    "confusion": "table3_confusion",
    "matching": "matching",
    "detection_quality": "detection_quality",
    "comparisons": "comparisons",
    "contrast_and_ap": "contrast_and_ap",
    "threshold_sweep": "threshold_sweep",
    "pr_curves": "pr_curves",
    "calibration": "calibration",
    "seeds": "table1_map_by_run",
}
"""The table that a plot is drawn from; plots of one table a method have several, `plots` finds them."""


@dataclass(frozen=True)
class Plot:
    """One plot: ``picture`` is a data URI, ``tables`` are names of tables."""

    name: str
    title: str
    caption: str
    picture: str
    tables: tuple[str, ...]


def plots(files: Mapping[str, Path], methods: list[str], tables: Collection[str]) -> list[Plot]:
    """Return the plots in the order in which a reader wants them.

    Parameters
    ----------
    files
        Name of a plot to its SVG file. One that the page has no title for is shown last, by its name.
    methods
        In the order of the configuration.
    tables
        Tables that the page holds, by name.
    """
    behind: dict[str, tuple[str, ...]] = {name: (table,) for name, table in TABLES.items()}
    behind["confusion_all_methods"] = tuple(f"table3_confusion_{method}" for method in methods)
    behind["cells_confusion_all_methods"] = tuple(f"cells_confusion_{method}" for method in methods)
    behind["contrast_effect"] = ("contrast",)
    behind["dataset"] = ("manifest", "splits")
    behind["learning_curves"] = ("history",)
    return [
        Plot(
            name,
            PLOT_TITLES.get(name, name.replace("_", " ").capitalize()),
            caption(name),
            data_uri(files[name].read_bytes(), "svg+xml"),
            tuple(table for table in behind.get(name, ()) if table in tables),
        )
        for name in PLOTS
        if name in files
    ]
