"""Find and read mask images; what their values mean is `blastvote.annotations.mask_images.label_maps`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from blastvote import io
from blastvote.annotations.journal import Journal
from blastvote.annotations.mask_images.label_maps import cells_of_label_map
from blastvote.annotations.model import AnnotationSet, ImageAnnotation
from blastvote.errors import InputError

ENDINGS = ("_cp_masks", "_masks", "_mask", "-mask", "_labels", "_label")
"""Endings of a mask's stem that are dropped to find the photograph's."""


def check_mask_file(path: Path, mode: str) -> None:
    """Raise InputError for a label map in a JPEG file: its compression mixes the cells' values."""
    if mode != "binary" and path.suffix.lower() in (".jpg", ".jpeg"):
        raise InputError(
            f"{path}: a label map in a JPEG file; JPEG changes the values along every edge, so cells cannot be "
            "told apart. Save it as PNG or TIFF; if the mask shows one cell, set dataset.masks to 'binary'."
        )


def read_mask(path: Path, mode: str, notes: list[str]) -> np.ndarray:
    """Read a mask image, ``int32 (H, W)``; the grey noise of a JPEG file becomes background, with a note.

    Raises
    ------
    InputError
        If it cannot be read, has colours, or is a label map in a JPEG file.
    """
    check_mask_file(path, mode)
    labels = io.read_mask_image(path)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        noise = (labels > 0) & (labels * 4 <= labels.max())
        if noise.any():
            labels = np.where(noise, 0, labels)
            notes.append(
                f"{path.name}: a JPEG file; {noise.sum()} pixels up to a quarter of its brightest value were taken "
                "for noise, not for the cell."
            )
    return labels


def mask_files(folder: str | Path, pattern: str = "*") -> dict[str, Path]:
    """Return the mask images of a folder by the stem of their photograph.

    Where a folder holds photographs as well (``007.bmp`` beside ``007.png``), the single-channel one of the
    files with one stem is the mask.

    Raises
    ------
    InputError
        If there is none, or one photograph has several.
    """
    folder = Path(folder)
    groups: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(pattern)):
        if path.suffix.lower() in io.IMAGE_SUFFIXES and not path.name.startswith("."):
            groups.setdefault(photograph_stem(path.stem), []).append(path)
    if not groups:
        raise InputError(
            f"{folder}: holds no annotation files (.json, .geojson) and no mask images ({pattern}; "
            f"{', '.join(io.IMAGE_SUFFIXES)}). Name the file or folder that holds the annotations."
        )
    found = {}
    for stem, paths in groups.items():
        masks = [p for p in paths if io.is_single_channel(p)] if len(paths) > 1 else paths
        if len(masks) != 1:
            raise InputError(
                f"{folder}: {len(masks)} of the files {[p.name for p in paths]} may be the mask of "
                f"'{stem}'; expected one single-channel image. Keep masks in a folder of their own, or "
                "name them by a pattern."
            )
        found[stem] = masks[0]
    return found


def photograph_stem(stem: str) -> str:
    """Return the stem of the photograph to which a mask's stem belongs (``a_mask`` -> ``a``)."""
    for ending in ENDINGS:
        if stem.lower().endswith(ending) and len(stem) > len(ending):
            return stem[: -len(ending)]
    return stem


def read_mask_folder(
    folder: str | Path,
    mode: str = "label_map",
    pattern: str = "*",
    stems: Iterable[str] | None = None,
    ignore: Sequence[int] | None = None,
) -> AnnotationSet:
    """Read a folder of mask images in the common form; the cells have no class of their own.

    Parameters
    ----------
    folder
        The folder; a mask belongs to the photograph with the same stem (endings such as ``_mask`` dropped).
    mode
        See `cells_of_label_map`.
    pattern
        Which files of the folder are masks, for example ``*.png``.
    stems
        Read only the masks of these photographs.
    ignore
        See `cells_of_label_map`.

    Raises
    ------
    InputError
        If there are no masks, a mask cannot be read, or has colours.
    """
    wanted = None if stems is None else set(stems)
    images: dict[str, ImageAnnotation] = {}
    journal = Journal(str(folder))
    for stem, path in mask_files(folder, pattern).items():
        if wanted is None or stem in wanted:
            images[stem] = read_mask_annotation(path, stem, mode, ignore, journal)
    return AnnotationSet.of(journal, "masks", images)


def read_mask_annotation(
    path: Path, name: str, mode: str, ignore: Sequence[int] | None, journal: Journal
) -> ImageAnnotation:
    """Read one mask image as the annotation of the image `name`; errors as `read_mask_folder`."""
    own = Journal(str(path))
    labels = read_mask(path, mode, own.notes)
    cells = cells_of_label_map(labels, mode, ignore, path.name, own)
    if not cells:
        own.notes.append(f"{path.name}: the mask is empty; the image has no cells.")
    journal.take(own.notes, own.warnings, own.lines)
    height, width = labels.shape
    values = {"values": np.unique(labels).tolist()}
    return ImageAnnotation(name, width, height, cells=cells, aliases=(path.name,), attributes=values)
