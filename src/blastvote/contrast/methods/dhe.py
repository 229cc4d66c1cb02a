"""Dynamic histogram equalisation: two different methods bear this name, and both are here."""

import numpy as np

from blastvote.contrast.methods.dhe_nakai import equalise_differential
from blastvote.contrast.methods.dhe_wadud import equalise_segments
from blastvote.contrast.registry import method


@method(
    "dhe",
    params={
        "variant": {
            "enum": ["wadud2007", "nakai2013"],
            "description": "wadud2007: segments of the histogram (the method first called DHE). "
            "nakai2013: histogram of gradients (DHECI), which the widely used Python port calls dhe.",
        },
        "x": {
            "type": "number",
            "minimum": 0,
            "maximum": 10,
            "description": "wadud2007 only: a number from 0 to 10, how much a segment's count of pixels "
            "widens its range.",
        },
        "alpha": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "nakai2013 only: a number from 0 (gradients of value alone) to 1 (those of "
            "saturation alone).",
        },
    },
)
def dhe(image: np.ndarray, variant: str = "wadud2007", x: float = 0.0, alpha: float = 0.5) -> np.ndarray:
    """Equalise the value V = max(R, G, B) with a histogram cut into segments, or made of gradients.

    Parameters
    ----------
    image
        uint8 (H, W, 3).
    variant, x, alpha
        See the schema. A parameter of the other variant has no effect.

    Returns
    -------
    numpy.ndarray
        uint8 (H, W, 3). Hue and saturation are kept, up to rounding.
    """
    if variant == "nakai2013":
        return equalise_differential(image, alpha)
    return equalise_segments(image, x)
