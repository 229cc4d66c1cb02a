"""One training image with its instances: what the user gives, read when it is needed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mrcnn.data.masks import MaskCrop

Masks = np.ndarray | Iterable[MaskCrop]

IMAGE_FORMATS = ("BMP", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""Formats that are read from files; others (EPS among them) would start other programs."""


@dataclass(frozen=True, eq=False)
class Sample:
    """An image and what is in it.

    Files and functions are read each time the sample is prepared, and what they gave is let go at once: so a
    training holds no full-size image or mask. For large images give a path and a function that yields crops.

    Attributes
    ----------
    image_id : str
        Names the image in messages.
    image : str, Path, numpy.ndarray or callable
        A file, an RGB uint8 array (H, W, 3), or a function without arguments that returns such an array.
    masks : numpy.ndarray, iterable of MaskCrop, or callable
        Bool (H, W, N); or one `MaskCrop` for each instance; or a function without arguments that returns either
        (a generator function keeps only one crop at a time in memory).
    class_ids : numpy.ndarray
        (N,) from 1 to num_classes - 1; a negative number marks a crowd, which is neither object nor background.

    Examples
    --------
    >>> def cells():
    ...     yield MaskCrop(10, 20, np.ones((30, 30), bool))
    >>> sample = Sample("a", "a.png", cells, np.array([1]))
    """

    image_id: str
    image: str | Path | np.ndarray | Callable[[], np.ndarray]
    masks: Masks | Callable[[], Masks]
    class_ids: np.ndarray

    def read_image(self) -> np.ndarray:
        """Return the image, uint8 (H, W, C); ValueError if the file cannot be read."""
        if isinstance(self.image, str | Path):
            return _read(Path(self.image))
        return self.image() if callable(self.image) else self.image

    def read_masks(self, shape: tuple[int, int]) -> np.ndarray | Iterator[MaskCrop]:
        """Return the masks of an image of `shape` (H, W): bool (H, W, N), or crops that are checked as they come.

        Raises
        ------
        ValueError
            If masks, image and class ids do not fit together; the message names the image.
        """
        masks = self.masks() if callable(self.masks) else self.masks
        if not isinstance(masks, np.ndarray):
            return self._checked(masks, shape)
        if masks.shape != (*shape, self.count):
            raise ValueError(
                f"image {self.image_id}: masks are {_of(masks)}, but the image is {shape[0]}x{shape[1]} and there "
                f"are {self.count} class ids: expected masks of shape {(*shape, self.count)}"
            )
        return masks.astype(bool, copy=False)

    def _checked(self, crops: Iterable[MaskCrop], shape: tuple[int, int]) -> Iterator[MaskCrop]:
        number = 0
        for number, crop in enumerate(crops, start=1):
            y1, x1, y2, x2 = crop.box
            if crop.mask.ndim != 2 or min(y1, x1) < 0 or y2 > shape[0] or x2 > shape[1]:
                raise ValueError(
                    f"image {self.image_id}: mask {number} is {_of(crop.mask)} at row {y1}, column {x1}; expected an "
                    f"array (h, w) inside the image of {shape[0]}x{shape[1]}"
                )
            yield MaskCrop(y1, x1, crop.mask.astype(bool, copy=False))
        if number != self.count:
            raise ValueError(
                f"image {self.image_id}: there are {number} masks and {self.count} class ids; expected one each"
            )

    @property
    def count(self) -> int:
        """Number of instances, crowds included."""
        return int(np.size(self.class_ids))

    def checked_class_ids(self, num_classes: int) -> np.ndarray:
        """Return the class ids (N,) int32.

        Raises
        ------
        ValueError
            If one is no whole number, 0 or too large for `num_classes` (background included).
        """
        given = np.asarray(self.class_ids).reshape(-1)
        if given.size and given.dtype.kind not in "iu":
            raise ValueError(f"image {self.image_id}: class ids are {given.dtype}; expected whole numbers")
        class_ids = given.astype(np.int32)
        if class_ids.size and (class_ids.max() >= num_classes or (class_ids == 0).any()):
            raise ValueError(
                f"image {self.image_id}: class ids are {sorted(set(class_ids.tolist()))}; they must be from 1 "
                f"to {num_classes - 1} (num_classes is {num_classes} with the background), or negative for a crowd"
            )
        return class_ids


def _read(path: Path) -> np.ndarray:
    """Read an RGB image, upright as its EXIF data says."""
    from PIL import Image, ImageOps

    try:
        # Through a stream: of a file by its name, Pillow garbles turned grey TIFFs (it maps them into memory).
        with path.open("rb") as stream, Image.open(stream, formats=IMAGE_FORMATS) as file:
            deep = (
                file.mode in ("I", "F")
                or file.mode.startswith("I;")
                or ";16" in str(getattr(file, "tile", ""))
            )
            pages = getattr(file, "n_frames", 1)
            if not deep and (pages == 1 or file.format == "MPO"):
                return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"image {path} cannot be read: {error}") from error
    what = f"more than 8 bits a channel (mode {file.mode})" if deep else f"{pages} images"
    raise ValueError(
        f"image {path} has {what}; expected one of 8 bits. Give a function that reads it as RGB uint8, or convert it"
    )


def _of(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"
