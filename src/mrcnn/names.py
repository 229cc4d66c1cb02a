"""Layer names users meet: the class-dependent heads, and which layers a training stage changes."""

import re
from collections.abc import Iterable

HEADS = ("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_bbox", "mrcnn_mask")
"""Layers whose shape depends on the number of classes: leave them out when loading COCO weights."""

_HEAD_LAYERS = r"mrcnn_.*|rpn_.*|fpn_.*"
_BRANCHES = ("1", "2a", "2b", "2c")
LAYER_SELECTIONS = {
    "heads": _HEAD_LAYERS,
    "3+": rf"res[345].*|bn[345].*|{_HEAD_LAYERS}",
    "4+": rf"res[45].*|bn[45].*|{_HEAD_LAYERS}",
    "5+": rf"res5.*|bn5.*|{_HEAD_LAYERS}",
    "all": r".*",
}


def layer_names() -> tuple[str, ...]:
    """Names of all layers that a network of any backbone can have."""
    blocks = [
        f"{stage}{chr(ord('a') + k)}_branch{b}" for stage in "2345" for k in range(23) for b in _BRANCHES
    ]
    pyramid = [*(f"fpn_c{k}p{k}" for k in "2345"), *(f"fpn_p{k}" for k in "2345")]
    masks = [f"mrcnn_mask_{kind}{k}" for k in "1234" for kind in ("conv", "bn")]
    classes = [f"mrcnn_class_{kind}{k}" for k in "12" for kind in ("conv", "bn")]
    heads = ["mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_mask_deconv", "mrcnn_mask"]
    rpn = ["rpn_conv_shared", "rpn_class_raw", "rpn_bbox_pred"]
    residual = [f"{kind}{block}" for block in blocks for kind in ("res", "bn")]
    return ("conv1", "bn_conv1", *residual, *pyramid, *rpn, *classes, *masks, *heads)


def select_layers(names: Iterable[str], selection: str) -> list[str]:
    """Return the names that belong to ``heads``, ``3+``, ``4+``, ``5+``, ``all`` or match a regular expression.

    Raises
    ------
    ValueError
        If nothing matches, or the expression is not one.
    """
    pattern = LAYER_SELECTIONS.get(selection, selection)
    try:
        chosen = [name for name in names if re.fullmatch(pattern, name)]
    except re.error as error:
        raise ValueError(f"layers: {selection!r} is not a regular expression: {error}") from error
    if not chosen:
        allowed = ", ".join(LAYER_SELECTIONS)
        raise ValueError(
            f"layers: {selection!r} matches no layer; take one of {allowed} or a regular expression"
        )
    return chosen
