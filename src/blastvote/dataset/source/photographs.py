"""The photographs of a folder, told from the masks that lie beside them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from blastvote import io
from blastvote.annotations.mask_images.names import MASK_FOLDERS, image_files, photograph_stem
from blastvote.dataset.source.image_ids import IMAGE_FOLDERS, assign_ids
from blastvote.dataset.source.patterns import is_pattern, split_pattern
from blastvote.errors import InputError, UnrelatedInputError
from blastvote.io.opening import require_listable
from blastvote.wording import listed

MOST_FOLDERS = 4
"""Subfolders are searched so deep: train/patient/slide/images."""


def list_images(folder: str | Path, pattern: str = "*", prefix: str = "") -> dict[str, Path]:
    """List the photographs of a folder without opening them.

    A folder that holds no photograph itself is searched with its subfolders; those called ``masks``, ``labels`` and
    the like are left out, and if some are called ``images``, only these count. A file such as ``a_cp_masks.png``
    beside ``a.png`` is no photograph.

    Parameters
    ----------
    folder
        A folder, or a folder and a pattern in one: ``smears/*.bmp``, ``train/*/images/*.png``.
    pattern
        Which files count, for example ``*.bmp``; hidden files and other endings than those of images do not.
    prefix
        Put before every id, to tell folders apart.

    Returns
    -------
    dict
        Image id to path, sorted by id.

    Raises
    ------
    InputError
        If the folder is missing, holds no images, or has ambiguous names.
    """
    folder = Path(folder)
    if is_pattern(folder):
        folder, pattern = split_pattern(folder)
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise InputError(
            f"{folder}: {what}; expected a folder with photographs. Correct config key 'dataset.images'."
        )
    require_listable(folder)
    files = image_files(folder.glob(pattern))
    if pattern == "*":
        files = without_masks(files or _nested(folder))
    if not files:
        others = sorted(p.name for p in folder.glob(pattern) if p.is_file() and p.name[0] != ".")
        there = f" (but {len(others)} other files, such as {others[0]})" if others else ""
        raise UnrelatedInputError(
            f"{folder}: holds no images that match '{pattern}' with an ending among "
            f"{', '.join(io.IMAGE_SUFFIXES)}{there}. Correct config key 'dataset.images', or save photographs of "
            "another kind as PNG or TIFF."
        )
    return assign_ids(files, prefix, folder)


def _nested(folder: Path) -> list[Path]:
    """Return the photographs in subfolders of a folder."""
    found, named = [], []
    for path in image_files(folder.rglob("*")):
        folders = [part.casefold() for part in path.relative_to(folder).parent.parts]
        if len(folders) > MOST_FOLDERS or any(n in MASK_FOLDERS or n.startswith(".") for n in folders):
            continue
        found.append(path)
        if any(name in IMAGE_FOLDERS for name in folders):
            named.append(path)
    return named or found


def without_masks(files: list[Path]) -> list[Path]:
    """Return files without those that are called the mask of another one in their folder."""
    stems = {(path.parent, path.stem.casefold()) for path in files}
    return [path for path in files if not _is_mask_beside(path, stems)]


def _is_mask_beside(path: Path, stems: set[tuple[Path, str]]) -> bool:
    stem = photograph_stem(path.stem)
    return stem != path.stem and (path.parent, stem.casefold()) in stems


def masks_beside(photographs: Iterable[Path]) -> list[Path]:
    """Return the mask images that lie beside photographs and are named after them, such as ``a_cp_masks.png``."""
    photographs = list(photographs)
    stems = {(path.parent, path.stem.casefold()) for path in photographs}
    known = set(photographs)
    folders = sorted({path.parent for path in photographs})
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in image_files(folder.iterdir())
        if path not in known and _is_mask_beside(path, stems)
    ]


def links_outside(paths: Iterable[Path]) -> list[str]:
    """Return a note on photographs that are links to files outside their folder, if there are any."""
    outside = []
    for path in paths:
        if path.is_symlink():
            target = io.real_path(path)
            if not target.is_relative_to(io.real_path(path.parent)):
                outside.append(f"{path.name} -> {target}")
    if not outside:
        return []
    return [f"{len(outside)} photographs are links to files outside their folder: {listed(outside)}."]
