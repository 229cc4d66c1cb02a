"""How the photographs of a study are brought to the network: whole, or at a pixel size and in tiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blastvote.errors import InputError
from blastvote.scale.tiles import Tile, lay_tiles


@dataclass(frozen=True)
class Framing:
    """Photographs at a pixel size, in tiles; a study without either resizes whole photographs and has no `Framing`.

    Attributes
    ----------
    side
        Of the network's images and of the tiles, in pixels.
    overlap
        Pixels that neighbouring tiles share; None where photographs are not cut: then each must fit as it is.
    pixel_size_um
        The network's, in micrometres; None where photographs keep their own pixels.
    photo_sizes_um
        Pixel size of each photograph by image id; needed where the network has one.
    """

    side: int
    overlap: int | None = None
    pixel_size_um: float | None = None
    photo_sizes_um: Mapping[str, float] | None = None

    @classmethod
    def of_model(cls, model: Mapping[str, Any], photo_sizes_um: Mapping[str, float] | None) -> Framing | None:
        """Return what the section ``model`` of the configuration asks for; None for whole photographs.

        Parameters
        ----------
        model
            Its ``pixel_size_um`` is empty or a number (`study.configuration.config` looks it up in the weights).
        photo_sizes_um
            By image id.
        """
        if not model["tiles"] and model["pixel_size_um"] == "":
            return None
        side = int(model["image_size"])
        return cls(
            side,
            round(side * model["tile_overlap"]) if model["tiles"] else None,
            None if model["pixel_size_um"] == "" else float(model["pixel_size_um"]),
            photo_sizes_um,
        )

    def scale(self, image_id: str) -> float:
        """Return by what a photograph is resized.

        Raises
        ------
        InputError
            If its pixel size is needed and not known.
        """
        if self.pixel_size_um is None:
            return 1.0
        if not self.photo_sizes_um or image_id not in self.photo_sizes_um:
            raise InputError(
                f"Image {image_id!r} has no pixel size, and the network expects {self.pixel_size_um} micrometres a "
                "pixel. Set 'dataset.pixel_size_um'."
            )
        return self.photo_sizes_um[image_id] / self.pixel_size_um

    def size(self, image_id: str, height: int, width: int) -> tuple[int, int]:
        """Return height and width of a photograph at the network's pixel size."""
        scale = self.scale(image_id)
        return max(1, round(height * scale)), max(1, round(width * scale))

    def fits(self, image_id: str, height: int, width: int) -> bool:
        """Return whether a photograph fits the network, cut into tiles or as it is."""
        return self.overlap is not None or max(self.size(image_id, height, width)) <= self.side

    def tiles(self, image_id: str, height: int, width: int) -> list[Tile]:
        """Return the tiles of a photograph of this size.

        Raises
        ------
        InputError
            If it is larger than the network and tiles are off.
        """
        size = self.size(image_id, height, width)
        if not self.fits(image_id, height, width):
            raise InputError(
                f"Image {image_id!r} becomes {size[1]}x{size[0]} pixels, larger than the network's {self.side}. Set "
                "'model.tiles: true' or raise 'model.image_size'."
            )
        return list(lay_tiles(*size, self.side, self.overlap or 0))
