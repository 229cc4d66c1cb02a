"""Labels that folders give: one folder for each class, as ``smears/L1/7.png``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blastvote.dataset.source.classes import translate
from blastvote.dataset.source.image_ids import IMAGE_FOLDERS
from blastvote.dataset.source.photo_sets import Source


def folder_labels(source: Source, classes: Sequence[str]) -> dict[str, str]:
    """Return the label of each image by the folder that it lies in.

    Returns
    -------
    dict
        Image id to class, or to an empty text where an alias leaves the class out. Empty unless every image lies in
        a folder that is called as a class, and there are at least two of these.
    """
    labels: dict[str, str] = {}
    for image_id, path in source.images.items():
        label = translate(class_folder(path), source.class_aliases, classes)
        if label is None:
            return {}
        labels[image_id] = label
    return labels if len(set(labels.values())) > 1 else {}


def class_folder(path: Path) -> str:
    """Return the folder that may be the class of a photograph: the nearest that is not called ``images``."""
    names = (folder.name for folder in path.parents)
    return next((name for name in names if name.casefold() not in IMAGE_FOLDERS), "")
