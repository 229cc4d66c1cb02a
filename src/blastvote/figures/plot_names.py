"""Names of a study's plots; the workflow's planning reads them, so nothing else is imported."""

PLOTS = (
    "dataset",
    "contrast_effect",
    "learning_curves",
    "map_by_method",
    "classification_by_method",
    "confusion",
    "confusion_all_methods",
    "cells_confusion_all_methods",
    "matching",
    "detection_quality",
    "comparisons",
    "contrast_and_ap",
    "threshold_sweep",
    "pr_curves",
    "calibration",
    "seeds",
)
"""Names of the files, in the order in which a reader wants them."""
