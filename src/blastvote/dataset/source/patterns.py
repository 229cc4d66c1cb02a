"""Patterns in paths, such as ``smears/*.bmp`` or ``train/*/images/*.png``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def is_pattern(path: str | Path) -> bool:
    """Return whether a path is a pattern, not a file or folder of that name."""
    return any(sign in str(path) for sign in "*?[") and not Path(path).exists()


def split_pattern(path: str | Path) -> tuple[Path, str]:
    """Return the folder from which a pattern counts, and the pattern.

    Examples
    --------
    >>> split_pattern("train/*/images/*.png")
    (PosixPath('train'), '*/images/*.png')
    """
    parts = Path(path).parts
    first = next(place for place, part in enumerate(parts) if any(sign in part for sign in "*?["))
    return Path(*parts[:first]), "/".join(parts[first:])


def matches(path: str | Path) -> list[Path]:
    """Return what matches a pattern, sorted."""
    root, pattern = split_pattern(path)
    return sorted(root.glob(pattern))


def expand(entries: Iterable[str]) -> list[str]:
    """Return paths with every pattern (``outlines/*.geojson``) replaced by the files that match it, sorted."""
    found: list[str] = []
    for entry in entries:
        found += map(str, matches(entry)) if is_pattern(entry) else [entry]
    return found


def path_exists(entry: str | Path) -> bool:
    """Return whether a config path exists; a pattern (``smears/*.bmp``) does if a file matches it."""
    return Path(entry).exists() or (is_pattern(entry) and bool(matches(entry)))
