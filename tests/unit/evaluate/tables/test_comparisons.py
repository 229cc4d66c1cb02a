"""Paired comparisons, threshold sweep and the tables about cells."""

from dataclasses import replace
from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest

from blastvote.evaluate.statistics.analysis import Analysis, planned_pairs
from blastvote.evaluate.statistics.paired import holm
from blastvote.evaluate.statistics.study import RunResult, Study, make_study
from blastvote.evaluate.tables.cell_tables import (
    BACKGROUND,
    calibration_bins,
    calibration_table,
    cells_confusion,
    matching_table,
    pr_curves,
)
from blastvote.evaluate.tables.comparisons import comparisons
from blastvote.evaluate.tables.paper_tables import table1, table2
from blastvote.evaluate.tables.threshold import THRESHOLDS, threshold_sweep
from blastvote.evaluate.tables.variance_tables import ranks, study_design, variance_shares

QUICK = made_up.evaluation()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return made_up.build(
        tmp_path_factory.mktemp("study"), {"none": 0.8, "he": 0.2, "eff": 0.8}, tuple(range(8)), 30
    )


@pytest.fixture(scope="module")
def analysis(study: Study) -> Analysis:
    return Analysis(study, QUICK)


def test_pairs_put_the_reference_second_and_first() -> None:
    methods = ["none", "he", "eff"]
    assert planned_pairs(methods, "none", "all") == [("he", "none"), ("eff", "none"), ("eff", "he")]
    assert planned_pairs(methods, "none", "reference") == [("he", "none"), ("eff", "none")]
    assert planned_pairs(["a"], "a", "all") == []


def test_differences_are_those_of_the_tables(analysis: Analysis) -> None:
    rows = comparisons(analysis).set_index(["metric", "method_a", "method_b"])
    first = table1(analysis).merged.query("split == 'unseen'").set_index("method")
    second = (
        table2(analysis).merged.query("subset == 'unseen' and convention == 'strict'").set_index("method")
    )
    for pair in analysis.pairs:
        for metric in ("ap50_matterport", "ap50", "ap"):
            expected = first.loc[pair[0], metric] - first.loc[pair[1], metric]
            assert rows.loc[(metric, *pair), "difference"] == pytest.approx(expected)
        for metric in ("accuracy", "sensitivity"):
            expected = second.loc[pair[0], metric] - second.loc[pair[1], metric]
            assert rows.loc[(metric, *pair), "difference"] == pytest.approx(expected)
    assert (rows["ci_low"] <= rows["difference"] + 1e-12).all()
    assert (rows["n_images"] == 30).all()
    assert (rows["n_seeds"] == 8).all()
    for _, group in rows.groupby(level="metric"):
        assert group["p_adjusted"].tolist() == holm(group["p_value"].to_numpy()).tolist()


def test_a_clear_difference_is_found_and_none_is_not_claimed(analysis: Analysis) -> None:
    rows = comparisons(analysis).set_index(["metric", "method_a", "method_b"])
    clear, alike = rows.loc[("ap50", "he", "none")], rows.loc[("ap50", "eff", "none")]
    assert clear["verdict"] == "differs"
    assert clear["ci_high"] < 0
    assert alike["verdict"] == "cannot tell"
    assert alike["smallest_detectable"] > alike["ci_high"] - alike["difference"] > 0


def test_one_training_tells_nothing(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, {"none": 0.9, "he": 0.1}, n_images=30)
    rows = comparisons(Analysis(study, QUICK))
    assert rows[["ci_low", "ci_high", "p_value", "p_adjusted", "smallest_detectable"]].isna().all(axis=None)
    assert rows["ci_images_low"].notna().all()
    assert (rows["verdict"] == "cannot tell").all()
    assert ranks(Analysis(study, QUICK))["rank_1"].isna().all()


def test_five_seeds_cannot_differ_however_large_the_difference(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, {"none": 1.0, "he": 0.0}, seeds=(1, 2, 3, 4, 5), n_images=20)
    rows = comparisons(Analysis(study, QUICK))
    assert (rows["p_value"] >= 2 / 2**5).all()
    assert (rows["verdict"] == "cannot tell").all()
    assert rows["smallest_detectable"].isna().all()


