"""Image ids from file names."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from pathlib import Path

from blastvote.errors import InputError

# What spreadsheet programs and CSV readers would take for a number, a date part or a missing value.
_NOT_TEXT = re.compile(
    r"[\d._+-]+|[+-]?[\d._]+e[+-]?\d+|na|nan|null|none|n_a|inf|infinity|true|false|0x[\da-f]+", re.I
)
MAX_LENGTH = 100


def safe_id(name: str) -> str:
    """Return a stem made safe as id, file name and CSV value.

    Accents are dropped, every run of other characters than letters, digits, ``.`` and ``-`` becomes one
    ``_``, ends are trimmed, and a name that a table reader would take for a number or a missing value gets
    the prefix ``img_``. So ``007`` is ``img_007``, and no id holds ``__``, which marks flipped copies.

    Examples
    --------
    >>> safe_id("92.1 cells (092820, P11)"), safe_id("007"), safe_id("Größe__2")
    ('92.1_cells_092820_P11', 'img_007', 'Grosse_2')
    """
    text = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    text = "".join(c for c in text if not unicodedata.combining(c))
    text = re.sub(r"[^A-Za-z0-9.-]+", "_", text).strip("._-")
    if len(text) > MAX_LENGTH:
        text = f"{text[: MAX_LENGTH - 9]}_{zlib.crc32(name.encode()):08x}"
    if not text:
        text = f"img_{zlib.crc32(name.encode()):08x}"
    return f"img_{text}" if _NOT_TEXT.fullmatch(text) else text


IMAGE_FOLDERS = (
    "images",
    "image",
    "imgs",
    "img",
    "imagestr",
    "imagests",
    "jpegimages",
    "photos",
    "photographs",
)
"""Names of folders that say nothing of the images in them, in lower case."""


def assign_ids(paths: Iterable[Path], prefix: str = "", root: Path | None = None) -> dict[str, Path]:
    """Return ids and paths, sorted by id.

    Names that would get one id (``a b.png``, ``a_b.png``; also ``A`` and ``a``, which some file systems
    cannot tell apart) all get a suffix made of their full name, so the order of files plays no part.

    Parameters
    ----------
    paths
        The photographs.
    prefix
        Put before every id.
    root
        Ids of photographs in subfolders of this one start with their folder's name: ``L1/7.png`` is ``L1_7``.

    Raises
    ------
    InputError
        If two files differ in their ending only (``007.bmp`` beside ``007.png``).
    """
    groups: dict[str, list[tuple[str, Path]]] = {}
    for path in paths:
        own = folder_of(path, root) if root is not None else ""
        plain = safe_id("_".join(part for part in (prefix, own, path.stem) if part))
        groups.setdefault(plain.casefold(), []).append((plain, path))
    ids: dict[str, Path] = {}
    for members in groups.values():
        places = {path.parent / path.stem for _, path in members}
        if len(places) < len(members):
            first = min(path for _, path in members)
            names = [path.name for _, path in sorted(members)]
            raise InputError(
                f"{first.parent}: the files {names} differ in their ending only, so it is not clear "
                "which is the photograph. Name the photographs by a pattern, for example "
                f"'{first.parent.name}/*{members[0][1].suffix}'."
            )
        for plain, path in members:
            full = path.relative_to(root).as_posix() if root is not None else path.name
            ids[plain if len(members) == 1 else f"{plain}-{zlib.crc32(full.encode()):08x}"] = path
    return dict(sorted(ids.items()))


def folder_of(path: Path, root: Path) -> str:
    """Return the nearest folder below `root` that says something of a photograph; empty if there is none."""
    names = (folder.name for folder in path.relative_to(root).parents if folder.name)
    return next((n for n in names if n.casefold() not in IMAGE_FOLDERS and n != path.stem), "")
