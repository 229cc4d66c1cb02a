"""What mask images mean, where their files cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from blastvote.io import ReadSettings


@dataclass(frozen=True)
class MaskSettings:
    """How the values of mask images are read.

    Attributes
    ----------
    mode
        What the values mean (`blastvote.annotations.mask_images.label_maps.MODES`).
    ignore
        Values that are background; None finds an ignore border.
    colours
        Colour (``#ff0000``, ``255,0,0``) to class, for colour-coded masks; an empty class is background.
    reading
        Whether an EXIF orientation counts, as for the photographs.
    """

    mode: str = "label_map"
    ignore: tuple[int, ...] | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    reading: ReadSettings = field(default_factory=ReadSettings)
