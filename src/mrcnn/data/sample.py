"""One training image with its instances, and its arrays as the network wants them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.masks import extract_bboxes, minimize_mask
from mrcnn.data.molding import compose_image_meta
from mrcnn.data.resize import resize_image, resize_mask


@dataclass(frozen=True, eq=False)
class Sample:
    """An image and what is in it.

    Attributes
    ----------
    image_id : str
        Names the image in messages.
    image : str, Path or numpy.ndarray
        A file, or an RGB uint8 array (H, W, 3).
    masks : numpy.ndarray or callable
        Bool (H, W, N), or a function without arguments that returns it (called once per preparation).
    class_ids : numpy.ndarray
        (N,) from 1 to num_classes - 1; a negative number marks a crowd.
    """

    image_id: str
    image: str | Path | np.ndarray
    masks: np.ndarray | Callable[[], np.ndarray]
    class_ids: np.ndarray

    def load(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return image (H, W, 3) uint8, masks (H, W, N) bool and class ids (N,) int32, checked.

        Raises
        ------
        ValueError
            If image, masks and class ids do not fit together; the message names the image.
        """
        image = self.image if isinstance(self.image, np.ndarray) else _read(Path(self.image))
        masks = np.asarray(self.masks() if callable(self.masks) else self.masks).astype(bool)
        class_ids = np.asarray(self.class_ids, np.int32).reshape(-1)
        if image.ndim != 3 or image.dtype != np.uint8:
            raise ValueError(f"image {self.image_id}: expected a uint8 array (H, W, C), got {_of(image)}")
        if masks.shape != (*image.shape[:2], len(class_ids)):
            raise ValueError(
                f"image {self.image_id}: masks are {_of(masks)}, but the image is {_of(image)} and there are "
                f"{len(class_ids)} class ids: expected masks of shape {(*image.shape[:2], len(class_ids))}"
            )
        return image, masks, class_ids


@dataclass(frozen=True, eq=False)
class PreparedSample:
    """The arrays of one sample at the network's size; N instances, before padding."""

    image: np.ndarray
    meta: np.ndarray
    class_ids: np.ndarray
    boxes: np.ndarray
    masks: np.ndarray


def prepare_sample(
    sample: Sample, number: int, config: MaskRCNNConfig, rng: np.random.Generator
) -> PreparedSample:
    """Resize a sample and reduce its masks.

    Instances that vanish by resizing are dropped. Where there are more than ``max_gt_instances``, a random
    choice of that size comes first (the heads learn from these alone; the RPN learns from all boxes).

    Parameters
    ----------
    sample
        What to load.
    number
        Goes into the meta vector.
    config
        Sizes, resize mode, mini masks.
    rng
        For crops and for the choice among surplus instances.

    Raises
    ------
    ValueError
        If the sample does not fit together, or a class id is out of range.
    """
    image, masks, class_ids = sample.load()
    if class_ids.size and (class_ids.max() >= config.num_classes or (class_ids == 0).any()):
        raise ValueError(
            f"image {sample.image_id}: class ids are {sorted(set(class_ids.tolist()))}; they must be from 1 "
            f"to {config.num_classes - 1} (num_classes is {config.num_classes} with the background)"
        )
    resized, window, scale, padding, crop = resize_image(
        image,
        config.image_min_dim,
        config.image_max_dim,
        config.image_min_scale,
        config.image_resize_mode,
        rng,
    )
    masks = resize_mask(masks, scale, padding, crop)
    kept = np.flatnonzero(masks.any(axis=(0, 1)))
    if len(kept) > config.max_gt_instances:
        kept = rng.permutation(kept)
    boxes = extract_bboxes(masks[..., kept])
    heads = kept[: config.max_gt_instances]
    small = masks[..., heads]
    if config.use_mini_mask:
        small = minimize_mask(boxes[: len(heads)], small, config.mini_mask_shape)
    active = np.ones(config.num_classes)
    meta = compose_image_meta(number, image.shape, resized.shape, window, scale, active)
    return PreparedSample(resized, meta, class_ids[kept], boxes, small)


def _read(path: Path) -> np.ndarray:
    """Read an RGB image, upright as its EXIF data says."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as file:
            return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))
    except OSError as error:
        raise ValueError(f"image {path} cannot be read: {error}") from error


def _of(array: np.ndarray) -> str:
    return f"{array.dtype} {array.shape}"
