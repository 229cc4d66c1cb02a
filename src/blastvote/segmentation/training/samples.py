"""The images that a run trains on, validates with and tests on; read when a batch needs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from blastvote.dataset.augment import sample_id
from blastvote.dataset.truth import TrueImage, Truth
from blastvote.errors import InputError
from blastvote.io import read_own_image
from mrcnn import MaskCrop, Sample


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
        return read_own_image(self.path(image_id, flip))


@dataclass(frozen=True)
class Samples:
    """Images with their true cells, for a training.

    Attributes
    ----------
    files
        Where the images lie.
    truth
        The true cells of the originals and of the flipped copies.
    class_names
        The classes 1..K.
    """

    files: ImageFiles
    truth: Truth
    class_names: Sequence[str]

    def whole(self, rows: Sequence[tuple[str, str]]) -> list[Sample]:
        """Return whole images (id and flip) with their cells; nothing is read or decoded yet.

        Crowds get negative class ids: they are neither cells nor background.

        Raises
        ------
        InputError
            If an image has no annotation.
        """
        samples = []
        for image_id, flip in rows:
            image = self.annotated(image_id, flip)
            read = partial(self.files.read, image_id, flip)
            class_ids = self.signed_class_ids(image)
            samples.append(Sample(image.image_id, read, partial(mask_crops, image), class_ids))
        return samples

    def annotated(self, image_id: str, flip: str) -> TrueImage:
        """Return an image's true cells; InputError where nobody outlined them."""
        image = self.truth.find(sample_id(image_id, flip))
        if image is None:
            raise InputError(
                f"Image '{image_id}' is to be trained on, but no annotation file has its cells. Annotate it, or "
                "choose a protocol in which it only tests."
            )
        return image

    def signed_class_ids(self, image: TrueImage) -> np.ndarray:
        """Return the class of each cell, ``int32 (N,)`` from 1 on; negative for crowds."""
        signs = np.array([-1 if cell.crowd else 1 for cell in image.cells], dtype=np.int32)
        return image.class_ids(self.class_names) * signs


def mask_crops(image: TrueImage) -> Iterator[MaskCrop]:
    """Decode the cells of an image one after the other, each in its own box."""
    for cell in image.cells:
        y1, x1, _, _ = cell.box
        yield MaskCrop(y1, x1, cell.crop())
