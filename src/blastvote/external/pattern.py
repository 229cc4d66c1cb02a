"""Where the detections of each run lie: a pattern with the run's method, seed and fold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from blastvote.errors import InputError

PLACES = ("method", "seed", "fold")
KEY = "Config key 'segmenter.detections'"
CELLS = "cells.csv"
"""In a folder of label maps, the table of the cells."""

RunKey = tuple[str, int, int]
"""Method, seed, fold."""


def detection_paths(pattern: str, runs: Sequence[RunKey]) -> dict[RunKey, Path]:
    """Return the file (COCO results) or folder (label maps) of each run.

    Parameters
    ----------
    pattern
        A path with ``{method}``, ``{seed}`` and ``{fold}``; one that is the same in all runs may be left out.
    runs
        Method, seed and fold of each run.

    Raises
    ------
    InputError
        If the pattern is empty, holds another place, cannot tell two runs apart, or a run's path does not exist.
    """
    if not pattern:
        raise InputError(
            f"{KEY} is empty, but 'segmenter.source' is external. Name the detections of each run, as "
            "cells/{method}/seed{seed}/fold{fold}.json."
        )
    unknown = sorted(set(re.findall(r"\{(.*?)\}", pattern)) - set(PLACES))
    if unknown:
        raise InputError(
            f"{KEY} is {pattern!r}: {{{unknown[0]}}} is not known. Known: {{method}}, {{seed}}, {{fold}}."
        )
    for index, name in enumerate(PLACES):
        several = sorted({str(run[index]) for run in runs})
        if len(several) > 1 and f"{{{name}}}" not in pattern:
            raise InputError(
                f"{KEY} is {pattern!r}, without {{{name}}}, but the study has {len(several)} {name}s "
                f"({', '.join(several[:4])}): their detections cannot be told apart. Put {{{name}}} into the pattern."
            )
    paths = {run: Path(pattern.format(**dict(zip(PLACES, run, strict=True)))) for run in runs}
    missing = [(run, path) for run, path in paths.items() if not path.exists()]
    if missing:
        (method, seed, fold), path = missing[0]
        more = f" ({len(missing)} of {len(paths)} runs have none)" if len(missing) > 1 else ""
        raise InputError(
            f"{path}: there are no detections of method '{method}', seed {seed}, fold {fold}{more}. Put them there, "
            "correct 'segmenter.detections', or take the method or seed out of the config."
        )
    return paths


def files_of(path: Path) -> list[Path]:
    """Return the files that a run's detections consist of: one, or those of a folder of label maps."""
    return [path] if not path.is_dir() else sorted(file for file in path.iterdir() if file.is_file())
