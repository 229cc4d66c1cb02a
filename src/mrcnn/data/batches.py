"""Batches for training, as a pure function of (seed, step): samples are prepared once and kept in memory.

Nothing of Python runs per step: an order drawn in advance picks rows of arrays, and TensorFlow gathers,
augments, molds and samples anchors in a graph of its own ahead of the training step. Step k gives the same batch
whether or not the steps before it were run: a resumed training sees what an uninterrupted one would have seen.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.augment import Augmentation, tf_transform_boxes, tf_transform_images, transform_boxes
from mrcnn.data.rpn_targets import match_anchors
from mrcnn.data.sample import PreparedSample, Sample, prepare_sample
from mrcnn.geometry.anchors import pyramid_anchors

Batch = dict[str, tf.Tensor]


class Batches:
    """Prepared samples that can be drawn from.

    Parameters
    ----------
    samples
        At least one; all are loaded now.
    config
        Sizes and anchors.
    batch_size
        Images per batch.
    seed
        Of order, augmentation, anchor sampling and crops.
    augmentation
        Applied to training batches.
    round_number
        Distinguishes crops drawn at different times in the resize mode ``crop``.

    Raises
    ------
    ValueError
        If there are no samples, they have different sizes after resizing, or do not fit the configuration.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        config: MaskRCNNConfig,
        batch_size: int,
        seed: int = 0,
        augmentation: Augmentation | None = None,
        round_number: int = 0,
    ) -> None:
        if not samples:
            raise ValueError("there are no samples: give at least one image to train or validate on")
        self.image_ids = [sample.image_id for sample in samples]
        self.config, self.batch_size, self.seed = config, batch_size, seed
        self.augmentation = augmentation or Augmentation()
        draw = [np.random.default_rng([seed, round_number, k]) for k in range(len(samples))]
        prepared = [prepare_sample(s, k, config, draw[k]) for k, s in enumerate(samples)]
        self._check_shapes(prepared)
        self.side = prepared[0].image.shape[0]
        self.anchors = pyramid_anchors(config, prepared[0].image.shape)
        self._arrays = {name: tf.constant(array) for name, array in self._stack(prepared).items()}

    def __len__(self) -> int:
        """Return how many samples there are."""
        return len(self.image_ids)

    @property
    def steps_per_pass(self) -> int:
        """Steps that show every sample at least once."""
        return -(-len(self) // self.batch_size)

    def training(self, first: int, last: int) -> tf.data.Dataset:
        """Batches of the steps from `first` to before `last`, in shuffled passes over the samples."""
        positions = np.arange(first * self.batch_size, last * self.batch_size)
        rows, symmetry, brightness = self._draw(positions)
        return self._dataset(rows, symmetry, brightness, np.arange(first, last), self._augments)

    def validation(self) -> tf.data.Dataset:
        """Every sample in order, the same in each call; the last batch is filled up from the start."""
        rows = np.resize(np.arange(len(self)), self.steps_per_pass * self.batch_size)
        zeros = np.zeros(len(rows))
        steps = np.arange(self.steps_per_pass)
        return self._dataset(rows, zeros.astype(np.int32), zeros.astype(np.float32), steps, False)

    # -- once ---------------------------------------------------------------------------------------------

    @property
    def _augments(self) -> bool:
        return len(self.augmentation.symmetries) > 1 or self.augmentation.brightness > 0

    def _check_shapes(self, prepared: list[PreparedSample]) -> None:
        shapes = {p.image.shape: name for p, name in zip(prepared, self.image_ids, strict=True)}
        if len(shapes) > 1:
            named = ", ".join(f"{name} {shape}" for shape, name in list(shapes.items())[:3])
            raise ValueError(
                f"after resizing by mode {self.config.image_resize_mode!r} the images differ in size "
                f"({named}): a batch needs one size. Use image_resize_mode square or crop."
            )
        square = prepared[0].image.shape[0] == prepared[0].image.shape[1] and (
            not self.config.use_mini_mask or len(set(self.config.mini_mask_shape)) == 1
        )
        if len(self.augmentation.symmetries) > 1 and not square:
            raise ValueError("flips and rotations need square images and a square mini_mask_shape")

    def _stack(self, prepared: list[PreparedSample]) -> dict[str, np.ndarray]:
        """Pad the instances and stack everything; match the anchors for each symmetry that may be drawn."""
        heads = max(1, *(p.masks.shape[-1] for p in prepared))
        every = max(1, *(len(p.boxes) for p in prepared))
        symmetries = self.augmentation.symmetries
        match = np.zeros((len(prepared), len(symmetries), len(self.anchors)), np.int16)
        for k, p in enumerate(prepared):
            for j, symmetry in enumerate(symmetries):
                boxes = transform_boxes(p.boxes, symmetry, self.side)
                match[k, j] = match_anchors(self.anchors, p.class_ids, boxes)
        return {
            "images": np.stack([p.image for p in prepared]),
            "meta": np.stack([p.meta for p in prepared]).astype(np.float32),
            "class_ids": np.stack([_pad(p.class_ids[:heads], heads, 0) for p in prepared]),
            "boxes": np.stack([_pad(p.boxes, every, 0) for p in prepared]).astype(np.float32),
            "masks": np.stack([_pad(p.masks, heads, -1) for p in prepared]),
            "match": match,
        }

    # -- per step -----------------------------------------------------------------------------------------

    def _draw(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sample, symmetry and change of brightness at each position of the endless shuffled stream."""
        count, first = len(self), int(positions[0]) // len(self) if len(positions) else 0
        last = int(positions[-1]) // count + 1 if len(positions) else 0
        rows, symmetry, brightness = [], [], []
        for turn in range(first, last):
            rng = np.random.default_rng([self.seed, 1, turn])
            rows.append(rng.permutation(count))
            symmetry.append(rng.integers(0, len(self.augmentation.symmetries), count))
            brightness.append(rng.uniform(-1, 1, count) * self.augmentation.brightness)
        parts = (np.concatenate(part)[positions - first * count] for part in (rows, symmetry, brightness))
        order, chosen, change = parts
        return order, chosen.astype(np.int32), change.astype(np.float32)

    def _dataset(
        self, rows: np.ndarray, symmetry: np.ndarray, brightness: np.ndarray, steps: np.ndarray, augment: bool
    ) -> tf.data.Dataset:
        shape = (len(steps), self.batch_size)
        plan = (
            rows.reshape(shape).astype(np.int32), symmetry.reshape(shape), brightness.reshape(shape),
            steps.astype(np.int32),
        )  # fmt: skip
        dataset = tf.data.Dataset.from_tensor_slices(plan)
        dataset = dataset.map(
            lambda row, number, change, step: self._assemble(row, number, change, step, augment),
            num_parallel_calls=1,
        )
        options = tf.data.Options()
        options.deterministic = True
        options.autotune.enabled = False
        options.threading.private_threadpool_size = 1
        return dataset.prefetch(4).with_options(options)

    def _assemble(
        self, rows: tf.Tensor, symmetry: tf.Tensor, brightness: tf.Tensor, step: tf.Tensor, augment: bool
    ) -> Batch:
        """Build the batch of `rows` (B,) in the graph."""
        config = self.config
        images = tf.cast(tf.gather(self._arrays["images"], rows), tf.float32)
        boxes = tf.gather(self._arrays["boxes"], rows)
        masks = tf.gather(self._arrays["masks"], rows)
        class_ids = tf.gather(self._arrays["class_ids"], rows)
        match = tf.gather_nd(self._arrays["match"], tf.stack([rows, symmetry], axis=1))
        if augment:
            number = tf.gather(tf.constant(self.augmentation.symmetries, tf.int32), symmetry)
            images = tf_transform_images(images, number)
            images = tf.minimum(images * (1.0 + brightness[:, None, None, None]), 255.0)
            boxes = tf_transform_boxes(boxes, number, self.side)
            masks = tf_transform_images(masks, number)
        rpn_match, rpn_bbox = self._rpn_targets(match, boxes, step)
        surplus = config.max_gt_instances - class_ids.shape[1]
        boxes = boxes[:, : class_ids.shape[1]]
        return {
            "images": images - tf.constant(config.mean_pixel, tf.float32),
            "image_meta": tf.gather(self._arrays["meta"], rows),
            "rpn_match": rpn_match,
            "rpn_bbox": rpn_bbox,
            "gt_class_ids": tf.pad(class_ids, [[0, 0], [0, surplus]]),
            "gt_boxes": tf.pad(boxes, [[0, 0], [0, surplus], [0, 0]]),
            "gt_masks": tf.pad(masks, [[0, 0], [0, 0], [0, 0], [0, surplus]]),
            "sample": rows,
            "step": step,
        }

    def _rpn_targets(
        self, match: tf.Tensor, boxes: tf.Tensor, step: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Sample anchors of `match` (B, A), encode the positive ones: `build_rpn_targets` for a batch."""
        count = self.config.rpn_train_anchors_per_image
        luck = tf.random.stateless_uniform(tf.shape(match), seed=tf.stack([self.seed, step]))
        batch, total = self.batch_size, len(self.anchors)
        worth, positive = tf.math.top_k(tf.where(match > 0, luck, -1.0), count // 2)
        chosen = worth >= 0
        room = count - tf.reduce_sum(tf.cast(chosen, tf.int32), axis=1, keepdims=True)
        worth, negative = tf.math.top_k(tf.where(match < 0, luck, -1.0), min(count, total))
        kept = (worth >= 0) & (tf.range(worth.shape[1])[None] < room)

        place = tf.concat([positive, negative], axis=1) + tf.range(batch)[:, None] * total
        sign = tf.concat([tf.cast(chosen, tf.int32), -tf.cast(kept, tf.int32)], axis=1)
        flat = tf.scatter_nd(tf.reshape(place, [-1, 1]), tf.reshape(sign, [-1]), [batch * total])
        rpn_match = tf.reshape(flat, [batch, total])

        positive = tf.sort(
            tf.where(chosen, positive, total), axis=1
        )  # the deltas stand in the anchors' order
        real = positive < total
        positive = tf.minimum(positive, total - 1)
        instance = tf.maximum(tf.cast(tf.gather(match, positive, batch_dims=1), tf.int32) - 1, 0)
        target = tf.gather(boxes, instance, batch_dims=1)
        deltas = _deltas(tf.gather(tf.constant(self.anchors, tf.float32), positive), target)
        deltas = tf.where(
            real[..., None], deltas / tf.constant(self.config.rpn_bbox_std_dev, tf.float32), 0.0
        )
        return rpn_match, tf.pad(deltas, [[0, 0], [0, count - count // 2], [0, 0]])


def _deltas(anchors: tf.Tensor, boxes: tf.Tensor) -> tf.Tensor:
    """(dy, dx, log dh, log dw) from anchors to boxes (B, P, 4); boxes without area count as one pixel."""
    size = anchors[..., 2:] - anchors[..., :2]
    target = tf.maximum(boxes[..., 2:] - boxes[..., :2], 1.0)
    shift = boxes[..., :2] + 0.5 * target - anchors[..., :2] - 0.5 * size
    return tf.concat([shift / size, tf.math.log(target / size)], axis=-1)


def _pad(array: np.ndarray, count: int, axis: int) -> np.ndarray:
    """Append zeros along `axis` until it has `count` entries."""
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, count - array.shape[axis])
    return np.pad(array, widths)
