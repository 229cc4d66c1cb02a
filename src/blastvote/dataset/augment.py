"""Flip images and masks exactly, as arrays: no resampling, no re-drawing of outlines."""

from __future__ import annotations

import numpy as np

from blastvote.errors import InputError

FLIPS = ("none", "horizontal", "vertical", "both")
"""Names of the flips. ``horizontal`` mirrors left and right, ``vertical`` top and bottom, ``both`` both."""

SEPARATOR = "__"


def flip_image(image: np.ndarray, flip: str) -> np.ndarray:
    """Flip an image ``(H, W)`` or ``(H, W, C)`` of any type.

    Parameters
    ----------
    image
        The image.
    flip
        One of `FLIPS`. Each undoes itself, they commute, and ``both`` is one after the other.

    Returns
    -------
    numpy.ndarray
        A contiguous array of the same shape and type.

    Raises
    ------
    InputError
        If ``flip`` is not known.
    """
    horizontal, vertical = _axes(flip)
    return np.ascontiguousarray(image[:: -1 if vertical else 1, :: -1 if horizontal else 1])


def flip_masks(masks: np.ndarray, flip: str) -> np.ndarray:
    """Flip masks ``(H, W)`` or ``(H, W, N)`` exactly as `flip_image` flips their image."""
    return flip_image(masks, flip)


def flip_boxes(boxes: np.ndarray, flip: str, height: int, width: int) -> np.ndarray:
    """Flip half-open boxes ``(N, 4)`` as ``(y1, x1, y2, x2)`` within an image of this size in pixels."""
    horizontal, vertical = _axes(flip)
    y1, x1, y2, x2 = np.asarray(boxes).reshape(-1, 4).T
    if horizontal:
        x1, x2 = width - x2, width - x1
    if vertical:
        y1, y2 = height - y2, height - y1
    return np.stack([y1, x1, y2, x2], axis=1)


def _axes(flip: str) -> tuple[bool, bool]:
    if flip not in FLIPS:
        raise InputError(f"Flip {flip!r} is not known; expected one of {', '.join(FLIPS)}.")
    return flip in ("horizontal", "both"), flip in ("vertical", "both")


def sample_id(image_id: str, flip: str = "none") -> str:
    """Return the id of an image's flipped copy: ``{image_id}__{flip}``, or the id itself for ``none``.

    Examples
    --------
    >>> sample_id("a7", "horizontal"), sample_id("a7")
    ('a7__horizontal', 'a7')
    """
    _axes(flip)
    return image_id if flip == "none" else f"{image_id}{SEPARATOR}{flip}"


def split_sample_id(sample: str) -> tuple[str, str]:
    """Return ``(image_id, flip)`` of a sample id; the inverse of `sample_id`."""
    image_id, separator, flip = sample.rpartition(SEPARATOR)
    return (image_id, flip) if separator and flip in FLIPS[1:] else (sample, "none")
