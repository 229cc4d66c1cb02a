"""Which files to look at, and a name for each that no other has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from blastvote.errors import InputError
from blastvote.io import IMAGE_SUFFIXES


def named_images(paths: Sequence[Path]) -> dict[str, Path]:
    """Return the image files among paths and in the folders among them, by names that are safe as file names.

    A name is the file's stem; where several files share it, their folders and endings come before and behind it, and
    at last a number.

    Raises
    ------
    InputError
        If there is no image.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(p for p in path.iterdir() if _is_image(p))
        else:
            files.append(path)
    files = list(dict.fromkeys(files))
    if not files:
        raise InputError(
            f"There is no image in {', '.join(map(str, paths))}. Name image files or their folder."
        )
    names = [_safe(path.stem) for path in files]
    for longer in (
        lambda p: f"{p.parent.name}_{p.stem}",
        lambda p: f"{p.parent.name}_{p.stem}_{p.suffix[1:]}",
    ):
        often = Counter(name.lower() for name in names)
        names = [
            name if often[name.lower()] == 1 else _safe(longer(path))
            for name, path in zip(names, files, strict=True)
        ]
    named: dict[str, Path] = {}
    taken: set[str] = set()
    for name, path in zip(names, files, strict=True):
        number, unique = 1, name
        while unique.lower() in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique.lower())
        named[unique] = path
    return named


def _is_image(path: Path) -> bool:
    """Return whether a file of a folder is taken; macOS leaves hidden doubles (``._a.jpg``) beside photographs."""
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")


def _safe(name: str) -> str:
    return re.sub(r"[^\w.+-]+", "_", name).strip("._") or "image"
