"""The network in five steps, each in a module of its own.

Features (`backbone`, `fpn`), proposals (`rpn`, `proposals`), targets when training (`targets`), heads on aligned ROIs
(`roi_align`, `heads`), and last the losses (`losses`) or the detections (`detection`).
"""

import keras
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_norm_boxes
from mrcnn.names import select_layers
from mrcnn.network import detection, losses, proposals, targets
from mrcnn.network.backbone import ResNet
from mrcnn.network.fpn import FeaturePyramid
from mrcnn.network.heads import ClassHead, MaskHead
from mrcnn.network.layers import LayerStore
from mrcnn.network.roi_align import image_of_roi, pyramid_roi_align
from mrcnn.network.rpn import RegionProposalNetwork, RPNOutput
from mrcnn.prediction import Prediction


class Network(tf.Module):
    """The layers of a Mask R-CNN, its losses and its predictions.

    Parameters
    ----------
    config
        What the network looks like.
    seed
        Of the initial weights.
    """

    def __init__(self, config: MaskRCNNConfig, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        self.compute_dtype = keras.DTypePolicy(config.precision).compute_dtype
        store = LayerStore(config, seed)
        self.backbone = ResNet(config, store)
        self.fpn = FeaturePyramid(config, store, self.backbone.channels)
        self.rpn = RegionProposalNetwork(config, store)
        self.class_head = ClassHead(config, store)
        self.mask_head = MaskHead(config, store)
        self.layers: dict[str, keras.layers.Layer] = store.layers

    def initialise(self, seed: int = 0) -> None:
        """Give all weights the initial values of a new network with this seed."""
        for variable, new in zip(self.variables, Network(self.config, seed).variables, strict=True):
            variable.assign(new.value)

    def losses(
        self, batch: dict[str, tf.Tensor], seed: int | tf.Tensor | None = None, training: bool = True
    ) -> dict[str, tf.Tensor]:
        """Return the five unweighted losses of a batch, float32 scalars; differentiable, and compilable in a graph.

        Parameters
        ----------
        batch
            `images` (B, H, W, 3) float32 molded; `image_meta` (B, 12 + K); `rpn_match` (B, A) int32 of 1 object,
            -1 background, 0 neither; `rpn_bbox` (B, T, 4) float32; `gt_class_ids` (B, G) int32;
            `gt_boxes` (B, G, 4) float32 pixels; `gt_masks` (B, h, w, G), mini masks if `use_mini_mask`.
            Rows of zeros pad the ground truth.
        seed
            Seed of the sampling of ROIs: a number or an int32 tensor of shape () or (2,). None samples the proposals
            in their own order (best first), which only tests want.
        training
            False normalises by the moving statistics and leaves them alone (validation); True does as `train_bn` says.
        """
        config = self.config
        training = training and config.train_bn
        images = batch["images"]
        height, width = tf.shape(images)[1], tf.shape(images)[2]
        area = height * width

        pyramid = self.features(images, training)
        rpn, rois = self.proposals(pyramid, self._anchors(images), config.post_nms_rois_training)
        gt_boxes = _normalise_padded(batch["gt_boxes"], height, width)
        sample = targets.detection_targets(
            rois, batch["gt_class_ids"], gt_boxes, batch["gt_masks"], config, _seed_pair(seed)
        )
        used = tf.reshape(sample.used, [-1])
        crops = self._crops(sample.rois, pyramid, config.pool_size, area)
        heads = self.class_head(crops, training, used)
        mask_logits = self._mask_logits(pyramid, sample, area, training)
        return losses.all_losses(rpn, heads, mask_logits, sample, batch, config)

    def predict(self, images: tf.Tensor, windows: tf.Tensor, anchors: tf.Tensor) -> Prediction:
        """Detect in molded images (B, H, W, channels).

        `windows` (B, 4) are normalised; `anchors` (A, 4) are `normalised_anchors` of the images' shape.
        """
        config = self.config
        area = tf.shape(images)[1] * tf.shape(images)[2]
        pyramid = self.features(images)
        _, rois = self.proposals(pyramid, anchors, config.post_nms_rois_inference)
        crops = self._crops(rois, pyramid, config.pool_size, area)
        heads = self.class_head(crops)
        shape = [known or tf.shape(rois)[axis] for axis, known in enumerate(rois.shape[:2])]
        found = detection.refine(
            rois,
            tf.reshape(tf.nn.softmax(heads.logits), [shape[0], shape[1], config.num_classes]),
            tf.reshape(heads.deltas, [shape[0], shape[1], config.num_classes, 4]),
            windows,
            config,
        )
        return Prediction(*found, self._detected_masks(pyramid, found, area))

    def features(self, images: tf.Tensor, training: bool = False) -> list[tf.Tensor]:
        """Feature maps P2 to P6 of molded images (B, H, W, channels)."""
        return self.fpn(self.backbone(tf.cast(images, self.compute_dtype), training))

    def proposals(
        self, pyramid: list[tf.Tensor], anchors: tf.Tensor, count: int
    ) -> tuple[RPNOutput, tf.Tensor]:
        """Outputs of the RPN, and `count` proposals (B, count, 4) made of them."""
        rpn = self.rpn(pyramid)
        return rpn, proposals.propose(rpn, anchors, count, self.config)

    def _crops(self, rois: tf.Tensor, pyramid: list[tf.Tensor], size: int, area: tf.Tensor) -> tf.Tensor:
        """Aligned crops (B * R, size, size, C) of ROIs (B, R, 4)."""
        return pyramid_roi_align(tf.reshape(rois, [-1, 4]), image_of_roi(rois), pyramid[:4], size, area)

    def _mask_logits(
        self, pyramid: list[tf.Tensor], sample: targets.DetectionTargets, area: tf.Tensor, training: bool
    ) -> tf.Tensor:
        """Mask logits (B, P, h, w) of the slots that can be positive; no loss looks at the others."""
        slots = self.config.max_positive_rois
        class_ids = tf.reshape(sample.class_ids[:, :slots], [-1])
        crops = self._crops(sample.rois[:, :slots], pyramid, self.config.mask_pool_size, area)
        positive = tf.cast(class_ids > 0, tf.float32)
        logits = self.mask_head(crops, tf.maximum(class_ids, 0), training, positive)
        return tf.reshape(logits, tf.shape(sample.masks))

    def _detected_masks(
        self, pyramid: list[tf.Tensor], found: detection.Detections, area: tf.Tensor
    ) -> tf.Tensor:
        """Masks (B, D, h, w) of the detections; the head runs only on those that are not padding."""
        indices = tf.where(found.class_ids > 0)
        boxes = tf.gather_nd(found.boxes, indices)
        images = tf.cast(indices[:, 0], tf.int32)
        crops = pyramid_roi_align(boxes, images, pyramid[:4], self.config.mask_pool_size, area)
        logits = self.mask_head(crops, tf.gather_nd(found.class_ids, indices))
        shape = tf.concat([tf.shape(found.class_ids), self.config.mask_shape], axis=0)
        return tf.scatter_nd(indices, tf.sigmoid(logits), tf.cast(shape, tf.int64))

    def _anchors(self, images: tf.Tensor) -> tf.Tensor:
        if None in images.shape[1:3]:
            raise ValueError("training needs images of a fixed size: image_resize_mode square or crop")
        return tf.constant(normalised_anchors(self.config, tuple(images.shape[1:3])))

    @property
    def variables(self) -> list[keras.Variable]:
        """All weights, moving statistics included, in a fixed order."""
        return [variable for layer in self.layers.values() for variable in layer.variables]

    @property
    def trainable_variables(self) -> list[keras.Variable]:
        """All weights that a gradient can change."""
        return self.trainable_variables_for("all")

    def trainable_variables_for(self, selection: str) -> list[keras.Variable]:
        """Weights of a selection of layers that a gradient can change.

        Parameters
        ----------
        selection
            ``heads``, ``3+``, ``4+``, ``5+``, ``all`` as in Matterport, or a regular expression that whole layer
            names match.
        """
        names = self.layer_names_for(selection)
        return [variable for name in names for variable in self.layers[name].trainable_variables]

    def layer_names_for(self, selection: str) -> list[str]:
        """Names of the layers of a selection (see `trainable_variables_for`)."""
        return select_layers(self.layers, selection)


def _seed_pair(seed: int | tf.Tensor | None) -> tf.Tensor | None:
    if seed is None:
        return None
    pair = tf.cast(seed, tf.int32)
    return pair if pair.shape.rank == 1 else tf.stack([pair, 0])


def _normalise_padded(boxes: tf.Tensor, height: tf.Tensor, width: tf.Tensor) -> tf.Tensor:
    """Normalise pixel boxes (B, G, 4); rows of zeros stay zero."""
    boxes = tf.cast(boxes, tf.float32)
    real = tf.reduce_any(boxes != 0.0, axis=-1, keepdims=True)
    return tf.where(real, tf_norm_boxes(boxes, height, width), 0.0)
