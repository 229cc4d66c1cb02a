"""Leak inflation on made-up detections: what knowing an image adds is found, and nothing where nothing leaks."""

from pathlib import Path

import evaluate_study as made_up
import evaluate_synthetic as synthetic
import numpy as np
import pandas as pd
import pytest

from blastvote.errors import InputError
from blastvote.evaluate.scoring.cells import cells_table, seen_images, votes_table
from blastvote.evaluate.scoring.run import score_run
from blastvote.evaluate.statistics.study import RunResult, Study, make_study
from blastvote.evaluate.tables.leak_inflation import ALL, COLUMNS, COPIED, leak_inflation

IMAGES, COPIES, SEEDS = 30, 15, (1, 2, 3, 4)
TRUTH = synthetic.make_truth(np.random.default_rng(3), IMAGES, 3, crowds=False, names=made_up.NAMES)
NAMES = [image["image_id"] for image in TRUTH["images"]]
MANIFEST = pd.DataFrame({"image_id": NAMES, "patient_id": [f"P{n // 2}" for n in range(IMAGES)]})


def detections(seed: int, known: float, others: float = 0.3) -> list[dict]:
    """Return detections of which the first `COPIES` images' classes are right with chance `known`."""
    found = []
    for part, quality in ((NAMES[:COPIES], known), (NAMES[COPIES:], others)):
        images = [image for image in TRUTH["images"] if image["image_id"] in part]
        cells = [c for c in TRUTH["annotations"] if c["image_id"] in {image["id"] for image in images}]
        rng = np.random.default_rng([seed, len(part)])
        found += synthetic.make_detections(rng, {"images": images, "annotations": cells}, 3, quality)
    return found


def study_of(path: Path, splits: pd.DataFrame, found: dict[tuple[str, int], list[dict]]) -> Study:
    results, labels = [], made_up.labels_of(TRUTH, made_up.NAMES)
    for (method, seed), every in found.items():
        for fold in sorted(set(splits["fold"])):
            test = splits.loc[(splits["fold"] == fold) & (splits["role"] == "test"), "image_id"].tolist()
            own = [entry for entry in every if entry["image_id"] in test]
            scores = score_run(own, path, splits, fold, made_up.NAMES, 0.5)
            cells = cells_table(own, test, made_up.NAMES, 0.5)
            votes = votes_table(cells, test, labels, made_up.NAMES, "pathologist", seen_images(splits, fold))
            results.append(RunResult(method, seed, fold, scores, votes))
    return make_study(results, made_up.NAMES, MANIFEST)


@pytest.fixture(scope="module")
def truth_path(tmp_path_factory):
    return synthetic.dump(tmp_path_factory.mktemp("leak") / "truth.json", TRUTH)


@pytest.fixture(scope="module")
def kfold(truth_path):
    found = {(method, seed): detections(seed, 0.3) for method in ("none", "eff") for seed in SEEDS}
    return study_of(truth_path, made_up.splits_of(NAMES, folds=3), found)


def paper(truth_path, known: float) -> Study:
    found = {(method, seed): detections(seed, known) for method in ("none", "eff") for seed in SEEDS}
    splits = made_up.splits_of(NAMES, folds=1, copies=COPIES)
    splits = splits[(splits["flip"] != "none") | (splits["role"] == "test")]
    return study_of(truth_path, splits, found)


def test_what_knowing_an_image_adds_is_found(truth_path, kfold):
    table = leak_inflation(paper(truth_path, 1.0), kfold, made_up.evaluation(20))
    assert tuple(table.columns) == COLUMNS
    assert table.groupby("contrast", sort=False).size().to_dict() == {ALL: 10, COPIED: 10}
    ap = table[table["metric"] == "ap"].set_index(["contrast", "method"])
    for contrast in (ALL, COPIED):
        row = ap.loc[(contrast, "none")]
        assert row["difference"] == pytest.approx(row["paper"] - row["kfold"], abs=1e-12)
        assert row["ci_low"] > 0 and row["p_value"] < 0.05
    assert ap.loc[(COPIED, "none"), "difference"] > ap.loc[(ALL, "none"), "difference"]
    assert (table["n_copied"] == COPIES).all() and (table["n_images"] == IMAGES).all()


def test_nothing_is_added_where_the_detections_are_the_same(truth_path, kfold):
    """COCO's AP ranks tied scores in the order of the images, which folds change; the rest is equal."""
    table = leak_inflation(paper(truth_path, 0.3), kfold, made_up.evaluation(20)).set_index("metric")
    exact = table.loc[["ap50_matterport", "accuracy", "sensitivity"], "difference"]
    assert len(exact) == 12 and np.allclose(exact, 0, atol=1e-12)
    assert np.allclose(table["difference"], 0, atol=0.005)


def test_studies_that_do_not_belong_together_are_refused(truth_path, kfold):
    known = paper(truth_path, 0.3)
    with pytest.raises(InputError, match="No test image of the first study has a copy"):
        leak_inflation(kfold, known, made_up.evaluation(20))
    fewer = study_of(
        truth_path,
        made_up.splits_of(NAMES, folds=3),
        {("none", seed): detections(seed, 0.3) for seed in SEEDS},
    )
    with pytest.raises(InputError, match=r"differ in their methods \(eff\)"):
        leak_inflation(known, fewer, made_up.evaluation(20))


def test_every_column_is_documented():
    page = (Path(__file__).resolve().parents[4] / "docs/outputs.md").read_text(encoding="utf-8")
    section = page.split("### `leak_inflation.csv`")[1].split("\n##")[0]
    assert [column for column in COLUMNS if f"`{column}`" not in section] == []
