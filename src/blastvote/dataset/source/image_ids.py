"""Image ids from file names, and the image that a name in some table or annotation file means."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from blastvote import io
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


def assign_ids(paths: Iterable[Path], prefix: str = "") -> dict[str, Path]:
    """Return ids and paths, sorted by id.

    Names that would get one id (``a b.png``, ``a_b.png``; also ``A`` and ``a``, which some file systems
    cannot tell apart) all get a suffix made of their full name, so the order of files plays no part.

    Raises
    ------
    InputError
        If two files differ in their ending only (``007.bmp`` beside ``007.png``).
    """
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(_join(prefix, path.stem).casefold(), []).append(path)
    ids: dict[str, Path] = {}
    for members in groups.values():
        stems = {path.stem for path in members}
        if len(stems) < len(members):
            names = [path.name for path in sorted(members)]
            raise InputError(
                f"{members[0].parent}: the files {names} differ in their ending only, so it is not clear "
                "which is the photograph. Name the photographs by a pattern, for example "
                f"'{members[0].parent.name}/*{members[0].suffix}'."
            )
        for path in members:
            plain = _join(prefix, path.stem)
            ids[plain if len(members) == 1 else f"{plain}-{zlib.crc32(path.name.encode()):08x}"] = path
    return dict(sorted(ids.items()))


def _join(prefix: str, stem: str) -> str:
    return safe_id(f"{prefix}_{stem}" if prefix else stem)


def list_images(folder: str | Path, pattern: str = "*", prefix: str = "") -> dict[str, Path]:
    """List the photographs of a folder without opening them.

    Parameters
    ----------
    folder
        A folder, or a folder and a pattern in one: ``smears/*.bmp``.
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
    if any(sign in folder.name for sign in "*?[") and not folder.exists():
        folder, pattern = folder.parent, folder.name
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise InputError(
            f"{folder}: {what}; expected a folder with photographs. Correct config key 'dataset.images'."
        )
    files = [
        path
        for path in folder.glob(pattern)
        if path.suffix.lower() in io.IMAGE_SUFFIXES and not path.name.startswith(".")
    ]
    if not files:
        raise InputError(
            f"{folder}: holds no images that match '{pattern}' with an ending among "
            f"{', '.join(io.IMAGE_SUFFIXES)}. Correct config key 'dataset.images'."
        )
    return assign_ids(files, prefix)


class NameIndex:
    """Finds the image that a name means.

    Tried in turn: the last folder with the file name, the id, the file name, the file name in any case, the stem
    (of a name with or without an ending, if only one image has it), and, if asked, the stem as a number (``7``
    means ``007``). Where a file name is that of one image alone, folders before it do not count.
    """

    def __init__(self, images: Mapping[str, str | Path]) -> None:
        self._maps: list[dict[str, str | None]] = [{} for _ in range(6)]
        for image_id, path in images.items():
            name = _normal(Path(path).name)
            stem = PurePosixPath(name).stem
            self._add(5, f"{_normal(Path(path).parent.name)}/{name}".casefold(), image_id)
            keys = [image_id, name, name.casefold(), stem.casefold()]
            for level, key in enumerate(keys):
                self._add(level, key, image_id)
            if stem.isdecimal():
                self._add(4, str(int(stem)), image_id)

    def _add(self, level: int, key: str, image_id: str) -> None:
        known = self._maps[level]
        known[key] = None if known.get(key, image_id) != image_id else image_id

    def find(self, *names: str, numbers: bool = False) -> str | None:
        """Return the id that one of the names means, or None if none or several images fit.

        Parameters
        ----------
        names
            Names to try, the best first.
        numbers
            Whether ``7`` may mean ``007``.
        """
        for name in names:
            path = PurePosixPath(_normal(name).replace("\\", "/"))
            base = path.name
            stem = PurePosixPath(base).stem if Path(base).suffix.lower() in io.IMAGE_SUFFIXES else base
            folder = f"{path.parent.name}/{base}".casefold()
            tries = [(5, folder), (0, base), (1, base), (2, base.casefold()), (3, stem.casefold())]
            if numbers and stem.isdecimal():
                tries.append((4, str(int(stem))))
            for level, key in tries:
                found = self._maps[level].get(key)
                if found is not None:
                    return found
        return None


def _normal(name: str) -> str:
    # macOS stores names decomposed, annotation tools composed.
    return unicodedata.normalize("NFC", name.strip())
