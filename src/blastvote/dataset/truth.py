"""The true cells of an image: one type for training, validation, scoring and figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from blastvote import rle
from blastvote.dataset.augment import flip_boxes, flip_masks, sample_id, split_sample_id
from blastvote.errors import InputError

TOUCH_PX = 2
"""Cells within so many pixels of each other touch."""


@dataclass(frozen=True, eq=False)
class TrueCell:
    """One true cell.

    Attributes
    ----------
    class_name
        One of the configured classes.
    mask
        Its run-length mask, of the size of the image.
    crowd
        Whether it marks a group of uncounted cells: neither to be found nor wrong to find.
    """

    class_name: str
    mask: rle.Rle
    crowd: bool = False

    @cached_property
    def box(self) -> rle.Box:
        """``y1, x1, y2, x2`` in pixels, half-open."""
        return rle.box(self.mask)

    def crop(self) -> NDArray[np.bool_]:
        """Return the mask inside the cell's box, ``bool (h, w)``."""
        return rle.crop(self.mask, self.box)

    def flipped(self, flip: str) -> TrueCell:
        """Return the cell in the flipped image: every pixel is mirrored exactly."""
        height, width = self.mask["size"]
        top, left, _, _ = flip_boxes(np.array([self.box]), flip, height, width)[0].tolist()
        return replace(self, mask=rle.encode_crop(flip_masks(self.crop(), flip), top, left, (height, width)))


@dataclass(frozen=True, eq=False)
class TrueImage:
    """One image with its true cells; masks are decoded when asked for.

    Attributes
    ----------
    image_id
        Our id (of a flipped copy, the sample id).
    file_name
        Name of the photograph's file.
    width, height
        Pixels.
    cells
        In the order of the annotation file, crowds included.
    label
        Class of the whole image, if known.
    number
        Its integer in the COCO file, by which images are ordered where scores are equal.
    annotated
        False where cells were never outlined: then it has a vote, but nothing to score.
    """

    image_id: str
    file_name: str
    width: int
    height: int
    cells: tuple[TrueCell, ...] = ()
    label: str | None = None
    number: int = 0
    annotated: bool = True

    @classmethod
    def from_masks(
        cls,
        image_id: str,
        file_name: str,
        masks: NDArray[np.bool_],
        class_names: Sequence[str],
        label: str | None = None,
    ) -> TrueImage:
        """Make an image of masks ``bool (H, W, N)`` and the names of their N classes."""
        height, width, count = masks.shape
        cells = tuple(TrueCell(class_names[n], rle.encode(masks[..., n])) for n in range(count))
        return cls(image_id, file_name, width, height, cells, label)

    @property
    def size(self) -> tuple[int, int]:
        """``(H, W)`` in pixels."""
        return self.height, self.width

    def counted(self) -> TrueImage:
        """Return the image with the cells that are to be found: without crowds."""
        return replace(self, cells=tuple(cell for cell in self.cells if not cell.crowd))

    def crowds(self) -> TrueImage:
        """Return the image with its crowds alone."""
        return replace(self, cells=tuple(cell for cell in self.cells if cell.crowd))

    @property
    def class_names(self) -> list[str]:
        """Class of each cell."""
        return [cell.class_name for cell in self.cells]

    def class_ids(self, class_names: Sequence[str]) -> NDArray[np.int32]:
        """Return the place of each cell's class in `class_names`, from 1 on, ``int32 (N,)``.

        Raises
        ------
        InputError
            If a cell has another class.
        """
        ids = {name: number for number, name in enumerate(class_names, start=1)}
        for name in self.class_names:
            if name not in ids:
                raise InputError(
                    f"{self.file_name or self.image_id}: a cell has the class {name!r}; expected one of "
                    f"{list(class_names)}. Correct it, or map it in config key 'dataset.class_aliases'."
                )
        return np.array([ids[name] for name in self.class_names], dtype=np.int32)

    @property
    def rles(self) -> list[rle.Rle]:
        """Run-length mask of each cell."""
        return [cell.mask for cell in self.cells]

    @property
    def boxes(self) -> NDArray[np.float32]:
        """Boxes ``float32 (N, 4)``: ``y1, x1, y2, x2``, half-open pixels."""
        return np.array([cell.box for cell in self.cells], dtype=np.float32).reshape(-1, 4)

    def masks(self) -> NDArray[np.bool_]:
        """Return the cells' masks, ``bool (H, W, N)``: large; `TrueCell.crop` is small."""
        return rle.decode_all(self.rles, self.size)

    def flipped(self, flip: str) -> TrueImage:
        """Return the image's flipped copy, with its sample id."""
        if flip == "none":
            return self
        name = sample_id(self.image_id, flip)
        cells = tuple(cell.flipped(flip) for cell in self.cells)
        return replace(self, image_id=name, file_name=f"{name}.png", cells=cells)

    def touching_pairs(self) -> NDArray[np.intp]:
        """Return the pairs (P, 2) of cells, i < j, whose masks come within `TOUCH_PX` pixels or overlap."""
        low, high = self.boxes[:, :2] - TOUCH_PX, self.boxes[:, 2:] + TOUCH_PX
        strips: dict[int, NDArray[np.int64]] = {}
        pairs = []
        for i, j in combinations(range(len(self.cells)), 2):
            if (low[i] >= high[j]).any() or (low[j] >= high[i]).any():
                continue
            for k in (i, j):
                if k not in strips:
                    strips[k] = rle.column_strips(self.cells[k].mask)
            if _near(strips[i], strips[j]):
                pairs.append((i, j))
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)


def _near(one: NDArray[np.int64], other: NDArray[np.int64]) -> bool:
    """Return whether any pixels of two masks, given as column strips, are within `TOUCH_PX` of each other."""
    x_a, top_a, end_a = one.T[:, :, None]
    x_b, top_b, end_b = other.T[:, None, :]
    beside = np.abs(x_a - x_b) <= TOUCH_PX
    return bool((beside & (top_b - end_a < TOUCH_PX) & (top_a - end_b < TOUCH_PX)).any())


class Truth(Mapping[str, TrueImage]):
    """The true cells of a data set, by sample id; kept as run-length masks.

    Parameters
    ----------
    images
        Of an id that comes twice, the first counts.
    class_names
        The classes in the order of the config.
    source
        What messages call it: the path of its file.
    """

    def __init__(
        self, images: Iterable[TrueImage], class_names: Sequence[str], source: str = "truth"
    ) -> None:
        self.class_names, self.source = list(class_names), source
        self._images: dict[str, TrueImage] = {}
        for image in images:
            self._images.setdefault(image.image_id, image)

    def __getitem__(self, image_id: str) -> TrueImage:
        """Return an image; InputError where there is none of this id."""
        if image_id not in self._images:
            raise InputError(
                f"{self.source}: holds no image {image_id!r}. Make the file again from all images."
            )
        return self._images[image_id]

    def __contains__(self, image_id: object) -> bool:
        """Return whether there is an image of this id."""
        return image_id in self._images

    def __iter__(self) -> Iterator[str]:
        """Go through the image ids in the order of the file."""
        return iter(self._images)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._images)

    def find(self, sample: str) -> TrueImage | None:
        """Return an annotated sample; None where its cells are not known.

        A flipped copy that the file does not list is its source image flipped.
        """
        source, flip = split_sample_id(sample)
        image = self._images.get(sample)
        if image is None and flip != "none" and source in self._images:
            image = self._images[source].flipped(flip)
        return image if image is not None and image.annotated else None
