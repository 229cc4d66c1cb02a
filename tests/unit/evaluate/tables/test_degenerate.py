"""Studies at the edge: the tables claim nothing that the scores do not hold, and come to an end."""

from dataclasses import replace
from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pytest

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.study import RunResult, Study, make_study
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.comparisons import comparisons
from blastvote.evaluate.tables.variance_tables import ranks

QUICK = made_up.evaluation(draws=50)


def runs_of(study: Study) -> list[RunResult]:
    return [run for runs in study.runs.values() for run in runs]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return made_up.build(tmp_path_factory.mktemp("study"), {"none": 0.5, "eff": 0.95}, tuple(range(6)))


def test_a_score_that_one_training_lacks_has_no_ranks_and_no_verdict(study: Study) -> None:
    """Ranks of NaN became numbers beyond all arrays, and the process died of it."""
    runs = []
    for run in runs_of(study):
        images = run.scores.images.copy()
        if run.method == "eff" and run.seed == 0:
            images["ap_matterport"] = np.nan
        runs.append(replace(run, scores=replace(run.scores, images=images)))
    tables = all_tables(make_study(runs, made_up.NAMES), QUICK)
    chances = tables["ranks"].set_index("metric")[["rank_1", "rank_2"]]
    assert chances.loc["ap50_matterport"].isna().all(axis=None)
    assert chances.loc["ap50"].notna().all(axis=None)
    row = tables["comparisons"].set_index("metric").loc["ap50_matterport"]
    assert row["verdict"] == "cannot tell"
    assert row[["ci_low", "ci_high", "p_value", "smallest_detectable"]].isna().all()


def test_equal_networks_are_not_said_to_have_shown_the_smallest_difference(study: Study) -> None:
    runs = [run for run in runs_of(study) if run.method == "none"]
    twins = make_study(runs + [replace(run, method="eff") for run in runs], made_up.NAMES)
    rows = comparisons(Analysis(twins, QUICK))
    assert (rows["difference"] == 0).all() and (rows["p_value"] == 1).all()
    assert (rows["ci_high"] > 0.1).all()  # what 24 images can hide
    assert (rows["verdict"] == "cannot tell").all()
    assert rows["smallest_detectable"].isna().all()
    assert ranks(Analysis(twins, QUICK))[["rank_1", "rank_2"]].notna().all(axis=None)


def test_no_difference_of_shares_lies_beyond_1(tmp_path: Path) -> None:
    two = made_up.build(tmp_path, {"none": 0.5, "eff": 0.95}, tuple(range(6)), n_images=2)
    rows = comparisons(Analysis(two, QUICK))
    assert (rows["ci_high"] <= 1).all() and (rows["ci_low"] >= -1).all()
    assert (rows["ci_low"] == -1).any()  # two images say nothing, and that is what the interval says
    assert not (rows["smallest_detectable"] > 1).any()


@pytest.mark.parametrize("n_images", [1, 30])
def test_one_image_or_one_patient_tells_nothing(tmp_path: Path, n_images: int) -> None:
    study = made_up.build(tmp_path, {"none": 0.1, "eff": 0.99}, tuple(range(8)), n_images=n_images)
    names = runs_of(study)[0].votes["image_id"]
    alone = replace(study, patients=dict.fromkeys(names, "p1"))
    rows = comparisons(Analysis(alone, QUICK))
    assert (rows["verdict"] == "cannot tell").all() and rows[["ci_low", "p_value"]].isna().all(axis=None)
