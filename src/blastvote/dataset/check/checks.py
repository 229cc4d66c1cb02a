"""Look at every photograph and cell before any work is done on them, and say what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from blastvote.dataset.check.ledger import all_lines, sums
from blastvote.dataset.check.measure import ImageFacts, examine
from blastvote.dataset.source.collect import Collection, Vote
from blastvote.dataset.source.usable import no_cells
from blastvote.dataset.split.perceptual_hash import HASH_COLUMNS, near_duplicates, placing
from blastvote.dataset.truth import TrueImage
from blastvote.errors import InputError
from blastvote.wording import listed

MAX_LISTED = 200
"""Errors, warnings and notes of each kind that the report spells out."""


@dataclass
class CheckReport:
    """The outcome of a check.

    Attributes
    ----------
    errors, warnings, notes
        Sentences. Errors stop the workflow.
    counts
        Number of images, cells, images and cells of each class, patients.
    """

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Return whether there are no errors."""
        return not self.errors

    def raise_errors(self) -> None:
        """Raise one InputError that lists the first errors and their number, if there are any."""
        if self.errors:
            count = len(self.errors)
            title = "1 error" if count == 1 else f"{count} errors"
            shown = listed([text.rstrip(".") for text in self.errors], 5)
            raise InputError(f"The check of the data set found {title}: {shown}.")

    def to_markdown(self) -> str:
        """Return the report as Markdown that reads well as plain text."""
        verdict = "The data set can be used." if self.ok else "The data set cannot be used: see the errors."
        lines = ["# Check of the data set", "", verdict, "", "| what | number |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.counts.items()]
        for title, items in (("Errors", self.errors), ("Warnings", self.warnings), ("Notes", self.notes)):
            lines += ["", f"## {title} ({len(items)})", ""]
            lines += [f"- {item}" for item in items[:MAX_LISTED]] or ["None."]
            if len(items) > MAX_LISTED:
                lines += [f"- and {len(items) - MAX_LISTED} more"]
        return "\n".join(lines) + "\n"


def check_dataset(
    collection: Collection, classes: Sequence[str], vote: Vote, threads: int = 1
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

    Returns
    -------
    (CheckReport, list of ImageFacts)
        The report (call ``raise_errors``) and the facts in the order of image ids, for the manifest, the
        COCO file and the table of hashes.
    """
    items = [(i, path, collection.annotations.get(i)) for i, path in collection.images.items()]
    with ThreadPoolExecutor(max_workers=max(threads, 1)) as pool:
        facts = list(pool.map(lambda item: examine(*item), items))
    report = CheckReport(notes=list(collection.notes), warnings=list(collection.warnings))
    labels = dict(zip(collection.labels["image_id"], collection.labels["label"], strict=True))
    for fact in facts:
        name = collection.images[fact.image_id].as_posix()
        report.errors += [f"{name}: {text.rstrip('.')}." for text in fact.errors]
        report.warnings += [f"{name}: {text}." for text in fact.warnings]
        if fact.outside:
            report.notes.append(
                f"{name}: {fact.outside} cells reach beyond the image and were cut off there."
            )
        _check_label(report, name, fact, labels[fact.image_id], classes, vote)
    _check_duplicates(report, facts, collection)
    _check_patients(report, collection)
    lines = all_lines(collection, facts)
    report.counts = _counts(facts, collection, classes) | sums(lines)
    if report.ok and not report.counts["cells"]:
        files = listed(dict.fromkeys(line.file for line in lines)) or "The data set"
        report.errors.append(no_cells(files, (), lines, len(facts)).rstrip("."))
    for name in classes:
        if report.counts[f"images {name}"] == 0:
            report.warnings.append(f"No image has the label {name!r}.")
    return report, facts


def _check_label(
    report: CheckReport, name: str, fact: ImageFacts, label: str, classes: Sequence[str], vote: Vote
) -> None:
    if fact.errors:
        return
    counts = {c: sum(cell.class_name == c and not cell.crowd for cell in fact.cells) for c in classes}
    voted = vote(counts)
    if fact.n_cells == 0:
        report.warnings.append(f"{name}: has the label {label!r} but no annotated cell.")
    elif voted != label:
        told = ", ".join(f"{count} {c}" for c, count in counts.items() if count)
        report.warnings.append(
            f"{name}: has the label {label!r}, but its true cells ({told}) vote {voted!r}."
        )


def _check_patients(report: CheckReport, collection: Collection) -> None:
    lone = list(collection.labels["image_id"][collection.labels["patient_id"] == ""])
    if 0 < len(lone) < len(collection.labels):
        names = listed(collection.images[image_id].name for image_id in lone)
        report.warnings.append(
            f"{len(lone)} of {len(collection.labels)} images have no patient ({names}): each counts as a patient of "
            "its own."
        )


def _check_duplicates(report: CheckReport, facts: Sequence[ImageFacts], collection: Collection) -> None:
    by_hash: dict[str, list[str]] = {}
    for fact in facts:
        if fact.sha256:
            by_hash.setdefault(fact.sha256, []).append(collection.images[fact.image_id].as_posix())
    for names in by_hash.values():
        if len(names) > 1:
            report.warnings.append(f"{listed(names)} are the same file, byte for byte.")
    table = hash_table(facts)
    same = {fact.image_id: fact.sha256 for fact in facts}
    for a, b, flip, distance in near_duplicates(table):
        if same[a] != same[b]:
            pair = f"{collection.images[a].as_posix()} and {collection.images[b].as_posix()}"
            report.warnings.append(f"{pair} look alike (perceptual distance {distance}, {placing(flip)}).")


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
