"""Remove what is no longer needed: files of images that left the study, checkpoints of accepted trainings."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from pathlib import Path

from blastvote.segmentation.training.lease import RUN_FILE

LOGGER = logging.getLogger(__name__)


def remove_others(folder: Path, names: Collection[str]) -> list[Path]:
    """Remove the files and folders directly in `folder` whose names are not among `names`; return them, sorted.

    A folder that does not exist holds nothing; hidden entries, such as Snakemake's time stamps and files that are being
    written, are left alone.
    """
    if not folder.is_dir():
        return []
    others = sorted(p for p in folder.iterdir() if p.name not in names and not p.name.startswith("."))
    for path in others:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if others:
        LOGGER.info("%s: removed %d entries of images that are no longer in the study", folder, len(others))
    return others


def remove_checkpoints(checkpoints: Path, run: str) -> None:
    """Remove the checkpoints of a run whose outputs have been accepted, those of earlier settings too.

    Parameters
    ----------
    checkpoints
        Folder with one subfolder per training.
    run
        ``METHOD/seedS/foldF``.
    """
    for note in checkpoints.glob(f"*/{RUN_FILE}"):
        if note.read_bytes().strip() == run.encode():  # one that is torn belongs to no run
            shutil.rmtree(note.parent)
