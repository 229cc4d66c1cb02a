"""Segment the cells of images with a trained network and write them as COCO results."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from blastvote import rle
from mrcnn import MaskRCNN

LOGGER = logging.getLogger("blastvote.detect")


def detect_all(
    model: MaskRCNN, images: Iterable[tuple[str, np.ndarray]], total: int, batch_size: int = 4
) -> list[dict[str, Any]]:
    """Detect the cells of every image.

    Parameters
    ----------
    model
        The trained network.
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
            found = model.detect_crops([image for _, image in group], batch_size=batch_size)
            for (name, image), detections in zip(group, found, strict=True):
                results += coco_results(name, image.shape[:2], detections)
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
