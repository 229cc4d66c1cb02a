"""Paths that neither Snakemake nor the file system would take as they are meant."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from blastvote.errors import InputError
from blastvote.io import real_path

_READ_BY_SNAKEMAKE = re.compile(r"[{}<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LONGEST_NAME, LONGEST_PATH = 255, 3500
"""Bytes of one name and of the results folder: file systems take 255 and 4096, and files lie below the folder."""
_NO_PLACE = ("proc", "sys", "dev")
_PLACE = "/dev/shm"  # memory that is used as a disk


def check_config_paths(config: Mapping[str, Any]) -> None:
    """Check the paths that a configuration names; whether the data are there is another matter.

    Raises
    ------
    InputError
        If a path holds characters that Snakemake reads as something else, or nothing can be written to ``results``.
    """
    named = {"results": config["results"]}
    named |= {f"dataset.{key}": config["dataset"].get(key) for key in ("images", "annotations", "labels")}
    for key, value in named.items():
        for path in [value] if isinstance(value, str) else value or []:
            _check_characters(f"Config key '{key}' is {path!r}", path, "Rename it")
    check_results(config["results"])


def check_data_paths(paths: Iterable[str | Path]) -> None:
    """Raise InputError if the name of a photograph, an annotation file or a table holds what Snakemake reads."""
    for path in paths:
        _check_characters(str(path), str(path), "Rename the file or its folder")


def check_results_apart(results: str, folders: Iterable[str], files: Iterable[Path]) -> None:
    """Check that no later start takes the study's own images for photographs or annotations.

    Parameters
    ----------
    results
        Config key ``results``.
    folders
        Folders that are searched for photographs and annotations.
    files
        What was found.

    Raises
    ------
    InputError
        If the results are to lie in a folder of which subfolders are searched.
    """
    place, files = real_path(Path(results)), list(files)
    for folder in map(Path, folders):
        if not place.is_relative_to(real_path(folder)):
            continue
        nested = next((p for p in files if folder in p.parents and p.parent != folder), None)
        if nested is not None:
            raise InputError(
                f"Config key 'results' is {results!r}, which lies in {folder}. That folder is searched with its "
                f"subfolders (as for {nested}), so that the study's own images would be taken for photographs or "
                "masks. Name a folder outside, or name the subfolders in 'dataset.images' and 'dataset.annotations'."
            )


def _check_characters(what: str, path: str, remedy: str) -> None:
    found = _READ_BY_SNAKEMAKE.search(path)
    if found:
        raise InputError(
            f"{what}: Snakemake reads {found[0]!r} in a path as something else (wildcards, path variables, ends of "
            f"lines). {remedy} without braces, angle brackets and control characters."
        )


def check_results(results: str) -> None:
    """Raise InputError if nothing can be written to the folder ``results``; it need not exist yet."""
    detail = f"Config key 'results' is {results[:60]!r}{'...' if len(results) > 60 else ''}"
    if results.startswith("~"):
        raise InputError(f"{detail}: ~ is not replaced by your home folder here. Write the path out.")
    if results != results.strip():
        raise InputError(f"{detail}: it begins or ends with a blank. Write the path without.")
    folder_path = Path(results).absolute()
    longest = max(len(os.fsencode(part)) for part in folder_path.parts)
    if longest > LONGEST_NAME:
        raise InputError(
            f"{detail}: a name in it has {longest} bytes, longer than {LONGEST_NAME}. Shorten it."
        )
    length = len(os.fsencode(folder_path))
    if length > LONGEST_PATH:
        raise InputError(f"{detail}: the path has {length} bytes, longer than {LONGEST_PATH}. Shorten it.")
    if (
        folder_path.parts[1:2]
        and folder_path.parts[1] in _NO_PLACE
        and not folder_path.is_relative_to(_PLACE)
    ):
        raise InputError(f"{detail}: /{folder_path.parts[1]} is no place for results. Name another folder.")
    standing = next(folder for folder in (folder_path, *folder_path.parents) if os.path.lexists(folder))
    if not standing.is_dir():
        what = "a file, not a folder" if standing.exists() else "a link that leads nowhere"
        raise InputError(f"{detail}: {standing} is {what}. Rename it, or name another folder.")
    if not os.access(standing, os.W_OK | os.X_OK):
        raise InputError(
            f"{detail}: nothing can be written to {standing}. Give yourself permission, or name another folder."
        )
