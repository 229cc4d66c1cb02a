"""Cells of photographs of any size: tiles through the network, *is it a blast* apart from *which subtype*.

Matterport's score is the probability of the best class: a blast that could be L1 or L2 gets a low one. Here the score is
1 - P(background), and the class probabilities are kept beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import tensorflow as tf

from blastvote.tiles import Tile, lay_tiles, merge_cells
from mrcnn import MaskRCNN
from mrcnn.data.molding import mold_image
from mrcnn.geometry.anchors import normalised_anchors
from mrcnn.geometry.boxes import tf_apply_deltas, tf_clip
from mrcnn.network.roi_align import pyramid_roi_align
from mrcnn.unmold import paste_mask

SAME_BOX = 0.5
TILES_AT_ONCE = 4


@dataclass(frozen=True)
class Cell:
    """A detected cell in the pixels of the original photograph.

    Attributes
    ----------
    box
        ``int (4,)``: y1, x1, y2, x2, half-open.
    mask
        ``bool (y2 - y1, x2 - x1)``.
    score
        1 - P(background), or the probability of the best class.
    probabilities
        ``float32 (K,)``: of each class, given that it is a blast; they sum to 1.
    """

    box: np.ndarray
    mask: np.ndarray
    score: float
    probabilities: np.ndarray


class ObjectDetector:
    """Finds cells in photographs of any size.

    Parameters
    ----------
    model
        A network of fixed size.
    min_score
        Cells below this score are dropped.
    class_score
        Take Matterport's score, the probability of the best class, instead of 1 - P(background).
    """

    def __init__(self, model: MaskRCNN, min_score: float, class_score: bool = False) -> None:
        self.model, self.min_score, self.class_score = model, min_score, class_score
        self.side = int(model.config.image_shape[0])
        self.overlap = self.side // 2
        self._anchors = normalised_anchors(model.config, (self.side, self.side))
        size = [TILES_AT_ONCE, self.side, self.side, 3]
        self._propose = tf.function(self._proposals, input_signature=[tf.TensorSpec(size, tf.float32)])
        self._mask = tf.function(self._masks, reduce_retracing=True)

    def detect(self, image: np.ndarray, scale: float = 1.0) -> list[Cell]:
        """Return the cells of a photograph by falling score.

        Parameters
        ----------
        image
            ``uint8 (H, W, 3)``, RGB.
        scale
            By what the photograph is resized for the network: its pixel size through the network's.
        """
        height, width = (max(1, round(n * scale)) for n in image.shape[:2])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = cv2.resize(image, (width, height), interpolation=how) if scale != 1 else image
        tiles = list(lay_tiles(height, width, self.side, self.overlap))
        found = []
        for start in range(0, len(tiles), TILES_AT_ONCE):
            found += self._of_tiles(np.asarray(small), tiles[start : start + TILES_AT_ONCE])
        if not found:
            return []
        boxes = np.array([np.rint(box).astype(int) for box, *_ in found])
        pasted = [_paste(mask, box) for box, (_, mask, *_) in zip(boxes, found, strict=True)]
        scores = np.array([score for *_, score, _ in found])
        ratio = np.array([image.shape[0] / height, image.shape[1] / width] * 2)
        cells = []
        for k in merge_cells(boxes, pasted, scores):
            box, mask, score, probabilities = found[k]
            cell = _original(box * ratio, mask, image.shape[:2])
            if cell is not None:
                cells.append(Cell(*cell, float(score), probabilities))
        return cells

    def _of_tiles(
        self, image: np.ndarray, tiles: list[Tile]
    ) -> list[tuple[np.ndarray, np.ndarray, float, np.ndarray]]:
        """Return box (4,) float pixels of the image, mask (h, w) of probabilities, score and class probabilities."""
        parts = [tile.cut(image) for tile in tiles]
        parts += [parts[-1]] * (TILES_AT_ONCE - len(parts))  # one size, one graph
        molded = np.stack([mold_image(part, self.model.config.mean_pixel) for part in parts])
        boxes, probabilities, *pyramid = self._propose(tf.constant(molded, tf.float32))
        boxes, probabilities = boxes.numpy(), probabilities.numpy()
        chosen = [self._choose(tile, boxes[k] * self.side, probabilities[k]) for k, tile in enumerate(tiles)]
        number = np.repeat(np.arange(len(tiles)), [len(rows) for rows in chosen]).astype(np.int32)
        rows = np.concatenate(chosen)
        if not len(rows):
            return []
        wanted = probabilities[number, rows]
        classes = (1 + wanted[:, 1:].argmax(1)).astype(np.int32)
        masks = self._mask(
            pyramid, tf.constant(boxes[number, rows]), tf.constant(number), tf.constant(classes)
        )
        found = []
        for tile_number, box, chances, mask in zip(
            number, boxes[number, rows], wanted, masks.numpy(), strict=True
        ):
            tile = tiles[tile_number]
            shifted = box * self.side + np.array([tile.y, tile.x] * 2)
            score = float(self._scores(chances[None])[0])
            found.append((shifted, mask, score, chances[1:] / max(chances[1:].sum(), 1e-12)))
        return found

    def _scores(self, probabilities: np.ndarray) -> np.ndarray:
        if not self.class_score:
            return 1 - probabilities[:, 0]
        best = probabilities[:, 1:].max(1)
        return np.where(best >= probabilities[:, 0], best, 0.0)

    def _choose(self, tile: Tile, boxes: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return the rows of proposals that are cells: good enough, whole, and no duplicates of better ones."""
        scores = self._scores(probabilities)
        solid = (boxes[:, 2] - boxes[:, 0] >= 4) & (boxes[:, 3] - boxes[:, 1] >= 4)
        good = np.flatnonzero((scores >= self.min_score) & solid & ~tile.cuts(boxes) & ~tile.outside(boxes))
        kept = tf.image.non_max_suppression(
            boxes[good], scores[good], self.model.config.detection_max_instances, SAME_BOX
        )
        return good[kept.numpy()]

    def _proposals(self, images: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Refined boxes (B, N, 4) normalised, probabilities (B, N, K) and the maps P2 to P5."""
        model, config = self.model, self.model.config
        pyramid = model.features(images)
        _, rois = model.proposals(pyramid, self._anchors, config.post_nms_rois_inference)
        shape = tf.shape(rois)[:2]
        crops = model._crops(rois, pyramid, config.pool_size, self.side**2)
        heads = model.class_head(crops)
        probabilities = tf.reshape(tf.nn.softmax(heads.logits), [*tf.unstack(shape), config.num_classes])
        deltas = tf.reshape(heads.deltas, [*tf.unstack(shape), config.num_classes, 4])
        best = 1 + tf.argmax(probabilities[..., 1:], axis=-1, output_type=tf.int32)
        own = tf.gather(deltas, best, batch_dims=2) * tf.constant(config.bbox_std_dev, tf.float32)
        boxes = tf_clip(tf_apply_deltas(rois, own), tf.constant([[[0.0, 0.0, 1.0, 1.0]]]))
        return boxes, probabilities, *pyramid[:4]

    def _masks(
        self, pyramid: list[tf.Tensor], boxes: tf.Tensor, image: tf.Tensor, classes: tf.Tensor
    ) -> tf.Tensor:
        """Masks (M, h, w) of probabilities of the boxes (M, 4)."""
        crops = pyramid_roi_align(boxes, image, pyramid, self.model.config.mask_pool_size, self.side**2)
        return tf.sigmoid(self.model.mask_head(crops, classes))


def _paste(mask: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return the mask in its box, ``bool (y2 - y1, x2 - x1)``."""
    target = np.zeros((box[2] - box[0], box[3] - box[1]), bool)
    paste_mask(mask, box - np.array([box[0], box[1]] * 2), target)
    return target


def _original(
    box: np.ndarray, mask: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return box and mask in the original's pixels, the part inside it; None for an empty mask."""
    whole = np.rint(box).astype(int)
    inside = np.array([*np.maximum(whole[:2], 0), *np.minimum(whole[2:], shape)])
    if (inside[2:] <= inside[:2]).any():
        return None
    drawn = _paste(mask, whole)
    top, left = inside[:2] - whole[:2]
    part = drawn[top : top + inside[2] - inside[0], left : left + inside[3] - inside[1]]
    return (inside, part) if part.any() else None
