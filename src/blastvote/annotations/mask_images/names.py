"""Names of masks, of the folders that hold them, and of the photographs to which they belong."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blastvote import io

ENDINGS = (
    "_cp_masks", "_masks", "_mask", "-mask", "_labels", "_label", "_seg", "_gt", "_instances", "_segmentation",
)  # fmt: skip
"""Endings of a mask's stem that are dropped to find the photograph's."""
PICTURES = ("_cp_output", "_cp_flows", "_flows", "_cp_outlines", "_outlines", "_overlay")
"""Endings of pictures that tools, such as Cellpose, write beside masks; they are neither masks nor photographs."""
MASK_FOLDERS = (
    *("masks", "mask", "labels", "labelstr", "labelsts", "label", "ann", "annotations", "gt", "ground_truth"),
    *("segmentationobject", "segmentationclass", "instances", "outlines"),
)
"""Names of folders that hold masks or annotations, in lower case; photographs are not looked for in them."""
MASKS = frozenset(MASK_FOLDERS)
OBJECTS, CLASSES = "segmentationobject", "segmentationclass"
"""Pascal VOC's folders of two masks of each photograph, of instances and of their classes, in lower case."""


def mask_image_files(folder: Path) -> list[Path]:
    """Return the image files of a folder, or, if it holds none, of its subfolders, sorted.

    If some subfolders are called ``masks`` or the like, only these count; of Pascal VOC's two masks that of instances.
    """
    own = image_files(folder.iterdir())
    if own:
        return own
    nested = image_files(folder.rglob("*"))
    named = [p for p in nested if MASKS.intersection(n.casefold() for n in p.relative_to(folder).parts[:-1])]
    objects = [path for path in named if path.parent.name.casefold() == OBJECTS]
    return objects or named or nested


def image_files(paths: Iterable[Path]) -> list[Path]:
    """Return those paths that end as images do and are not hidden, sorted."""
    return sorted(p for p in paths if p.suffix.lower() in io.IMAGE_SUFFIXES and not p.name.startswith("."))


def photograph_stem(stem: str) -> str:
    """Return the stem of the photograph to which a mask's stem belongs (``a_mask`` -> ``a``)."""
    for ending in ENDINGS + PICTURES:
        if stem.lower().endswith(ending) and len(stem) > len(ending):
            return stem[: -len(ending)]
    return stem
