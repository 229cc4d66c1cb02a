"""Tables 1 to 3 and what goes with them, on small made-up studies."""

from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest

from blastvote.errors import InputError
from blastvote.evaluate.statistics.analysis import Analysis
from blastvote.evaluate.statistics.metrics.classification import classification_scores
from blastvote.evaluate.statistics.study import RunResult, Study, load_study, make_study, pooled_votes
from blastvote.evaluate.tables import paper_values as paper
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.evaluate.tables.markdown import table1_markdown, table2_markdown
from blastvote.evaluate.tables.paper_tables import table2, table3
from blastvote.io import write_csv

QUICK = made_up.evaluation(100)
QUALITIES = {"none": 0.7, "he": 0.4, "eff": 0.9}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return made_up.build(tmp_path_factory.mktemp("study"), QUALITIES, seeds=(1, 2), n_images=28, copies=7)


@pytest.fixture(scope="module")
def tables(study: Study) -> dict[str, pd.DataFrame]:
    return all_tables(study, QUICK)


def test_the_papers_tables_2_and_3_come_out() -> None:
    study = make_study(
        [RunResult("eff", 0, 0, made_up.empty_scores(), made_up.papers_votes())], paper.CLASS_NAMES
    )
    rows = table2(Analysis(study, QUICK)).merged.set_index(["convention", "subset"])
    theirs = rows.loc[("paper", "test")]
    assert [round(100 * theirs[name], 2) for name in ("accuracy", "precision", "sensitivity")] == [
        83.72,
        85.17,
        81.61,
    ]
    assert [round(100 * theirs[f"paper_{name}"], 2) for name in ("accuracy", "precision", "sensitivity")] == [
        83.72,
        85.17,
        81.61,
    ]
    assert [round(100 * theirs[f"sensitivity_{name}"], 2) for name in paper.CLASS_NAMES] == [
        91.2,
        54.55,
        99.08,
    ]
    strict = rows.loc[("strict", "test")]
    assert round(100 * strict["sensitivity"], 2) == 78.29
    assert (strict["n_images"], strict["n_undetected"]) == (301, 12)
    assert np.isnan(strict["paper_accuracy"])
    table = table3(study, "eff")
    assert table.columns.tolist() == ["actual", "L1", "L2", "L3", "FN", "undetected"]
    assert table.iloc[:3, 1:].to_numpy(dtype=int).tolist() == [
        [114, 10, 1, 11, 3],
        [25, 30, 0, 25, 8],
        [1, 0, 108, 1, 1],
    ]
    assert table.iloc[3, :4].tolist() == ["FP", 26, 10, 1]
    assert table.iloc[3, 4:].isna().all()