def test_two_patients_cannot_tell(tmp_path: Path) -> None:
    manifest = pd.DataFrame(
        {"image_id": [f"img{n:03d}" for n in range(20)], "patient_id": [f"p{n // 10}" for n in range(20)]}
    )
    seeds = tuple(range(1, 7))
    study = made_up.build(tmp_path, {"none": 0.8, "eff": 0.8}, seeds, n_images=20, manifest=manifest)
    assert (comparisons(Analysis(study, QUICK))["verdict"] == "cannot tell").all()


def test_equal_methods_are_equivalent_only_where_that_much_is_known(tmp_path: Path) -> None:
    """The same networks under two names never differ; so few images can hide 11 points of it."""
    study = made_up.build(tmp_path, {"none": 0.8}, seeds=(1, 2, 3), n_images=30)
    runs = [run for found in study.runs.values() for run in found]
    both = make_study([*runs, *(replace(run, method="eff") for run in runs)], made_up.NAMES)
    row = comparisons(Analysis(both, QUICK)).iloc[0]
    assert (row["difference"], row["p_value"], row["verdict"]) == (0, 1, "cannot tell")
    assert row["ci_high"] == -row["ci_low"] == pytest.approx(1.96**2 / (30 + 1.96**2), abs=1e-3)


def test_the_null_arm_is_judged_alone_and_is_no_method(tmp_path: Path) -> None:
    arms = {"none": 0.8, "eff": 0.8, "none again": 0.8}
    study = made_up.build(tmp_path, arms, seeds=(1, 2, 3), n_images=20)
    analysis = Analysis(study, QUICK)
    rows = comparisons(analysis)
    assert study.methods == ("none", "eff")
    assert rows.groupby("metric")["method_a"].apply(list).iloc[0] == ["eff", "none again"]
    assert (rows["p_adjusted"] == rows["p_value"]).all()
    assert set(table1(analysis).merged["method"]) == {"none", "eff"}


def test_ranks_and_shares_add_up(analysis: Analysis) -> None:
    chances = ranks(analysis)
    places = [name for name in chances if name.startswith("rank_")]
    assert chances[places].sum(axis=1).tolist() == pytest.approx([1] * len(chances))
    assert chances.groupby("metric")[places].sum().to_numpy().ravel() == pytest.approx(1)
    assert chances.query("metric == 'ap50' and method == 'he'")["rank_3"].item() > 0.99
    shares = variance_shares(analysis)
    named = [f"{part}_share" for part in ("seed", "patient", "image", "rest")]
    assert shares[named].sum(axis=1).tolist() == pytest.approx([1] * len(shares))
    wide = study_design(analysis).query("metric == 'ap'").pivot(index="n_seeds", columns="n_images")
    assert wide["half_width"].loc[1].isna().all()
    assert (np.diff(wide["half_width"].loc[2:], axis=0) < 0).all()
    assert (np.diff(wide["half_width"].loc[2:], axis=1) < 0).all()


def test_the_sweep_passes_through_the_tables(analysis: Analysis) -> None:
    sweep = threshold_sweep(analysis, "pathologist", [0.05, 0.5, 0.99])
    at = sweep.query("subset == 'test' and min_confidence == 0.5").set_index("method")
    first = table1(analysis).merged.query("split == 'test'").set_index("method")
    strict = table2(analysis).merged.query("subset == 'test' and convention == 'strict'").set_index("method")
    paper = table2(analysis).merged.query("subset == 'test' and convention == 'paper'").set_index("method")
    assert at["accuracy"].tolist() == pytest.approx(strict["accuracy"].tolist())
    assert at["sensitivity_strict"].tolist() == pytest.approx(strict["sensitivity"].tolist())
    assert at["sensitivity_paper"].tolist() == pytest.approx(paper["sensitivity"].tolist())
    assert at["ap50_matterport"].tolist() == pytest.approx(first["ap50_matterport"].tolist())
    lowest = sweep.query("subset == 'test' and min_confidence == 0.05").set_index("method")
    assert lowest["ap50"].tolist() == pytest.approx(first["ap50"].tolist())


