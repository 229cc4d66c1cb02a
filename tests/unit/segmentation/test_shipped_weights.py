"""The weight files that come with blastvote."""

import hashlib
import importlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings
from blastvote.segmentation.settings import SHIPPED
from blastvote.segmentation.subtype_network import load_cell_check
from blastvote.segmentation.weights.description import read_description
from blastvote.segmentation.weights.model_file import CHECK


def test_no_study_simulates_what_the_shipped_weights_were_trained_on(
    repo_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their heads are loaded, so a test image that they saw would be a leak."""
    monkeypatch.syspath_prepend(repo_root / "pretraining")
    taken = set(importlib.import_module("pretrain").SEEDS)
    taken |= {importlib.import_module(name).SEEDS for name in ("starter", "subtypes", "ship")}
    studies = set()
    for path in (repo_root / "config").rglob("*.yaml"):
        simulated = (yaml.safe_load(path.read_text()).get("dataset") or {}).get("simulated") or {}
        studies |= {simulated["seed"]} if "seed" in simulated else set()
    assert {7, 17, 27} <= studies
    assert not studies & taken


@pytest.mark.parametrize("name", SHIPPED)
def test_every_weight_is_a_number(name):
    """Variances beyond 65504 once became infinite by storing them as float16."""
    bad = []

    def look(path, item):
        if isinstance(item, h5py.Dataset) and not np.isfinite(item[()]).all():
            bad.append(path)

    with h5py.File(SHIPPED[name]) as file:
        file.visititems(look)
    assert not bad


@pytest.mark.parametrize(
    ("weights", "classes", "heads"),
    [
        ("starter", ["L1", "L2", "L3"], True),
        ("starter", ["a", "b"], False),
        ("smears", ["L1", "L2", "L3"], True),
        ("smears", ["L3", "L2", "L1"], False),
    ],
)
def test_heads_are_loaded_where_the_classes_are_the_simulators(repo_root, weights, classes, heads):
    config = yaml.safe_load((repo_root / "config/config.yaml").read_text())
    settings = NetworkSettings(
        classes, {**config["model"], "weights": weights}, config["training"], threads=2, seed=1
    )
    network = untrained_network(settings, first_weights(settings))
    with h5py.File(SHIPPED[weights]) as file:
        stored = file["mrcnn_class_logits/mrcnn_class_logits/bias:0"][()]
    bias = np.asarray(network.layers["mrcnn_class_logits"].bias)
    assert (stored.shape == bias.shape and np.allclose(stored, bias)) == heads


def _digest(path: Path, check: bool) -> str:
    """Return a checksum of names and values of a file's arrays: those of the cell check, or all others."""
    taken = hashlib.sha256()

    def add(name, item):
        if isinstance(item, h5py.Dataset) and name.startswith(f"{CHECK}/") == check:
            taken.update(name.encode() + item[()].tobytes())

    with h5py.File(path) as file:
        file.visititems(add)
    return taken.hexdigest()[:16]


def test_the_starter_is_the_one_that_was_measured():
    """docs/starter.md has its numbers. The cell check came to a file that was there, and changed nothing else in it."""
    path = SHIPPED["starter"]
    about = read_description(path)
    assert (about["min_score"], about["temperature"], about["cell_check"]) == (0.96, 1.03, True)
    assert _digest(path, check=False) == "aeeed0d2d587725c"
    assert _digest(path, check=True) == "56224784574d66fd"
    assert path.stat().st_size < 9e6
    assert load_cell_check(path, 3).output_shape == (None, 4)
