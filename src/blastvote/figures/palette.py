"""Colours of methods and classes. Importing this imports no Matplotlib."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Okabe and Ito (2008) without its yellow and black, then Tol's muted tones; distance between the first eight
# under simulated protanopia and deuteranopia is tested. Marker shape is the second channel from the ninth on.
METHOD_COLOURS = (
    "#4D4D4D", "#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#661100",
    "#999933", "#332288", "#AAAAAA", "#44D7B6",
)  # fmt: skip
METHOD_MARKERS = ("o", "s", "^", "D", "P", "v", "X", "p", "<", "h", ">")  # 11: coprime to 12 colours

# Classes are drawn on purple nuclei and pink cells, where no method colour stands out; yellow is kept for
# missed cells.
CLASS_COLOURS = ("#33CCFF", "#FF8A1F", "#37E36B", "#2B3BFF", "#FFFFFF", "#101010", "#B5651D", "#FF4FA3")
MISSED = "#FFE600"  # the paper rings missed cells in yellow (its figure 7)


def class_colours(class_names: Sequence[str]) -> dict[str, str]:
    """Return the colour of each class, from its place in `class_names` (the order of the config)."""
    return {name: CLASS_COLOURS[index % len(CLASS_COLOURS)] for index, name in enumerate(class_names)}


def rgb(colour: str) -> tuple[int, int, int]:
    """Return a ``#RRGGBB`` colour as three bytes."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def luminance(colour: tuple[float, ...] | np.ndarray) -> float:
    """Return the perceived brightness (Rec. 601 luma) of RGB in the range of its input."""
    return 0.299 * float(colour[0]) + 0.587 * float(colour[1]) + 0.114 * float(colour[2])
