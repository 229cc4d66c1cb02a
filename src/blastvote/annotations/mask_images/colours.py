"""Colour-coded masks: each colour is a class, each connected piece of it a cell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import ImageColor

from blastvote import io
from blastvote.errors import InputError
from blastvote.io.opening import open_image
from blastvote.wording import listed

BACKGROUND = ("", "background", "__background__")
"""Names of what is no cell."""
BLACK = (0, 0, 0)
COLOUR_TABLE = "labelmap.txt"
"""CVAT's table of colours beside its segmentation masks."""

Colour = tuple[int, int, int]


def parse_colour(text: str) -> Colour:
    """Return the red, green and blue bytes of ``#ff0000``, ``255,0,0`` or ``red``.

    Raises
    ------
    InputError
        If it is no colour.

    Examples
    --------
    >>> parse_colour("#ff0000"), parse_colour("250, 50, 83")
    ((255, 0, 0), (250, 50, 83))
    """
    parts = text.split(",")
    try:
        if len(parts) == 3:
            values = [int(part) for part in parts]
            if all(0 <= value <= 255 for value in values):
                return values[0], values[1], values[2]
            raise ValueError
        red, green, blue = ImageColor.getrgb(text.strip())[:3]
        return int(red), int(green), int(blue)
    except ValueError:
        raise InputError(
            f"dataset.mask_colours: {text!r} is no colour; expected '#ff0000' or '255,0,0' (red, green, blue)."
        ) from None


def colour_table(path: Path, colours: Mapping[str, str]) -> tuple[dict[Colour, str], str]:
    """Return the class of each colour for a mask image, and where that is written.

    Parameters
    ----------
    path
        The mask image.
    colours
        Colour to class, as configured; empty looks for CVAT's ``labelmap.txt`` beside the mask or above its folder.

    Returns
    -------
    dict, str
        Empty if there is no table.
    """
    if colours:
        return {parse_colour(colour): name for colour, name in colours.items()}, "dataset.mask_colours"
    table = table_beside(path)
    if table is None:
        return {}, ""
    lines = [
        line.split(":") for line in io.read_text(table).splitlines() if line.strip()[:1] not in ("", "#")
    ]
    return {parse_colour(line[1]): line[0].strip() for line in lines if len(line) > 1}, str(table)


def table_beside(path: Path) -> Path | None:
    """Return CVAT's table of colours beside a mask image or above its folder, if there is one."""
    places = (path.parent / COLOUR_TABLE, path.parent.parent / COLOUR_TABLE)
    return next((place for place in places if place.is_file()), None)


def has_colours(path: Path) -> bool:
    """Return whether an image file may hold colours, by its header."""
    with open_image(path) as image:
        return image.mode in ("RGB", "RGBA", "CMYK", "YCbCr", "LAB")


def read_colours(path: Path, table: Mapping[Colour, str], source: str) -> tuple[np.ndarray, dict[int, str]]:
    """Read a colour-coded mask.

    Parameters
    ----------
    path
        The image; palette images count by their colours.
    table
        Class of each colour; an empty name or ``background`` is no class, as is black without an entry.
    source
        Where the table is written, for messages.

    Returns
    -------
    numpy.ndarray, dict
        Numbers of classes ``int32 (H, W)``, 0 for background, and the class of each number.

    Raises
    ------
    InputError
        If the image holds a colour that the table lacks.
    """
    with open_image(path) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=np.uint32)
    codes = (pixels[..., 0] << 16) | (pixels[..., 1] << 8) | pixels[..., 2]
    numbers = {BLACK: 0} | {
        colour: 0 if name.strip().casefold() in BACKGROUND else number
        for number, (colour, name) in enumerate(table.items(), start=1)
    }
    values, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    colours = [(int(v) >> 16, int(v) >> 8 & 255, int(v) & 255) for v in values.tolist()]
    unknown = [
        (int(count), colour) for count, colour in zip(counts, colours, strict=True) if colour not in numbers
    ]
    if unknown:
        detail = listed(
            f"{','.join(map(str, colour))} ({count} pixels)" for count, colour in sorted(unknown)[::-1]
        )
        raise InputError(
            f"{path}: {len(unknown)} colours are not in the table of colours ({source}): {detail}. Add them "
            "('' is background), or save the mask without smoothing or compression."
        )
    lookup = np.array([numbers[colour] for colour in colours], dtype=np.int32)
    return lookup[inverse].reshape(codes.shape), {
        n: name.strip() for n, name in enumerate(table.values(), start=1)
    }
