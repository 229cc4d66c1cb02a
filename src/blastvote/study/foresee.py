"""What a dry run can know of a study's failures: everything that the data and the configuration decide.

A run finds the same mistakes in its jobs, some of them after hours. A dry run looks at photographs, splits and weights
itself, so that a plan that is accepted can be carried out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote import __version__
from blastvote.dataset.check.checks import check_dataset, hash_table
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.manifest import build_manifest
from blastvote.dataset.source.collect import Collection, Foreseen, collect
from blastvote.dataset.source.source import Source
from blastvote.dataset.split.leakage import check_leakage
from blastvote.dataset.split.splits import make_splits
from blastvote.errors import InputError
from blastvote.io import file_state, write_json
from blastvote.io.opening import open_image
from blastvote.segmentation.settings import network_config
from blastvote.segmentation.weights.first_weights import check_first_weights
from blastvote.study.fit import check_fit
from blastvote.study.planned_scale import known_framing, planned_scale_problems
from blastvote.vote import make_rule, vote
from blastvote.wording import listed

MOST_PHOTOGRAPHS = 600
MOST_PIXELS = 3 * 2**30
"""Beyond these a dry run reads the headers of photographs only: looking at all would take minutes."""
CACHE = Path(".snakemake", "blastvote", "looked_at.json")
"""Holds what was looked at and found good, so that a second dry run is quick."""


def check_plan(
    source: Source, foreseen: Foreseen, config: Mapping[str, Any], remember: bool = False
) -> list[str]:
    """Check all that can be known of a study before it runs.

    Parameters
    ----------
    source, foreseen, config
        Files, what the annotations tell, and the checked configuration.
    remember
        Whether what was looked at and found good is written down below ``.snakemake`` and not looked at again.

    Returns
    -------
    list of str
        What the user should know: warnings and notes.

    Raises
    ------
    InputError
        If the study cannot be carried out.
    """
    note = check_weights(config) if config["segmenter"]["source"] == "mask_rcnn" else ""
    if foreseen.labels is not None:
        make_splits(foreseen.labels, config["protocol"], config["classes"])
    seen = look(source, config, remember) if config["dataset"]["source"] == "local" else []
    return [*([note] if note else []), *seen]


def check_weights(config: Mapping[str, Any]) -> str:
    """Return a sentence on heads that are left out; raise InputError if the first weights do not fit the network."""
    network = network_config(config["model"], config["training"], config["classes"])
    return check_first_weights(config["model"], network, list(config["classes"]))


def look(source: Source, config: Mapping[str, Any], remember: bool = False) -> list[str]:
    """Look at every photograph and cell as `manifest`, `split` and `leakage` will; arguments as `check_plan`."""
    key = _content_key(source, config)
    known = _remembered()
    if known.get("key") == key:
        return list(known["messages"])
    paths = list(source.images.values())
    pixels = _all_pixels(paths)
    if len(paths) > MOST_PHOTOGRAPHS or pixels > MOST_PIXELS:
        return [
            *planned_scale_problems(source, config),
            f"{len(paths)} photographs are too many for a dry run to look at: their headers are good, and the job "
            "`manifest` will tell the rest. `blastvote check --config FILE` tells it now.",
        ]
    seen = examine_all(source, config)
    seen.report.raise_errors(
        "`blastvote check --config FILE --out FOLDER` shows every finding with its picture."
    )
    check_split(seen, config)
    messages = seen.report.warnings + [f.text for f in seen.report.findings if f.kind == "limits_raised"]
    if remember:
        with suppress(OSError):  # a folder that cannot be written to is looked at each time
            write_json(CACHE, {"key": key, "messages": messages})
    return messages


def _remembered() -> dict[str, Any]:
    """Return what the last dry run of this folder saw; empty if there was none, or its record is damaged."""
    try:
        known = json.loads(CACHE.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) and isinstance(known.get("messages"), list) else {}


@dataclass(frozen=True)
class Seen:
    """A data set whose photographs and cells were looked at."""

    collection: Collection
    facts: list[ImageFacts]
    report: CheckReport


def examine_all(source: Source, config: Mapping[str, Any], fit: bool = True) -> Seen:
    """Look at every photograph and cell and, if asked, compare them with the network; the report holds what is wrong.

    Raises
    ------
    InputError
        If annotations or labels cannot be read.
    """
    rule = partial(vote, rule=make_rule(config["vote"]["rule"], config["classes"]))
    collection = collect(source, config["classes"], rule)
    stop_on = config["dataset"]["stop_on"]
    report, facts = check_dataset(collection, config["classes"], rule, os.cpu_count() or 1, stop_on)
    check_fit(report, facts, config["model"] if fit else None, known_framing(source, config))
    return Seen(collection, facts, report)


def check_split(seen: Seen, config: Mapping[str, Any]) -> None:
    """Raise InputError if the protocol cannot split the images, or would let one cross from training to test."""
    splits = make_splits(seen.collection.labels, config["protocol"], config["classes"])
    allowed = ["near_duplicates"] if config["dataset"]["near_duplicates"] == "warn" else []
    manifest, hashes = build_manifest(seen.collection, seen.facts), hash_table(seen.facts)
    check_leakage(splits, manifest, hashes, config["protocol"]["name"], allowed).raise_leaks()
    if config["segmenter"]["source"] == "mask_rcnn":
        _check_outlined(seen, splits)


def _check_outlined(seen: Seen, splits: pd.DataFrame) -> None:
    """Raise InputError if an image trains or validates whose cells nobody outlined."""
    empty = {fact.image_id for fact in seen.facts if not fact.cells}
    used = splits[splits["role"].isin(["train", "val"]) & splits["image_id"].isin(empty)]
    if len(used):
        names = listed(seen.collection.images[i].name for i in dict.fromkeys(used["image_id"]))
        count = used["image_id"].nunique()
        raise InputError(
            f"{count} images are to be trained on or to validate, but have a label and no outlined cells: "
            f"{names}. Outline their cells, take them out, or map their label to '' in dataset.class_aliases."
        )


def _all_pixels(paths: Sequence[Path]) -> int:
    """Return the pixels of all photographs, by their headers; one error lists the files that cannot be read."""
    pixels, errors = 0, []
    for path in paths:
        try:
            with open_image(path) as image:
                pixels += image.width * image.height
        except InputError as error:
            errors.append(str(error).rstrip("."))
    if errors:
        raise InputError(f"{len(errors)} of {len(paths)} photographs cannot be used: {listed(errors)}.")
    return pixels


def _content_key(source: Source, config: Mapping[str, Any]) -> str:
    """Return a hash of all that decides the outcome, files by size and time."""
    files = [*source.images.values(), *map(Path, [*source.annotation_inputs, *source.label_inputs])]
    stats = [(str(path), *file_state(path)) for path in files]
    sections = [config[name] for name in ("dataset", "classes", "vote", "protocol", "segmenter", "model")]
    return hashlib.sha256(json.dumps([__version__, sections, stats]).encode()).hexdigest()


def first_messages(messages: Sequence[str], most: int = 10) -> list[str]:
    """Return the first messages, and how many more there are."""
    more = len(messages) - most
    return [*messages[:most], *([f"and {more} more; `blastvote check` lists all"] if more > 0 else [])]
