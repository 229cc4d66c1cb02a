"""Look at every photograph and cell before any work is done on them, and say what is wrong."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from blastvote.dataset.check.findings import Finding
from blastvote.dataset.check.ledger import all_lines, sums
from blastvote.dataset.check.measure import ImageFacts, Look, examine
from blastvote.dataset.check.pixels.appearance import blurred
from blastvote.dataset.check.pixels.brightness import pixel_findings
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.source.collect import Collection, Vote
from blastvote.dataset.source.usable import no_cells
from blastvote.dataset.split.perceptual_hash import HASH_COLUMNS, near_duplicates, placing
from blastvote.dataset.truth import TrueImage
from blastvote.errors import InputError
from blastvote.io import image_size
from blastvote.wording import listed

LOGGER = logging.getLogger("blastvote.check")
LARGE = 50_000_000
"""Photographs of more pixels are announced."""
LEAST_BOXES = 3
"""Fewer rectangles or rings may be chance."""


def check_dataset(
    collection: Collection,
    classes: Sequence[str],
    vote: Vote,
    threads: int = 1,
    stop_on: Sequence[str] = (),
    look: Look | None = None,
) -> tuple[CheckReport, list[ImageFacts]]:
    """Check every image and cell of a collection.

    Parameters
    ----------
    collection
        From `blastvote.dataset.source.collect.collect`.
    classes
        The configured classes.
    vote
        The vote rule, to compare labels with the vote of the true cells.
    threads
        Images looked at side by side.
    stop_on
        Severities and kinds of findings that stop the study beside errors.
    look
        Called with each photograph and its facts while it is in memory, in no order, from several threads.

    Returns
    -------
    (CheckReport, list of ImageFacts)
        The report (call ``raise_errors``) and the facts in the order of image ids, for the manifest, the
        COCO file and the table of hashes.
    """

    def examine_one(image_id: str) -> ImageFacts:
        path = collection.images[image_id]
        _announce(path)
        return examine(image_id, path, collection.annotations.get(image_id), collection.reading, look)

    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        facts = list(pool.map(examine_one, collection.images))
    report = CheckReport(stop_on=stop_on)
    report.findings += [Finding("repaired", text) for text in collection.notes]
    report.findings += [Finding("reading", text) for text in collection.warnings]
    labels = dict(zip(collection.labels["image_id"], collection.labels["label"], strict=True))
    for fact in facts:
        name = collection.images[fact.image_id].as_posix()
        report.findings += [
            replace(finding, text=f"{name}: {finding.text.rstrip('.')}.", file=finding.file or name)
            for finding in fact.findings
        ]
        _check_label(report, name, fact, labels[fact.image_id], classes, vote)
    report.findings += pixel_findings(facts, collection.images, collection.reading)
    _check_shapes(report, facts)
    _check_sharpness(report, facts, collection)
    _check_duplicates(report, facts, collection)
    _check_patients(report, collection)
    lines = all_lines(collection, facts)
    report.counts = _counts(facts, collection, classes) | sums(lines)
    if report.ok and not report.counts["cells"]:
        files = listed(dict.fromkeys(line.file for line in lines)) or "The data set"
        report.add("no_cells", no_cells(files, (), lines, len(facts)).rstrip("."))
    for name in classes:
        if report.counts[f"images {name}"] == 0:
            report.add("class_without_image", f"No image has the label {name!r}.")
    return report, facts


def _announce(path: Path) -> None:
    """Say that a large photograph takes its time, before it does."""
    try:
        width, height = image_size(path)
    except InputError:  # `examine` says it
        return
    if width * height > LARGE:
        LOGGER.warning("%s: %d x %d pixels, which takes up to a minute.", path, width, height)


def _check_label(
    report: CheckReport, name: str, fact: ImageFacts, label: str, classes: Sequence[str], vote: Vote
) -> None:
    if fact.unusable:
        return
    counts = {c: sum(cell.class_name == c and not cell.crowd for cell in fact.cells) for c in classes}
    voted = vote(counts)
    if fact.n_cells == 0:
        report.add(
            "not_annotated", f"{name}: has the label {label!r} but no annotated cell.", fact.image_id, name
        )
    elif voted != label:
        detail = ", ".join(f"{count} {c}" for c, count in counts.items() if count)
        text = f"{name}: has the label {label!r}, but its true cells ({detail}) vote {voted!r}."
        report.add("label_differs", text, fact.image_id, name)


def _check_shapes(report: CheckReport, facts: Sequence[ImageFacts]) -> None:
    boxes, cells = sum(fact.boxes for fact in facts), sum(fact.n_cells for fact in facts)
    if boxes >= LEAST_BOXES and boxes > cells / 2:
        text = f"{boxes} of {cells} cells are rectangles, so they look like boxes around cells, not like outlines"
        report.add("boxes", f"{text}: a network learns boxes of them.")
    hollow = sum(fact.hollow for fact in facts)
    if hollow >= LEAST_BOXES and hollow > cells / 2:
        report.add(
            "hollow", f"{hollow} of {cells} cells are lines around something that is not part of them."
        )


def _check_sharpness(report: CheckReport, facts: Sequence[ImageFacts], collection: Collection) -> None:
    seen = [fact for fact in facts if fact.appearance.sharpness]
    for fact, poor in zip(seen, blurred([fact.appearance.sharpness for fact in seen]), strict=True):
        if poor:
            name = collection.images[fact.image_id].as_posix()
            text = f"{name}: is far less sharp than most images (sharpness {fact.appearance.sharpness:.2f})."
            report.add("blurred", text, fact.image_id, name)


def _check_patients(report: CheckReport, collection: Collection) -> None:
    lone = list(collection.labels["image_id"][collection.labels["patient_id"] == ""])
    if 0 < len(lone) < len(collection.labels):
        names = listed(collection.images[image_id].name for image_id in lone)
        report.add(
            "lone_patient",
            f"{len(lone)} of {len(collection.labels)} images have no patient ({names}): each counts as a patient of "
            "its own.",
        )


def _check_duplicates(report: CheckReport, facts: Sequence[ImageFacts], collection: Collection) -> None:
    by_hash: dict[str, list[str]] = {}
    for fact in facts:
        if fact.sha256:
            by_hash.setdefault(fact.sha256, []).append(fact.image_id)
    path = {image_id: path.as_posix() for image_id, path in collection.images.items()}
    for copies in by_hash.values():
        if len(copies) > 1:
            text = f"{listed(path[image_id] for image_id in copies)} are the same file, byte for byte."
            report.findings.append(Finding("equal_files", text, copies[0], path[copies[0]], other=copies[1]))
    same = {fact.image_id: fact.sha256 for fact in facts}
    for a, b, flip, distance in near_duplicates(hash_table(facts)):
        if same[a] != same[b]:
            text = f"{path[a]} and {path[b]} look alike (perceptual distance {distance}, {placing(flip)})."
            report.findings.append(Finding("look_alikes", text, a, path[a], other=b))


def _counts(facts: Sequence[ImageFacts], collection: Collection, classes: Sequence[str]) -> dict[str, Any]:
    labels = Counter(collection.labels["label"])
    cells = Counter(cell.class_name for fact in facts for cell in fact.cells if not cell.crowd)
    sizes = Counter((fact.width, fact.height) for fact in facts if fact.width)
    commonest = min(sizes, key=lambda size: (-sizes[size], size)) if sizes else (0, 0)
    counts: dict[str, Any] = {"images": len(facts)}
    counts |= {f"images {name}": labels[name] for name in classes}
    counts |= {"cells": sum(cells.values())}
    counts |= {f"cells {name}": cells[name] for name in classes}
    counts |= {
        "images without cells": sum(fact.n_cells == 0 for fact in facts),
        "patients": len(set(collection.labels["patient_id"]) - {""}),
        "images without patient": int((collection.labels["patient_id"] == "").sum()),
        "commonest size": f"{commonest[0]}x{commonest[1]}",
        "different sizes": len(sizes),
    }
    return counts


def hash_table(facts: Sequence[ImageFacts]) -> pd.DataFrame:
    """Return the perceptual hashes as a table: ``image_id`` and the columns `HASH_COLUMNS`."""
    rows = [{"image_id": fact.image_id, **fact.hashes} for fact in facts if fact.hashes]
    return pd.DataFrame(rows, columns=["image_id", *HASH_COLUMNS], dtype=object)


def true_images(facts: Sequence[ImageFacts], collection: Collection) -> list[TrueImage]:
    """Return what `blastvote.dataset.coco.write_coco` writes."""
    labels: Mapping[str, str] = dict(
        zip(collection.labels["image_id"], collection.labels["label"], strict=True)
    )
    return [
        TrueImage(
            f.image_id, collection.images[f.image_id].name, f.width, f.height, f.cells, labels[f.image_id]
        )
        for f in facts
    ]
