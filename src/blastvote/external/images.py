"""The images that detections may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blastvote.dataset.augment import sample_id, split_sample_id
from blastvote.errors import InputError
from blastvote.wording import suggest


class KnownImages:
    """The images of a study, by every name that a tool may give them.

    Parameters
    ----------
    images
        Image id to photograph.
    flips
        Flipped copies that validation images may have.
    size_of
        Takes an image id and returns ``(H, W)`` in pixels.
    """

    def __init__(
        self, images: Mapping[str, Path], flips: Sequence[str], size_of: Callable[[str], tuple[int, int]]
    ) -> None:
        self._size_of, self._sizes = size_of, dict[str, tuple[int, int]]()
        self._ids = sorted(images)
        self._names: dict[str, str] = {}
        for image_id, path in images.items():
            for name in {path.name, path.stem}:
                # A name that two folders share stands for neither.
                self._names[name] = "" if name in self._names else image_id
        # Our own ids win over files that happen to be called so.
        self._names |= {image_id: image_id for image_id in images}
        self._names |= {sample_id(name, flip): sample_id(name, flip) for name in images for flip in flips}

    def resolve(self, name: Any, where: str) -> str:
        """Return the sample id of a name: our id, its number in ``annotations.json``, or the photograph's file name.

        Raises
        ------
        InputError
            If there is no such image.
        """
        if isinstance(name, int) and str(name) not in self._names and 1 <= name <= len(self._ids):
            return self._ids[name - 1]
        found = self._names.get(str(name))
        if not found:
            raise InputError(
                f"{where}: the study has no image {name!r}.{suggest(str(name), self._ids)} Expected an image id (as in "
                "data/manifest.csv), the file name of a photograph, or the number of an image in "
                "data/annotations.json. Correct it, or take the entry out."
            )
        return found

    def size(self, sample: str) -> tuple[int, int]:
        """Return ``(H, W)`` of a sample in pixels."""
        image_id = split_sample_id(sample)[0]
        if image_id not in self._sizes:
            self._sizes[image_id] = self._size_of(image_id)
        return self._sizes[image_id]
