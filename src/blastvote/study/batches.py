"""Which images one job of contrast, flips or simulation handles."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

SMALL = 2**19
"""Pixels up to which a photograph is small: a job then takes more of them."""
FEW = 400
"""Photographs up to which small ones share one job: more would plan slowly, as Snakemake goes through all outputs of a
job for each of its files that another job needs."""


def images_per_job(config: Mapping[str, Any], n_images: int, pixels: int) -> int:
    """Return the most images of a batch, where the largest of `n_images` photographs has so many `pixels`.

    ``auto`` is 100; but a few small photographs share one job, which would else spend its time on starting. Simulated
    smears take longer to draw than to enhance, and stay at 100.
    """
    asked = config["images_per_job"]
    if asked != "auto":
        return int(asked)
    few = n_images <= FEW and pixels <= SMALL
    return FEW if few and config["dataset"]["source"] == "local" else 100


def assign_batches(image_ids: Sequence[str], images_per_job: int) -> dict[str, list[str]]:
    """Group images into batches that stay put when images come and go.

    Parameters
    ----------
    image_ids
        Unique ids.
    images_per_job
        Most images in a batch; 1 gives every image a batch of its own.

    Returns
    -------
    dict
        Batch name to its image ids, both sorted. An image's batch follows from the first bits of its id's
        SHA-256, which name the batch: one with more than `images_per_job` images is split by the next bit. So an
        added image changes one batch, or splits it into two, and never touches the others.
    """
    if images_per_job == 1:
        return {image_id: [image_id] for image_id in sorted(image_ids)}
    bits = {image_id: _bits(image_id) for image_id in sorted(image_ids)}
    batches: dict[str, list[str]] = {}
    waiting = [("", list(bits))]
    while waiting:
        prefix, members = waiting.pop()
        if len(members) <= images_per_job:
            batches[f"batch{prefix}"] = members
            continue
        for bit in "01":
            longer = prefix + bit
            chosen = [image_id for image_id in members if bits[image_id].startswith(longer)]
            waiting += [(longer, chosen)] if chosen else []
    return dict(sorted(batches.items()))


def _bits(image_id: str) -> str:
    return f"{int.from_bytes(hashlib.sha256(image_id.encode()).digest()):0256b}"
