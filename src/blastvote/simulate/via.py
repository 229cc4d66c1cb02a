"""Annotations of simulated images in the format of the VGG Image Annotator 2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np

from blastvote.errors import InputError

CLASS_ATTRIBUTE = "subtype"


def via_entry(
    file_name: str, size: int, masks: np.ndarray, class_names: Iterable[str], attributes: dict[str, str]
) -> dict[str, Any]:
    """Describe an image and its cells as an entry of a VIA 2 annotation file.

    Parameters
    ----------
    file_name
        Name of the image file.
    size
        Size of the image file in bytes: part of the entry's key in VIA.
    masks
        ``bool (H, W, N)``: a mask in one piece for each cell.
    class_names
        Class of each cell.
    attributes
        Attributes of the file, such as its label.

    Returns
    -------
    dict
        One item, ``{key: entry}``. Polygons run through the centres of the outermost pixels of a mask.
    """
    regions = []
    for i, name in enumerate(class_names):
        x, y = mask_polygon(masks[..., i]).T.tolist()
        regions.append(
            {
                "shape_attributes": {"name": "polygon", "all_points_x": x, "all_points_y": y},
                "region_attributes": {CLASS_ATTRIBUTE: name},
            }
        )
    entry = {"filename": file_name, "size": size, "regions": regions, "file_attributes": dict(attributes)}
    return {f"{file_name}{size}": entry}


def mask_polygon(mask: np.ndarray) -> np.ndarray:
    """Trace the outline of a mask: ``int32 (P, 2)``, x and y of the outermost pixels of its largest piece.

    Straight runs keep their ends only; filling the polygon with its edge gives the mask back, but for holes.
    """
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return max(outlines, key=cv2.contourArea)[:, 0, :]


def merge_via(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Merge the annotations of several batches into one file's content, sorted by key.

    Raises
    ------
    InputError
        If two batches hold the same image.
    """
    merged: dict[str, Any] = {}
    for part in parts:
        twice = sorted(set(merged) & set(part))
        if twice:
            raise InputError(
                f"image {part[twice[0]]['filename']} is in two batches of annotations; expected each image "
                "once. Remove one of the batches."
            )
        merged.update(part)
    return dict(sorted(merged.items()))
