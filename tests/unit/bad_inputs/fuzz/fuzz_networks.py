"""Readers of weight files and checkpoints for the fuzz: those of a network with one layer, described as a real one."""

import dataclasses
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from fuzz_arrays import write_hdf5
from fuzz_damage import damaged
from fuzz_reader import Reader, of
from hypothesis import strategies as st

from blastvote.errors import InputError
from blastvote.segmentation.weights.description import read_description
from blastvote.segmentation.weights.first_weights import check_first_weights
from blastvote.segmentation.weights.model_file import (
    CHECK,
    SUBTYPES,
    check_weights,
    description_of_method,
    subtype_weights,
)
from blastvote.study.configuration.load import embedded_config
from mrcnn.config import MaskRCNNConfig
from mrcnn.training.state import load_state
from mrcnn.weights.metadata import ATTRIBUTE

CLASSES = ["L1", "L2", "L3"]
NETWORK = MaskRCNNConfig(4, "resnet18", 0.05, fpn_classif_fc_layers_size=2, rpn_conv_filters=2)
ARRAYS = {
    "mrcnn_class_logits": {"kernel": np.ones((2, 4), np.float32), "bias": np.zeros(4, np.float32)},
    "mrcnn_class_bn1": {name: np.ones(2, np.float32) for name in ("gamma", "beta", "moving_mean", "moving_variance")},
    "rpn_class_raw": {"kernel": np.ones((1, 1, 2, 6), np.float16), "bias": np.zeros(6)},
}  # fmt: skip
DESCRIPTION = {
    "classes": CLASSES, "network": dataclasses.asdict(NETWORK), "contrast": {"function": "clahe", "params": {"clip_limit": 2.0}},
    "pixel_size_um": 0.2, "tiles": True, "min_score": 0.5, "vote": {"rule": "pathologist", "priority": "L3", "ties": ["L1"]},
    "temperature": 1.2, "licence": "MIT",
}  # fmt: skip


def _matterport() -> bytes:
    groups = {"rpn_model" if name.startswith("rpn") else name: name for name in ARRAYS}
    members = {
        group: [
            {"weight_names": [f"{name}/{weight}:0" for weight in ARRAYS[name]]},
            {name: [{}, {f"{weight}:0": array.tolist() for weight, array in ARRAYS[name].items()}]},
        ]
        for group, name in groups.items()
    }
    return write_hdf5([{"layer_names": list(groups), ATTRIBUTE: json.dumps(DESCRIPTION)}, members])


def _keras() -> bytes:
    layers = {
        name: [{}, {"vars": [{}, {str(k): array.tolist() for k, array in enumerate(weights.values())}]}]
        for name, weights in ARRAYS.items()
    }
    return write_hdf5([{}, {"layers": [{}, layers]}])


def _described(text: bytes) -> bytes:
    return write_hdf5([{ATTRIBUTE: text}, {}])


def weights(path: Path) -> None:
    model = {"weights": str(path), "weights_sha256": "", "backbone": "resnet18"}
    check_first_weights(model, NETWORK, CLASSES)


IDENTITY = {"seed": 1, "samples": ["a", "b"]}
NOTE = {
    "format": 2, "identity": IDENTITY, "epoch": 2, "rows": [{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}], "best": None,
    "stale": 1, "steps": 1, "sums": [0.5, 0.25, 0, 0, 0, 0, 0, 1],
}  # fmt: skip
STATE = {
    "weights/0000": np.ones((2, 3), np.float32),
    "velocity/0000": np.zeros((2, 3), np.float32),
    "good_steps": np.array(3),
}


def _checkpoint() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **STATE, note=np.array(json.dumps(NOTE)))
    return stream.getvalue()


@dataclasses.dataclass
class Variable:
    """Stands for TensorFlow's, whose import alone takes as long as a reader may."""

    shape: tuple[int, ...]

    def assign(self, value: np.ndarray) -> None:
        assert value.shape == self.shape and np.isfinite(value.astype(np.float64)).all()


def checkpoint(path: Path) -> None:
    """Go on from a checkpoint; one that is set aside as damaged, or that belongs to another training, is refused here."""
    variables = {name: Variable(array.shape) for name, array in STATE.items()}
    step = SimpleNamespace(model=SimpleNamespace(variables=[variables.pop("weights/0000")]), state=variables)
    try:
        done = load_state(path.parent, step, IDENTITY)
    except ValueError as error:
        raise InputError(str(error)) from None
    aside = path.with_name(f"{path.name}.damaged")
    if aside.exists():
        aside.replace(path)
        raise InputError(f"{path}: is damaged and set aside")
    assert done.epoch >= 0 and all(row["epoch"] for row in done.rows) and sum(done.sums) < np.inf


def small_networks(path: Path) -> None:
    """Read what a file holds of a network of subtypes and of a cell check, as arrays."""
    for array in (*subtype_weights(path), *check_weights(path)):
        assert np.isfinite(array.astype(np.float32)).all()


SMALL = [write_hdf5([{}, {group: [{}, {"000": [[0.5, 1.0]], "001": [0.0]}] for group in (SUBTYPES, CHECK)}])]
STUDY = [json.dumps({"config": embedded_config()}).encode()]
HDF5 = [_matterport(), _keras()]
DESCRIBED = [json.dumps(DESCRIPTION).encode()]
CHECKPOINT = [_checkpoint()]
READERS = {
    "small_networks": Reader(small_networks, "w.h5", damaged("hdf5", SMALL), SMALL),
    "study": of(lambda path: description_of_method(path, "eff"), "provenance.json", "json", STUDY),
    "weights": Reader(weights, "w.h5", damaged("hdf5", HDF5), HDF5),
    "description": Reader(
        read_description, "w.h5", st.one_of(damaged("json", DESCRIBED).map(_described), damaged("hdf5", HDF5[:1])), HDF5[:1]
    ),
    "checkpoint": Reader(
        checkpoint, "state.npz", st.one_of(damaged("npz", CHECKPOINT), damaged("zip", CHECKPOINT)), CHECKPOINT
    ),
}  # fmt: skip
