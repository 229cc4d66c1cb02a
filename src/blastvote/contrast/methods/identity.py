"""No enhancement: the control that every comparison needs."""

import numpy as np

from blastvote.contrast.registry import method


@method("none", params={}, grey=True)
def none(image: np.ndarray) -> np.ndarray:
    """Return the image bit for bit, in a new array."""
    return image.copy()
