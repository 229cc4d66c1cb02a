"""Which anchors are object, background or neither."""

import numpy as np

from mrcnn.geometry.numpy_boxes import compute_overlaps

NEGATIVE, NEUTRAL = -1, 0


def match_anchors(anchors: np.ndarray, gt_class_ids: np.ndarray, gt_boxes: np.ndarray) -> np.ndarray:
    """Match every anchor to an instance, before any sampling.

    An anchor is positive if it overlaps an instance by at least 0.7 or is among the best for an instance;
    negative below 0.3 if it also avoids crowds (overlap < 0.001); neutral otherwise.

    Parameters
    ----------
    anchors
        (A, 4) pixels.
    gt_class_ids
        (N,); a negative id marks a crowd box, which is matched with nothing.
    gt_boxes
        (N, 4) pixels.

    Returns
    -------
    numpy.ndarray
        int32 (A,): k + 1 for a positive anchor of instance k (an index into `gt_boxes`), 0 for a neutral one,
        -1 for a negative one. With no instance all anchors are negative.
    """
    gt_class_ids = np.asarray(gt_class_ids)
    crowd = gt_class_ids < 0
    clear = np.ones(len(anchors), bool)
    if crowd.any():
        clear = compute_overlaps(anchors, gt_boxes[crowd]).max(axis=1) < 0.001
    instances = np.flatnonzero(~crowd)
    if not instances.size:
        return np.where(clear, NEGATIVE, NEUTRAL).astype(np.int32)
    overlaps = compute_overlaps(anchors, gt_boxes[instances])
    best, best_overlap = overlaps.argmax(axis=1), overlaps.max(axis=1)
    match = np.where((best_overlap < 0.3) & clear, NEGATIVE, NEUTRAL)
    # Ties make several anchors the best of one instance: all count. An instance that no anchor touches
    # has no best one (Matterport would call all anchors outside it positive).
    best_of_instance = overlaps.max(axis=0)
    positive = ((overlaps == best_of_instance) & (best_of_instance > 0)).any(axis=1) | (best_overlap >= 0.7)
    return np.where(positive, instances[best] + 1, match).astype(np.int32)
