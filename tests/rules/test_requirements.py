"""What a study lacks stops it before any work: images of a class, patients, weights of this network."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from blastvote.segmentation.settings import network_config
from blastvote.study.configuration.load import embedded_config, merged, read_config_file
from mrcnn.config import MaskRCNNConfig
from mrcnn.weights.shapes import Shapes, expected_shapes

from .local_data import assert_stops, local


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
