"""How far a photograph may be enlarged for a network: a pixel size that is wrong by far is refused, not worked off."""

from __future__ import annotations

from blastvote.errors import InputError
from blastvote.scale.pixel_size import RED_CELL_UM, PixelSize

MOST = 4.0
"""Enlarged further, a photograph shows little of a cell: for the starter's 0.18 µm, red cells of 10 pixels."""
MOST_PIXELS_A_SIDE = 60000
"""Of an enlarged photograph."""


def enlargement(um: float, network_um: float, side: int = 0, looks_like: PixelSize | None = None) -> float:
    """Return by what a photograph is resized for a network: its pixel size through the network's.

    Parameters
    ----------
    um, network_um
        Pixel sizes of the photograph and of the network, in micrometres.
    side
        The photograph's longer side in pixels; 0 where it does not matter.
    looks_like
        What its tags or red cells say, for the message.

    Raises
    ------
    InputError
        If it would be enlarged more than four times, or to more than 60,000 pixels a side.
    """
    scale = um / network_um
    if scale > MOST:
        wrong = f"its red cells would be {RED_CELL_UM / um:.3g} pixels wide"
        expected = f"at most {MOST * network_um:.3g} µm"
    elif scale * side > MOST_PIXELS_A_SIDE:
        wrong = f"{side} pixels would become {scale * side:.0f}"
        expected = f"at most {MOST_PIXELS_A_SIDE}"
    else:
        return scale
    told = f" Its {looks_like.source} say {looks_like.um:.3g} µm." if looks_like else ""
    raise InputError(
        f"A pixel size of {um:.3g} µm enlarges the photograph {scale:.3g} times for this network "
        f"({network_um:.3g} µm): {wrong}; expected {expected}.{told} Give the pixel size in micrometres, or auto."
    )
