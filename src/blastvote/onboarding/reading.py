"""How the pixels of photographs are to be read, by what a look at all of them tells."""

from __future__ import annotations

from blastvote.dataset.check.findings import KINDS
from blastvote.dataset.check.pixels.brightness import fitting_level
from blastvote.io.orientation import UPRIGHT
from blastvote.study.foresee import Seen
from blastvote.wording import listed

MOST_TOLD = 8
"""Kinds of findings that are doubts."""


def fitting_reading(seen: Seen) -> dict[str, tuple[str | int, str]]:
    """Return keys of the section ``dataset`` that read the photographs right, each with the reason."""
    changes: dict[str, tuple[str | int, str]] = {}
    turned = {fact.image_id for fact in seen.facts if fact.orientation != UPRIGHT}
    stored = {
        finding.image_id for finding in seen.report.findings if finding.kind in ("exif_stored", "size_turned")
    }
    if stored and 2 * len(stored) >= len(turned):
        why = f"the outlines of {len(stored)} photographs fit their pixels as stored, not as EXIF turns them"
        changes["exif"] = ("ignore", why)
    deep = [fact.brightest for fact in seen.facts if fact.brightest is not None]
    level = fitting_level(deep, seen.collection.reading)
    if level is not None:
        bits = level.bit_length()
        changes["white_level"] = (level, f"16-bit photographs of at most {max(deep)}: {bits} bits are used")
    return changes


def doubts(seen: Seen) -> list[str]:
    """Return a sentence on each kind of warning of the check."""
    kinds: dict[str, list[str]] = {}
    for finding in seen.report.findings:
        if finding.severity == "warning":
            kinds.setdefault(finding.kind, []).append(finding.text.rstrip("."))
    sentences = [
        f"look at: {KINDS[kind].title} ({len(texts)}): {texts[0]}"
        for kind, texts in list(kinds.items())[:MOST_TOLD]
    ]
    more = [KINDS[kind].title for kind in list(kinds)[MOST_TOLD:]]
    return [*sentences, f"look at, too: {listed(more)}"] if more else sentences
