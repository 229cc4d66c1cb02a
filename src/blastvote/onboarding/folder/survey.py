"""What lies in a folder: photographs, files that may hold annotations, tables."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from blastvote import io
from blastvote.annotations.files import ALONE_SUFFIXES
from blastvote.annotations.mask_images.names import MASKS, photograph_stem
from blastvote.dataset.source.image_ids import IMAGE_FOLDERS
from blastvote.errors import InputError
from blastvote.wording import listed

MOST_FILES = 200_000
"""A folder with more files is somebody's home, not a data set."""
TABLES = (".csv", ".tsv")
WORKBOOKS = (".xlsx", ".xls", ".ods")
ARCHIVES = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Survey:
    """The files of a folder and its subfolders, hidden ones left out.

    Attributes
    ----------
    root
        The folder.
    images
        Folder to the image files that lie in it, photographs and masks alike, sorted.
    others
        Files that may hold annotations or labels, by their endings, sorted.
    workbooks
        Files of spreadsheets, which are not read.
    """

    root: Path
    images: dict[Path, list[Path]]
    others: list[Path]
    workbooks: list[Path]

    @property
    def tables(self) -> list[Path]:
        """Return the CSV files."""
        return [path for path in self.others if path.suffix.lower() in TABLES]

    @property
    def folders(self) -> list[Path]:
        """Return every folder that holds images or files of annotations, and those above them up to the root."""
        direct = {*self.images, *(path.parent for path in self.others)}
        above = {p for folder in direct for p in (folder, *folder.parents) if p.is_relative_to(self.root)}
        return sorted(above, key=lambda p: (len(p.parts), p))


def survey(root: Path) -> Survey:
    """Look through a folder; nothing is opened.

    Raises
    ------
    InputError
        If it is no folder, holds no images, or far too many files.
    """
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise InputError(f"{root}: {what}; expected the folder with photographs and annotations.")
    images: dict[Path, list[Path]] = {}
    others: list[Path] = []
    workbooks: list[Path] = []
    archives: list[str] = []
    count = 0
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(files):
            path = Path(place, name)
            count += 1
            if name.startswith("."):
                continue
            if path.suffix.lower() in ARCHIVES:
                archives.append(name)
            if path.suffix.lower() in io.IMAGE_SUFFIXES:
                images.setdefault(Path(place), []).append(path)
            elif path.suffix.lower() in (*ALONE_SUFFIXES, *TABLES):
                others.append(path)
            elif path.suffix.lower() in WORKBOOKS:
                workbooks.append(path)
        if count > MOST_FILES:
            raise InputError(
                f"{root}: holds more than {MOST_FILES} files. Name the folder of the data set itself."
            )
    if not images:
        raise InputError(
            f"{root}: holds no photographs, neither in itself nor in its subfolders (endings: "
            f"{', '.join(io.IMAGE_SUFFIXES)})." + (f" Unpack {listed(archives)} first." if archives else "")
        )
    return Survey(root, images, others, workbooks)


def photograph_entries(found: Survey) -> list[list[str]]:
    """Return what ``dataset.images`` may be, the likeliest first: entries that are folders or patterns."""
    sets: list[str] = []
    for folder, files in found.images.items():
        names = {part.casefold() for part in folder.relative_to(found.root).parts}
        if not names & MASKS or names & set(IMAGE_FOLDERS):
            sets += _photographs_in(folder, files)
    options = [[str(found.root)]] if all("*" not in entry for entry in sets) else []
    if len(sets) > 1:
        options.append(sets)
    options += [[entry] for entry in sets]
    if len(found.images) == 1:
        options.reverse()
    return [option for place, option in enumerate(options) if option not in options[:place]]


def _photographs_in(folder: Path, files: list[Path]) -> list[str]:
    """Return the folder, or the pattern of those files that are photographs where masks share their stems."""
    stems = Counter(path.stem.casefold() for path in files)
    endings = sorted({path.suffix for path in files})
    if len(endings) < 2 or max(stems.values()) < 2:
        names = {path.stem.casefold() for path in files}
        lone = [p for p in files if photograph_stem(p.stem).casefold() in names - {p.stem.casefold()}]
        return [str(folder)] if len(lone) < len(files) else []
    return [f"{folder}/*{ending}" for ending in endings if not _single_channel(files, ending)]


def _single_channel(files: list[Path], ending: str) -> bool:
    first = next(path for path in files if path.suffix == ending)
    try:
        return io.is_single_channel(first)
    except InputError:
        return False


def annotation_entries(found: Survey, images: list[str]) -> list[list[str]]:
    """Return what ``dataset.annotations`` may be for photographs, the likeliest first."""
    files = [[str(path)] for path in found.others if path.suffix.lower() not in (".txt", ".npy", ".roi")]
    files.sort(key=lambda entry: Path(entry[0]).suffix.lower() in TABLES)
    folders = [[str(folder)] for folder in reversed(found.folders)]
    patterns = []
    if all("*" in entry for entry in images):  # masks beside photographs, under another ending
        endings = {p.suffix for folder in found.images for p in found.images[folder]} - {
            Path(entry).suffix for entry in images
        }
        patterns = [[str(Path(entry).with_suffix(ending)) for entry in images] for ending in sorted(endings)]
    return [*files, *patterns, *folders]
