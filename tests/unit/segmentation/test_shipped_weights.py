"""The weight files that come with blastvote."""

import importlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml

from blastvote.segmentation.network import first_weights, untrained_network
from blastvote.segmentation.run import NetworkSettings
from blastvote.segmentation.settings import SHIPPED


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
