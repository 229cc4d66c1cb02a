"""Mask images whose background is 255 or 65535, so that 0 may be a cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.levels import surrounds

VOIDS = (255, 65535)
"""The values that many tools give the border around cells (Pascal VOC), or all that nobody has annotated."""
MAINLY = 0.9
"""Other values lie in one value if this share of the pixels around them has it."""


def from_one(
    labels: np.ndarray, mode: str, ignore: Sequence[int] | None, image: str, journal: Journal
) -> tuple[np.ndarray, int]:
    """Return a label map whose background is 0, and what was added to the values of its cells (0 or 1).

    A value that covers most of the mask and touches all its edges is no cell. If it is one of `VOIDS`, the values
    beside 0 tell what it is: they lie in the background. Where that is not sure, nothing is changed, with a warning.

    Parameters
    ----------
    labels
        Integers ``(H, W)``, none negative.
    mode, ignore, image, journal
        As for `blastvote.annotations.mask_images.label_maps.cells_of_label_map`. Where `ignore` names values, no other
        is taken for the background.
    """
    step = max(1, min(labels.shape) // 256)
    sample, numbers = np.unique(labels[::step, ::step], return_counts=True)
    common = int(sample[numbers.argmax()])
    if common == 0 or not (labels == 0).any() or not surrounds(labels, common):
        return labels, 0
    if ignore is not None and common not in ignore:
        return labels, 0
    told = f"value {common} covers {(labels == common).mean():.0%} of the mask and touches all its edges"
    in_common, in_zero = _around_others(labels, common)
    if common in VOIDS and in_common > MAINLY:
        journal.leave_out(
            image, f"value {common}", f"{told}, and the other values lie in it: the background; 0 is a cell"
        )
        return np.where(labels == common, 0, labels + 1), 1
    if mode == "binary":
        return labels, 0
    if common in VOIDS and in_zero > MAINLY:
        if ignore is None:
            journal.leave_out(
                image, f"value {common}", f"{told}, and the other values lie in 0: not annotated"
            )
        return np.where(labels == common, 0, labels), 0
    if mode != "components":
        counts = "was ignored as configured, and 0 is no cell" if ignore else "counts as one cell"
        journal.warnings.append(
            f"{image}: {told}, and {counts}. If it is the background and 0 a cell, save the mask with 0 for the "
            "background and each cell from 1 on"
        )
    return labels, 0


def _around_others(labels: np.ndarray, common: int) -> tuple[float, float]:
    """Return which shares of the pixels around all values but 0 and `common` have the one and the other."""
    from scipy import ndimage

    others = (labels != 0) & (labels != common)
    around = labels[ndimage.binary_dilation(others, np.ones((3, 3))) & ~others]
    if not around.size:
        return 0.0, 0.0
    return float((around == common).mean()), float((around == 0).mean())
