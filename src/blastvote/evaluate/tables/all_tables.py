"""Every table of a study by the name of its file: what the workflow writes to `results/tables`."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.resampling import BootstrapSettings
from blastvote.evaluate.statistics.study import Study
from blastvote.evaluate.tables.cell_tables import (
    calibration_table,
    cells_confusion,
    matching_table,
    pr_curves,
)
from blastvote.evaluate.tables.comparisons import comparisons
from blastvote.evaluate.tables.paper_tables import table1, table2, table3
from blastvote.evaluate.tables.threshold import threshold_sweep
from blastvote.vote import VoteRule


def all_tables(
    study: Study,
    settings: BootstrapSettings,
    rule: str | VoteRule | Mapping[str, Any] = "pathologist",
    confusion_method: str | None = None,
    reference: str | None = None,
) -> dict[str, pd.DataFrame]:
    """Return all tables of `docs/outputs.md`, keyed by file name without `.csv`.

    Parameters
    ----------
    study
        The runs (`study.load_study`).
    settings
        Of the bootstrap.
    rule
        The vote rule, for the threshold sweep.
    confusion_method
        The method whose matrix is `table3_confusion`; left out, or not a method of the study, there is none.
    reference
        The method all others are compared with first.
    """
    analysis = Analysis(study, settings, reference)
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
    if confusion_method in study.methods:
        tables["table3_confusion"] = tables[f"table3_confusion_{confusion_method}"]
    return tables | {
        "comparisons": comparisons(analysis),
        "threshold_sweep": threshold_sweep(analysis, rule),
        "matching": matching_table(analysis),
        "calibration": calibration_table(analysis),
        "pr_curves": pr_curves(analysis),
    }
