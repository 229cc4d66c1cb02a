"""Paired comparisons, threshold sweep and the tables about cells."""

from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from blastvote.evaluate.statistics.analysis import Analysis, method_pairs
from blastvote.evaluate.statistics.resampling import BootstrapSettings, holm, sign_flip_test
from blastvote.evaluate.statistics.study import RunResult, Study, make_study
from blastvote.evaluate.tables.cell_tables import (
    BACKGROUND,
    calibration_bins,
    calibration_table,
    cells_confusion,
    matching_table,
    pr_curves,
)
from blastvote.evaluate.tables.comparisons import accuracy_p_value, comparisons
from blastvote.evaluate.tables.paper_tables import table1, table2
from blastvote.evaluate.tables.threshold import THRESHOLDS, threshold_sweep

QUICK = BootstrapSettings(200, seed=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return made_up.build(tmp_path_factory.mktemp("study"), {"none": 0.8, "he": 0.2, "eff": 0.8}, n_images=30)


@pytest.fixture(scope="module")
def analysis(study: Study) -> Analysis:
    return Analysis(study, QUICK, "none")


def test_pairs_put_the_reference_second_and_first() -> None:
    assert method_pairs(["none", "he", "eff"], "none") == [("he", "none"), ("eff", "none"), ("eff", "he")]
    assert method_pairs(["a", "b"], None) == [("b", "a")]
    assert method_pairs(["a"], "a") == []


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
    assert (rows["n"] == 30).all()
    for _, group in rows.groupby(level="metric"):
        assert group["p_adjusted"].tolist() == holm(group["p_value"].to_numpy()).tolist()


def test_a_clear_difference_is_found_and_none_is_not_claimed(analysis: Analysis) -> None:
    rows = comparisons(analysis).set_index(["metric", "method_a", "method_b"])
    assert rows.loc[("ap50", "he", "none"), "p_adjusted"] < 0.05
    assert rows.loc[("ap50", "he", "none"), "ci_high"] < 0
    assert rows.loc[("ap50", "eff", "none"), "p_adjusted"] > 0.05


def test_accuracy_is_tested_by_the_binomial_of_the_discordant(analysis: Analysis) -> None:
    votes = analysis.votes("test")
    right = {name: votes[name, 1].actual == votes[name, 1].voted for name in ("none", "he")}
    only_none = int((right["none"] & ~right["he"]).sum())
    only_he = int((right["he"] & ~right["none"]).sum())
    expected = stats.binomtest(only_he, only_none + only_he, 0.5).pvalue
    assert accuracy_p_value(analysis.study, votes, "he", "none") == pytest.approx(expected)


def test_seeds_and_patients_use_the_sign_flip(tmp_path: Path) -> None:
    manifest = pd.DataFrame(
        {"image_id": [f"img{n:03d}" for n in range(20)], "patient_id": [f"p{n // 10}" for n in range(20)]}
    )
    study = made_up.build(tmp_path, {"none": 0.9, "he": 0.1}, n_images=20, manifest=manifest)
    # Two patients: the least p-value that flipping their signs can give is 2 / 2^2.
    assert accuracy_p_value(study, Analysis(study).votes("test"), "he", "none") >= 0.5
    assert (comparisons(Analysis(study, QUICK))["p_value"] >= 0.5).all()
    seeds = made_up.build(tmp_path, {"none": 0.9, "he": 0.1}, seeds=(1, 2, 3), n_images=20)
    votes = Analysis(seeds).votes("test")
    right = {
        name: np.sum([votes[name, seed].actual == votes[name, seed].voted for seed in (1, 2, 3)], axis=0)
        for name in ("none", "he")
    }
    differences = right["he"] - right["none"]
    assert np.abs(differences).max() > 1
    assert accuracy_p_value(seeds, votes, "he", "none") == sign_flip_test(differences)


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


def test_cell_confusion_adds_up(analysis: Analysis) -> None:
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
