"""What a network returns, whatever runs it."""

from typing import Any, NamedTuple


class Prediction(NamedTuple):
    """Detections of molded images, padded with zeros: tensors in TensorFlow's graph, else NumPy arrays.

    Attributes
    ----------
    boxes : (B, D, 4) float32
        Normalised.
    class_ids, scores : (B, D) int32 and float32
        Class 0 is padding.
    probabilities : (B, D, K) float32
        Of each class, background included.
    masks : (B, D, h, w) float32
        Probabilities within the box, of the detected class.
    """

    boxes: Any
    class_ids: Any
    scores: Any
    probabilities: Any
    masks: Any
