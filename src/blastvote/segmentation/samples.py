"""The images and masks that a run trains on, validates with and tests on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from blastvote.dataset.augment import sample_id
from blastvote.dataset.coco import CocoData
from blastvote.errors import InputError
from blastvote.io import read_image
from mrcnn import Sample


class ImageFiles:
    """Where the enhanced images of a method and their flipped copies lie.

    Parameters
    ----------
    enhanced
        Folder of ``{image_id}.png``.
    flipped
        Folders of ``{image_id}__{flip}.png``, one a batch.
    """

    def __init__(self, enhanced: Path, flipped: Sequence[Path] = ()) -> None:
        self.enhanced = enhanced
        self._copies = {path.stem: path for folder in flipped for path in folder.glob("*.png")}

    def path(self, image_id: str, flip: str) -> Path:
        """Return the file of an image, or of its flipped copy."""
        if flip == "none":
            return self.enhanced / f"{image_id}.png"
        name = sample_id(image_id, flip)
        if name not in self._copies:
            raise InputError(
                f"The flipped copy '{name}' is missing beside {self.enhanced}. Delete the folder "
                "'flipped' of this method and run again."
            )
        return self._copies[name]

    def read(self, image_id: str, flip: str) -> np.ndarray:
        """Return the image, uint8 RGB (H, W, 3)."""
        return read_image(self.path(image_id, flip))


def rows_of(splits: pd.DataFrame, fold: int, roles: Sequence[str]) -> list[tuple[str, str]]:
    """Return (image id, flip) of the rows with these roles in a fold, sorted, each once."""
    chosen = splits[(splits["fold"] == fold) & splits["role"].isin(roles)]
    return sorted(set(zip(chosen["image_id"].astype(str), chosen["flip"], strict=True)))


def annotated_samples(
    rows: Sequence[tuple[str, str]], files: ImageFiles, annotations: Sequence[CocoData]
) -> list[Sample]:
    """Read images with their instance masks.

    Parameters
    ----------
    rows
        Image id and flip.
    files
        Where the images lie.
    annotations
        Masks of the originals and of the flipped copies.

    Raises
    ------
    InputError
        If an image has no annotation.
    """
    home = {name: data for data in reversed(annotations) for name in data.image_ids}
    samples = []
    for image_id, flip in rows:
        name = sample_id(image_id, flip)
        if name not in home:
            raise InputError(
                f"Image '{image_id}' is to be trained on, but no annotation file has its cells. Annotate it, or "
                "choose a protocol in which it only tests."
            )
        data = home[name]
        samples.append(Sample(name, files.read(image_id, flip), data.masks(name), data.class_ids(name)))
    return samples
