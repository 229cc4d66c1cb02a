"""Mask R-CNN for its users: detect in images of any size, load and save weights."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.molding import mold_image
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_norm_boxes
from mrcnn.inputs import checked_image, fitted_image, require_images
from mrcnn.network.network import Network
from mrcnn.prediction import Prediction
from mrcnn.unmold import unmold_crops, unmold_detections
from mrcnn.weights import loading
from mrcnn.weights.writing import save


class MaskRCNN(Network):
    """Mask R-CNN with Matterport's architecture, layer names and defaults.

    Parameters
    ----------
    config
        What the network looks like.
    seed
        Of the initial weights.

    Examples
    --------
    >>> model = MaskRCNN(MaskRCNNConfig(num_classes=4, image_size=512))  # doctest: +SKIP
    >>> model.load_weights("mask_rcnn_coco.h5", exclude=HEADS)  # doctest: +SKIP
    >>> model.detect([image])[0]["rois"]  # doctest: +SKIP
    """

    def __init__(self, config: MaskRCNNConfig, seed: int = 0) -> None:
        super().__init__(config, seed)
        side = config.image_shape[0] if config.fixed_size else None
        boxes = tf.TensorSpec([None, 4], tf.float32)
        # A single image has a graph of its own, in which all sizes are known (docs/performance.md has its worth).
        self._predict_one, self._predict = (
            tf.function(
                self.predict,
                input_signature=[
                    tf.TensorSpec([count, side, side, config.image_channel_count], tf.float32), boxes, boxes
                ],
                autograph=False,  # nothing to convert, and looking for it takes longer than tracing
            )
            for count in (1, None)
        )  # fmt: skip

    def detect(self, images: Sequence[np.ndarray], batch_size: int = 1) -> list[dict[str, np.ndarray]]:
        """Detect objects in images of any size.

        Parameters
        ----------
        images
            RGB uint8 arrays (H, W, channels).
        batch_size
            Images that go through the network together (only in the resize modes of a fixed size).

        Returns
        -------
        list of dict
            For each image `rois` (N, 4) int32 pixels (y1, x1, y2, x2), half-open; `class_ids` (N,) int32;
            `scores` (N,) float32, falling; `probabilities` (N, num_classes) float32 of each class, background first;
            `masks` (H, W, N) bool.

        Raises
        ------
        ValueError
            If an image is no uint8 array with the network's channels.
        """
        return list(self._detect(images, batch_size, unmold_detections))

    def detect_crops(self, images: Sequence[np.ndarray], batch_size: int = 1) -> list[dict[str, Any]]:
        """Detect as `detect` does, but with `masks` a list of N `MaskCrop`: large images take little memory so."""
        return list(self._detect(images, batch_size, unmold_crops))

    def _detect(
        self, images: Sequence[np.ndarray], batch_size: int, unmold: Callable[..., dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        require_images(images)
        step = batch_size if self.config.fixed_size else 1
        for start in range(0, len(images), step):
            group = [
                checked_image(image, self.config, f"image {number} to detect in")
                for number, image in enumerate(images[start : start + step], start=start)
            ]
            predict = self._predict if step > 1 else self._predict_one
            yield from self._detect_group(predict, group, unmold)

    def _detect_group(
        self,
        predict: Callable[..., Prediction],
        images: list[np.ndarray],
        unmold: Callable[..., dict[str, Any]],
    ) -> Iterator[dict[str, Any]]:
        """Detect in images that go through the network together."""
        fitted, windows = zip(*(fitted_image(image, self.config) for image in images), strict=True)
        molded = np.stack([mold_image(image, self.config.mean_pixel) for image in fitted])
        shape = (molded.shape[1], molded.shape[2])
        normalised = tf_norm_boxes(tf.constant(np.asarray(windows, np.float32)), *shape)
        anchors = normalised_anchors(self.config, shape)
        outputs = predict(tf.constant(molded, tf.float32), normalised, anchors)
        outputs = Prediction(*(part.numpy() for part in outputs))
        for k, image in enumerate(images):
            yield unmold(Prediction(*(part[k] for part in outputs)), image.shape, shape, windows[k])

    def load_weights(
        self, path: str | Path, by_name: bool = True, exclude: Sequence[str] | None = None
    ) -> loading.LoadReport:
        """Load an HDF5 file of Matterport's layout, or one of ours, by layer names: `mrcnn.weights.loading.load`."""
        return loading.load(self.layers, path, by_name=by_name, exclude=exclude or ())

    def save_weights(
        self, path: str | Path, format: str = "matterport", metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Write all weights to `path`, whole or not at all.

        Parameters
        ----------
        path
            The HDF5 file.
        format
            ``matterport`` can be loaded by name with the old code; ``keras`` has Keras 3's layout of ``.weights.h5``.
        metadata
            What the reader should know (classes, settings, licence): anything that JSON can hold, for
            `mrcnn.read_metadata`.
        """
        save(self.layers, path, format, metadata)
