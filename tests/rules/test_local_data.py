"""Local data in a dry run: good data is planned, and a mistake stops it with one message: file, value, remedy."""

import json
from pathlib import Path

import pytest

from .local_data import altered, assert_stops, local


def test_good_local_data_is_planned(smears: Path, tmp_path: Path, snakemake) -> None:
    done = snakemake(tmp_path, *local(smears))
    assert done.returncode == 0, done.stderr
    assert "enhance__" in done.stdout


def test_odd_names_are_planned_one_by_one(smears: Path, tmp_path: Path, snakemake) -> None:
    """Image ids become names of rules: none may clash, whatever the photographs are called."""
    folder = tmp_path / "my smears \u00fc"
    folder.mkdir()
    names = ["annotations", "record", "a b (1)", "92.1 cells, P7", "Gr\u00f6\u00dfe", "007", "x", "y", "z"]
    text = (smears / "annotations_via.json").read_text(encoding="utf-8")
    for source, name in zip(sorted((smears / "images").iterdir()), names, strict=True):
        (folder / f"{name}.png").write_bytes(source.read_bytes())
        text = text.replace(source.name, f"{name}.png")
    (folder / "via.json").write_text(text, encoding="utf-8")
    arguments = local(folder, images=f"'{folder}'", annotations=f"'{folder}/via.json'")
    done = snakemake(tmp_path, *arguments, "images_per_job=1", "results=out put \u00fc")
    assert done.returncode == 0, done.stderr
    for image_id in ("annotations", "record", "a_b_1", "92.1_cells_P7", "Grosse", "img_007"):
        assert f"flip__he__{image_id}" in done.stdout


def test_the_paper_setting_is_planned(smears: Path, tmp_path: Path, repo_root: Path, snakemake) -> None:
    """The command of the README, on a folder whose only .json file is the annotation."""
    folder = tmp_path / "hospital"
    folder.mkdir()
    for source in (*(smears / "images").iterdir(), smears / "annotations_via.json"):
        (folder / source.name).write_bytes(source.read_bytes())
    done = snakemake(
        tmp_path,
        "--dry-run",
        "--configfile",
        str(repo_root / "config/paper.yaml"),
        "--config",
        f"dataset={{images: {folder}}}",
        "protocol={images_per_class: 2, train_fraction: 0.5}",
    )
    assert done.returncode == 0, done.stderr
    assert "train" in done.stdout


def test_missing_images_folder(smears: Path, tmp_path: Path, snakemake) -> None:
    assert_stops(snakemake(tmp_path, *local(smears, images="nowhere")), "nowhere", "dataset.images")


def test_annotation_of_an_image_that_does_not_exist(smears: Path, tmp_path: Path, snakemake) -> None:
    path = altered(smears, tmp_path, "L1_0001.png", "L1_0099.png")
    assert_stops(snakemake(tmp_path, *local(smears, annotations=path)), "L1_0099.png")


def test_class_that_is_not_in_the_config(smears: Path, tmp_path: Path, snakemake) -> None:
    path = altered(smears, tmp_path, '"subtype":"L2"', '"subtype":"L4"')
    done = snakemake(tmp_path, *local(smears, annotations=path))
    assert_stops(done, "'L4'", "class_aliases")


def test_a_damaged_photograph_stops_the_check(smears: Path, tmp_path: Path, snakemake) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for source in (smears / "images").iterdir():
        (images / source.name).write_bytes(source.read_bytes())
    (images / "L1_0001.png").write_bytes((images / "L1_0001.png").read_bytes()[:200])
    arguments = local(smears, images=images)[1:]
    enough = "protocol={name: paper, images_per_class: 2, train_fraction: 0.5}"
    done = snakemake(tmp_path, *arguments, enough, "--", "data")
    assert done.returncode != 0
    assert "L1_0001.png" in done.stderr
    assert not (tmp_path / "results/data/manifest.csv").exists()


def test_a_dry_run_looks_at_the_photographs(smears: Path, tmp_path: Path, snakemake) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for source in (smears / "images").iterdir():
        (images / source.name).write_bytes(source.read_bytes())
    damaged = images / "L2_0002.png"
    damaged.write_bytes(damaged.read_bytes()[:-2000])
    assert_stops(snakemake(tmp_path, *local(smears, images=images)), "L2_0002.png", "damaged")
    damaged.write_bytes(
        (images / "L2_0001.png").read_bytes()
    )  # the same photograph, perhaps in training and test
    done = snakemake(tmp_path, *local(smears, images=images), "protocol={name: kfold, folds: 3}")
    assert_stops(done, "L2_0001", "L2_0002")


@pytest.mark.parametrize("name", ["{method}.png", "<results>.png", "a\nb.png", "a\x1b[2Jb.png"])
def test_a_name_that_snakemake_would_read_is_refused(
    smears: Path, tmp_path: Path, snakemake, name: str
) -> None:
    """`{method}.png` asked for another photograph."""
    folder = tmp_path / "named"
    folder.mkdir()
    source = next((smears / "images").iterdir())
    (folder / name).write_bytes(source.read_bytes())
    path = altered(smears, tmp_path, source.name, json.dumps(name)[1:-1])
    done = snakemake(tmp_path, *local(smears, images=folder, annotations=path))
    assert_stops(done, "Snakemake reads", "Rename the file or its folder")
    assert "\x1b[2J" not in done.stderr + done.stdout