def test_the_sweep_loses_cells_and_detection_as_it_rises(analysis: Analysis) -> None:
    sweep = threshold_sweep(analysis, "score_weighted")
    assert len(sweep) == 2 * 3 * len(THRESHOLDS)
    for _, rows in sweep.groupby(["method", "subset"]):
        assert rows["min_confidence"].tolist() == list(THRESHOLDS)
        assert (np.diff(rows["cells_per_image"]) <= 0).all()
        assert (np.diff(rows["undetected_share"]) >= 0).all()
        assert (np.diff(rows["ap50"]) <= 1e-12).all()


def test_the_sweep_of_unseen_images_without_any_label(tmp_path: Path) -> None:
    """No image has a label, so no subset has votes: the detections of seen images must still stay out."""
    labelled = made_up.build(tmp_path, {"none": 0.8}, n_images=12, copies=4)
    run = labelled.runs["none", 1][0]
    votes = run.votes.assign(label=None)
    study = make_study([RunResult("none", 1, 0, run.scores, votes)], made_up.NAMES)
    sweep = threshold_sweep(Analysis(study, QUICK), "pathologist", [0.5])
    first = table1(Analysis(study, QUICK)).merged.set_index("split")
    for subset, split, number in (("test", "test", 12), ("unseen", "unseen", 8)):
        row = sweep[sweep["subset"] == subset].iloc[0]
        assert row["n_images_annotated"] == number
        assert row["ap50_matterport"] == pytest.approx(first.loc[split, "ap50_matterport"])


def test_cell_confusion_adds_up(tmp_path: Path) -> None:
    analysis = Analysis(made_up.build(tmp_path, {"none": 0.8}, n_images=30), QUICK)
    table = cells_confusion(analysis, "none").set_index("actual")
    images = analysis.study.runs["none", 1][0].scores.images
    inside = table.loc[made_up.NAMES]
    assert int(inside.to_numpy().sum()) == images["n_true"].sum()
    assert int(inside[BACKGROUND].sum()) == images["missed"].sum()
    false = images["false_positives"].sum() + images["duplicates"].sum()
    assert int(table.loc[BACKGROUND, made_up.NAMES].sum()) == false
    correct = sum(int(table.loc[name, name]) for name in made_up.NAMES)
    assert correct == images["correct"].sum()
    assert pd.isna(table.loc[BACKGROUND, BACKGROUND])


def test_matching_shares(analysis: Analysis) -> None:
    rows = matching_table(analysis).query("split == 'test'")
    assert (rows["missed_share"] == rows["missed"] / rows["n_true"]).all()
    assert rows["touching_separated_share"].between(0, 1).all()
    assert (rows["touching_pairs"] > 0).all()


def test_calibration_by_hand() -> None:
    score = np.array([0.05, 0.3, 0.39, 0.95, 1.0])
    right = np.array([False, True, False, True, True])
    rows = pd.DataFrame(calibration_bins(score, right))
    assert rows["n"].tolist() == [1, 0, 0, 2, 0, 0, 0, 0, 0, 2]
    assert rows["share_correct"].dropna().tolist() == [0.0, 0.5, 1.0]
    assert rows["mean_score"].dropna().tolist() == pytest.approx([0.05, 0.345, 0.975])
    assert rows["ece"].iloc[0] == pytest.approx((0.05 + 2 * abs(0.5 - 0.345) + 2 * 0.025) / 5)
    assert np.isnan(calibration_bins(np.zeros(0), np.zeros(0, dtype=bool))[0]["ece"])


def test_perfectly_calibrated_scores_have_a_small_error() -> None:
    rng = np.random.default_rng(0)
    score = rng.random(20_000)
    assert calibration_bins(score, rng.random(20_000) < score)[0]["ece"] < 0.02
    assert calibration_bins(score, rng.random(20_000) < 0.5)[0]["ece"] > 0.2


def test_tables_for_plots(analysis: Analysis) -> None:
    curves = pr_curves(analysis)
    area = curves.query("method == 'none' and iou == 0.5").groupby("class")["precision"].mean()
    first = table1(analysis).merged.query("split == 'test' and method == 'none'").iloc[0]
    assert area["all"] == pytest.approx(first["ap50"])
    assert set(area.index) == {*made_up.NAMES, "all"}
    assert calibration_table(analysis)["method"].nunique() == 3