def test_columns_are_those_of_the_design(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["table1_map"].columns.tolist() == [
        *("method", "split", "ap50_matterport", "ap50", "ap75", "ap", "ap_L1", "ap_L2", "ap_L3"),
        *("n_images", "n_cells", "ci_low", "ci_high", "ci_images_low", "ci_images_high", "paper"),
    ]
    head = ["method", "convention", "subset", "accuracy", "precision", "sensitivity", "f1", "n_images"]
    assert tables["table2_classification"].columns.tolist()[:9] == [*head, "n_undetected"]
    assert {"accuracy_ci_low", "f1_ci_high", "mcc", "specificity", "paper_accuracy"} <= set(
        tables["table2_classification"].columns
    )
    assert tables["comparisons"].columns.tolist() == [
        *(
            "method_a",
            "method_b",
            "metric",
            "difference",
            "ci_low",
            "ci_high",
            "ci_images_low",
            "ci_images_high",
        ),
        *("p_value", "p_adjusted", "verdict", "smallest_detectable", "n_images", "n_seeds"),
    ]
    pd.testing.assert_frame_equal(tables["table3_confusion"], tables["table3_confusion_eff"])


def test_splits_and_subsets(study: Study, tables: dict[str, pd.DataFrame]) -> None:
    # Copies of 7 of 28 images were trained or validated on, 3 of them validated.
    sizes = tables["table1_map"].groupby("split", sort=False)["n_images"].first().to_dict()
    assert sizes == {"val": 3, "test": 28, "unseen": 21}
    images = tables["table2_classification"].groupby("subset")["n_images"].unique()
    assert {name: value.tolist() for name, value in images.items()} == {"test": [28], "unseen": [21]}
    assert tables["table1_map"]["method"].tolist() == list(QUALITIES) * 3


def test_the_mean_is_that_of_the_seeds(tables: dict[str, pd.DataFrame]) -> None:
    for name, keys in (
        ("table1_map", ["method", "split"]),
        ("table2_classification", ["method", "convention", "subset"]),
    ):
        runs = tables[f"{name}_by_run"]
        metric = "ap50" if name == "table1_map" else "accuracy"
        means = runs.groupby(keys)[metric].mean()
        merged = tables[name].set_index(keys)[metric]
        assert runs["seed"].unique().tolist() == [1, 2]
        assert merged.to_dict() == pytest.approx(means.to_dict())
    spreads = (
        tables["table2_classification_by_run"].groupby(["method", "convention", "subset"])["accuracy"].std()
    )
    merged = tables["table2_classification"].set_index(["method", "convention", "subset"])
    assert merged["accuracy_sd_over_seeds"].to_dict() == pytest.approx(spreads.to_dict())


def test_intervals_hold_the_estimate_and_are_wide(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["table1_map"].query("split == 'test'")
    assert ((rows["ci_low"] < rows["ap50_matterport"]) & (rows["ap50_matterport"] < rows["ci_high"])).all()
    assert ((rows["ci_high"] - rows["ci_low"]) > 0.05).all()


def test_better_detections_score_higher(tables: dict[str, pd.DataFrame]) -> None:
    ap = tables["table1_map"].query("split == 'test'").set_index("method")["ap50"]
    assert ap["he"] < ap["none"] < ap["eff"]


def test_two_runs_write_the_same_bytes(study: Study, tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    again = all_tables(study, QUICK)
    assert list(again) == list(tables)
    for name, table in tables.items():
        write_csv(tmp_path / "one.csv", table)
        write_csv(tmp_path / "two.csv", again[name])
        assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes(), name


def test_from_files(study: Study, tmp_path: Path) -> None:
    files = []
    for (method, seed), runs in study.runs.items():
        for run in runs:
            stem = tmp_path / f"{method}{seed}"
            run.scores.save(stem.with_suffix(".npz"))
            write_csv(stem.with_suffix(".csv"), run.votes)
            files.append((method, seed, run.fold, stem.with_suffix(".npz"), stem.with_suffix(".csv")))
    loaded = load_study(files, made_up.NAMES)
    expected, got = (table2(Analysis(entry, QUICK)).merged for entry in (study, loaded))
    pd.testing.assert_frame_equal(got, expected)
    with pytest.raises(InputError, match="seed 2"):
        load_study(files[:-1], made_up.NAMES)
    with pytest.raises(InputError, match="no such votes file"):
        load_study([(*files[0][:4], tmp_path / "none.csv")], made_up.NAMES)
    with pytest.raises(InputError, match="Score it again"):
        load_study(files, ["a", "b"])
    with pytest.raises(InputError, match="no run"):
        load_study([], made_up.NAMES)


def test_methods_must_share_their_images(study: Study) -> None:
    first, second = study.runs["none", 1][0], study.runs["he", 1][0]
    shorter = RunResult("he", 1, 0, second.scores, second.votes.iloc[1:])
    with pytest.raises(InputError, match="different images"):
        table2(Analysis(make_study([first, shorter], made_up.NAMES), QUICK))


def test_table2_agrees_with_the_scores_of_its_matrix(study: Study) -> None:
    votes = pooled_votes(study, "eff", 1)
    table = np.zeros((3, 4))
    for actual, voted in zip(votes.actual, votes.voted, strict=True):
        table[actual, voted] += 1
    scores = classification_scores(table[:, :3], table[:, 3], "strict")
    row = (
        table2(Analysis(study, QUICK))
        .by_run.query("method == 'eff' and seed == 1 and convention == 'strict' and subset == 'test'")
        .iloc[0]
    )
    for name in ("accuracy", "precision", "f1", "mcc", "specificity"):
        assert row[name] == pytest.approx(getattr(scores, name))


def test_markdown_says_whose_data_it_is(tables: dict[str, pd.DataFrame]) -> None:
    first = table1_markdown(tables["table1_map"], paper_data=False)
    second = table2_markdown(tables["table2_classification"], paper_data=True)
    assert "did not use the paper's images" in first
    assert "used the paper's own images" in second
    assert "| eff " in first
    assert "83.65" in first
    assert "83.72 / 85.17 / 81.61" in second
    widths = {len(line) for line in first.splitlines() if line.startswith("|")}
    assert len(widths) <= 3


def test_markdown_leaves_out_the_unseen_only_where_they_are_all(
    tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    sentence = "Every test image is unseen in training"
    assert "Split `unseen`" in table1_markdown(tables["table1_map"], False)
    assert "subset `unseen`" in table2_markdown(tables["table2_classification"], False)
    clean = made_up.build(tmp_path, {"none": 0.7}, seeds=(1,), n_images=12, copies=0)
    without = all_tables(clean, made_up.evaluation(100, confusion="none"))
    for text in (
        table1_markdown(without["table1_map"], False),
        table2_markdown(without["table2_classification"], False),
    ):
        assert text.count(sentence) == 1
        assert "unseen`:" not in text
