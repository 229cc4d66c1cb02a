"""Contrast enhancement of RGB or grey uint8 images, by methods that are named, parametrised and recorded.

>>> import numpy as np
>>> from blastvote.contrast import enhance, describe
>>> image = np.full((4, 6, 3), 90, np.uint8)
>>> bool((enhance(image, "none") == image).all())
True

A method is one file in `blastvote/contrast/methods/` with a function under the decorator `method`; every file
there is found and registered by itself. SciPy, numba and jsonschema are imported only by the methods and checks that
need them.
"""

from blastvote.contrast.api import describe, enhance, enhance_and_describe
from blastvote.contrast.registry import METHODS, Method, find_methods, method, validate_params

find_methods()

__all__ = ["METHODS", "Method", "describe", "enhance", "enhance_and_describe", "method", "validate_params"]
