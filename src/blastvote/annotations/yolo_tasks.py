"""What YOLO's labels hold if not outlines: boxes with key points (pose), oriented boxes (OBB)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

BOX_VALUES = 4
"""Centre, width and height come before the key points of a line."""
OBB_WARNING = (
    "every object has four corners, as in YOLO's oriented boxes (OBB): if they are boxes, they are no outlines. "
    "Export segmentation labels"
)


def key_points(lines: Sequence[np.ndarray], shape: Any = None) -> int:
    """Return how many key points each line of pose labels has; 0 if the lines are something else.

    Parameters
    ----------
    lines
        The values of each line after its class, ``float64 (N,)``.
    shape
        ``kpt_shape`` of the data set's YAML file: number of key points, and numbers of each (2 or 3). Without it only
        points with a visibility (0, 1 or 2) that lie in their box are sure to be key points.
    """
    lines = [values for values in lines if len(values) > BOX_VALUES + 1]  # a plain box may have a score
    lengths = {len(values) for values in lines}
    if len(lengths) != 1:
        return 0
    (length,) = lengths
    if _is_shape(shape):
        return int(shape[0]) if length == BOX_VALUES + shape[0] * shape[1] else 0
    count, rest = divmod(length - BOX_VALUES, 3)
    if count == 0 or rest:
        return 0
    visible = np.array([values[BOX_VALUES + 2 :: 3] for values in lines])
    if not np.isin(visible, (0, 1, 2)).all():
        return 0
    # 2 is a coordinate nowhere; 0 and 1 are the borders of an image, too.
    return count if (visible == 2).any() or all(_in_box(values) for values in lines) else 0


def _is_shape(shape: Any) -> bool:
    return (
        isinstance(shape, list)
        and len(shape) == 2
        and all(isinstance(side, int) and side > 0 for side in shape)
    )


def _in_box(values: np.ndarray) -> bool:
    points = values[BOX_VALUES:].reshape(-1, 3)
    seen = points[points[:, 2] > 0, :2]
    return bool(
        len(seen) and (np.abs(seen - values[:2]) <= 0.6 * values[2:4]).all()
    )  # a little beyond the box


def are_oriented_boxes(lines: Sequence[np.ndarray]) -> bool:
    """Return whether each line has four corners, and perhaps a score."""
    return all(len(values) in (8, 9) for values in lines)
