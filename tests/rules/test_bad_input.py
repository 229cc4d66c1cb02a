"""A user's mistake stops the workflow before any work, with one message: file, key, value, cure."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from blastvote.segmentation.settings import network_config
from blastvote.simulate import SimulationSettings, write_dataset
from blastvote.study.configuration.load import embedded_config, merged, read_config_file
from mrcnn.config import MaskRCNNConfig
from mrcnn.weights.shapes import Shapes, expected_shapes

SETTINGS = SimulationSettings(width=128, height=128, pixel_size_um=0.25, images_per_class=3, seed=1)


def network_with_81_classes(root: Path) -> MaskRCNNConfig:
    config = merged(embedded_config(), read_config_file(root / "tests/e2e/toy.yaml"))
    return network_config(config["model"], config["training"], [f"c{k}" for k in range(80)])


def write_weights(path: Path, shapes: Shapes) -> None:
    """Write zeros in Matterport's layout."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = list(shapes)
        for layer, weights in shapes.items():
            group = file.create_group(layer)
            names = [f"{layer}/{name}:0" for name in weights]
            group.attrs["weight_names"] = names
            for name, shape in zip(names, weights.values(), strict=True):
                group.create_dataset(name, data=np.zeros(shape, np.float32))


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


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("trainning=3", ["'trainning'", "Did you mean 'training'"]),
        ("images_per_job=many", ["'images_per_job'", "'many'", "integer"]),
        ("methods=[none,claeh]", ["'methods'", "'claeh'", "'clahe'"]),
    ],
)
def test_bad_config(tmp_path: Path, snakemake, setting: str, told: list[str]) -> None:
    assert_stops(snakemake(tmp_path, "--dry-run", "--config", setting), *told)


@pytest.mark.parametrize(
    ("protocol", "told"),
    [
        ("{name: paper}", "draws 20 images of each class, but class 'L1' has 3"),
        ("{name: kfold, folds: 4}", "Class 'L1' has 3 images, but protocol 'kfold' needs 4"),
    ],
)
def test_too_few_images_for_the_protocol(
    smears: Path, tmp_path: Path, snakemake, protocol: str, told: str
) -> None:
    """A dry run refuses what a run could not carry out, and a run stops before its first job."""
    assert_stops(snakemake(tmp_path, *local(smears), f"protocol={protocol}"), told)
    run = [*local(smears)[1:], f"protocol={protocol}"]
    assert_stops(snakemake(tmp_path, *run), told)
    assert not (tmp_path / "results/data").exists()
    # What needs no split runs all the same.
    assert snakemake(tmp_path, *run, "--", "results/data/labels.csv").returncode == 0


def test_too_few_simulated_patients_for_the_protocol(tmp_path: Path, snakemake) -> None:
    simulated = "dataset={simulated: {images_per_class: 6, options: {images_per_patient: 3}}}"
    done = snakemake(tmp_path, "--config", simulated)
    assert_stops(done, "Class 'L1' has 2 patients or lone images, but protocol 'holdout' needs 3")


def test_too_few_masks_of_a_class(smears: Path, tmp_path: Path, snakemake) -> None:
    """Their labels stand in the table: no mask is opened."""
    masks = tmp_path / "masks"
    masks.mkdir()
    for path in (smears / "images").iterdir():
        (masks / path.name).write_bytes(b"never read")
    table = {"annotations": masks, "labels": smears / "labels.csv", "masks": "binary"}
    done = snakemake(tmp_path, *local(smears, **table)[1:])
    assert_stops(done, "Class 'L1' has 1 patients or lone images, but protocol 'holdout' needs 3")


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


def test_a_mistake_is_told_once_and_in_one_line(tmp_path: Path, snakemake) -> None:
    done = snakemake(tmp_path, "--dry-run", "--config", "methods=[none,claeh]")
    output = done.stderr + done.stdout
    assert output.count("'claeh'") == 1
    assert ".smk" not in output


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


def test_weights_are_compared_with_the_network(
    smears: Path, tmp_path: Path, snakemake, repo_root: Path
) -> None:
    """Heads of 81 classes are left out; another width is refused, with the settings of the file."""
    shapes = expected_shapes(network_with_81_classes(repo_root))
    write_weights(tmp_path / "coco.h5", shapes)
    done = snakemake(tmp_path, *local(smears), f"model={{weights: {tmp_path}/coco.h5}}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "heads are of 81 classes" in done.stderr + done.stdout
    for changed in ({"top_down_pyramid_size": 24}, {"backbone_width": 0.5}):
        done = snakemake(
            tmp_path, *local(smears), f"model={{weights: {tmp_path}/coco.h5, options: {json.dumps(changed)}}}"
        )
        assert_stops(done, "'model.weights'", next(iter(changed)), "The file was made with")


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seeds: [1]\nseeds: [2]\n", "line 2 has the key 'seeds' again"),
        ("a: &a [x, x]\nb: &b [*a]\nc: &c [*c]\n", "repeats itself by an alias"),
        ("results: a{method}\n", "Config key 'results' is 'a{method}'"),
        ("training: {learning_rate: .nan}\n", "'training.learning_rate' is nan"),
    ],
)
def test_a_bad_config_file(tmp_path: Path, snakemake, text: str, told: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    assert_stops(snakemake(tmp_path, "--dry-run", "--configfile", str(tmp_path / "mine.yaml")), told)
