"""Anchors: the boxes of fixed shapes, at every position of every pyramid level, that the RPN refines."""

from functools import lru_cache

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.numpy_boxes import norm_boxes


def backbone_shapes(config: MaskRCNNConfig, image_shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Heights and widths (5, 2) int64 of the pyramid levels P2 to P6 for a molded image.

    Parameters
    ----------
    config
        The strides come from here, and the image's shape unless it is given.
    image_shape
        Height and width of the molded image (further entries are ignored).
    """
    height, width = (image_shape or config.image_shape)[:2]
    return np.array([[-(-height // s), -(-width // s)] for s in config.backbone_strides], np.int64)


def level_anchors(
    scale: float, ratios: tuple[float, ...], shape: tuple[int, int], feature_stride: int, anchor_stride: int
) -> np.ndarray:
    """Anchors (h * w * ratios, 4) float64, in pixels, of one level; ratios vary fastest, then x, then y.

    A ratio is width over height; the area of an anchor is `scale` squared.
    """
    roots = np.sqrt(np.asarray(ratios, np.float64))
    heights, widths = scale / roots, scale * roots
    ys = np.arange(0, shape[0], anchor_stride) * feature_stride
    xs = np.arange(0, shape[1], anchor_stride) * feature_stride
    centre_y, centre_x, _ = np.meshgrid(ys, xs, roots, indexing="ij")
    top, left = centre_y - 0.5 * heights, centre_x - 0.5 * widths
    return np.stack([top, left, centre_y + 0.5 * heights, centre_x + 0.5 * widths], axis=-1).reshape(-1, 4)


def pyramid_anchors(config: MaskRCNNConfig, image_shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Anchors (A, 4) float64, in pixels, of all levels from P2 to P6.

    Parameters
    ----------
    config
        Scales, ratios and strides; the image's shape unless it is given.
    image_shape
        Height and width of the molded image.
    """
    shape = tuple(int(side) for side in (image_shape or config.image_shape)[:2])
    return _pyramid_anchors(config, shape).copy()


def normalised_anchors(config: MaskRCNNConfig, image_shape: tuple[int, ...] | None = None) -> np.ndarray:
    """`pyramid_anchors` in normalised coordinates, float32."""
    shape = tuple(int(side) for side in (image_shape or config.image_shape)[:2])
    return norm_boxes(_pyramid_anchors(config, shape), shape)


@lru_cache(maxsize=8)
def _pyramid_anchors(config: MaskRCNNConfig, image_shape: tuple[int, int]) -> np.ndarray:
    shapes = backbone_shapes(config, image_shape)
    levels = zip(config.rpn_anchor_scales, shapes, config.backbone_strides, strict=True)
    return np.concatenate(
        [
            level_anchors(scale, config.rpn_anchor_ratios, tuple(shape), stride, config.rpn_anchor_stride)
            for scale, shape, stride in levels
        ]
    )
