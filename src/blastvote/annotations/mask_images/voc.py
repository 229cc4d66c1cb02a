"""Pascal VOC's two masks of one photograph: colours of instances, and colours of classes (CVAT writes them so)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from blastvote.annotations.journal import LEFT_OUT, Journal, Line
from blastvote.annotations.mask_images.colours import BACKGROUND, BLACK, Colour, colour_table
from blastvote.annotations.mask_images.label_maps import encode_values
from blastvote.annotations.mask_images.names import CLASSES, OBJECTS
from blastvote.annotations.model import Cell, ImageAnnotation
from blastvote.errors import InputError
from blastvote.io.opening import open_image

VOID = (224, 224, 192)
"""The colour of the border around cells."""


def is_voc(path: Path) -> bool:
    """Return whether a mask image is one of instances beside another of their classes."""
    return path.parent.name.casefold() == OBJECTS


def class_mask(path: Path) -> Path | None:
    """Return the mask of classes that belongs to a mask of instances, if there is one."""
    folders = [p for p in path.parent.parent.iterdir() if p.name.casefold() == CLASSES and p.is_dir()]
    return next((f / path.name for f in folders if (f / path.name).is_file()), None)


def read_voc(path: Path, name: str, colours: Mapping[str, str], journal: Journal) -> ImageAnnotation:
    """Read a mask of instances as the annotation of the image `name`.

    Each colour (of a palette, too) but black and the border's is a cell. Its class is the commonest colour there in the
    mask of classes, as ``labelmap.txt`` or `colours` name it; else its number in the palette. Without a mask of classes
    cells have none.

    Raises
    ------
    InputError
        If the masks differ in size, or a colour of a class has no name.
    """
    codes, _ = _codes(path)
    labels = np.unique(codes, return_inverse=True)[1].reshape(codes.shape).astype(np.int32) + 1
    for colour, what in ((BLACK, ""), (VOID, "the border around cells")):
        here = codes == _code(colour)
        if what and here.any():
            journal.lines.append(Line(journal.file, f"colour {_hex(_code(colour))}", name, LEFT_OUT, what))
        labels[here] = 0
    other = class_mask(path)
    table, source = colour_table(path, colours)
    kinds, numbers = _codes(other) if other is not None else (None, {})
    if kinds is not None and kinds.shape != codes.shape:
        raise InputError(
            f"{other}: is {kinds.shape[1]}x{kinds.shape[0]} pixels, but {path} is {codes.shape[1]}x{codes.shape[0]}. "
            "Export both masks again."
        )
    cells = []
    for value, rle in encode_values(labels):
        inside = labels == value
        title = None if kinds is None else _class(other, kinds[inside], numbers, table, source)
        thing = f"colour {_hex(int(codes[inside][0]))}"
        if title in BACKGROUND:
            journal.leave_out(name, thing, f"its class is {title!r}")
            continue
        cells.append(Cell(title, rle=rle, file=journal.file, object=thing))
    if table:
        journal.notes.append(f"The class of each colour is that of {source}.")
    attributes = {"values": np.unique(labels).tolist()}
    return ImageAnnotation(
        name, codes.shape[1], codes.shape[0], cells=tuple(cells), aliases=(path.name,), attributes=attributes
    )


def _class(
    path: Path | None, codes: np.ndarray, numbers: Mapping[int, int], table: Mapping[Colour, str], source: str
) -> str:
    """Return the name of the commonest colour among the codes of a cell's pixels."""
    values, counts = np.unique(codes[codes != _code(VOID)], return_counts=True)
    code = int(values[counts.argmax()]) if len(values) else _code(BLACK)
    colour = (code >> 16, code >> 8 & 255, code & 255)
    if colour in table:
        return table[colour]
    if code == _code(BLACK):
        return "background"
    if not table and code in numbers:
        return str(numbers[code])
    where = f"the table of colours ({source})" if table else "any labelmap.txt beside the masks"
    raise InputError(
        f"{path}: the colour {_hex(code)} of a class is not in {where}. Add it, or name it in config key "
        "'dataset.mask_colours' (--mask-colour)."
    )


def _codes(path: Path) -> tuple[np.ndarray, dict[int, int]]:
    """Return the colours of an image as numbers ``uint32 (H, W)``, and the index of each in its palette, if any."""
    with open_image(path) as image:
        indices = np.asarray(image) if image.mode == "P" else None
        pixels = np.asarray(image.convert("RGB"), dtype=np.uint32)
    codes = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    if indices is None:
        return codes, {}
    used, first = np.unique(indices, return_index=True)
    return codes, dict(zip(codes.ravel()[first].tolist(), used.tolist(), strict=True))


def _code(colour: Colour) -> int:
    return colour[0] << 16 | colour[1] << 8 | colour[2]


def _hex(code: int) -> str:
    return f"#{code:06x}"
