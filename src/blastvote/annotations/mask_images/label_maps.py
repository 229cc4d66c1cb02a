"""Cells of a label map: what each value of a mask image means, and what looks like a slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.levels import plain_levels
from blastvote.annotations.mask_images.void_background import VOIDS, from_one
from blastvote.annotations.model import Cell
from blastvote.errors import InputError
from blastvote.rle import Rle, normalise
from blastvote.wording import listed, suggest

MODES = ("label_map", "binary", "components", "semantic")
MOST_OBJECTS = 5000
"""A mask image with more objects than this is noise, or a photograph."""
VOID_HALF_WIDTH = 4
"""An ignore border is at most twice this many pixels wide; a cell of the value 255 is wider."""
PIECE_AREA = 16
"""Pieces of fewer pixels are taken for slips of the brush, not for cells, when pieces are counted."""


def cells_of_label_map(
    labels: np.ndarray,
    mode: str = "label_map",
    ignore: Sequence[int] | None = None,
    image: str = "",
    journal: Journal | None = None,
) -> tuple[Cell, ...]:
    """Return the cells of a label map; only those of mode ``semantic`` have classes.

    Parameters
    ----------
    labels
        Integers ``(H, W)``; 0 is background.
    mode
        ``label_map``: each other value is a cell, in rising order. ``binary``: all other values are one cell.
        ``components``: each connected piece of all other values is a cell. ``semantic``: each connected piece
        of a value is a cell, and the value is its class. Pixels that touch by a corner are connected.
    ignore
        Values that are background. None finds an ignore border (255 or 65535 in a thin line beside other values), and
        the background of a map that has no 0, or whose 0 is a cell.
    image
        Name of the mask image, for notes.
    journal
        Receives what was ignored and what looks like a slip.

    Raises
    ------
    InputError
        If the mode is unknown, there are more than `MOST_OBJECTS` objects, or values cannot be cells
        (`plain_levels`).
    """
    if mode not in MODES:
        raise InputError(
            f"Mask mode {mode!r} is not known; expected one of {', '.join(MODES)}.{suggest(mode, MODES)}"
        )
    journal = Journal() if journal is None else journal
    values = values_of(labels)
    _refuse_noise(values, f"{journal.file}: {image}" if image else "The mask")
    if ignore is None:
        labels = plain_levels(labels, values, mode, image, journal)
    labels, shift = from_one(labels, mode, ignore, image, journal)
    labels = _without_ignored(labels, mode, ignore if shift == 0 else (), image, journal)
    if mode == "binary":
        labels = (labels != 0).astype(np.int32)
    where = f"{journal.file}: {image}" if image else "The mask"
    numbered, names, classes = _objects(labels, mode, where, shift)
    if mode in ("label_map", "binary"):
        _warn_of_pieces(labels, mode, image, journal, shift)
    return tuple(
        Cell(
            classes[number],
            rle=rle,
            attributes={"value": names[number][0]},
            file=journal.file,
            object=names[number][1],
        )
        for number, rle in encode_values(numbered)
    )


def _refuse_noise(values: np.ndarray, where: str) -> None:
    """Raise InputError for more values than any smear has cells."""
    count = int(np.count_nonzero(values))
    if count > MOST_OBJECTS:
        raise InputError(
            f"{where} holds {count:,} different values, more than {MOST_OBJECTS:,}: it looks like a photograph or "
            "noise, not like a label map (0 for background and each other value a cell). Save the label map "
            "itself, without resampling or compression."
        )


def _objects(
    labels: np.ndarray, mode: str, where: str, shift: int
) -> tuple[np.ndarray, dict[int, tuple[int, str]], dict[int, str | None]]:
    """Return a map with one number an object, and the value (in the file), name and class of each number."""
    values = values_of(labels)
    values = values[values != 0]
    if mode in ("label_map", "binary"):
        names = {
            int(v): (int(v) - shift, f"value {v - shift}" if mode == "label_map" else "mask") for v in values
        }
        return labels, names, dict.fromkeys(names)
    from scipy import ndimage

    numbered = np.zeros(labels.shape, dtype=np.int32)
    names, classes = {}, {}
    for value in values if mode == "semantic" else [None]:
        pieces, count = ndimage.label(labels != 0 if value is None else labels == value, np.ones((3, 3)))
        first = len(names)
        if first + count > MOST_OBJECTS:
            raise InputError(
                f"{where} falls into more than {MOST_OBJECTS:,} separate pieces: it looks like noise. Save the mask "
                "without resampling or compression, or remove the specks."
            )
        numbered[pieces > 0] = pieces[pieces > 0] + first
        for piece in range(1, count + 1):
            of = f"value {value - shift}, piece {piece}" if value is not None else f"piece {piece}"
            names[first + piece] = (0 if value is None else int(value) - shift, of)
            classes[first + piece] = None if value is None else str(value - shift)
    return numbered, names, classes


def _without_ignored(
    labels: np.ndarray, mode: str, ignore: Sequence[int] | None, image: str, journal: Journal
) -> np.ndarray:
    if ignore is None:
        values = [value for value in VOIDS if mode != "binary" and is_border(labels, value)]
        why = "a thin line beside other values, taken for an ignore border"
    else:
        values = [value for value in ignore if (labels == value).any()]
        why = "left out as configured (dataset.ignore_values)"
    for value in values:
        journal.leave_out(image, f"value {value}", why)
    return np.where(np.isin(labels, values), 0, labels) if values else labels


def is_border(labels: np.ndarray, value: int) -> bool:
    """Return whether a value is a thin line in a map that has other values too."""
    void = labels == value
    if not void.any() or not ((labels != 0) & ~void).any():
        return False
    from scipy import ndimage

    half = float(ndimage.distance_transform_edt(np.pad(void, 1)).max())
    if half > VOID_HALF_WIDTH or void.sum() < 4 * (2 * half) ** 2:  # a small cell is as long as it is wide
        return False
    return bool((ndimage.binary_dilation(void, np.ones((3, 3))) & (labels != 0) & ~void).any())


def _warn_of_pieces(labels: np.ndarray, mode: str, image: str, journal: Journal, shift: int) -> None:
    """Warn of values of a label map that show several separate pieces: each value counts as one cell."""
    from scipy import ndimage

    values = values_of(labels)
    split = {}
    for value, window in zip(values, ndimage.find_objects(_ranks(labels, values)), strict=True):
        if value == 0:
            continue
        pieces, count = ndimage.label(labels[window] == value, np.ones((3, 3)))
        if count > 1:
            large = int((np.bincount(pieces.ravel())[1:] >= PIECE_AREA).sum())
            if large > 1:
                split[f"value {value - shift}" if mode == "label_map" else "the mask"] = large
    if mode == "label_map" and shift == 0:
        borders = [value for value in values if f"value {value}" in split and is_border(labels, int(value))]
        for value in borders:
            journal.warnings.append(
                f"{image}: value {value} is a thin line beside other values and counts as one cell. If it is a border "
                f"between cells, set dataset.ignore_values to [{value}] (--ignore-value)"
            )
            del split[f"value {value}"]
    if split:
        detail = listed(f"{name}: {count} pieces" for name, count in split.items())
        journal.warnings.append(
            f"{image}: one value shows several separate pieces ({detail}) and counts as one cell. If each piece is a "
            "cell, set dataset.masks to components, or to semantic where the value is the class (--masks)"
        )


def values_of(labels: np.ndarray) -> np.ndarray:
    """Return the values of a label map, sorted; of a run of equal pixels the first alone is sorted."""
    flat = labels.ravel()
    return np.unique(np.concatenate([flat[:1], flat[1:][flat[1:] != flat[:-1]]]))


def _ranks(labels: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the place of each pixel's value among the sorted `values`, from 1 on: `find_objects` leaves 0 out."""
    if values[0] < 0 or values[-1] > np.iinfo(np.uint16).max:
        return np.searchsorted(values, labels) + 1
    table = np.zeros(values[-1] + 1, dtype=np.int32)
    table[values] = np.arange(1, len(values) + 1)
    return np.asarray(table[labels])


def encode_values(labels: np.ndarray) -> Iterator[tuple[int, Rle]]:
    """Yield each value of a label map but 0 with its COCO run-length mask, in rising order, in one pass."""
    height, width = labels.shape
    flat = labels.ravel(order="F")
    change = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    starts = np.concatenate([[0], change]).astype(np.int64)[: flat.size]
    ends = np.append(starts[1:], flat.size)
    values = flat[starts]
    order = np.argsort(values, kind="stable")
    order = order[values[order] != 0]
    bounds = np.flatnonzero(np.diff(values[order])) + 1
    for runs in np.split(order, bounds) if len(order) else []:
        start, end = starts[runs], ends[runs]
        gaps = start - np.concatenate([[0], end[:-1]])
        counts = np.column_stack([gaps, end - start]).ravel().tolist()
        if end[-1] < flat.size:
            counts.append(int(flat.size - end[-1]))
        yield int(values[runs[0]]), normalise("label map", {"size": [height, width], "counts": counts})
