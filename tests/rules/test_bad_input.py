"""A user's mistake stops the workflow before any work, with one message: file, key, value, cure."""

import json
from pathlib import Path

import pytest

from blastvote.simulate import SimulationSettings, write_dataset

SETTINGS = SimulationSettings(width=128, height=128, pixel_size_um=0.25, images_per_class=2, seed=1)


@pytest.fixture(scope="module")
def smears(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smears")
    write_dataset(folder, SETTINGS)
    return folder


def local(folder: Path, **changes: object) -> list[str]:
    values = {
        "source": "local",
        "images": folder / "images",
        "annotations": folder / "annotations_via.json",
        **changes,
    }
    inside = ", ".join(f"{key}: {value}" for key, value in values.items())
    return ["--dry-run", "--config", f"dataset={{{inside}}}"]


def altered(folder: Path, tmp_path: Path, old: str, new: str) -> Path:
    text = (folder / "annotations_via.json").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "altered.json"
    path.write_text(text.replace(old, new), encoding="utf-8")
    json.loads(path.read_text(encoding="utf-8"))
    return path


def assert_stops(done, *told: str) -> None:
    output = done.stderr + done.stdout
    assert done.returncode != 0
    for part in told:
        assert part in output, output[-2000:]
    assert "Traceback" not in output
    assert "rule simulate" not in output


def test_good_local_data_is_planned(smears: Path, tmp_path: Path, snakemake) -> None:
    done = snakemake(tmp_path, *local(smears))
    assert done.returncode == 0, done.stderr
    assert "enhance_" in done.stdout


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("trainning=3", ["'trainning'", "did you mean 'training'"]),
        ("images_per_job=many", ["'images_per_job'", "'many'", "integer"]),
        ("methods=[none,claeh]", ["'methods'", "'claeh'", "'clahe'"]),
    ],
)
def test_bad_config(tmp_path: Path, snakemake, setting: str, told: list[str]) -> None:
    assert_stops(snakemake(tmp_path, "--dry-run", "--config", setting), *told)


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
    done = snakemake(tmp_path, *arguments, "--", "data")
    assert done.returncode != 0
    assert "L1_0001.png" in done.stderr
    assert not (tmp_path / "results/data/manifest.csv").exists()


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
    )
    assert done.returncode == 0, done.stderr
    assert "train" in done.stdout
