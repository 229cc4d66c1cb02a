"""Every table of a study by the name of its file: what the workflow writes to `results/tables`."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.settings import EvaluationSettings
from blastvote.evaluate.statistics.study import Study
from blastvote.evaluate.tables.cell_tables import (
    calibration_table,
    cells_confusion,
    matching_table,
    pr_curves,
)
from blastvote.evaluate.tables.comparisons import comparisons
from blastvote.evaluate.tables.detection_quality import detection_quality
from blastvote.evaluate.tables.looks import contrast_and_ap
from blastvote.evaluate.tables.paper_tables import table1, table2, table3
from blastvote.evaluate.tables.threshold import threshold_sweep
from blastvote.evaluate.tables.variance_tables import ranks, study_design, variance_shares
from blastvote.vote import VoteRule


def all_tables(
    study: Study,
    settings: EvaluationSettings,
    rule: str | VoteRule | Mapping[str, Any] = "pathologist",
    contrast: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Return all tables of `docs/outputs.md`, keyed by file name without `.csv`.

    Parameters
    ----------
    study
        The runs (`study.load_study`).
    settings
        Intervals, comparisons, and the method whose matrix is `table3_confusion`.
    rule
        The vote rule, for the threshold sweep.
    contrast
        `contrast.csv`, for `contrast_and_ap`; without it that table is left out.
    """
    analysis = Analysis(study, settings)
    first, second = table1(analysis), table2(analysis)
    tables = {
        "table1_map": first.merged,
        "table1_map_by_run": first.by_run,
        "table1_intervals": first.intervals,
        "table2_classification": second.merged,
        "table2_classification_by_run": second.by_run,
        "table2_intervals": second.intervals,
    }
    for method in study.methods:
        tables[f"table3_confusion_{method}"] = table3(study, method)
        tables[f"table3_confusion_{method}_unseen"] = table3(study, method, "unseen")
        tables[f"cells_confusion_{method}"] = cells_confusion(analysis, method)
    if settings.confusion_method in study.methods:
        tables["table3_confusion"] = tables[f"table3_confusion_{settings.confusion_method}"]
    if contrast is not None:
        tables["contrast_and_ap"] = contrast_and_ap(analysis, contrast)
    return tables | {
        "detection_quality": detection_quality(analysis),
        "comparisons": comparisons(analysis),
        "ranks": ranks(analysis),
        "variance_shares": variance_shares(analysis),
        "study_design": study_design(analysis),
        "threshold_sweep": threshold_sweep(analysis, rule),
        "matching": matching_table(analysis),
        "calibration": calibration_table(analysis),
        "pr_curves": pr_curves(analysis),
    }
