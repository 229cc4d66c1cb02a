"""A label map of three discs."""

import numpy as np


def discs(values=(1, 2, 3), size=(60, 90)):
    """Return a label map (H, W) of three discs of radius 10 with these values."""
    y, x = np.mgrid[: size[0], : size[1]]
    labels = np.zeros(size, np.int32)
    for value, (cx, cy) in zip(values, ((15, 15), (45, 30), (72, 42)), strict=True):
        labels[(x - cx) ** 2 + (y - cy) ** 2 < 100] = value
    return labels
