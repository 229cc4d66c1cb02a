"""The configuration of the network: Matterport's names in lower case, checked when it is made.

Importing this module imports no TensorFlow.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from typing import Any, Self

from mrcnn.checks import Rule, check, choice, number, plain, several, whole

BLOCKS = {"resnet18": (2, 2, 2, 2), "resnet50": (3, 4, 6, 3), "resnet101": (3, 4, 23, 3)}
BACKBONES = tuple(BLOCKS)
RESIZE_MODES = ("square", "pad64", "crop", "none")
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
DETECTION_SCORES = ("class", "objectness")
LOSSES = ("rpn_class_loss", "rpn_bbox_loss", "mrcnn_class_loss", "mrcnn_bbox_loss", "mrcnn_mask_loss")

# Settings of a Matterport configuration that steer the training loop, not the network, and
# those that follow from others: ``from_matterport`` leaves them out.
_NOT_OF_THE_NETWORK = {
    "name", "gpu_count", "images_per_gpu", "batch_size", "steps_per_epoch", "validation_steps",
    "learning_rate", "learning_momentum", "gradient_clip_norm", "weight_decay", "loss_weights", "image_shape",
    "image_meta_size",
    "compute_backbone_shape", "use_rpn_rois",
}  # fmt: skip


@dataclass(frozen=True)
class MaskRCNNConfig:
    """What the network looks like and how it samples, with Matterport's defaults.

    Lengths are pixels of the molded (resized) image. Lists become tuples, so that a configuration can be
    hashed and never changes. ``image_size=512`` is short for ``image_min_dim=512, image_max_dim=512``.
    What steers the training (`weight_decay`, `loss_weights`, learning rate) is in `mrcnn.TrainingConfig`.

    Attributes
    ----------
    num_classes : int
        Classes including the background (class 0).
    backbone : {"resnet18", "resnet50", "resnet101"}
        ``resnet18`` (two basic blocks a stage) is ours, for CPUs; the others are Matterport's.
    backbone_width : float
        Factor on the number of filters of the backbone; 1 is the published network.
    train_bn : bool
        False (Matterport's default) freezes the statistics of batch normalisation; gamma and beta still
        learn. True normalises by the batch while training (needed when training from scratch) and by
        the moving statistics in ``detect``. None means True, as in Matterport.
    bn_momentum : float
        Share of the old moving statistics kept per step (Keras' and Matterport's 0.99; take about 0.9
        where a training has only hundreds of steps).
    top_down_pyramid_size, rpn_conv_filters, mask_conv_filters, fpn_classif_fc_layers_size : int
        Channels of the pyramid, of the RPN's shared convolution, of the mask head and of the two fully
        connected layers of the class head.
    detection_score : {"class", "objectness"}
        What a detection's score is, by which detections are dropped, suppressed and ordered. ``class`` (Matterport's
        way): the probability of its class, duplicates suppressed class by class. ``objectness``: one minus the
        probability of the background, duplicates suppressed whatever their classes.
    tf1_suppression : bool
        True repeats a quirk of TensorFlow 1.15, with which Matterport's code is usually run: once non-maximum
        suppression keeps a box that clipping has left without area, nothing of lower score is kept. False
        keeps the rest too.
    precision : {"float32", "mixed_bfloat16", "mixed_float16"}
        Precision of the convolutions in training and detection; weights, boxes and losses are always float32.

    Raises
    ------
    ValueError
        If a value cannot be used; the message names key, value and what is allowed.
    """

    num_classes: int = 1
    backbone: str = "resnet101"
    backbone_width: float = 1.0
    backbone_strides: tuple[int, ...] = (4, 8, 16, 32, 64)
    train_bn: bool = False
    bn_momentum: float = 0.99
    precision: str = "float32"

    image_size: InitVar[int | None] = None
    image_resize_mode: str = "square"
    image_min_dim: int = 800
    image_max_dim: int = 1024
    image_min_scale: float = 0.0
    image_channel_count: int = 3
    mean_pixel: tuple[float, ...] = (123.7, 116.8, 103.9)

    top_down_pyramid_size: int = 256
    rpn_conv_filters: int = 512
    rpn_anchor_scales: tuple[float, ...] = (32, 64, 128, 256, 512)
    rpn_anchor_ratios: tuple[float, ...] = (0.5, 1, 2)
    rpn_anchor_stride: int = 1
    rpn_nms_threshold: float = 0.7
    rpn_train_anchors_per_image: int = 256
    rpn_bbox_std_dev: tuple[float, ...] = (0.1, 0.1, 0.2, 0.2)
    pre_nms_limit: int = 6000
    post_nms_rois_training: int = 2000
    post_nms_rois_inference: int = 1000

    max_gt_instances: int = 100
    use_mini_mask: bool = True
    mini_mask_shape: tuple[int, ...] = (56, 56)
    train_rois_per_image: int = 200
    roi_positive_ratio: float = 0.33
    bbox_std_dev: tuple[float, ...] = (0.1, 0.1, 0.2, 0.2)

    pool_size: int = 7
    mask_pool_size: int = 14
    mask_shape: tuple[int, ...] = (28, 28)
    fpn_classif_fc_layers_size: int = 1024
    mask_conv_filters: int = 256

    detection_max_instances: int = 100
    detection_min_confidence: float = 0.7
    detection_nms_threshold: float = 0.3
    detection_score: str = "class"
    tf1_suppression: bool = True

    def __post_init__(self, image_size: int | None) -> None:
        """Turn lists into tuples, apply ``image_size`` and check every value."""
        for entry in dataclasses.fields(self):
            object.__setattr__(self, entry.name, plain(getattr(self, entry.name)))
        if image_size is not None:
            object.__setattr__(self, "image_min_dim", image_size)
            object.__setattr__(self, "image_max_dim", image_size)
        if self.train_bn is None:
            object.__setattr__(self, "train_bn", True)
        check(self, _rules(self))

    @classmethod
    def from_matterport(cls, settings: Mapping[str, Any] | object, **changes: Any) -> Self:
        """Take over a Matterport configuration.

        Parameters
        ----------
        settings
            A mapping of their upper-case names to values, or an instance or class with such attributes.
            Settings of the training loop and derived ones are left out; ours are named in
            ``mrcnn.TrainingConfig``.
        changes
            Lower-case settings that win over those of `settings`.

        Returns
        -------
        MaskRCNNConfig
        """
        pairs = (
            settings if isinstance(settings, Mapping) else {k: getattr(settings, k) for k in dir(settings)}
        )
        taken = {key.lower(): value for key, value in pairs.items() if key.isupper()}
        taken = {key: value for key, value in taken.items() if key not in _NOT_OF_THE_NETWORK}
        known = {entry.name for entry in dataclasses.fields(cls)}
        unknown = sorted(set(taken) - known)
        if unknown:
            raise ValueError(f"the Matterport configuration has settings unknown here: {', '.join(unknown)}")
        return cls(**(taken | changes))

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Height, width and channels of a molded image in the modes ``square`` and ``crop``."""
        side = self.image_min_dim if self.image_resize_mode == "crop" else self.image_max_dim
        return (side, side, self.image_channel_count)

    @property
    def image_meta_size(self) -> int:
        """Length of an image's meta vector: id, two shapes, window, scale, one flag per class."""
        return 1 + 3 + 3 + 4 + 1 + self.num_classes

    @property
    def anchors_per_location(self) -> int:
        """Anchors at each position of a feature map."""
        return len(self.rpn_anchor_ratios)

    @property
    def max_positive_rois(self) -> int:
        """Most positive ROIs of an image that are trained on: a static upper bound."""
        return int(self.train_rois_per_image * self.roi_positive_ratio)

    @property
    def fixed_size(self) -> bool:
        """Whether every molded image has the same size."""
        return self.image_resize_mode in ("square", "crop")


