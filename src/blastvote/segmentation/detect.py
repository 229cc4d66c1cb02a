"""Segment the cells of images with a trained network and write them as COCO results."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from blastvote import rle
from blastvote.dataset.augment import split_sample_id
from blastvote.scale.framing import Framing
from blastvote.segmentation.objects import Cell, ObjectDetector
from blastvote.segmentation.runtimes.tensorflow_networks import tile_detector
from mrcnn import MaskRCNN

LOGGER = logging.getLogger("blastvote.detect")


class CellFinder:
    """Finds the cells of a study's images, whole or in tiles, as COCO results.

    Parameters
    ----------
    model
        The network.
    framing
        Pixel size and tiles; None for whole images.
    """

    def __init__(self, model: MaskRCNN, framing: Framing | None = None) -> None:
        self.model, self.framing = model, framing
        self._detector = None
        if framing is not None:
            side = model.config.image_shape[0]
            self._detector = ObjectDetector(tile_detector(model), side, framing.overlap)

    def find(self, group: Sequence[tuple[str, np.ndarray]], batch_size: int = 1) -> list[dict[str, Any]]:
        """Return the COCO results of some images (sample id, RGB uint8 (H, W, 3)), by image and falling score.

        `batch_size` whole images go through the network together. Boxes and masks are in each image's own pixels.
        """
        results: list[dict[str, Any]] = []
        if self._detector is None or self.framing is None:
            images = [image for _, image in group]
            found = self.model.detect_crops(images, batch_size=batch_size)
            for (name, image), detections in zip(group, found, strict=True):
                results += coco_results(name, image.shape[:2], detections)
            return results
        for name, image in group:
            scale = self.framing.scale(split_sample_id(name)[0])
            results += [_as_result(name, image, cell) for cell in self._detector.detect(image, scale)]
        return results


def _as_result(name: str, image: np.ndarray, cell: Cell) -> dict[str, Any]:
    y1, x1, y2, x2 = (int(v) for v in cell.box)
    return {
        "image_id": name,
        "category_id": 1 + int(cell.probabilities.argmax()),
        "bbox": [x1, y1, x2 - x1, y2 - y1],
        "score": round(cell.score, 6),
        "segmentation": rle.encode_crop(cell.mask, y1, x1, image.shape[:2]),
    }


def detect_all(
    finder: CellFinder, images: Iterable[tuple[str, np.ndarray]], total: int, batch_size: int = 4
) -> list[dict[str, Any]]:
    """Detect the cells of every image.

    Parameters
    ----------
    finder
        With the trained network.
    images
        Sample id and RGB uint8 image (H, W, 3); read as they are needed.
    total
        How many there are, for the progress in the log.
    batch_size
        Images that go through the network together.

    Returns
    -------
    list of dict
        COCO results (`image_id` is the sample id), by image and falling score; empty masks are left out.
    """
    results: list[dict[str, Any]] = []
    start, done, group = time.monotonic(), 0, []
    for item in images:
        group.append(item)
        if len(group) == batch_size or done + len(group) == total:
            results += finder.find(group, batch_size)
            done, group = done + len(group), []
            LOGGER.info("%d of %d images, %.1f s", done, total, time.monotonic() - start)
    return results


def coco_results(name: str, size: tuple[int, int], detections: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the COCO results of an image of `size` (H, W) from what ``MaskRCNN.detect_crops`` gave for it."""
    results = []
    for number, (y1, x1, y2, x2) in enumerate(np.asarray(detections["rois"]).astype(int).tolist()):
        top, left, crop = detections["masks"][number]
        if not crop.any():
            continue
        results.append(
            {
                "image_id": name,
                "category_id": int(detections["class_ids"][number]),
                "bbox": [x1, y1, x2 - x1, y2 - y1],
                "score": round(float(detections["scores"][number]), 6),
                "segmentation": rle.encode_crop(crop, top, left, size),
            }
        )
    return results
