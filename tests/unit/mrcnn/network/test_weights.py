"""Weight files: Matterport's layout in all its variants, ours, and what is said about files that do not fit."""

import h5py
import numpy as np
import pytest

from mrcnn import HEADS, read_metadata, write_metadata
from mrcnn.names import select_layers


def write_matterport(
    path, model, numbered=False, reverse=False, saved_model=False, chunked=False, classes=None
):
    """Write the weights as Keras 2 did: one group per layer, the RPN nested, empty groups where no weights are."""
    groups = {"input_image": [], "ROI": []}
    for name, layer in model.layers.items():
        groups.setdefault("rpn_model" if name.startswith("rpn_") else name, []).append(layer)
    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if saved_model else file
        order = [name.encode() for name in (reversed(groups) if reverse else groups)]
        if chunked:
            half = len(order) // 2
            root.attrs["layer_names0"], root.attrs["layer_names1"] = order[:half], order[half:]
        else:
            root.attrs["layer_names"] = order
        for name, layers in groups.items():
            group, names = root.create_group(name), []
            for layer in layers:
                inner = f"{name}/{layer.name}_1" if numbered else layer.name
                for variable in layer.variables:
                    names.append(f"{inner}/{variable.name}:0")
                    value = np.array(variable) + 1
                    if classes and layer.name in HEADS:
                        value = np.ones((*value.shape[:-1], value.shape[-1] // 4 * classes), np.float32)
                    group.create_dataset(names[-1], data=value)
            group.attrs["weight_names"] = np.array([n.encode() for n in names], dtype="S")


@pytest.mark.parametrize(
    "variant", [{}, {"numbered": True}, {"reverse": True}, {"saved_model": True}, {"chunked": True}]
)
@pytest.mark.parametrize("by_name", [True, False])
def test_matterport_files(small_model, tmp_path, variant, by_name, values):
    model = small_model()
    write_matterport(tmp_path / "w.h5", model, **variant)
    before = values(model)
    report = model.load_weights(tmp_path / "w.h5", by_name=by_name)
    assert report.missing == () and report.unused == () and set(report.loaded) == set(model.layers)
    for key, value in values(model).items():
        np.testing.assert_array_equal(value, before[key] + 1)


def test_coco_file_without_the_heads(small_model, tmp_path, values):
    model = small_model()
    write_matterport(tmp_path / "coco.h5", model, classes=81)
    before = values(model)
    with pytest.raises(
        ValueError, match=r"mrcnn_class_logits.*\(32, 4\) expected.*\(32, 81\) found.*exclude=HEADS"
    ):
        model.load_weights(tmp_path / "coco.h5")
    assert all((value == before[key]).all() for key, value in values(model).items()), "nothing may change"
    report = model.load_weights(tmp_path / "coco.h5", exclude=HEADS)
    assert set(report.unused) == set(HEADS) - {"mrcnn_bbox"}
    for (layer, weight), value in values(model).items():
        np.testing.assert_array_equal(value, before[layer, weight] + (layer not in HEADS))


@pytest.mark.parametrize("layout", ["matterport", "keras"])
def test_saved_files_load_again(small_model, tmp_path, layout, values):
    model, other = small_model(), small_model()
    for variable in model.variables:
        variable.assign(variable + 0.5)
    model.save_weights(tmp_path / "sub" / "model.weights.h5", format=layout)
    other.load_weights(tmp_path / "sub" / "model.weights.h5")
    for key, value in values(other).items():
        np.testing.assert_array_equal(value, values(model)[key])
    assert [p.name for p in (tmp_path / "sub").iterdir()] == ["model.weights.h5"]


def test_matterport_layout_is_keras_2s(small_model, tmp_path):
    model = small_model()
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5") as file:
        assert b"rpn_model" in list(file.attrs["layer_names"])
        assert file["rpn_model"].attrs["weight_names"][0] == b"rpn_conv_shared/kernel:0"
        names = [n.decode().split("/")[1] for n in file["bn_conv1"].attrs["weight_names"]]
        assert names == ["gamma:0", "beta:0", "moving_mean:0", "moving_variance:0"]
        assert file.attrs["backend"] in ("tensorflow", b"tensorflow")


def test_a_file_with_missing_layers(small_model, tmp_path):
    model = small_model()
    model.save_weights(tmp_path / "w.h5")
    with h5py.File(tmp_path / "w.h5", "a") as file:
        file.attrs["layer_names"] = [n for n in file.attrs["layer_names"] if n != b"fpn_p2"]
    assert model.load_weights(tmp_path / "w.h5").missing == ("fpn_p2",)
    with pytest.raises(ValueError, match=r"fpn_p2.*by_name=True"):
        model.load_weights(tmp_path / "w.h5", by_name=False)


def test_metadata_travel_with_the_weights(small_model, tmp_path):
    model, path = small_model(), tmp_path / "w.h5"
    metadata = {"classes": ["L1", "L2"], "pixel_size_um": 0.1, "note": "ü" * 100_000}
    model.save_weights(path, metadata=metadata)
    assert read_metadata(path) == metadata
    assert model.load_weights(path, by_name=False).missing == ()
    write_metadata(path, {"classes": ["blast"]})
    assert read_metadata(path) == {"classes": ["blast"]}
    write_matterport(tmp_path / "theirs.h5", model)
    assert read_metadata(tmp_path / "theirs.h5") == {}
    model.save_weights(tmp_path / "k.h5", format="keras", metadata=metadata)
    assert read_metadata(tmp_path / "k.h5") == metadata


@pytest.mark.parametrize("metadata", [{"x": float("nan")}, {"x": object()}])
def test_metadata_that_json_cannot_hold(small_model, tmp_path, metadata):
    with pytest.raises(ValueError, match="metadata of weights: JSON cannot hold them"):
        small_model().save_weights(tmp_path / "w.h5", metadata=metadata)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stored", ["[1]", "{", 7, np.arange(3)])
def test_metadata_that_are_none(tmp_path, stored):
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["mrcnn_metadata"] = stored
    with pytest.raises(ValueError, match=r"w\.h5: its metadata \(attribute mrcnn_metadata\)"):
        read_metadata(tmp_path / "w.h5")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_metadata(tmp_path / "nowhere.h5")
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.h5"):
        read_metadata(tmp_path / "text.h5")


def test_old_imagenet_names(small_model, tmp_path):
    model = small_model()
    with h5py.File(tmp_path / "imagenet.h5", "w") as file:
        file.attrs["layer_names"] = [b"conv1", b"bn_conv1", b"fc1000"]
        for name, weights in {
            "conv1": ["conv1_W_1:0", "conv1_b_1:0"],
            "bn_conv1": [f"bn_conv1_{w}_1:0" for w in ("gamma", "beta", "running_mean", "running_std")],
            "fc1000": ["fc1000_W_1:0"],
        }.items():
            group = file.create_group(name)
            group.attrs["weight_names"] = [w.encode() for w in weights]
            shapes = [v.shape for v in model.layers[name].variables] if name in model.layers else [(2, 2)]
            for k, (weight, shape) in enumerate(zip(weights, shapes, strict=True)):
                group.create_dataset(weight, data=np.full(shape, float(k)))
    report = model.load_weights(tmp_path / "imagenet.h5")
    assert report.loaded == ("conv1", "bn_conv1") and report.unused == ("fc1000",)
    assert np.array(model.layers["bn_conv1"].moving_variance).min() == 3.0


def test_select_layers_takes_regular_expressions():
    assert select_layers(["fpn_p2", "conv1"], "fpn_.*") == ["fpn_p2"]
    with pytest.raises(ValueError, match="regular expression"):
        select_layers(["conv1"], "(")
