"""Perceptual hashes of images, and the pairs of images that look alike by them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import imagehash
import numpy as np
import pandas as pd
from PIL import Image

from blastvote import io
from blastvote.dataset.augment import FLIPS, flip_image
from blastvote.errors import InputError

HASH_COLUMNS = tuple(f"phash_{flip}" for flip in FLIPS)
"""Columns of the table of hashes: of the image and of its three mirror images."""
HASH_SIDE = 16
MAX_DISTANCE = 40
"""Images are look-alikes when at most this many of the 256 bits of their hashes differ."""
BLOCK = 256
"""Images compared with all others at a time: 10,000 images take 80 MB so, not 4 GB."""
TURNS = ("transposed", "quarter turn right", "quarter turn left", "quarter turn and mirrored")
"""What a flip of `FLIPS` becomes when rows and columns change places after it."""


def perceptual_hashes(image: np.ndarray) -> dict[str, str]:
    """Return the DCT hashes (imagehash.phash, 256 bits) of an image and of its mirror images.

    Parameters
    ----------
    image
        ``uint8`` RGB ``(H, W, 3)``.

    Returns
    -------
    dict
        Hexadecimal text by the names in `HASH_COLUMNS`.
    """
    side = HASH_SIDE * 4
    thumbnail = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    grey = thumbnail.astype(np.float64) @ (0.299, 0.587, 0.114)
    small = np.round(grey).astype(np.uint8)
    return {
        column: str(imagehash.phash(Image.fromarray(flip_image(small, flip)), hash_size=HASH_SIDE))
        for column, flip in zip(HASH_COLUMNS, FLIPS, strict=True)
    }


def _bits(column: Iterable[str]) -> np.ndarray:
    """Return hashes as an array of bits ``(N, 256)``, float32 of -1 and 1."""
    data = np.array([np.frombuffer(bytes.fromhex(text), dtype=np.uint8) for text in column])
    bits = np.unpackbits(data.reshape(len(data), -1), axis=1)
    return bits.astype(np.float32) * 2 - 1


def near_duplicates(
    hashes: pd.DataFrame, max_distance: int = MAX_DISTANCE
) -> list[tuple[str, str, str, int]]:
    """Return pairs of images that look alike, one perhaps mirrored or turned by 90, 180 or 270 degrees.

    The hash of an image whose rows and columns change places is its hash with rows and columns exchanged (the
    DCT is separable and the thumbnail square), so the four stored hashes stand for all eight positions.

    Parameters
    ----------
    hashes
        Columns ``image_id`` and `HASH_COLUMNS`.
    max_distance
        Greatest number of differing bits.

    Returns
    -------
    list of (image_id, image_id, flip, distance)
        Each pair once, the first id the smaller, with the one of `FLIPS` and `TURNS` that fits best; sorted.
    """
    if len(hashes) < 2:
        return []
    table = hashes.sort_values("image_id").reset_index(drop=True)
    ids = list(table["image_id"])
    flipped = [_bits(table[column]) for column in HASH_COLUMNS]
    positions = [*flipped, *(_transposed(bits) for bits in flipped)]
    names = (*FLIPS, *TURNS)
    found = []
    for start in range(0, len(ids), BLOCK):
        distances = np.stack([_distances(flipped[0][start : start + BLOCK], bits) for bits in positions])
        least = distances.min(axis=0)
        for row, b in np.argwhere(np.triu(least <= max_distance, 1 + start)):
            best = names[int(distances[:, row, b].argmin())]
            found.append((ids[start + row], ids[b], best, round(float(least[row, b]))))
    return found


def _distances(hashes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how many bits of each pair of hashes, bits ``(N, 256)`` and ``(M, 256)``, differ: ``(N, M)``."""
    differing: np.ndarray = (hashes.shape[1] - hashes @ others.T) / 2
    return differing


def _transposed(bits: np.ndarray) -> np.ndarray:
    """Return the hashes, bits ``(N, 256)``, of the same images with rows and columns exchanged."""
    return bits.reshape(-1, HASH_SIDE, HASH_SIDE).transpose(0, 2, 1).reshape(len(bits), -1)


def placing(flip: str) -> str:
    """Return in words how two look-alikes lie (a name of `FLIPS` or `TURNS`)."""
    if flip in TURNS:
        return f"one turned: {flip}"
    return "upright" if flip == "none" else f"one mirrored: {flip}"


def read_hashes(path: str | Path) -> pd.DataFrame:
    """Read a ``hashes.csv``: ``image_id`` and the columns `HASH_COLUMNS`, as text.

    Raises
    ------
    InputError
        If a column is missing, or a hash is none.
    """
    table = io.read_table(path, required=["image_id", *HASH_COLUMNS])
    for column in HASH_COLUMNS:
        if not table[column].str.fullmatch(f"[0-9a-f]{{{HASH_SIDE**2 // 4}}}").all():
            raise InputError(
                f"{path}: column {column!r} holds something else than hashes. Delete the file and run again."
            )
    return table
