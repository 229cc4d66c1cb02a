"""The whole network on small configurations: shapes, one step, empty images, batch sizes, frozen and trained norms."""

import numpy as np
import pytest
import tensorflow as tf

from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.training import TrainingConfig
from mrcnn.training.step import TrainStep


def take_step(model, batch, seed=1, selection="all", rate=0.1):
    variables = model.trainable_variables_for(selection)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            losses = model.losses(batch, seed=seed)
            decay = [tf.reduce_mean(tf.square(v)) for v in variables if v.name not in ("gamma", "beta")]
            total = tf.add_n([*losses.values(), 1e-4 * tf.add_n(decay)])
        return losses, tape.gradient(total, [v.value for v in variables])

    losses, gradients = step()
    for variable, gradient in zip(variables, gradients, strict=True):
        variable.assign_sub(rate * gradient / (tf.norm(gradient) + 1e-20))
    return losses, dict(zip((v.path for v in variables), gradients, strict=True))


@pytest.mark.parametrize("train_bn", [False, True])
@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_a_step_changes_every_layer(small_model, make_batch, backbone, train_bn):
    model = small_model(backbone=backbone, train_bn=train_bn)
    before = {(n, v.name): np.array(v) for n, layer in model.layers.items() for v in layer.variables}
    losses, gradients = take_step(model, make_batch(model.config))
    assert set(losses) == {
        "rpn_class_loss",
        "rpn_bbox_loss",
        "mrcnn_class_loss",
        "mrcnn_bbox_loss",
        "mrcnn_mask_loss",
    }
    assert all(np.isfinite(value) for value in losses.values())
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())
    for name, layer in model.layers.items():
        for variable in layer.variables:
            changed = bool((np.array(variable) != before[name, variable.name]).any())
            if variable.name.startswith("moving"):
                # Statistics of the heads stay where no ROI is positive.
                assert changed == train_bn or name.startswith("mrcnn_"), name
            elif variable.name == "kernel" and name.startswith(("res", "conv1", "fpn", "rpn")):
                assert changed, name


@pytest.mark.parametrize("train_bn", [False, True])
def test_images_without_objects(small_model, make_batch, train_bn):
    model = small_model(train_bn=train_bn)
    losses, gradients = take_step(model, make_batch(model.config, objects=0))
    assert float(losses["rpn_bbox_loss"]) == 0 and float(losses["mrcnn_mask_loss"]) == 0
    assert all(np.isfinite(value) for value in losses.values())
    assert all(np.isfinite(gradient).all() for gradient in gradients.values())
    assert all(np.isfinite(np.array(variable)).all() for variable in model.variables)


@pytest.mark.parametrize("count", [1, 3])
def test_batches_of_other_sizes(small_model, make_batch, count):
    model = small_model()
    losses, _ = take_step(model, make_batch(model.config, count=count))
    assert all(np.isfinite(value) for value in losses.values())


def test_sampling_follows_the_seed(small_model, make_batch):
    model = small_model(train_bn=True)
    batch = make_batch(model.config)
    names = ["mrcnn_class_loss", "rpn_class_loss"]
    values = {
        seed: [float(model.losses(batch, seed=seed, training=False)[n]) for n in names] for seed in (1, 2)
    }
    again = [float(model.losses(batch, seed=1, training=False)[n]) for n in names]
    assert values[1] == again
    assert values[1][1] == values[2][1]


def test_selections_of_layers(small_model):
    model = small_model(backbone="resnet50")
    names = {key: model.layer_names_for(key) for key in ("heads", "5+", "4+", "3+", "all")}
    assert all(name.startswith(("mrcnn_", "rpn_", "fpn_")) for name in names["heads"])
    assert "res5a_branch2a" in names["5+"] and "res4a_branch2a" not in names["5+"]
    assert "bn4a_branch2a" in names["4+"] and "res3a_branch2a" not in names["4+"]
    assert "res3a_branch2a" in names["3+"] and "res2a_branch2a" not in names["3+"]
    assert names["all"] == list(model.layers)
    with pytest.raises(ValueError, match="heads, 3"):
        model.trainable_variables_for("head")
    assert not any(v.name.startswith("moving") for v in model.trainable_variables)


