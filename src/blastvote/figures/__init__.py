"""Figures: each function takes tables or arrays and returns a Matplotlib figure; `save_figure` writes it."""

from blastvote.figures.pictures.cells import Cells, find_missed
from blastvote.figures.pictures.dataset import dataset_overview, example_sheet
from blastvote.figures.pictures.grid import method_grid
from blastvote.figures.pictures.overlay import Look, overlay_cells
from blastvote.figures.pictures.panels import overlay_panel
from blastvote.figures.plots.classification import classification_by_method
from blastvote.figures.plots.comparisons import forest_plot
from blastvote.figures.plots.confusion import confusion_figure, confusion_sheet
from blastvote.figures.plots.contrast import contrast_effect
from blastvote.figures.plots.curves import pr_curves, threshold_sweep
from blastvote.figures.plots.detection import map_by_method
from blastvote.figures.plots.learning import learning_curves
from blastvote.figures.plots.matching import matching_shares
from blastvote.figures.plots.reliability import reliability_diagram
from blastvote.figures.plots.seeds import seed_spread
from blastvote.figures.style import empty_figure, save_figure

__all__ = [
    "Cells",
    "Look",
    "classification_by_method",
    "confusion_figure",
    "confusion_sheet",
    "contrast_effect",
    "dataset_overview",
    "empty_figure",
    "example_sheet",
    "find_missed",
    "forest_plot",
    "learning_curves",
    "map_by_method",
    "matching_shares",
    "method_grid",
    "overlay_cells",
    "overlay_panel",
    "pr_curves",
    "reliability_diagram",
    "save_figure",
    "seed_spread",
    "threshold_sweep",
]
