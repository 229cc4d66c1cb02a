"""Weight files that are refused: damaged, pointing elsewhere, or holding what are no weights."""

import dataclasses

import h5py
import numpy as np
import pytest

from mrcnn.weights import reading
from mrcnn.weights.shapes import require_fit


def test_files_that_are_none(small_model, tmp_path):
    model = small_model()
    with pytest.raises(FileNotFoundError, match="nowhere"):
        model.load_weights(tmp_path / "nowhere.h5")
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(ValueError, match="interrupted download"):
        model.load_weights(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = 1
    with pytest.raises(ValueError, match="layer_names"):
        model.load_weights(tmp_path / "other.h5")
    with pytest.raises(ValueError, match="matterport, keras"):
        model.save_weights(tmp_path / "w.h5", format="pickle")


def _external(path, group, name, array):
    h5py.File(path.with_name("secret.h5"), "w")["x"] = array
    group[name] = h5py.ExternalLink("secret.h5", "x")


def _soft(path, group, name, array):
    group["elsewhere"] = array
    group[name] = h5py.SoftLink("elsewhere")


def _external_storage(path, group, name, array):
    path.with_name("raw").write_bytes(array.tobytes())
    group.create_dataset(name, array.shape, array.dtype, external=[(path.with_name("raw"), 0, array.nbytes)])


def _virtual(path, group, name, array):
    h5py.File(path.with_name("secret.h5"), "w")["x"] = array
    layout = h5py.VirtualLayout(array.shape, array.dtype)
    layout[...] = h5py.VirtualSource(path.with_name("secret.h5"), "x", array.shape)
    group.create_virtual_dataset(name, layout)


def _huge(path, group, name, array):
    group.create_dataset(name, (2**20, 2**12), np.float32, chunks=(64, 64), compression="gzip")


@pytest.mark.parametrize(
    ("put", "what"),
    [
        (_external, "ExternalLink"), (_soft, "SoftLink"), (_external_storage, "other files"), (_virtual, "other files"),
        (_huge, "16 GiB"),
    ],
)  # fmt: skip
def test_files_that_point_elsewhere_are_refused(small_model, tmp_path, put, what):
    model, path = small_model(), tmp_path / "w.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        group = file["conv1/conv1"]
        array = group["bias:0"][()]
        del group["bias:0"]
        put(path, group, "bias:0", array)
    with pytest.raises(ValueError, match=rf"w\.h5: '/conv1/conv1/bias:0' is .*{what}"):
        model.load_weights(path)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (np.float32(np.nan), "1 values that are NaN"),
        (np.float32(np.inf), "infinite"),
        (np.complex64(1j), "complex64"),
    ],
)
def test_weights_must_be_finite_real_numbers(small_model, tmp_path, value, what, values):
    model, path = small_model(), tmp_path / "w.h5"
    model.save_weights(path)
    before = values(model)
    with h5py.File(path, "r+") as file:
        array = file["conv1/conv1/bias:0"][()].astype(value.dtype)
        array[3] = value
        del file["conv1/conv1/bias:0"]
        file["conv1/conv1/bias:0"] = array
    with pytest.raises(ValueError, match=rf"layer conv1: bias .*{what}"):
        model.load_weights(path)
    assert all((value == before[key]).all() for key, value in values(model).items()), "nothing may change"


def test_a_file_must_have_every_weight_of_its_network(small_model, tmp_path):
    model, path = small_model(), tmp_path / "w.h5"
    model.save_weights(path, format="keras")
    require_fit(path, model.config)
    with h5py.File(path, "r+") as file:
        del file["layers/rpn_conv_shared"]
    with pytest.raises(ValueError, match=r"w\.h5: has no layer rpn_conv_shared"):
        require_fit(path, model.config)
    giant = dataclasses.replace(model.config, fpn_classif_fc_layers_size=10**6)  # terabytes of weights
    model.save_weights(path)
    with pytest.raises(
        ValueError, match=r"w\.h5: layer mrcnn_class_conv1: kernel of shape \(.*, 1000000\) expected"
    ):
        require_fit(path, giant)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 0.999])
def test_damaged_files(small_model, tmp_path, share):
    model, path = small_model(), tmp_path / "w.h5"
    model.save_weights(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ValueError, match=r"w\.h5: is not a readable HDF5 file"):
        model.load_weights(path)


def test_missing_members_are_a_damage(small_model, tmp_path):
    model, path = small_model(), tmp_path / "w.h5"
    model.save_weights(path)
    with h5py.File(path, "r+") as file:
        del file["conv1"]
    with pytest.raises(ValueError, match=r"w\.h5: is not a readable HDF5 file.*conv1"):
        model.load_weights(path)


@pytest.mark.parametrize(
    ("head", "says"),
    [(b"PK\x03\x04", "it is a zip archive, as PyTorch"), (b"\x80\x02", "a pickle, as PyTorch writes")],
)
def test_weights_of_other_frameworks_are_named(tmp_path, head, says):
    (tmp_path / "w.pth").write_bytes(head + bytes(100))
    with pytest.raises(ValueError, match=says):
        reading.read(tmp_path / "w.pth")
