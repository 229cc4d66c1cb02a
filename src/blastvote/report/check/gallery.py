"""Small pictures of all photographs with the outlines of their cells, made while the check has them in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.pixels.agreement import reduced_mask
from blastvote.dataset.truth import TrueCell
from blastvote.report.pictures import compress, data_uri

ALL_BYTES = 9_000_000
"""Pictures of all photographs together are about this large: the page stays below 20 MB."""
BYTES_A_PIXEL = 0.2
"""What WebP needs for smears at `QUALITY`, at most."""
QUALITY = 75
LEAST_SIDE, MOST_SIDE = 120, 1280
LARGE_SIDE = 1280
"""Longer side in pixels of the pictures of the worst images."""
DETAIL = 1024
"""Outlines are drawn as finely as on a picture of this longer side..."""
MOST_FINE = 200
"""... where an image has up to so many cells; the outlines of more are coarser."""


@dataclass(frozen=True)
class Picture:
    """A photograph on the page.

    Attributes
    ----------
    source
        Data URI.
    width, height
        Of the picture, in pixels.
    outlines
        Name of a class to an SVG path in pixels of the photograph; crowds stand under ``crowd``.
    """

    source: str
    width: int
    height: int
    outlines: dict[str, str]


class Gallery:
    """Pictures by image id; `add` may be called from several threads.

    Parameters
    ----------
    count
        Number of photographs: the more, the smaller each picture.
    """

    def __init__(self, count: int) -> None:
        self._pixels = ALL_BYTES / BYTES_A_PIXEL / max(count, 1)
        self.pictures: dict[str, Picture] = {}

    def add(self, facts: ImageFacts, image: NDArray[np.uint8]) -> None:
        """Keep a small picture of a photograph, RGB ``uint8 (H, W, 3)``."""
        longer = max(image.shape[:2])
        side = longer * (self._pixels / (image.shape[0] * image.shape[1])) ** 0.5
        self.pictures[facts.image_id] = picture(facts, image, round(np.clip(side, LEAST_SIDE, MOST_SIDE)))


def picture(facts: ImageFacts, image: NDArray[np.uint8], side: int) -> Picture:
    """Return a picture whose longer side has at most `side` pixels."""
    scale = min(1.0, side / max(image.shape[:2]))
    height, width = (max(1, round(length * scale)) for length in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) if scale < 1 else image
    return Picture(data_uri(compress(small, "WEBP", QUALITY), "WEBP"), width, height, outline_paths(facts))


def outline_paths(facts: ImageFacts) -> dict[str, str]:
    """Return SVG paths of the cells of an image by class, in pixels of the photograph."""
    scale = min(1.0, DETAIL / max(facts.width, facts.height, 1))
    slack = 0.6 if len(facts.cells) <= MOST_FINE else 1.5
    paths: dict[str, list[str]] = defaultdict(list)
    for cell in facts.cells:
        paths["crowd" if cell.crowd else cell.class_name] += _rings(cell, scale, slack)
    return {name: "".join(rings) for name, rings in paths.items()}


def _rings(cell: TrueCell, scale: float, slack: float) -> Iterable[str]:
    mask = np.pad(reduced_mask(cell, scale), 1)
    top, left = cell.box[0] * scale - 0.5, cell.box[1] * scale - 0.5
    for contour in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        points = cv2.approxPolyDP(contour, slack, True)[:, 0]
        yield _path(np.rint((points + np.array([left, top])) / scale).astype(int))


def _path(points: NDArray[np.int_]) -> str:
    """Return a closed SVG path with relative steps."""
    steps: Sequence[Sequence[int]] = np.diff(points, axis=0).tolist()
    x, y = points[0].tolist()
    return f"M{x} {y}l" + " ".join(f"{dx} {dy}" for dx, dy in steps) + "z" if steps else f"M{x} {y}h1"