_MULTIPLE = 64
_MOST_SIDE = 16_384
_UNIT = number(0, 1)
_POSITIVE = number(0, above=True)
_SIDE = whole(1, _MOST_SIDE)

_RULES: dict[str, Rule] = {
    **dict.fromkeys(
        (
            "num_classes", "image_channel_count", "top_down_pyramid_size", "rpn_conv_filters", "rpn_anchor_stride",
            "rpn_train_anchors_per_image", "pre_nms_limit", "post_nms_rois_training", "post_nms_rois_inference",
            "max_gt_instances", "train_rois_per_image", "pool_size", "mask_pool_size", "fpn_classif_fc_layers_size",
            "mask_conv_filters", "detection_max_instances",
        ),
        whole(1),
    ),
    **dict.fromkeys(
        ("rpn_nms_threshold", "detection_nms_threshold", "detection_min_confidence", "bn_momentum"), _UNIT
    ),
    **dict.fromkeys(("train_bn", "use_mini_mask", "tf1_suppression"), choice(True, False)),
    "backbone": choice(*BACKBONES),
    "backbone_width": number(0, 64, above=True),
    "backbone_strides": several(whole(1), 5, "five numbers, one per pyramid level P2 to P6"),
    "precision": choice(*PRECISIONS),
    "image_resize_mode": choice(*RESIZE_MODES),
    "image_min_dim": _SIDE,
    "image_max_dim": _SIDE,
    "image_min_scale": number(0),
    "rpn_anchor_scales": several(_POSITIVE, 5, "five numbers, one per pyramid level P2 to P6"),
    "rpn_anchor_ratios": several(_POSITIVE, None, "at least one number"),
    "rpn_bbox_std_dev": several(_POSITIVE, 4, "four numbers (dy, dx, dh, dw)"),
    "bbox_std_dev": several(_POSITIVE, 4, "four numbers (dy, dx, dh, dw)"),
    "mini_mask_shape": several(whole(1, 1024), 2, "height and width"),
    "roi_positive_ratio": number(0, 1, above=True),
    "detection_score": choice(*DETECTION_SCORES),
}  # fmt: skip


def _rules(config: MaskRCNNConfig) -> dict[str, Rule]:
    """Return the rules of all fields; some depend on another field, which is checked before."""
    rules = dict(_RULES)
    channels = config.image_channel_count
    rules["mean_pixel"] = several(number(), channels, f"one number per channel ({channels})")
    rules["mask_shape"] = Rule(
        lambda v: v == (2 * config.mask_pool_size,) * 2,
        "twice mask_pool_size in height and width (the mask head doubles the resolution once)",
    )
    key = {"square": "image_max_dim", "crop": "image_min_dim", "pad64": "image_min_dim"}.get(
        config.image_resize_mode
    )
    if key:
        side = whole(_MULTIPLE, _MOST_SIDE, multiple_of=_MULTIPLE)
        rules[key] = Rule(side.accepts, f"{side.expected} (the pyramid halves the image six times)")
    return rules
