"""Images with neither annotated cells nor a label: negatives, or not annotated yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from blastvote.annotations.journal import Journal
from blastvote.dataset.check.mask_pairing import is_mask_part, mask_paths
from blastvote.dataset.check.pairing import part_annotations
from blastvote.dataset.source.labels.read import read_labels
from blastvote.dataset.source.photo_sets import Part, Source
from blastvote.errors import InputError


def without_unlabelled(source: Source, classes: Sequence[str]) -> Source:
    """Return the source without the images that have neither annotated cells nor a label.

    Of mask images only those count as missing that do not exist: whether one is empty, its pixels would tell.

    Raises
    ------
    InputError
        If annotations or labels cannot be read, or no image is left.
    """
    table = read_labels(source, classes)
    known = set(table["image_id"][table["label"].astype(bool)])
    removed: list[str] = []
    parts = []
    for part in source.parts:
        if not part.annotations and not part.mask_files:
            parts.append(part)
            continue
        kept = known | _annotated(part, source)
        removed += [path.name for image_id, path in part.images.items() if image_id not in kept]
        images = {image_id: path for image_id, path in part.images.items() if image_id in kept}
        parts.append(replace(part, images=images))
    if not any(part.images for part in parts):
        raise InputError(
            f"{', '.join(source.annotation_inputs[:1])}: none of the {len(source.images)} images has an annotated cell "
            "or a label, so nothing would be left (dataset.unlabelled). Outline the cells, or correct the names of "
            "the images."
        )
    return replace(source, parts=tuple(part for part in parts if part.images), unlabelled=tuple(removed))


def _annotated(part: Part, source: Source) -> set[str]:
    """Return the ids of the images that have a mask image, cells, or a label in their annotation file."""
    if is_mask_part(part):
        masks = mask_paths(part, Journal())
        return {image_id for image_id in part.images if image_id in masks}
    found = part_annotations(part, source, Journal())
    return {image_id for image_id, image in found.items() if image.cells or image.label}
