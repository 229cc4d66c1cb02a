"""Which files of a folder hold annotations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from blastvote.annotations.contents import open_file
from blastvote.annotations.mask_images.colours import table_beside
from blastvote.annotations.mask_images.voc import class_mask, is_voc
from blastvote.annotations.registry import find_format, find_formats
from blastvote.errors import InputError
from blastvote.io import IMAGE_SUFFIXES
from blastvote.io.opening import require_listable

SUFFIXES = (".json", ".geojson", ".xml")
"""Endings of files that hold annotations, or should."""
TEXT_SUFFIXES = (".txt", ".csv")
"""Endings of files that may as well be notes to the reader, or labels: their content is looked at."""
ROI_SUFFIXES = (".zip",)
"""Endings of archives, of which those with ImageJ's ROIs are annotations."""
ALONE_SUFFIXES = (*SUFFIXES, *TEXT_SUFFIXES, *ROI_SUFFIXES, ".npy", ".roi")
"""Endings of what is an annotation file, readable or not; of other files the content tells, where they are named."""


MOST_STRAYS = 3
"""So few files of no known format do not make annotations of a folder of images."""


def annotation_files(folder: Path) -> list[Path]:
    """Return the annotation files of a folder, or of its subfolders if it holds none itself, sorted by name.

    Hidden files and what tools write beside annotations (``classes.txt``) do not count. Empty if the folder holds
    mask images only.
    """
    companions = {name for known in find_formats().values() for name in known.companions}
    require_listable(folder)
    own = list(folder.iterdir())
    has_images = any(path.suffix.lower() in IMAGE_SUFFIXES for path in own)
    for files in (own,) if has_images else (own, folder.rglob("*")):
        found = [
            path
            for path in sorted(files)
            if path.suffix.lower() in SUFFIXES + TEXT_SUFFIXES + ROI_SUFFIXES
            and path.name.casefold() not in companions
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)
            and path.is_file()
        ]
        found = [path for path in found if path.suffix.lower() not in ROI_SUFFIXES or _is_readable(path)]
        texts = {path for path in found if path.suffix.lower() in TEXT_SUFFIXES}
        wanted = {path for path in texts if path.stat().st_size and _is_known(path)}
        if any(path.suffix.lower() == ".txt" for path in wanted):  # an empty one is an image without objects
            wanted |= {path for path in texts if not path.stat().st_size and path.suffix.lower() == ".txt"}
        found = [path for path in found if path not in texts or path in wanted]
        if has_images and len(found) <= MOST_STRAYS and not any(map(_is_known, found)):
            found = []  # mask images, and a tool's own settings beside them
        if found:
            return found
    return []


def files_beside(files: Sequence[Path]) -> list[Path]:
    """Return the files beside annotations or masks that tell classes: what else a change of the classes touches."""
    found: list[Path | None] = []
    for first in {path.parent: path for path in reversed(files)}.values():  # one file of each folder
        if first.suffix.lower() in IMAGE_SUFFIXES:
            found.append(table_beside(first))
        else:
            content = {".txt": "text"}.get(first.suffix.lower(), "json")
            known = [f.beside for f in find_formats().values() if f.beside and f.content == content]
            found += [beside(first) for beside in known]
    found += [class_mask(path) for path in files if is_voc(path)]
    return [path for path in dict.fromkeys(found) if path is not None]


def _is_known(path: Path) -> bool:
    try:
        return find_format(open_file(path, None, [])) is not None
    except InputError:
        return False


def _is_readable(path: Path) -> bool:
    """Return whether a file is of a format that is read, not refused."""
    try:
        known = find_format(open_file(path, None, []))
    except InputError:
        return False
    return known is not None and known.title != ""


def is_annotation_entry(entry: str | Path) -> bool:
    """Return whether a path from the configuration names annotation files; False means mask images."""
    path = Path(entry)
    if path.is_dir():
        return bool(annotation_files(path))
    suffix = path.suffix.lower()
    return suffix in ALONE_SUFFIXES or (suffix not in IMAGE_SUFFIXES and path.is_file())
