"""How large a pixel is on the slide, from a file's own tags."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from blastvote.io.opening import open_image
from blastvote.scale.pixel_size import PixelSize

_PLAUSIBLE_UM = (0.01, 2.0)
_UNITS_UM = {"": 1.0, "µm": 1.0, "um": 1.0, "nm": 1e-3, "mm": 1e3, "cm": 1e4}
_CENTIMETRE, _INCH_UM = 3, 25400.0


def tagged_pixel_size(path: Path) -> PixelSize | None:
    """Read the pixel size from the OME, ImageJ or resolution tags of a TIFF file; None where there is none.

    A resolution meant for printers (72 dpi and the like) gives pixels of 0.1 mm and more, and counts as none.
    """
    if path.suffix.lower() not in (".tif", ".tiff"):
        return None
    with open_image(path) as file:
        tags = getattr(file, "tag_v2", {})  # the ending may lie
        text, across, unit = str(tags.get(270, "")), tags.get(282), tags.get(296, 2)
    um = None
    ome = re.search(r'PhysicalSizeX="([\d.eE+-]+)"', text)
    if ome:
        named = re.search(r'PhysicalSizeXUnit="([^"]*)"', text)
        um = _number(ome[1]) * _UNITS_UM.get(named[1].replace("\u03bc", "µ") if named else "", np.nan)
    elif across and re.search(r"unit=(micron|um|µm|\\u00B5m)", text):
        um = 1 / float(across)
    elif across and unit in (2, _CENTIMETRE):
        um = (1e4 if unit == _CENTIMETRE else _INCH_UM) / float(across)
    if um is None or not _PLAUSIBLE_UM[0] <= um <= _PLAUSIBLE_UM[1]:
        return None
    return PixelSize(um, 0.0, "tags")


def _number(text: str) -> float:
    """Return the number that a tag writes; NaN where it is none."""
    try:
        return float(text)
    except ValueError:
        return np.nan
