"""Annotations of simulated images in the format of the VGG Image Annotator 2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from blastvote.errors import InputError

CLASS_ATTRIBUTE = "subtype"
_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


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
        One item, ``{key: entry}``. Polygons run along the outer edges of a mask's pixels.
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
    """Trace the outline of a mask along the edges between pixels.

    Parameters
    ----------
    mask
        ``bool (H, W)``, not empty, its pixels joined edge to edge.

    Returns
    -------
    numpy.ndarray
        ``int32 (P, 2)``: the corners x, y, clockwise as seen on the screen; (0, 0) is the outer corner of the
        first pixel, as on the canvas of VIA. The pixels whose centres lie inside are those of the mask, but
        for holes.
    """
    padded = np.pad(mask, 1)
    inside, above, left = padded[1:, 1:], padded[:-1, 1:], padded[1:, :-1]
    # borders[d][y, x]: an edge leaves corner (x, y) to the right, down, left, up, with the mask on its right.
    borders = (
        inside & ~above,
        left & ~inside,
        padded[:-1, :-1] & ~left,
        above & ~padded[:-1, :-1],
    )
    y, x = (int(i) for i in np.argwhere(borders[0])[0])
    start, direction, corners = (x, y), 0, []
    while True:
        corners.append((x, y))
        while borders[direction][y, x]:
            x, y = x + _STEPS[direction][0], y + _STEPS[direction][1]
            # Turning right where the mask touches itself across a corner keeps to the same piece.
            if borders[(direction + 1) % 4][y, x]:
                break
        if (x, y) == start:
            return np.array(corners, np.int32)
        direction = (direction + (1 if borders[(direction + 1) % 4][y, x] else 3)) % 4


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
