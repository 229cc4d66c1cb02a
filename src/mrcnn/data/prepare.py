"""A sample at the network's size: the image resized, the masks reduced, everything larger let go."""

from dataclasses import dataclass

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.masks import MaskCrop, mask_crops, minimize_mask, resize_crops
from mrcnn.data.molding import compose_image_meta
from mrcnn.data.resize import resize_image, resize_mask
from mrcnn.data.sample import Sample
from mrcnn.inputs import checked_image


@dataclass(frozen=True, eq=False)
class PreparedSample:
    """The arrays of one sample at the network's size.

    Attributes
    ----------
    image : numpy.ndarray
        Uint8 (S, S, C).
    meta : numpy.ndarray
        See `mrcnn.data.molding.compose_image_meta`.
    class_ids, boxes : numpy.ndarray
        (N,) int32 and (N, 4) int32 pixels of all instances: first the M that the heads see, then the others.
    masks : numpy.ndarray
        Bool (h, w, M), mini masks or masks of the network's size.
    """

    image: np.ndarray
    meta: np.ndarray
    class_ids: np.ndarray
    boxes: np.ndarray
    masks: np.ndarray


def prepare_sample(
    sample: Sample, number: int, config: MaskRCNNConfig, rng: np.random.Generator
) -> PreparedSample:
    """Resize a sample and reduce its masks.

    Instances that vanish by resizing are dropped. Where there are more than ``max_gt_instances`` objects, the heads
    learn from a random choice of that size, the RPN from all. Crowds do not count: all of them reach both.

    Parameters
    ----------
    sample
        What to read; nothing of it is kept.
    number
        Goes into the meta vector.
    config
        Sizes, resize mode, mini masks.
    rng
        For crops and for the choice among surplus objects.

    Raises
    ------
    ValueError
        If the sample does not fit together, or a class id is out of range.
    """
    class_ids = sample.checked_class_ids(config.num_classes)
    image = checked_image(sample.read_image(), config, f"image {sample.image_id}")
    shape = image.shape
    image, window, scale, padding, cut = resize_image(
        image,
        config.image_min_dim,
        config.image_max_dim,
        config.image_min_scale,
        config.image_resize_mode,
        rng,
    )
    masks = sample.read_masks((shape[0], shape[1]))
    crops = (
        mask_crops(resize_mask(masks, scale, padding, cut))
        if isinstance(masks, np.ndarray)
        else resize_crops(masks, (shape[0], shape[1]), scale, padding, cut)
    )
    tight = [crop.tight() for crop in crops]
    order, heads = _chosen([crop is not None for crop in tight], class_ids, config.max_gt_instances, rng)
    chosen = [crop for k in order if (crop := tight[k]) is not None]
    return PreparedSample(
        image=image,
        meta=compose_image_meta(number, shape, image.shape, window, scale, np.ones(config.num_classes)),
        class_ids=class_ids[order],
        boxes=np.array([crop.box for crop in chosen], np.int32).reshape(-1, 4),
        masks=_stack(chosen[:heads], config, image.shape),
    )


def _chosen(
    visible: list[bool], class_ids: np.ndarray, most: int, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Order of the visible instances, those that the heads see first, and how many these are."""
    kept = np.flatnonzero(visible)
    objects, crowds = kept[class_ids[kept] > 0], kept[class_ids[kept] < 0]
    if len(objects) > most:
        objects = rng.permutation(objects)
    return np.concatenate([objects[:most], crowds, objects[most:]]), min(len(objects), most) + len(crowds)


def _stack(crops: list[MaskCrop], config: MaskRCNNConfig, shape: tuple[int, ...]) -> np.ndarray:
    """Masks (h, w, M) of crops: mini masks, or masks of an image of `shape`."""
    if config.use_mini_mask:
        masks = np.zeros((*config.mini_mask_shape, len(crops)), bool)
        for k, (_, _, mask) in enumerate(crops):
            whole = np.array([[0, 0, *mask.shape]])
            masks[..., k] = minimize_mask(whole, mask[..., None], config.mini_mask_shape)[..., 0]
        return masks
    masks = np.zeros((*shape[:2], len(crops)), bool)
    for k, crop in enumerate(crops):
        y1, x1, y2, x2 = crop.box
        masks[y1:y2, x1:x2, k] = crop.mask
    return masks
