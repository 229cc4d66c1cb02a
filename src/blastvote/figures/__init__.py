"""Figures: each function takes tables or arrays and returns a Matplotlib figure; `save_figure` writes it.

The public names are loaded when first used, so that planning a workflow, which reads the names of its plots, need not
wait for Matplotlib.
"""

import importlib
from typing import Any

_HOMES = {
    "Cells": "pictures.cells",
    "find_missed": "pictures.cells",
    "dataset_overview": "pictures.dataset",
    "example_sheet": "pictures.dataset",
    "method_grid": "pictures.grid",
    "Look": "pictures.overlay",
    "overlay_cells": "pictures.overlay",
    "overlay_panel": "pictures.panels",
    "classification_by_method": "plots.classification.methods",
    "forest_plot": "plots.comparisons",
    "confusion_figure": "plots.classification.confusion",
    "confusion_sheet": "plots.classification.confusion",
    "contrast_effect": "plots.contrast",
    "pr_curves": "plots.curves",
    "threshold_sweep": "plots.curves",
    "map_by_method": "plots.detection",
    "learning_curves": "plots.learning",
    "matching_shares": "plots.matching",
    "reliability_diagram": "plots.classification.reliability",
    "seed_spread": "plots.seeds",
    "empty_figure": "style",
    "save_figure": "style",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
