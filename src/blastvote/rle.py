"""Run-length masks as COCO writes them: the one form in which masks are kept, in memory and in files.

A mask of ``H`` rows and ``W`` columns is read column by column; `counts` are the lengths of its runs, background
first, compressed to text. 301 images of 5 megapixels with 10 cells each take a few megabytes so; as arrays they
would take 15 gigabytes. What needs pixels decodes a cell's own box (`crop`), rarely a whole image (`decode`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from blastvote.errors import InputError

Box = tuple[int, int, int, int]
"""``y1, x1, y2, x2`` in pixels, half-open."""
MOST_PIXELS = 400_000_000
"""Masks of images with more pixels than this are taken for damage."""
FARTHEST = 1_000_000
"""So are coordinates beyond this many pixels; pycocotools would end the process."""


class Rle(TypedDict):
    """A run-length mask: ``size`` is ``[H, W]``, ``counts`` COCO's compressed text."""

    size: list[int]
    counts: str


def encode(mask: NDArray[Any]) -> Rle:
    """Return a mask ``(H, W)`` of any type, inside where not 0, as a run-length mask."""
    from pycocotools import mask as coco_mask

    packed = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": [int(side) for side in packed["size"]], "counts": packed["counts"].decode("ascii")}


def encode_crop(crop: NDArray[np.bool_], top: int, left: int, size: tuple[int, int]) -> Rle:
    """Return the run-length mask of an image of `size` (H, W) in which ``crop (h, w)`` begins at `top`, `left`."""
    height, width = size
    columns = np.zeros((crop.shape[1], height), dtype=bool)
    columns[:, top : top + crop.shape[0]] = crop.T
    flat = columns.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=False, append=False)) + left * height
    runs = np.diff(edges, prepend=0, append=height * width).tolist()
    return _compress(runs if runs[-1] else runs[:-1], height, width)


def decode(rle: Mapping[str, Any]) -> NDArray[np.bool_]:
    """Return the mask, ``bool (H, W)``."""
    from pycocotools import mask as coco_mask

    return np.asarray(coco_mask.decode(rle), dtype=bool)


