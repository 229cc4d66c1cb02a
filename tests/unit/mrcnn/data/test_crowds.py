"""Crowds (negative class ids) are neither object nor background: for the RPN, for the heads, with padded arrays."""

import dataclasses

import numpy as np
import pytest
from numpy_reference import build_rpn_targets
from tiny import TINY, tiny_sample

from mrcnn.data import Augmentation, Batches, Sample
from mrcnn.geometry.numpy_boxes import compute_overlaps, norm_boxes
from mrcnn.network.targets import detection_targets

OBJECT, CROWD = (4, 4, 20, 20), (32, 32, 64, 64)


def _sample(objects, crowds, name="a"):
    masks = np.zeros((64, 64, len(objects) + len(crowds)), bool)
    for k, (y1, x1, y2, x2) in enumerate([*crowds, *objects]):
        masks[y1:y2, x1:x2, k] = True
    class_ids = np.array([-1] * len(crowds) + [1 + k % 2 for k in range(len(objects))])
    return Sample(name, np.zeros((64, 64, 3), np.uint8), masks, class_ids)


def _batches(samples, config=TINY, **settings):
    batches = Batches(samples, config, len(samples), **settings)
    return batches.anchors, [
        {name: value.numpy() for name, value in batch.items()} for batch in batches.training(0, 12)
    ]


def test_no_anchor_over_a_crowd_is_background():
    samples = [_sample([OBJECT], [CROWD]), tiny_sample(1, cells=5), _sample([], [CROWD], "b")]
    for settings in ({}, {"augmentation": Augmentation(flips=True, rotations=True)}):
        anchors, drawn = _batches(samples, **settings)
        for batch in drawn:
            for ids, boxes, match in zip(
                batch["gt_class_ids"], batch["gt_boxes"], batch["rpn_match"], strict=True
            ):
                crowds = boxes[ids < 0]
                if len(crowds):
                    over = compute_overlaps(anchors, crowds).max(axis=1) >= 0.001
                    assert over.sum() > 10
                    assert not (match[over] == -1).any()
                assert (match == -1).any()


def test_anchors_are_those_of_the_numpy_reference():
    config = dataclasses.replace(TINY, rpn_train_anchors_per_image=100_000)  # all: nothing is left to chance
    anchors, (batch, *_) = _batches([_sample([OBJECT], [CROWD])], config)
    ids, boxes = np.array([1, -1]), np.array([OBJECT, CROWD])
    match, _ = build_rpn_targets(
        anchors, ids, boxes, 100_000, config.rpn_bbox_std_dev, np.random.default_rng(0)
    )
    np.testing.assert_array_equal(batch["rpn_match"][0], match)


def test_all_crowds_reach_the_heads_beside_the_surplus_of_objects():
    grid = [(y, x, y + 8, x + 8) for y in (0, 10, 20) for x in (0, 10, 20)]
    _, (batch, *_) = _batches([_sample(grid, [CROWD, (0, 40, 20, 60)]), tiny_sample(1, cells=3)])
    surplus = int(np.flatnonzero(batch["sample"] == 0)[0])
    ids = batch["gt_class_ids"][surplus]
    assert ids.shape == (8,)  # max_gt_instances is 6: crowds are extra
    assert (ids > 0).sum() == 6 and (ids < 0).sum() == 2
    other = batch["gt_class_ids"][1 - surplus]
    assert (other > 0).sum() == 3 and (other < 0).sum() == 0


def _reference(proposals, ids, boxes):
    """Return which proposals are positive and negative, as Matterport's `detection_targets_graph` says."""
    crowd = ids < 0
    overlaps = compute_overlaps(proposals, boxes[ids > 0]).max(axis=1)
    clear = compute_overlaps(proposals, boxes[crowd]).max(axis=1) < 0.001 if crowd.any() else True
    return overlaps >= 0.5, (overlaps < 0.5) & clear


@pytest.mark.parametrize("seed", range(4))
def test_heads_take_no_roi_over_a_crowd_for_background(seed):
    rng = np.random.default_rng(seed)
    config = dataclasses.replace(TINY, train_rois_per_image=60)
    _, (batch, *_) = _batches([_sample([OBJECT, (4, 40, 20, 56)], [CROWD])], config)
    corner = rng.uniform(0, 48, (40, 2))
    proposals = np.concatenate([corner, corner + 16], axis=1)
    proposals = norm_boxes(np.concatenate([[OBJECT], [CROWD], proposals]), (64, 64))
    boxes = np.where(batch["gt_boxes"].any(-1, keepdims=True), norm_boxes(batch["gt_boxes"], (64, 64)), 0)
    boxes = boxes.astype(np.float32)
    targets = detection_targets(proposals[None], batch["gt_class_ids"], boxes, batch["gt_masks"], config)
    real = batch["gt_class_ids"][0] != 0
    positive, negative = _reference(proposals, batch["gt_class_ids"][0][real], boxes[0][real])
    used, ids, rois = targets.used[0].numpy() > 0, targets.class_ids[0].numpy(), targets.rois[0].numpy()
    assert (ids[used] >= 0).all() and not negative[1]
    taken = {True: proposals[positive], False: proposals[negative]}
    for roi, is_object in zip(rois[used], ids[used] > 0, strict=True):
        assert (roi == taken[bool(is_object)]).all(axis=1).any()
    assert (ids > 0).sum() == min(positive.sum(), config.max_positive_rois)
