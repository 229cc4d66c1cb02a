"""Evaluation: detection and classification scores, their uncertainty, and the paper's tables.

The public names are loaded when first used, so that `import blastvote.evaluate` stays quick.
"""

import importlib
from typing import Any

_HOMES = {
    "ClassificationScores": "classification",
    "classification_scores": "classification",
    "matterport_ap": "matterport",
    "matterport_ap_range": "matterport",
    "cells_table": "cells",
    "votes_table": "cells",
    "score_run": "run",
    "RunScores": "run_scores",
    "Study": "study",
    "load_study": "study",
    "all_tables": "all_tables",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
