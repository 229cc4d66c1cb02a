"""One annotation file of each format, with the same cell: the material of recognition, round trip and damage."""

from pathlib import Path

from .masks import MASKS
from .outlines import OUTLINES

SAMPLES = OUTLINES | MASKS


def write_sample(folder: Path, name: str) -> Path:
    """Write a sample and the files beside it; return the annotation file's path."""
    return SAMPLES[name].write(folder)