def decode_all(rles: Sequence[Mapping[str, Any]], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the masks of an image of `size` (H, W), ``bool (H, W, N)``."""
    from pycocotools import mask as coco_mask

    if not rles:
        return np.zeros((*size, 0), dtype=bool)
    return np.asarray(coco_mask.decode(list(rles)), dtype=bool)


def crop(rle: Mapping[str, Any], box: Box) -> NDArray[np.bool_]:
    """Return the part of a mask inside `box`, ``bool (h, w)``; nothing but the box is decoded."""
    y1, x1, y2, x2 = box
    column, top, end = column_strips(rle).T
    inside = (column >= x1) & (column < x2)
    column, top, end = (
        column[inside] - x1,
        np.clip(top[inside], y1, y2) - y1,
        np.clip(end[inside], y1, y2) - y1,
    )
    change = np.zeros((x2 - x1, y2 - y1 + 1), dtype=np.int8)
    # Strips outside the rows have shrunk to nothing: their start and end meet and cancel out.
    np.add.at(change, (column, top), 1)
    np.add.at(change, (column, end), -1)
    return np.ascontiguousarray(np.cumsum(change[:, :-1], axis=1, dtype=np.int8).astype(bool).T)


def area(rle: Mapping[str, Any]) -> int:
    """Return the number of pixels inside."""
    return int(run_lengths(rle["counts"])[1::2].sum())


def box(rle: Mapping[str, Any]) -> Box:
    """Return the box of the pixels inside; zeros for an empty mask."""
    from pycocotools import mask as coco_mask

    x, y, width, height = (int(side) for side in coco_mask.toBbox(rle))
    return y, x, y + height, x + width


def iou(rles: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Return intersection over union of each pair of masks of one image, ``(N, M)``."""
    from pycocotools import mask as coco_mask

    if not rles or not others:
        return np.zeros((len(rles), len(others)))
    return np.asarray(coco_mask.iou(list(rles), list(others), [0] * len(others)), dtype=np.float64)


def shared_pixels(
    rles: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]], areas: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Return how many pixels each pair of masks has in common, exact, ``(N, M)``; `areas` (N,) are those of `rles`."""
    from pycocotools import mask as coco_mask

    if not rles or not others:
        return np.zeros((len(rles), len(others)))
    # For a "crowd" pycocotools divides the intersection by the area of the first mask.
    shares = np.asarray(coco_mask.iou(list(rles), list(others), [1] * len(others)))
    return np.rint(np.nan_to_num(shares) * areas[:, None])


def normalise(where: str, segmentation: Any, size: tuple[int, int] | None = None) -> Rle:
    """Return the run-length mask of whatever a COCO file has as ``segmentation``.

    Parameters
    ----------
    where
        Named in errors.
    segmentation
        Polygons (lists of ``x, y, x, y ...``, drawn by COCO's own rule), or a run-length mask whose counts are a
        list, text or bytes.
    size
        ``(H, W)`` of the image; polygons need it.

    Raises
    ------
    InputError
        If it is neither, its runs do not add up to ``H * W`` pixels, or a point lies out of all reach.
    """
    if isinstance(segmentation, list) and size is not None and size[0] * size[1] <= MOST_PIXELS:
        return _of_polygons(where, segmentation, size)
    try:
        height, width = (int(side) for side in segmentation["size"])
        counts = segmentation["counts"]
    except (LookupError, TypeError, ValueError, OverflowError):
        raise InputError(
            f"{where}: its 'segmentation' is no run-length mask {{'size': [H, W], 'counts': ...}}. Export the "
            "annotations again."
        ) from None
    if min(height, width) < 0 or height * width > MOST_PIXELS:
        raise InputError(
            f"{where}: its mask is said to have {height} x {width} pixels; expected at most {MOST_PIXELS:,} in all. "
            "Export the annotations again."
        )
    if isinstance(counts, list):
        if not all(isinstance(run, int) and not isinstance(run, bool) for run in counts):
            raise InputError(
                f"{where}: a run of its mask is no whole number ({str(counts)[:40]}). Export the annotations again."
            )
        if sum(counts) != height * width or any(run < 0 for run in counts):
            raise InputError(
                f"{where}: the runs of its mask add up to {sum(counts)} pixels, but its size is {height} x "
                f"{width} = {height * width}. Export the annotations again."
            )
        return _compress(counts, height, width)
    text = counts.decode("ascii") if isinstance(counts, bytes) else str(counts)
    if not _fills(text, height * width):
        raise InputError(
            f"{where}: its run-length mask does not fill {height} x {width} pixels. Export it again."
        )
    return {"size": [height, width], "counts": text}


def _of_polygons(where: str, polygons: list[Any], size: tuple[int, int]) -> Rle:
    from pycocotools import mask as coco_mask

    for polygon in polygons or [[]]:
        numbers = isinstance(polygon, list) and all(
            isinstance(value, int | float) and abs(value) <= FARTHEST for value in polygon
        )
        if not numbers or len(polygon) < 6 or len(polygon) % 2:
            raise InputError(
                f"{where}: an outline is {str(polygon)[:60]}; expected numbers x, y, x, y ... of at least three "
                f"points, none beyond {FARTHEST:,}. Export the annotations again."
            )
    packed = coco_mask.merge(coco_mask.frPyObjects(polygons, *size))
    return {"size": list(size), "counts": packed["counts"].decode("ascii")}


def _compress(runs: list[int], height: int, width: int) -> Rle:
    from pycocotools import mask as coco_mask

    packed = coco_mask.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    return {"size": [height, width], "counts": packed["counts"].decode("ascii")}


def _fills(text: str, pixels: int) -> bool:
    """Return whether compressed counts are whole and make a mask of so many pixels."""
    if not text.isascii() or not text or ord(text[-1]) - 48 & 0x20:
        return False
    runs = run_lengths(text)
    return bool((runs >= 0).all() and runs.sum() == pixels)


@lru_cache(maxsize=16_384)
def run_lengths(counts: str | bytes) -> NDArray[np.int64]:
    """Return the run lengths of compressed counts, background first; read-only, as those of recent masks are kept.

    Each number is written in groups of five bits, lowest first, plus 48; bit 6 of a character says that more
    follow, bit 5 of the last is the sign. From the fourth on, a number is the difference to the last but one.
    """
    text = counts.encode("ascii") if isinstance(counts, str) else counts
    groups = np.frombuffer(text, dtype=np.uint8).astype(np.int64) - 48
    last = np.flatnonzero(groups & 0x20 == 0)
    if len(last) == 0:
        return np.zeros(0, dtype=np.int64)
    first = np.concatenate([[0], last[:-1] + 1])
    groups = groups[: last[-1] + 1]
    index = np.arange(len(groups)) - np.repeat(first, last - first + 1)
    numbers = np.add.reduceat((groups & 0x1F) << (5 * index), first)
    negative = groups[last] & 0x10 != 0
    numbers[negative] -= np.int64(1) << (5 * (last - first + 1)[negative])
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    numbers.flags.writeable = False
    return numbers


def column_strips(rle: Mapping[str, Any]) -> NDArray[np.int64]:
    """Return a mask as vertical strips (S, 3): column, first row, row after the last; never a whole image."""
    height = int(rle["size"][0])
    edges = np.cumsum(run_lengths(rle["counts"]))
    starts, stops = edges[0::2][: len(edges) // 2], edges[1::2]
    starts, stops = starts[stops > starts], stops[stops > starts]
    first = starts // height
    number = (stops - 1) // height - first + 1
    column = (
        np.repeat(first, number) + np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    )
    top = np.maximum(np.repeat(starts, number) - column * height, 0)
    end = np.minimum(np.repeat(stops, number) - column * height, height)
    return np.stack([column, top, end], axis=1).astype(np.int64)
