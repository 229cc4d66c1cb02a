"""Layer names users meet: the class-dependent heads, and which layers a training stage changes."""

import re
from collections.abc import Iterable

HEADS = ("mrcnn_class_logits", "mrcnn_bbox_fc", "mrcnn_bbox", "mrcnn_mask")
"""Layers whose shape depends on the number of classes: leave them out when loading COCO weights."""

_HEAD_LAYERS = r"mrcnn_.*|rpn_.*|fpn_.*"
LAYER_SELECTIONS = {
    "heads": _HEAD_LAYERS,
    "3+": rf"res[345].*|bn[345].*|{_HEAD_LAYERS}",
    "4+": rf"res[45].*|bn[45].*|{_HEAD_LAYERS}",
    "5+": rf"res5.*|bn5.*|{_HEAD_LAYERS}",
    "all": r".*",
}


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
