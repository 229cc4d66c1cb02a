"""The image that a name in a table or an annotation file means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from blastvote import io
from blastvote.dataset.source.image_ids import IMAGE_FOLDERS, safe_id

EXACT, ID, CASE, STEM, NUMBER, FOLDER, FOLDED = range(7)
_UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")  # Label Studio's upload
_ROBOFLOW = re.compile(r"^(.+)_([A-Za-z]{3,4})\.rf\.[0-9A-Za-z]{6,}\.[A-Za-z]+$")
_CHANNEL = re.compile(r"_0000$")  # nnU-Net's first channel


class NameIndex:
    """Finds the image that a name means.

    Tried in turn: the last folder with the file name, the id, the file name, the file name in any case, the stem
    (of a name with or without an ending, if only one image has it), and, if asked, the stem as a number (``7``
    means ``007``). Where a file name is that of one image alone, folders before it do not count.
    """

    def __init__(self, images: Mapping[str, str | Path]) -> None:
        self._maps: list[dict[str, str | None]] = [{} for _ in range(7)]
        for image_id, path in images.items():
            name = _normal(Path(path).name)
            stem = PurePosixPath(name).stem
            for folder in _folders(Path(path)):
                for key in (name, stem):
                    self._add(FOLDER, f"{folder}/{key}".casefold(), image_id)
            self._add(ID, image_id, image_id)
            self._add(EXACT, name, image_id)
            self._add(CASE, name.casefold(), image_id)
            self._add(STEM, stem.casefold(), image_id)
            for key in {stem, _CHANNEL.sub("", stem)}:
                self._add(FOLDED, _folded(key), image_id)
            if stem.isdecimal():
                self._add(NUMBER, str(int(stem)), image_id)

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
            stem = _stem(base)
            folder = f"{path.parent.name}/{base}".casefold()
            tries = [
                (FOLDER, folder),
                (ID, base),
                (EXACT, base),
                (CASE, base.casefold()),
                (STEM, stem.casefold()),
            ]
            if numbers and stem.isdecimal():
                tries.append((NUMBER, str(int(stem))))
            for level, key in tries:
                found = self._maps[level].get(key)
                if found is not None:
                    return found
        return None

    def guess(self, *names: str) -> str | None:
        """Return the id of the one image that a name as tools change it can mean, or None.

        Undone are addresses (``%20``, ``?d=folder/a.png``), Label Studio's ``ab12cd34-a.png``, Roboflow's
        ``a_png.rf.0123abcd.jpg``, nnU-Net's ``_0000``, and blanks and signs that became other signs.
        """
        for name in names:
            for variant in _undone(name):
                found = self.find(variant) or self._maps[FOLDED].get(
                    _folded(_stem(PurePosixPath(variant).name))
                )
                if found is not None:
                    return found
        return None


def _folders(path: Path) -> set[str]:
    """Return the name of an image's folder, and of the nearest one that is not called ``images`` or so."""
    names = [_normal(folder.name) for folder in path.parents if folder.name]
    telling = [name for name in names if name.casefold() not in IMAGE_FOLDERS]
    return {*names[:1], *telling[:1]}


def _undone(name: str) -> Iterator[str]:
    """Yield a name with what tools added to it taken away, the least first."""
    plain = _normal(name).replace("\\", "/")
    if "?" in plain or "%" in plain or "://" in plain:
        try:
            address = urlsplit(plain)
            local = parse_qs(address.query).get("d", [""])[0]
        except ValueError:
            return
        plain = local or unquote(address.path) or plain
    yield plain
    path = PurePosixPath(plain)
    for base in dict.fromkeys((path.name, _UPLOADED.sub("", path.name))):
        yield base
        uploaded = _ROBOFLOW.fullmatch(base)
        if uploaded:
            yield f"{uploaded[1]}.{uploaded[2]}"


def _stem(base: str) -> str:
    return PurePosixPath(base).stem if Path(base).suffix.lower() in io.IMAGE_SUFFIXES else base


def _folded(stem: str) -> str:
    return safe_id(stem).casefold().replace("-", "_").replace(".", "_")


def _normal(name: str) -> str:
    # macOS stores names decomposed, annotation tools composed.
    return unicodedata.normalize("NFC", name.strip())
