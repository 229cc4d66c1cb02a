"""Figures: each function takes tables or arrays and returns a Matplotlib figure; `save_figure` writes it."""

from blastvote.figures.classification import classification_by_method
from blastvote.figures.confusion import confusion_figure, confusion_sheet
from blastvote.figures.detection import map_by_method
from blastvote.figures.grid import method_grid
from blastvote.figures.learning import learning_curves
from blastvote.figures.overlay import overlay_cells
from blastvote.figures.panels import Cells, find_missed, overlay_panel
from blastvote.figures.style import empty_figure, save_figure

__all__ = [
    "Cells",
    "classification_by_method",
    "confusion_figure",
    "confusion_sheet",
    "empty_figure",
    "find_missed",
    "learning_curves",
    "map_by_method",
    "method_grid",
    "overlay_cells",
    "overlay_panel",
    "save_figure",
]
