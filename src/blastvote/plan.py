"""What a configuration asks for: images, batches, runs. Known when the workflow is parsed, without reading pixels."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def assign_batches(image_ids: Sequence[str], images_per_job: int) -> dict[str, list[str]]:
    """Group images into batches that stay put when an image is added.

    Parameters
    ----------
    image_ids
        Unique ids.
    images_per_job
        Wanted images in a batch; 1 gives every image a batch of its own.

    Returns
    -------
    dict
        Batch name to its image ids, both sorted. The batch follows from the id's CRC-32 and a power of two of
        buckets, never from the position: an added image re-makes its own batch only, and all batches only when
        the data set outgrows the buckets (it doubles).
    """
    if images_per_job == 1:
        return {image_id: [image_id] for image_id in sorted(image_ids)}
    buckets = 1
    while buckets * images_per_job < len(image_ids):
        buckets *= 2
    batches: dict[str, list[str]] = {}
    for image_id in sorted(image_ids):
        name = f"batch{zlib.crc32(image_id.encode()) % buckets:03d}of{buckets:03d}"
        batches.setdefault(name, []).append(image_id)
    return dict(sorted(batches.items()))


@dataclass(frozen=True)
class Run:
    """One training and one inference: a method with a seed on a fold."""

    method: str
    seed: int
    fold: int

    @property
    def folder(self) -> str:
        """Return the run's folder below ``results/runs``."""
        return f"{self.method}/seed{self.seed}/fold{self.fold}"


def folds(config: Mapping[str, Any]) -> list[int]:
    """Return the folds of the protocol: 0..K-1 for ``kfold``, else the one fold 0."""
    protocol = config["protocol"]
    return list(range(protocol["folds"])) if protocol["name"] == "kfold" else [0]


def runs(config: Mapping[str, Any]) -> list[Run]:
    """Return every run of the configuration in the order of methods, seeds and folds."""
    return [
        Run(method, seed, fold)
        for method in config["methods"]
        for seed in config["seeds"]
        for fold in folds(config)
    ]
