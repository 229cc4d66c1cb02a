"""Light and colours of a photograph, brought to what the starter has seen most of."""

from __future__ import annotations

import math

import numpy as np

from blastvote.prediction.colour_strength import strengthened
from blastvote.prediction.white_balance import GREY, white_balanced

FIELD_UM = 60.0
"""Side of the smallest field whose light and colours are judged: a smaller picture may show one cell alone."""


def normalised(image: np.ndarray, pixel_size_um: float | None) -> np.ndarray:
    """Return a photograph ``uint8 (H, W, 3)`` as under white light, with colours no weaker than those of most smears.

    That is done to fields of `FIELD_UM` and more. In a smaller picture the brightest part may be a cell, and the most
    coloured one a cell that is pale by itself; there, and where the pixel size is unknown, only light is taken out
    that training has not seen.
    """
    height, width = image.shape[:2]
    if pixel_size_um is None or pixel_size_um * math.sqrt(height * width) < FIELD_UM:
        return white_balanced(image)
    return strengthened(white_balanced(image, GREY))
