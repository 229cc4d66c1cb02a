"""Contrast-limited adaptive histogram equalisation."""

import cv2
import numpy as np

from blastvote.contrast.registry import method


@method(
    "clahe",
    params={
        "clip_limit": {
            "type": "number",
            "exclusiveMinimum": 0,
            "maximum": 256,
            "description": "a number above 0, at most 256: no level of a tile's histogram counts more "
            "than this many times the mean count.",
        },
        "tiles": {
            "type": "integer",
            "minimum": 1,
            "maximum": 256,
            "description": "an integer from 1 to 256: tiles along each side. A side of fewer pixels gets "
            "one tile a pixel.",
        },
    },
    grey=True,
)
def clahe(image: np.ndarray, clip_limit: float = 2.0, tiles: int = 8) -> np.ndarray:
    """Equalise the lightness in tiles, with limited contrast (Zuiderveld 1994; OpenCV).

    The lightness is L of CIE Lab in OpenCV's 8-bit conversion, whose way there and back alone moves a sample
    by up to a few levels. A grey image is equalised as it is.

    Parameters
    ----------
    image
        uint8 (H, W, 3) or (H, W).
    clip_limit, tiles
        See the schema.

    Returns
    -------
    numpy.ndarray
        uint8, same shape.
    """
    rows, columns = min(tiles, image.shape[0]), min(tiles, image.shape[1])
    equaliser = cv2.createCLAHE(clipLimit=float(clip_limit), tileGridSize=(columns, rows))
    if image.ndim == 2:
        return equaliser.apply(image)
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    lab[..., 0] = equaliser.apply(np.ascontiguousarray(lab[..., 0]))
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
