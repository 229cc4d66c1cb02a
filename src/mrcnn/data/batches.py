"""Batches for training, as a pure function of (seed, step): samples are prepared once and kept small in memory.

An order drawn in advance picks rows of arrays; TensorFlow augments, molds and samples anchors in a graph of its own
ahead of the training step. Step k gives the same batch whether or not the steps before it were run: a resumed
training sees what an uninterrupted one would have seen.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.augment import Augmentation, tf_transform_boxes, tf_transform_images
from mrcnn.data.prepare import prepare_sample
from mrcnn.data.sample import Sample
from mrcnn.data.sampling import sample_rpn_targets
from mrcnn.data.store import SampleStore
from mrcnn.geometry.anchors import pyramid_anchors

Batch = dict[str, tf.Tensor]


class Batches:
    """Prepared samples that can be drawn from.

    Only images of the network's size (uint8) and small masks are kept.

    Parameters
    ----------
    samples
        At least one; each is read when batches that hold it are first asked for, one after the other.
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
        self.samples, self.image_ids = samples, [sample.image_id for sample in samples]
        self.config, self.batch_size, self.seed = config, batch_size, seed
        self.augmentation = augmentation or Augmentation()
        self.prepare(round_number)

    def prepare(self, round_number: int) -> None:
        """Draw the crops of another round, in the memory of the round before.

        Streams made before must not be read on.
        """
        self.round_number, self._missing = round_number, np.ones(len(self), dtype=bool)
        if not hasattr(self, "store"):
            self._read(np.zeros(1, np.intp))  # its size is that of all

    def _read(self, rows: np.ndarray) -> None:
        """Prepare those of `rows` (R,) that are not: a short training draws few of many samples."""
        drawn = np.unique(rows)
        for row in drawn[self._missing[drawn]].tolist():
            sample, rng = self.samples[row], np.random.default_rng([self.seed, self.round_number, row])
            prepared = prepare_sample(sample, row, self.config, rng)
            if not hasattr(self, "store"):
                self._allocate(prepared.image.shape)
            self._check_shape(sample.image_id, prepared.image.shape)
            self.store.put(row, prepared)
            self.store.match(row, prepared, self.anchors, self.augmentation.symmetries)
            self._missing[row] = False

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
        self._read(rows)
        return self._dataset(rows, symmetry, brightness, np.arange(first, last), self._augments)

    def validation(self) -> tf.data.Dataset:
        """Every sample in order, the same in each call; the last batch is filled up from the start."""
        self._read(np.arange(len(self)))
        rows = np.resize(np.arange(len(self)), self.steps_per_pass * self.batch_size)
        zeros = np.zeros(len(rows))
        steps = np.arange(self.steps_per_pass)
        return self._dataset(rows, zeros.astype(np.int32), zeros.astype(np.float32), steps, False)

    # -- once ---------------------------------------------------------------------------------------------

    @property
    def _augments(self) -> bool:
        return len(self.augmentation.symmetries) > 1 or self.augmentation.brightness > 0

    def _allocate(self, shape: tuple[int, ...]) -> None:
        """Make the arrays for images of `shape`, and the anchors."""
        config = self.config
        square = shape[0] == shape[1] and (not config.use_mini_mask or len(set(config.mini_mask_shape)) == 1)
        if len(self.augmentation.symmetries) > 1 and not square:
            raise ValueError("flips and rotations need square images and a square mini_mask_shape")
        self.side = shape[0]
        self.anchors = pyramid_anchors(config, shape)
        self.store = SampleStore(self.samples, config, shape)

    def _check_shape(self, image_id: str, shape: tuple[int, ...]) -> None:
        expected = self.store.images.shape[1:]
        if shape != expected:
            raise ValueError(
                f"after resizing by mode {self.config.image_resize_mode!r} the images differ in size "
                f"({self.image_ids[0]} {expected}, {image_id} {shape}): a batch needs one size. "
                "Use image_resize_mode square or crop."
            )

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
        images, meta, class_ids, boxes, masks, match = self._gather(rows, symmetry)
        images = tf.cast(images, tf.float32)
        if augment:
            number = tf.gather(tf.constant(self.augmentation.symmetries, tf.int32), symmetry)
            images = tf_transform_images(images, number)
            images = tf.minimum(images * (1.0 + brightness[:, None, None, None]), 255.0)
            boxes = tf_transform_boxes(boxes, number, self.side)
            masks = tf_transform_images(masks, number)
        seed = tf.stack([self.seed, step])
        rpn_match, rpn_bbox = sample_rpn_targets(match, boxes, self.anchors, seed, config)
        heads = class_ids.shape[1]
        surplus = max(0, config.max_gt_instances - heads)
        return {
            "images": images - tf.constant(config.mean_pixel, tf.float32),
            "image_meta": meta,
            "rpn_match": rpn_match,
            "rpn_bbox": rpn_bbox,
            "gt_class_ids": tf.pad(class_ids, [[0, 0], [0, surplus]]),
            "gt_boxes": tf.pad(boxes[:, :heads], [[0, 0], [0, surplus], [0, 0]]),
            "gt_masks": tf.pad(masks, [[0, 0], [0, 0], [0, 0], [0, surplus]]),
            "sample": rows,
            "step": step,
        }

    def _gather(self, rows: tf.Tensor, symmetry: tf.Tensor) -> list[tf.Tensor]:
        """Images, meta, class ids, boxes, masks and matches of `rows` (B,).

        A call of Python, because TensorFlow would make copies of all arrays for itself; it takes well below a
        millisecond, in a thread that runs ahead of the training.
        """
        store, count = self.store, len(self.anchors)
        arrays = (store.images, store.meta, store.class_ids, store.boxes, store.masks)
        shapes = [array.shape[1:] for array in arrays] + [(count,)]
        gathered = tf.numpy_function(
            lambda rows, symmetry: store.gather(rows, symmetry, count),
            [rows, symmetry],
            [tf.as_dtype(array.dtype) for array in arrays] + [tf.int32],
        )
        return [
            tf.ensure_shape(part, (self.batch_size, *shape))
            for part, shape in zip(gathered, shapes, strict=True)
        ]
