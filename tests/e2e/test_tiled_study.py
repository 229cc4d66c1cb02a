"""A toy study whose photographs are larger than the network: pixel sizes, tiles, and weights that are enough alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from blastvote.rle import decode
from mrcnn import read_metadata

pytestmark = pytest.mark.slow
RUN = "results/runs/none/seed1/fold0"


@pytest.fixture(scope="module")
def tiled(snakemake, repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiled")
    config = str(repo_root / "tests/e2e/tiled.yaml")
    targets = [f"{RUN}/votes.csv", "results/data/check.md"]
    done = snakemake(folder, "--configfile", config, "--", *targets)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-8000:]
    return folder


def test_pixel_sizes_are_written(tiled: Path) -> None:
    sizes = pd.read_csv(tiled / "results/data/pixel_sizes.csv")
    assert len(sizes) == 9
    assert (sizes["pixel_size_um"] == 0.1).all()


def test_it_trains_on_tiles(tiled: Path) -> None:
    """At the starter's 0.18 um a photograph is 333x244: two tiles of 256, three photographs validate."""
    log = (tiled / "results/logs/train/none/seed1/fold0.log").read_text(encoding="utf-8")
    assert "6 validation tiles" in log
    history = pd.read_csv(tiled / RUN / "history.csv")
    assert history["val_ap50"].iloc[-1] > 0.2  # of three classes, which its class head tells badly


def test_cells_are_found_once_in_the_pixels_of_the_photographs(tiled: Path) -> None:
    found = json.loads((tiled / RUN / "detections.json").read_text(encoding="utf-8"))
    truth = json.loads((tiled / "results/data/annotations.json").read_text(encoding="utf-8"))
    test = set(pd.read_csv(tiled / RUN / "votes.csv")["image_id"])
    assert len(test) == 3
    names = {image["id"]: image["image_id"] for image in truth["images"]}
    hits = true = 0
    for image_id in test:
        masks = [decode(a["segmentation"]) for a in truth["annotations"] if names[a["image_id"]] == image_id]
        cells = [decode(c["segmentation"]) for c in found if c["image_id"] == image_id and c["score"] >= 0.4]
        assert len(cells) <= len(masks) + 1
        hits += sum(any((m & c).sum() > 0.6 * (m | c).sum() for c in cells) for m in masks)
        true += len(masks)
    assert hits >= 0.85 * true


def test_its_weights_are_enough_to_predict_with(tiled: Path, tmp_path: Path) -> None:
    alone = tmp_path / "elsewhere.h5"
    shutil.copyfile(tiled / RUN / "model.weights.h5", alone)
    photograph = sorted((tiled / "results/simulated/images").glob("*.png"))[0]
    command = [sys.executable, "-m", "blastvote.cli", "predict", str(photograph), "--model", str(alone)]
    command += ["--out", str(tmp_path / "out"), "--pixel-size", "0.1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    votes = pd.read_csv(tmp_path / "out/votes.csv")
    assert votes[["n_L1", "n_L2", "n_L3"]].to_numpy().sum() >= 2
    about = read_metadata(alone)
    assert about["pixel_size_um"] == 0.18
    assert about["started_from"]["weights"] == "starter"
    assert (about["seed"], about["vote"], about["licence"]) == (1, "pathologist", "MIT")
    assert set(about["versions"]) >= {"blastvote", "keras"}


def test_a_dry_run_says_what_does_not_fit(tiled: Path, snakemake, repo_root: Path, tmp_path: Path) -> None:
    """The same smears, stated to be ten times finer: their cells would become a few pixels wide."""
    smears = tiled / "results/simulated"
    local = f"source: local, images: {smears / 'images'}, annotations: {smears / 'annotations_via.json'}"
    arguments = ["--configfile", str(repo_root / "tests/e2e/tiled.yaml"), "--dry-run", "--config"]
    done = snakemake(tmp_path, *arguments, f"dataset={{{local}, pixel_size_um: 0.01}}")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "cells are too small for the network" in done.stderr + done.stdout
    done = snakemake(tmp_path, *arguments, f"dataset={{{local}, pixel_size_um: 0.1}}", "model={tiles: false}")
    assert done.returncode != 0
    assert "9 photographs" in done.stderr + done.stdout
    assert "model.tiles: true" in done.stderr + done.stdout
    done = snakemake(tmp_path, *arguments, f"dataset={{{local}}}")
    assert done.returncode != 0
    assert "'dataset.pixel_size_um' is empty" in done.stderr + done.stdout
