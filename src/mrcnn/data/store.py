"""Prepared samples in memory: arrays of a fixed size, filled one sample after the other."""

from collections.abc import Sequence

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.augment import transform_boxes
from mrcnn.data.prepare import PreparedSample
from mrcnn.data.rpn_targets import NEGATIVE, match_anchors
from mrcnn.data.sample import Sample


class SampleStore:
    """The arrays that batches are gathered from: network-size images, small masks, matched anchors.

    They are made once at their final size, so that no sample is ever in memory twice.

    Parameters
    ----------
    samples
        Say how many instances there are at most.
    config
        Sizes.
    shape
        (S, S, C) of the prepared images.
    """

    def __init__(self, samples: Sequence[Sample], config: MaskRCNNConfig, shape: tuple[int, ...]) -> None:
        count = len(samples)
        heads, every = most_instances(samples, config)
        frame = config.mini_mask_shape if config.use_mini_mask else shape[:2]
        self.images = np.zeros((count, *shape), np.uint8)
        self.meta = np.zeros((count, config.image_meta_size), np.float32)
        self.class_ids = np.zeros((count, heads), np.int32)
        self.boxes = np.zeros((count, every, 4), np.float32)
        self.masks = np.zeros((count, *frame, heads), bool)
        self._match: list[list[tuple[np.ndarray, np.ndarray]]] = [[] for _ in range(count)]

    def put(self, row: int, sample: PreparedSample) -> None:
        """Copy a prepared sample to `row`."""
        heads = sample.masks.shape[-1]
        self.images[row], self.meta[row] = sample.image, sample.meta
        for array in (self.class_ids, self.boxes, self.masks):
            array[row] = 0
        self.class_ids[row, :heads] = sample.class_ids[:heads]
        self.boxes[row, : len(sample.boxes)] = sample.boxes
        self.masks[row, ..., :heads] = sample.masks

    def match(self, row: int, sample: PreparedSample, anchors: np.ndarray, symmetries: Sequence[int]) -> None:
        """Match `anchors` (A, 4) to the instances of a sample under each symmetry.

        Nearly all anchors are background, so only the others are kept: a twentieth of the memory or less.
        """
        side = sample.image.shape[0]
        self._match[row] = []
        for symmetry in symmetries:
            boxes = transform_boxes(sample.boxes, symmetry, side)
            match = match_anchors(anchors, sample.class_ids, boxes)
            places = np.flatnonzero(match != NEGATIVE)
            self._match[row].append((places.astype(np.int32), match[places].astype(np.int16)))

    def gather(self, rows: np.ndarray, symmetries: np.ndarray, anchors: int) -> tuple[np.ndarray, ...]:
        """Return images, meta, class ids, boxes, masks and matches int32 (B, anchors) of `rows` (B,).

        The matches are those under the symmetries of the numbers `symmetries` (B,).
        """
        match = np.full((len(rows), anchors), NEGATIVE, np.int32)
        for target, row, symmetry in zip(match, rows, symmetries, strict=True):
            places, values = self._match[row][symmetry]
            target[places] = values
        arrays = (self.images, self.meta, self.class_ids, self.boxes, self.masks)
        return (*(array[rows] for array in arrays), match)


def most_instances(samples: Sequence[Sample], config: MaskRCNNConfig) -> tuple[int, int]:
    """Return the most instances of a sample that the heads see, and the most that the RPN sees; 1 at least."""
    heads, every = 1, 1
    for sample in samples:
        objects = int(np.sum(np.asarray(sample.class_ids) > 0))
        crowds = sample.count - objects
        heads = max(heads, min(objects, config.max_gt_instances) + crowds)
        every = max(every, sample.count)
    return heads, every
