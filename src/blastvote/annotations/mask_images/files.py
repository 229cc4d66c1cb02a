"""Find and read mask images; what their values mean is `blastvote.annotations.mask_images.label_maps`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from blastvote import io
from blastvote.annotations.journal import LEFT_OUT, Journal, Line
from blastvote.annotations.mask_images.colours import Colour, colour_table, has_colours, read_colours
from blastvote.annotations.mask_images.label_maps import cells_of_label_map, values_of
from blastvote.annotations.mask_images.names import PICTURES, image_files, photograph_stem
from blastvote.annotations.mask_images.settings import MaskSettings
from blastvote.annotations.mask_images.voc import is_voc, read_voc
from blastvote.annotations.model import AnnotationSet, Cell, ImageAnnotation
from blastvote.errors import InputError, LossyMaskError, UnrelatedInputError


def check_mask_file(path: Path, mode: str) -> None:
    """Raise InputError for a label map in a JPEG file: its compression mixes the cells' values."""
    if mode not in ("binary", "components") and path.suffix.lower() in (".jpg", ".jpeg"):
        raise LossyMaskError(
            f"{path}: a label map in a JPEG file; JPEG changes the values along every edge, so cells cannot be "
            "told apart. Save it as PNG or TIFF; if the mask shows one cell, set dataset.masks to 'binary'; if each "
            "piece of it is a cell, to 'components'."
        )


def read_mask(path: Path, settings: MaskSettings, notes: list[str]) -> np.ndarray:
    """Read a mask image, ``int32 (H, W)``; the grey noise of a JPEG file becomes background, with a note.

    Raises
    ------
    InputError
        If it cannot be read, has colours, or is a label map in a JPEG file.
    """
    check_mask_file(path, settings.mode)
    labels = io.read_mask_image(path, settings.reading)
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
    for path in image_files(folder.glob(pattern)):
        groups.setdefault(photograph_stem(path.stem), []).append(path)
    if not groups:
        raise UnrelatedInputError(
            f"{folder}: holds no annotation files (.json, .geojson) and no mask images ({pattern}; "
            f"{', '.join(io.IMAGE_SUFFIXES)}). Name the file or folder that holds the annotations."
        )
    return {stem: the_mask(stem, paths) for stem, paths in groups.items()}


def the_mask(stem: str, paths: Sequence[Path]) -> Path:
    """Return the one single-channel image among the files that may be the mask of a photograph.

    Raises
    ------
    InputError
        If several are.
    """
    masks = [p for p in paths if not p.stem.lower().endswith(PICTURES)] or list(paths)
    if len(masks) > 1:
        masks = [p for p in masks if io.is_single_channel(p)]
    if len(masks) != 1:
        raise UnrelatedInputError(
            f"{paths[0].parent}: {len(masks)} of the files {[f'{p.parent.name}/{p.name}' for p in paths]} may be "
            f"the mask of '{stem}'; expected one single-channel image. Keep masks in a folder of their own, or "
            "name them by a pattern."
        )
    return masks[0]


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
    settings = MaskSettings(mode, None if ignore is None else tuple(ignore))
    wanted = None if stems is None else set(stems)
    images: dict[str, ImageAnnotation] = {}
    journal = Journal(str(folder))
    for stem, path in mask_files(folder, pattern).items():
        if wanted is None or stem in wanted:
            images[stem] = read_mask_annotation(path, stem, settings, journal)
    return AnnotationSet.of(journal, "masks", images)


def read_mask_annotation(path: Path, name: str, settings: MaskSettings, journal: Journal) -> ImageAnnotation:
    """Read one mask image as the annotation of the image `name`.

    Raises
    ------
    InputError
        If it cannot be read, is a label map in a JPEG file, or has colours that no table of colours names.
    """
    own = Journal(str(path))
    if settings.mode == "label_map" and is_voc(path):
        image = read_voc(path, name, settings.colours, own)
        journal.take(own.notes, own.warnings, own.lines)
        return image
    coloured = settings.colours or has_colours(path)
    table, source = colour_table(path, settings.colours) if coloured else ({}, "")
    if table:
        labels, cells = _coloured_cells(path, table, source, own)
    else:
        labels = read_mask(path, settings, own.notes)
        cells = cells_of_label_map(labels, settings.mode, settings.ignore, path.name, own)
    if not cells:
        own.notes.append(f"{path.name}: the mask is empty; the image has no cells.")
    journal.take(own.notes, own.warnings, own.lines)
    height, width = labels.shape
    values = {"values": values_of(labels).tolist()}
    return ImageAnnotation(name, width, height, cells=cells, aliases=(path.name,), attributes=values)


def _coloured_cells(
    path: Path, table: Mapping[Colour, str], source: str, journal: Journal
) -> tuple[np.ndarray, tuple[Cell, ...]]:
    """Return the numbers of a colour-coded mask's classes and its cells, which have classes."""
    check_mask_file(path, "semantic")
    labels, classes = read_colours(path, table, source)
    journal.notes.append(f"The class of each colour is that of {source}.")
    cells = cells_of_label_map(labels, "semantic", (), path.name, journal)
    return labels, tuple(replace(cell, class_name=classes[cell.attributes["value"]]) for cell in cells)


def read_cell_masks(
    paths: Sequence[Path], name: str, settings: MaskSettings, journal: Journal
) -> ImageAnnotation:
    """Read mask images that show one cell each as the annotation of the image `name`.

    Parameters
    ----------
    paths
        The masks of one photograph.
    name
        The photograph.
    settings
        The mode ``label_map`` means here that each file is one cell, as ``binary`` does.
    journal
        Receives the notes on all files.

    Raises
    ------
    InputError
        If a mask cannot be read, or masks differ in size.
    """
    if settings.mode == "label_map":
        settings = replace(settings, mode="binary")
    parts = [read_mask_annotation(path, name, settings, journal) for path in paths]
    for path, part in zip(paths, parts, strict=True):
        if not part.cells:
            line = Line(str(path), "mask", name, LEFT_OUT, "the mask is empty")
            journal.lines.append(line)
    return _together(paths, parts)


def read_class_masks(
    paths: Sequence[Path], name: str, settings: MaskSettings, journal: Journal
) -> ImageAnnotation:
    """Read the masks of one photograph in a folder for each class; parameters and errors as `read_cell_masks`."""
    parts = []
    for path in paths:
        part = read_mask_annotation(path, name, settings, journal)
        cells = tuple(replace(cell, class_name=cell.class_name or path.parent.name) for cell in part.cells)
        parts.append(replace(part, cells=cells))
    return _together(paths, parts)


def _together(paths: Sequence[Path], parts: Sequence[ImageAnnotation]) -> ImageAnnotation:
    """Return the annotation of one photograph from several masks; an error where they differ in size."""
    for path, part in zip(paths, parts, strict=True):
        if (part.width, part.height) != (parts[0].width, parts[0].height):
            raise InputError(
                f"{path}: the mask is {part.width}x{part.height} pixels, but {paths[0].name} of the same photograph is "
                f"{parts[0].width}x{parts[0].height}. Save all masks at the photograph's size."
            )
    cells = tuple(cell for part in parts for cell in part.cells)
    values = sorted({value for part in parts for value in part.attributes["values"]})
    return replace(parts[0], cells=cells, aliases=(), attributes={"values": values})
