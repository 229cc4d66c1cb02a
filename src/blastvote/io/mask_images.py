"""Read mask images: grey levels are numbers of cells, not brightness."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from blastvote.errors import ColouredMaskError, InputError
from blastvote.io.deep_colour import is_deep_colour, read_deep_colour
from blastvote.io.images import AS_SEEN, ReadSettings
from blastvote.io.opening import open_image
from blastvote.io.orientation import orientation_of, seen_upright, stored
from blastvote.io.pages import zero_is_white
from blastvote.io.writing import StrPath


def read_mask_image(path: StrPath, settings: ReadSettings = AS_SEEN) -> np.ndarray:
    """Read a mask image (label map) without touching its values.

    Parameters
    ----------
    path
        A single-channel or palette image: palette images give their indices. RGB images are accepted when
        the three channels are equal, or all but one are 0. Transparent pixels are background.
    settings
        Whether an EXIF orientation counts, as for the photograph.

    Returns
    -------
    numpy.ndarray
        ``int32``, shape ``(H, W)``.

    Raises
    ------
    InputError
        If the file is missing, unreadable, a colour image, or holds several pages.
    """
    path = Path(path)
    with open_image(path) as image:
        pages = getattr(image, "n_frames", 1)
        if pages > 1 and image.format != "MPO":
            raise InputError(
                f"{path}: the mask image has {pages} pages; expected one, 0 for background and every other value a "
                "cell. Merge the pages into one label map, or save one file for each."
            )
        deep_colour = is_deep_colour(path, image)  # first, as for photographs
        orientation = orientation_of(image)
        inverted = zero_is_white(image) and image.mode in ("1", "L")
        values = read_deep_colour(path) if deep_colour else np.asarray(seen_upright(image))
    if inverted:  # Pillow shows what ImageJ calls an inverting table; the stored values count
        values = ~values
    if settings.exif == "ignore":
        values = stored(values, orientation)
    if values.ndim == 3:
        if values.shape[2] in (2, 4):
            values = _opaque(values)
        used = [channel for channel in range(values.shape[2]) if values[..., channel].any()]
        if len(used) == 1:  # numbers of cells in the red channel, the others 0
            values = values[..., used]
        if not (values == values[..., :1]).all():
            raise ColouredMaskError(
                f"{path}: the mask image has colours; expected one channel, 0 for background and every "
                "other value a cell. Save the label map as an 8- or 16-bit grey image, or name the class of each "
                "colour in config key 'dataset.mask_colours' (--mask-colour)."
            )
        values = values[..., 0]
    if np.issubdtype(values.dtype, np.floating):  # Fiji's label maps are 32-bit floats
        whole = (
            np.isfinite(values).all() and (np.abs(values) < 2**31).all() and (values == np.rint(values)).all()
        )
        if not whole:
            raise InputError(
                f"{path}: mask values are {values.dtype} and no whole numbers; expected integers, 0 for background and "
                "each other value a cell. Save it as 8 or 16 bit."
            )
    return values.astype(np.int32)


def _opaque(values: np.ndarray) -> np.ndarray:
    """Return the colours of an image with transparency; what is transparent is 0.

    If nothing has a colour, the mask was drawn in the transparency: that is returned, ``(H, W, 1)``.
    """
    colours, alpha = values[..., :-1], values[..., -1:]
    if not alpha.any():  # a channel that nobody filled
        return colours
    colours = np.where(alpha == 0, 0, colours)
    return alpha if not colours.any() and not alpha.all() else colours


def is_single_channel(path: StrPath) -> bool:
    """Return whether an image file has one channel (grey, palette or black and white), from its header."""
    with open_image(path) as image:
        return image.mode in ("1", "L", "P", "I") or image.mode.startswith("I;16")
