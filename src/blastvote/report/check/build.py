"""Write the check's report: ``check.html``, ``check.md``, ``check.csv`` and ``image_facts.csv``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blastvote import io
from blastvote.dataset.check.findings import KINDS, SEVERITIES, Finding, stops
from blastvote.dataset.check.ledger import ledger_table
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.report import CheckReport
from blastvote.dataset.source.collect import Collection
from blastvote.figures.palette import CLASS_COLOURS
from blastvote.report import bundle
from blastvote.report.check import overview
from blastvote.report.check.gallery import LARGE_SIDE, Picture, picture
from blastvote.report.check.tables import facts_table, findings_table

WORST = 10
"""Images of the least agreement that are drawn large."""
MOST_FINDINGS = 1000
"""Findings that the page lists; ``check.csv`` has all."""
MOST_IMAGES = 3000
"""Images in the gallery; those with findings come first."""


@dataclass(frozen=True)
class Checked:
    """A check that is done.

    Attributes
    ----------
    report, facts
        From `blastvote.dataset.check.checks.check_dataset`.
    collection
        What was checked.
    classes
        The configured classes.
    pictures
        Image id to picture (`blastvote.report.check.gallery.Gallery`).
    """

    report: CheckReport
    facts: Sequence[ImageFacts]
    collection: Collection
    classes: Sequence[str]
    pictures: Mapping[str, Picture]


def write_check(folder: Path, checked: Checked) -> Path:
    """Write the report and the ledger of the import into a folder, and return the page."""
    io.write_text(folder / "check.html", check_page(checked))
    io.write_text(folder / "check.md", checked.report.to_markdown())
    io.write_csv(folder / "check.csv", findings_table(checked.report))
    io.write_csv(folder / "image_facts.csv", facts_table(checked.report, checked.facts))
    io.write_csv(folder / "import.csv", ledger_table(checked.collection, checked.facts))
    return folder / "check.html"


def check_page(checked: Checked) -> str:
    """Return the check's page as HTML."""
    report = checked.report
    by_image: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_image[finding.image_id].append(finding)
    images = _images(checked, by_image)
    numbers = {image["id"]: image["number"] for image in images}
    ordered = sorted(
        report.findings, key=lambda one: (not stops(one, report.stop_on), SEVERITIES.index(one.severity))
    )
    page = {
        "ok": report.ok,
        "totals": [(name, len(report.texts(name))) for name in SEVERITIES],
        "stopping": len(report.stopping),
        "counts": report.counts,
        "classes": list(checked.classes),
        "class_groups": overview.classes_of(checked.facts, checked.collection, checked.classes),
        "patient_groups": overview.patients_of(checked.facts, checked.collection, checked.classes),
        "histograms": overview.histograms(checked.facts),
        "findings": [_finding(one, checked, numbers) for one in ordered[:MOST_FINDINGS]],
        "more_findings": max(0, len(ordered) - MOST_FINDINGS),
        "kinds": {one.kind: KINDS[one.kind].title for one in ordered},
        "images": images,
        "more_images": len(checked.facts) - len(images),
        "worst": _worst(checked, {image["id"]: image for image in images}),
    }
    return _render(page)


def _finding(finding: Finding, checked: Checked, numbers: Mapping[str, int]) -> dict[str, Any]:
    place = checked.collection.images.get(finding.image_id, Path()).as_posix()
    return {
        "severity": finding.severity,
        "kind": finding.kind,
        "title": KINDS[finding.kind].title,
        "images": [
            (numbers[image_id], image_id)
            for image_id in (finding.image_id, finding.other)
            if image_id in numbers
        ],
        "file": finding.file or (place if finding.image_id else ""),
        "object": finding.object,
        "text": finding.text.removeprefix(f"{place}: "),
        "remedy": finding.remedy,
        "stops": stops(finding, checked.report.stop_on),
    }


def _images(checked: Checked, by_image: Mapping[str, list[Finding]]) -> list[dict[str, Any]]:
    """Return what the gallery shows, by image id: all images, or those with findings and as many others as fit."""
    facts = list(checked.facts)
    if len(facts) > MOST_IMAGES:
        first = sorted(facts, key=lambda fact: fact.image_id not in by_image)[:MOST_IMAGES]
        facts = sorted(first, key=lambda fact: fact.image_id)
    rows = checked.collection.labels.itertuples(index=False)
    labels = {image_id: (label, patient) for image_id, label, patient in rows}
    return [
        {
            "number": number,
            "id": fact.image_id,
            "file": checked.collection.images[fact.image_id].as_posix(),
            "label": labels[fact.image_id][0],
            "patient": labels[fact.image_id][1],
            "facts": fact,
            "picture": checked.pictures.get(fact.image_id),
            "findings": list(
                dict.fromkeys(
                    (one.severity, KINDS[one.kind].title) for one in by_image.get(fact.image_id, ())
                )
            ),
        }
        for number, fact in enumerate(facts)
    ]


def _worst(checked: Checked, images: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the images whose outlines agree least, with larger pictures: one photograph in memory at a time."""
    scored = [fact for fact in checked.facts if fact.agreement.score is not None and fact.image_id in images]
    scored.sort(key=lambda fact: (fact.agreement.score, fact.image_id))
    worst = []
    for fact in scored[:WORST]:
        path = checked.collection.images[fact.image_id]
        image = io.read_photograph(path, checked.collection.reading).pixels
        worst.append(images[fact.image_id] | {"picture": picture(fact, image, LARGE_SIDE)})
    return worst


def _render(page: Mapping[str, Any]) -> str:
    script = bundle.script(bundle.CHECK_ENTRY)
    style = bundle.style([], CLASS_COLOURS, bundle.CHECK_STYLES)
    return bundle.template("blastvote.report.check", "check.html.jinja").render(
        **page,
        colours=len(CLASS_COLOURS),
        script=script,
        style=style,
        policy=bundle.policy(script, style),
    )
