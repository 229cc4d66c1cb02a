"""Whether the outlines of a photograph with an EXIF orientation lie on its pixels as seen, or as stored."""

from __future__ import annotations

import numpy as np

from blastvote.annotations.model import ImageAnnotation
from blastvote.dataset.check.pixels.agreement import Agreement
from blastvote.dataset.check.pixels.positions import OF_ORIENTATION
from blastvote.errors import InputError
from blastvote.io import Photograph, ReadSettings
from blastvote.io.orientation import UPRIGHT, stored, upright

CLEAR_CONTRAST = 0.5
"""Least contrast of the outlines on the pixels turned the other way for a warning, in standard deviations."""
CLEARLY_BETTER = 1.5
"""Least number of times that this contrast is that on the pixels as they were read."""


def size_problem(photograph: Photograph, size: tuple[int, int], settings: ReadSettings) -> tuple[str, str]:
    """Return the kind of finding, and why an annotation of another `size` (width, height) does not fit."""
    height, width = photograph.pixels.shape[:2]
    if size == (height, width) and photograph.orientation != UPRIGHT:
        return "size_turned", (
            f"the image is {width}x{height} pixels {_as_read(photograph, settings)}, but its annotation was made on "
            f"{size[0]}x{size[1]}, the size of the pixels {_other_way(settings)}. {_remedy(settings)}"
        )
    told = f"the image is {width}x{height} pixels, but its annotation was made on {size[0]}x{size[1]}"
    if size == (height, width):
        told += ", width and height exchanged: the photograph was turned after it was annotated, or the export is wrong"
    elif width * size[1] == height * size[0]:
        told += f", {size[0] / width:.3g} times as large"
    return "size_differs", f"{told}. Restore the original image, or annotate this one"


def turned_warning(
    photograph: Photograph, annotation: ImageAnnotation, settings: ReadSettings, found: Agreement
) -> str | None:
    """Return a warning if the outlines clearly fit the pixels turned the other way better; None else.

    They do where `found`, their agreement, says that they fit in that position. Else compared is the contrast, the
    difference of the mean green value inside and outside the outlines over the standard deviation of all.
    """
    if photograph.orientation == UPRIGHT or not annotation.cells:
        return None
    turn = upright if settings.exif == "ignore" else stored
    here = _contrast(photograph.pixels[..., 1], annotation)
    other = _contrast(turn(photograph.pixels[..., 1], photograph.orientation), annotation)
    if here is None or other is None:
        return None
    if found.position != _stored_position(photograph, settings) and other < max(
        CLEAR_CONTRAST, CLEARLY_BETTER * here
    ):
        return None
    return (
        f"its outlines fit the pixels {_other_way(settings)} (contrast {other:.1f}) better than "
        f"{_as_read(photograph, settings)} (contrast {here:.1f}). {_remedy(settings)}"
    )


def _stored_position(photograph: Photograph, settings: ReadSettings) -> str:
    """Return where the outlines would fit if EXIF alone kept them from it."""
    inverse = {6: 8, 8: 6}.get(photograph.orientation, photograph.orientation)
    return OF_ORIENTATION[inverse if settings.exif == "ignore" else photograph.orientation]


def _contrast(green: np.ndarray, annotation: ImageAnnotation) -> float | None:
    """Return how much brighter or darker the outlines' insides are, in standard deviations; None without both."""
    inside = np.zeros(green.shape, dtype=bool)
    for cell in annotation.cells:
        try:
            inside |= cell.mask(*green.shape)
        except InputError:  # a run-length mask of another size
            return None
    if not inside.any() or inside.all():
        return None
    return float(abs(green[inside].mean() - green[~inside].mean()) / max(green.std(), 1.0))


def _as_read(photograph: Photograph, settings: ReadSettings) -> str:
    if settings.exif == "ignore":
        return "as they are stored"
    return f"as its EXIF orientation ({photograph.orientation}) turns it"


def _other_way(settings: ReadSettings) -> str:
    return "as EXIF turns them" if settings.exif == "ignore" else "as they are stored"


def _remedy(settings: ReadSettings) -> str:
    other = "apply" if settings.exif == "ignore" else "ignore"
    return f"Set dataset.exif to {other} (--exif {other}), or save the photograph upright without EXIF"