def test_l2_penalty_leaves_out_gamma_and_beta(small_model):
    model = small_model()
    by_hand = sum(
        1e-4 * float((np.array(v) ** 2).mean())
        for v in model.trainable_variables
        if v.name in ("kernel", "bias")
    )
    step = TrainStep(model, TrainingConfig(weight_decay=1e-4))
    penalty, gradients = step._decay([tf.zeros_like(v.value) for v in step.trained])
    assert float(penalty) == pytest.approx(by_hand, rel=1e-5)
    for variable, gradient in zip(step.trained, gradients, strict=True):
        factor = 2e-4 / np.prod(variable.shape) if variable.name in ("kernel", "bias") else 0
        np.testing.assert_allclose(gradient, factor * np.array(variable), rtol=1e-5)


def test_detect_gives_what_matterport_gives(small_model):
    model = small_model(detection_min_confidence=0.0)
    rng = np.random.default_rng(3)
    images = [rng.integers(0, 255, shape, np.uint8) for shape in ((90, 140, 3), (128, 128, 3), (300, 70, 3))]
    one_by_one = model.detect(images)
    together = model.detect(images, batch_size=2)  # and a last batch of one
    assert model._predict_one.experimental_get_tracing_count() == 1
    assert model._predict.experimental_get_tracing_count() == 1
    for image, found, again in zip(images, one_by_one, together, strict=True):
        count = len(found["rois"])
        assert found["rois"].dtype == np.int32 and found["rois"].shape == (count, 4)
        assert found["class_ids"].dtype == np.int32 and found["scores"].dtype == np.float32
        assert found["masks"].shape == (*image.shape[:2], count) and found["masks"].dtype == bool
        assert (np.diff(found["scores"]) <= 0).all()
        np.testing.assert_allclose(again["rois"], found["rois"], atol=1)


def test_crops_are_the_masks_without_the_empty_rest(small_model):
    model = small_model(detection_min_confidence=0.0)
    image = np.random.default_rng(4).integers(0, 255, (90, 140, 3), np.uint8)
    (whole,), (cut,) = model.detect([image]), model.detect_crops([image])
    assert len(cut["masks"]) == len(whole["rois"]) > 0
    for number, crop in enumerate(cut["masks"]):
        y1, x1, y2, x2 = crop.box
        assert np.array_equal(crop.mask, whole["masks"][y1:y2, x1:x2, number])
        assert crop.mask.sum() == whole["masks"][..., number].sum()
        assert (np.array(crop.mask.shape) <= whole["rois"][number, 2:] - whole["rois"][number, :2]).all()
    assert np.array_equal(cut["scores"], whole["scores"])


def test_nothing_detected(small_model):
    found = small_model(detection_min_confidence=1.0).detect([np.zeros((50, 60, 3), np.uint8)])[0]
    assert found["rois"].shape == (0, 4) and found["masks"].shape == (50, 60, 0)


@pytest.mark.parametrize("mode", ["pad64", "none"])
def test_images_of_varying_size(small_model, mode):
    model = small_model(image_resize_mode=mode, image_min_dim=64, detection_min_confidence=0.0)
    images = [np.full(shape, 99, np.uint8) for shape in ((64, 128, 3), (128, 64, 3))]
    found = model.detect(images)
    assert [f["masks"].shape[:2] for f in found] == [(64, 128), (128, 64)]
    assert model._predict_one.experimental_get_tracing_count() == 1


def test_bfloat16_stays_near_float32(small_model, make_batch):
    exact, rough = (small_model(precision=p, train_bn=True) for p in ("float32", "mixed_bfloat16"))
    batch = make_batch(exact.config)
    losses = [model.losses(batch, seed=1)["rpn_class_loss"] for model in (exact, rough)]
    assert float(losses[1]) == pytest.approx(float(losses[0]), rel=0.1)
    assert {v.dtype for v in rough.variables} == {"float32"}


def test_folded_frozen_norms_equal_keras(small_model):
    model = small_model()
    block = model.backbone.stem
    for variable in block.norm.variables:
        variable.assign(1.0 + 0.3 * tf.random.stateless_normal(variable.shape, [1, 2]) ** 2)
    x = tf.random.stateless_normal([1, 64, 64, 3], [3, 4])
    padded = tf.pad(x, [[0, 0], [3, 3], [3, 3], [0, 0]])
    raw = tf.nn.conv2d(padded, block.conv.kernel, 2, "VALID") + block.conv.bias
    expected = tf.nn.relu(block.norm(raw, training=False))
    for share in (x, tf.concat([x, x], 0)):
        np.testing.assert_allclose(block(share)[:1], expected, atol=1e-4)


def test_anchors_fit_the_outputs(small_model):
    model = small_model()
    rpn = model.rpn(model.features(tf.zeros([1, 128, 128, 3])))
    assert rpn.deltas.shape[1] == len(normalised_anchors(model.config))
