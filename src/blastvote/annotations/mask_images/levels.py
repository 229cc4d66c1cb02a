"""What the values of a mask image cannot be: negative, smoothed along edges, or a background other than 0."""

from __future__ import annotations

import numpy as np

from blastvote.annotations.journal import Journal
from blastvote.errors import InputError, LossyMaskError
from blastvote.wording import listed

MOST_THIN = 8
"""So many values that are nowhere three pixels wide are no cells, but the grey of smoothed edges."""
BACKGROUND = 0.5
"""A value that covers more of a mask than this and touches all its edges is the background, where there is no 0."""


def plain_levels(
    labels: np.ndarray, values: np.ndarray, mode: str, image: str, journal: Journal
) -> np.ndarray:
    """Return a label map whose background is 0 and whose values are those that somebody drew.

    Parameters
    ----------
    labels
        Integers ``(H, W)``.
    values
        Its values, sorted.
    mode
        What they mean (`blastvote.annotations.mask_images.label_maps.MODES`).
    image, journal
        Name of the mask image; receives what was changed.

    Raises
    ------
    InputError
        If there are negative values; or grey levels along edges, where each value is a cell or a class.
    """
    where = f"{journal.file}: {image}" if image else "The mask"
    if values[0] < 0:
        raise InputError(
            f"{where} holds negative values ({listed(map(str, values[values < 0]), 3)}), so 0 may be a cell; expected "
            "0 for background and each other value a cell. Add to all values what makes the background 0."
        )
    labels = _with_zero(labels, values, image, journal)
    if mode == "components" and len(values) == 2 and values[0] == 0 and surrounds(labels, int(values[1])):
        share = float((labels != 0).mean())
        journal.warnings.append(
            f"{image}: the mask is inverted: value {values[1]} covers {share:.0%} of it and touches all its edges; the "
            "pieces of 0 were taken for cells"
        )
        return (labels == 0).astype(labels.dtype)
    if len(values) <= MOST_THIN:
        return labels
    thin = np.setdiff1d(values[values != 0], _solid_values(labels))
    if len(thin) < MOST_THIN or 2 * len(thin) < np.count_nonzero(values):
        return labels
    if mode in ("label_map", "semantic"):
        raise LossyMaskError(
            f"{where} holds {len(thin)} grey levels that are only thin lines ({listed(map(str, thin), 5)}): it was "
            "smoothed, resized or compressed, so its values are no cells. Save the mask without that; or set "
            "dataset.masks to components if each piece is a cell, to binary if all is one (--masks)."
        )
    grey = np.isin(labels, thin[thin * 2 < values[-1]])
    journal.notes.append(
        f"{image}: {grey.sum()} pixels are grey along edges, below half of the brightest value; they were taken for "
        "background."
    )
    return np.where(grey, 0, labels)


def _with_zero(labels: np.ndarray, values: np.ndarray, image: str, journal: Journal) -> np.ndarray:
    """Return the map with its background made 0 where it has no 0."""
    if values[0] == 0 or len(values) < 2:
        return labels
    most = int(labels[0, 0])
    if not surrounds(labels, most):
        return labels
    share = float((labels == most).mean())
    reason = f"there is no 0, and this value covers {share:.0%} of the mask and touches all its edges: the background"
    journal.leave_out(image, f"value {most}", reason)
    return np.where(labels == most, 0, labels)


def surrounds(labels: np.ndarray, value: int) -> bool:
    """Return whether a value covers most of a mask and touches all its edges."""
    edges = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return bool((labels == value).mean() > BACKGROUND and all((edge == value).any() for edge in edges))


def _solid_values(labels: np.ndarray) -> np.ndarray:
    """Return the values that fill 3 x 3 pixels somewhere."""
    rows = (labels[:, :-2] == labels[:, 1:-1]) & (labels[:, 1:-1] == labels[:, 2:])
    same = labels[:-2, 1:-1] == labels[1:-1, 1:-1]
    same &= labels[1:-1, 1:-1] == labels[2:, 1:-1]
    solid = rows[:-2] & rows[1:-1] & rows[2:] & same
    return np.unique(labels[1:-1, 1:-1][solid])
