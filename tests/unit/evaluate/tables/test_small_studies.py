"""Tables of studies out of the ordinary: one image, folds, patients, other classes, nothing unseen."""

from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest

from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.study import RunResult, make_study, pooled_votes
from blastvote.evaluate.tables import paper_values as paper
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.paper_tables import table1, table2
from blastvote.io import write_csv

QUICK = made_up.evaluation(100)


def test_folds_are_pooled(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, {"none": 0.8}, n_images=20, folds=4)
    first = table1(Analysis(study, QUICK)).merged
    assert first["n_images"].tolist() == [20, 20]
    votes = pooled_votes(study, "none", 1)
    assert len(votes.image_ids) == len(set(votes.image_ids)) == 20
    expected = np.mean([run.votes["vote"].eq(run.votes["label"]).mean() for run in study.runs["none", 1]])
    assert table2(Analysis(study, QUICK)).merged["accuracy"].iloc[0] == pytest.approx(expected)


def test_patients_are_drawn_as_one(tmp_path: Path) -> None:
    names = [f"img{number:03d}" for number in range(28)]
    manifest = pd.DataFrame({"image_id": names, "patient_id": [f"p{number // 14}" for number in range(28)]})
    alone = table1(Analysis(made_up.build(tmp_path, {"none": 0.7}, n_images=28), QUICK)).merged
    grouped = table1(
        Analysis(made_up.build(tmp_path, {"none": 0.7}, n_images=28, manifest=manifest), QUICK)
    ).merged
    assert alone["ap50"].tolist() == grouped["ap50"].tolist()
    assert alone["ci_low"].tolist() != grouped["ci_low"].tolist()


@pytest.mark.parametrize("interval", ["percentile", "bca"])
def test_one_image_and_no_detections(interval: str, tmp_path: Path) -> None:
    setting = made_up.evaluation(50, interval)
    one = made_up.build(tmp_path, {"none": 0.7, "eff": 0.9}, n_images=1)
    tables = all_tables(one, setting)
    assert tables["table1_map"]["n_images"].tolist() == [1] * 4
    assert tables["table1_map"]["ci_low"].isna().all()
    blind = made_up.votes_without_detections(one)
    tables = all_tables(blind, setting)
    assert tables["table2_classification"]["accuracy"].tolist() == [0.0] * len(
        tables["table2_classification"]
    )
    for name, frame in tables.items():
        write_csv(tmp_path / f"{name}.csv", frame)


@pytest.mark.parametrize(
    "class_names", [["yes", "no"], ["neutrophil", "lymphocyte", "monocyte", "eosinophil", "basophil"]]
)
@pytest.mark.parametrize("rule", ["plurality", "area_weighted"])
def test_other_classes_and_rules(class_names: list[str], rule: str, tmp_path: Path) -> None:
    study = made_up.build(
        tmp_path, {"none": 0.6, "mine": 0.95}, n_images=25, class_names=class_names, rule=rule
    )
    tables = all_tables(study, made_up.evaluation(100, confusion="mine"), rule)
    assert tables["table3_confusion"].columns.tolist() == ["actual", *class_names, "FN", "undetected"]
    assert {f"ap_{name}" for name in class_names} <= set(tables["table1_map"].columns)
    assert tables["table1_map"].query("method == 'mine'")["paper"].isna().all()
    sweep = tables["threshold_sweep"].query("subset == 'test' and min_confidence == 0.5")
    merged = tables["table2_classification"].query("subset == 'test' and convention == 'strict'")
    assert sweep["accuracy"].tolist() == pytest.approx(merged["accuracy"].tolist())


def test_when_every_test_image_was_seen(tmp_path: Path) -> None:
    study = made_up.build(tmp_path, {"none": 0.7, "eff": 0.9}, n_images=9, copies=9)
    tables = all_tables(study, QUICK)
    assert tables["table1_map"]["split"].unique().tolist() == ["val", "test"]
    assert tables["table2_classification"]["subset"].unique().tolist() == ["test"]
    assert len(tables["comparisons"]) == 0
    assert tables["table3_confusion_eff_unseen"].iloc[:3, 1:].to_numpy(dtype=float).sum() == 0
    assert tables["threshold_sweep"].query("subset == 'unseen'")["accuracy"].isna().all()


def test_images_are_drawn_within_their_label() -> None:
    """Every L1 is right and nothing else is: with the mix of labels kept, the accuracy cannot vary."""
    votes = made_up.papers_votes()
    votes["vote"] = votes["label"].where(votes["label"] == "L1", "L1")
    study = make_study([RunResult("eff", 0, 0, made_up.empty_scores(), votes)], paper.CLASS_NAMES)
    row = table2(Analysis(study, QUICK)).merged.iloc[0]
    assert row["accuracy_ci_images_low"] == row["accuracy"] == row["accuracy_ci_images_high"] == 128 / 301
