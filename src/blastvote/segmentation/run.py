"""What defines a run: its images and how they are split, and the network that it trains or uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.source.pixel_sizes import read_pixel_sizes
from blastvote.scale.framing import Framing
from blastvote.segmentation.training.samples import ImageFiles


@dataclass(frozen=True)
class RunData:
    """The images of a run.

    Attributes
    ----------
    splits_path, fold
        `splits.csv` and the fold of it.
    files
        The method's images.
    annotations
        COCO files of the originals and of the flipped copies; only a training needs them.
    pixel_sizes
        `pixel_sizes.csv`, where the configuration gives photographs a pixel size.
    """

    splits_path: Path
    fold: int
    files: ImageFiles
    annotations: tuple[Path, ...] = ()
    pixel_sizes: Path | None = None

    @cached_property
    def splits(self) -> pd.DataFrame:
        """The rows of the fold."""
        table = pd.read_csv(self.splits_path, dtype={"image_id": str})
        return table[table["fold"] == self.fold]

    @cached_property
    def photo_sizes_um(self) -> dict[str, float] | None:
        """Pixel size of each photograph in micrometres by image id; None where none is known."""
        return None if self.pixel_sizes is None else read_pixel_sizes(self.pixel_sizes)

    def rows(self, *roles: str) -> list[tuple[str, str]]:
        """Return (image id, flip) of the rows with these roles, sorted, each once."""
        chosen = self.splits[self.splits["role"].isin(roles)]
        return sorted(set(zip(chosen["image_id"].astype(str), chosen["flip"], strict=True)))


@dataclass(frozen=True)
class NetworkSettings:
    """What the configuration says of a run's network.

    Attributes
    ----------
    class_names
        The classes 1..K.
    model, training
        The sections of these names.
    threads
        TensorFlow's threads.
    seed
        Of first weights that no file gives, and of the training; a trained network takes none.
    """

    class_names: Sequence[str]
    model: Mapping[str, Any]
    training: Mapping[str, Any]
    threads: int
    seed: int = 0


def run_framing(data: RunData, settings: NetworkSettings) -> Framing | None:
    """Return how a run's images are brought to its network; None for whole images."""
    return Framing.of_model(settings.model, data.photo_sizes_um)
