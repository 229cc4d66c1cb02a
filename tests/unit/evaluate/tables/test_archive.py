"""The archive of a study: its tables come again from its scores and votes, byte for byte."""

import importlib.util
from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest
import yaml

from blastvote.contrast.measures import MEASURES
from blastvote.io import sha256

REPO = Path(__file__).resolve().parents[4]
ARCHIVES = sorted(path.parent for path in (REPO / "docs/studies").glob("*/config.yaml"))
SEEDS = [1, 2, 3]


@pytest.fixture(scope="module")
def archive():
    spec = importlib.util.spec_from_file_location("archive", REPO / "benchmarks/study/archive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Return the configuration of a small finished study with a null arm, and its results folder."""
    folder = tmp_path_factory.mktemp("finished")
    qualities = {"none": 0.6, "eff": 0.8, "none again": 0.6}
    study = made_up.build(folder, qualities, seeds=tuple(SEEDS), n_images=12)
    config = yaml.safe_load((REPO / "config/config.yaml").read_text())
    config |= {"results": str(folder / "results"), "methods": ["none", "eff"], "seeds": SEEDS}
    config["evaluation"] |= {"null_arm": True, "bootstrap_draws": 100}
    null_seed = max(SEEDS) + 1
    for (arm, seed), (run,) in study.runs.items():
        method, place = ("none", seed + null_seed) if arm == "none again" else (arm, seed)
        out = folder / f"results/runs/{method}/seed{place}/fold0"
        out.mkdir(parents=True)
        run.scores.save(out / "scores.npz")
        run.votes.to_csv(out / "votes.csv", index=False)
    (folder / "results/data").mkdir()
    votes = study.runs["none", 1][0].votes
    paths = [folder / f"results/{name}.png" for name in votes["image_id"]]
    for path in paths:
        path.write_text(path.name)
    rows = {"image_id": votes["image_id"], "path": paths, "sha256": [sha256(path) for path in paths], "width": 128,
            "height": 96, "label": votes["label"], "patient_id": "", "n_cells": 1, "source": ""}  # fmt: skip
    pd.DataFrame(rows).to_csv(folder / "results/data/manifest.csv", index=False)
    measures = pd.MultiIndex.from_product([[*votes["image_id"], "another"], config["methods"]]).to_frame(
        index=False
    )
    measures.columns = ["image_id", "method"]
    measures[list(MEASURES)] = np.random.default_rng(0).random((len(measures), len(MEASURES)))
    measures.assign(changed=True).to_csv(folder / "results/data/contrast.csv", index=False)
    return config


def test_tables_come_again_byte_for_byte(archive, finished, tmp_path):
    archive.store(finished, SEEDS, tmp_path / "kept")
    archive.write(archive.make_tables(tmp_path / "kept"), tmp_path / "again")
    tables = sorted(path.name for path in (tmp_path / "kept/tables").iterdir())
    assert "comparisons.csv" in tables and "table1_map_by_run.csv" in tables
    assert archive.differing(tmp_path / "kept", tmp_path / "again") == []
    comparisons = pd.read_csv(tmp_path / "kept/tables/comparisons.csv")
    assert set(comparisons["method_a"]) == {"eff", "none again"}
    kept = pd.read_csv(tmp_path / "kept/contrast.csv")
    assert "contrast_and_ap.csv" in tables and len(kept) == 24 and "another" not in set(kept["image_id"])
    archive.store(finished, SEEDS, tmp_path / "twice")
    assert (tmp_path / "twice/runs.zip").read_bytes() == (tmp_path / "kept/runs.zip").read_bytes()


def test_a_changed_table_is_named(archive, finished, tmp_path):
    archive.store(finished, SEEDS, tmp_path / "kept")
    archive.write(archive.make_tables(tmp_path / "kept"), tmp_path / "again")
    path = tmp_path / "again/ranks.csv"
    path.write_text(path.read_text().replace("eff", "EFF"))
    assert archive.differing(tmp_path / "kept", tmp_path / "again") == ["ranks.csv"]


def test_measures_of_other_images_are_refused(archive, finished, tmp_path):
    archive.store(finished, SEEDS, tmp_path / "kept")
    image = next(Path(finished["results"]).glob("*.png"))
    before = image.read_text()
    image.write_text("another photograph")
    with pytest.raises(SystemExit, match=f"{image.name}: this is not the image"):
        archive.keep_contrast(Path(finished["results"]), tmp_path / "kept")
    image.write_text(before)


def test_a_study_that_was_cut_short_keeps_its_finished_seeds(archive, finished, tmp_path):
    """The null arm's seeds follow from all planned seeds, not from those that were finished."""
    archive.store(finished, SEEDS[:2], tmp_path / "kept")
    study, _ = archive.load(tmp_path / "kept")
    assert study.seeds == (1, 2) and study.arms == ("none", "eff", "none again")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ARCHIVES, ids=lambda path: path.name)
def test_an_archived_studys_tables_come_again(archive, folder, tmp_path):
    archive.write(archive.make_tables(folder), tmp_path)
    assert archive.differing(folder, tmp_path) == []
