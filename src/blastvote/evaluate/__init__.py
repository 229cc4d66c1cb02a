"""Evaluation: detection and classification scores, their uncertainty, and the paper's tables.

The public names are loaded when first used, so that `import blastvote.evaluate` stays quick.
"""

import importlib
from typing import Any

_HOMES = {
    "ClassificationScores": "statistics.metrics.classification",
    "classification_scores": "statistics.metrics.classification",
    "matterport_ap": "scoring.matterport",
    "matterport_ap_range": "scoring.matterport",
    "cells_table": "scoring.cells",
    "votes_table": "scoring.cells",
    "score_run": "scoring.run",
    "RunScores": "scoring.run_scores",
    "Study": "statistics.study",
    "load_study": "statistics.study",
    "all_tables": "tables.all_tables",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
