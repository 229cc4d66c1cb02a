"""The images of the page: compressed once, put into the page of a small study, into a folder beside it else."""

from __future__ import annotations

import base64
import io as bytes_io
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from blastvote.io import read_own_image

LOGGER = logging.getLogger(__name__)

WEBP_PIXELS = 100_000_000
"""Up to so many pixels in all, images are WebP (small); beyond, JPEG, which is made five times as fast."""

INLINE_BYTES = 10_000_000
"""Up to so many bytes of images, the page holds them itself: it stays below 20 MB with text and plots."""

THUMBNAIL = 72  # pixels of its longer side


class Pictures:
    """Compressed images of a page, by method and number.

    Parameters
    ----------
    folder
        Where the page will lie; files go to its folder ``images``.
    pixels
        Of all images together; decides the format.
    """

    def __init__(self, folder: Path, pixels: int) -> None:
        self._folder = folder
        self._format = "WEBP" if pixels <= WEBP_PIXELS else "JPEG"
        self._held: dict[tuple[int, int], bytes] | None = {} if self._format == "WEBP" else None
        self._bytes = 0
        self._count = 0

    def add(self, method: int, number: int, image: np.ndarray) -> None:
        """Compress one image, RGB ``uint8 (H, W, 3)``."""
        data = compress(image, self._format)
        self._bytes += len(data)
        self._count += 1
        if self._held is None:
            self._write(method, number, data)
            return
        self._held[method, number] = data
        if self._bytes > INLINE_BYTES:
            for (one, other), held in self._held.items():
                self._write(one, other, held)
            self._held = None

    def sources(self, methods: int, numbers: int) -> list[list[str]]:
        """Return what an image element shows, by method and number: a data URI, or a path beside the page."""
        size = f"{self._count} images, {self._bytes / 1e6:.1f} MB as {self._format}"
        if self._held is None:
            LOGGER.info("The report is a folder, index.html and images/: %s.", size)
        else:
            LOGGER.info("The report is one file, images included: %s.", size)
        return [[self._source(method, number) for number in range(numbers)] for method in range(methods)]

    def _source(self, method: int, number: int) -> str:
        if self._held is None:
            return self._path(method, number).relative_to(self._folder).as_posix()
        return data_uri(self._held[method, number], self._format)

    def _path(self, method: int, number: int) -> Path:
        # Numbers, not names: an image's name may hold what a URL or another system's file name must not.
        suffix = {"WEBP": "webp", "JPEG": "jpg"}[self._format]
        return self._folder / "images" / f"method{method + 1}" / f"{number + 1:05d}.{suffix}"

    def _write(self, method: int, number: int, data: bytes) -> None:
        path = self._path(method, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def compress(image: np.ndarray, kind: str, quality: int = 85) -> bytes:
    """Return an RGB image as WebP or JPEG."""
    options: dict[str, int] = {"WEBP": {"method": 2}, "JPEG": {"subsampling": 0}}[kind]
    buffer = bytes_io.BytesIO()
    Image.fromarray(image).save(buffer, kind, quality=quality, **options)
    return buffer.getvalue()


def data_uri(data: bytes, kind: str) -> str:
    """Return a data URI; `kind` is the end of the media type, in any case."""
    return f"data:image/{kind.lower()};base64,{base64.b64encode(data).decode('ascii')}"


def thumbnail(image: np.ndarray) -> str:
    """Return a small picture of an RGB image as a data URI."""
    small = Image.fromarray(image)
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX, reducing_gap=2.0)
    return data_uri(compress(np.asarray(small), "WEBP", 70), "WEBP")


def add_pictures(
    folder: Path,
    files: Mapping[tuple[str, str], Path],
    methods: Sequence[str],
    image_ids: Sequence[str],
    pixels: int,
) -> tuple[list[list[str]], list[str]]:
    """Compress the images of all methods, one in memory at a time.

    Parameters
    ----------
    folder
        The page's.
    files
        (method, image id) to the enhanced image.
    methods, image_ids
        In the order of the page.
    pixels
        Of one image of every id together.

    Returns
    -------
    tuple
        Sources by method and image, and a thumbnail of each image as the first method shows it.
    """
    pictures = Pictures(folder, pixels * len(methods))
    thumbnails = []
    for index, method in enumerate(methods):
        for number, image_id in enumerate(image_ids):
            image = read_own_image(files[method, image_id])
            pictures.add(index, number, image)
            if index == 0:
                thumbnails.append(thumbnail(image))
    return pictures.sources(len(methods), len(image_ids)), thumbnails
