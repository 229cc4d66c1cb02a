"""The class of cells from an attribute that the user names, in place of their label."""

from __future__ import annotations

from dataclasses import replace

from blastvote.annotations.common import class_of, find_attribute
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.errors import InputError


def with_class_attribute(found: AnnotationSet, wanted: str) -> AnnotationSet:
    """Return annotations whose cells have the class that their attribute `wanted` holds; None where one lacks it.

    Raises
    ------
    InputError
        If there are cells and none has the attribute.
    """
    cells = [cell for image in found.images.values() for cell in image.cells]
    names = list(dict.fromkeys(name for cell in cells for name in cell.attributes))
    key = find_attribute(wanted, names, ())
    if key is None:
        if not cells:
            return found
        have = f"the objects have {names}" if names else "no object has any attribute"
        raise InputError(
            f"{found.path}: no object has the attribute '{wanted}' that should hold the class; {have}. Name one of "
            "these as class attribute, or leave it empty to take the label."
        )
    images = {name: _with_classes(image, key) for name, image in found.images.items()}
    return replace(found, images=images)


def _with_classes(image: ImageAnnotation, key: str) -> ImageAnnotation:
    cells = tuple(replace(cell, class_name=class_of(cell.attributes.get(key))) for cell in image.cells)
    return replace(image, cells=cells)
