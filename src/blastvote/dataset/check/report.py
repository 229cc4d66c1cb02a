"""What a check comes to: its findings, whether they stop the study, and the report as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from blastvote.dataset.check.findings import Finding, stops
from blastvote.errors import InputError
from blastvote.wording import listed, printable

MAX_LISTED = 200
"""Findings of each severity that the Markdown report spells out."""


@dataclass
class CheckReport:
    """The outcome of a check.

    Attributes
    ----------
    findings
        In the order in which they were found.
    counts
        Number of images, cells, images and cells of each class, patients, objects of the annotation files.
    stop_on
        Severities and kinds of findings that stop the study beside errors.
    """

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, Any] = field(default_factory=dict)
    stop_on: Sequence[str] = ()

    def add(self, kind: str, text: str, image_id: str = "", file: str = "") -> None:
        """Add a finding of a kind (a name in `blastvote.dataset.check.findings.KINDS`)."""
        self.findings.append(Finding(kind, text, image_id, file))

    def texts(self, severity: str) -> list[str]:
        """Return the sentences of all findings of a severity."""
        return [finding.text for finding in self.findings if finding.severity == severity]

    @property
    def errors(self) -> list[str]:
        """Sentences on what cannot be used."""
        return self.texts("error")

    @property
    def warnings(self) -> list[str]:
        """Sentences on what is most likely a slip."""
        return self.texts("warning")

    @property
    def notes(self) -> list[str]:
        """Sentences on what was repaired, guessed or left out."""
        return self.texts("note")

    @property
    def stopping(self) -> list[Finding]:
        """The findings that stop the study."""
        return [finding for finding in self.findings if stops(finding, self.stop_on)]

    @property
    def ok(self) -> bool:
        """Return whether nothing stops the study."""
        return not self.stopping

    def raise_errors(self, hint: str = "") -> None:
        """Raise one InputError that lists the first stopping findings and their number, if there are any.

        Parameters
        ----------
        hint
            A last sentence on where to see all of them.
        """
        stopping = self.stopping
        if stopping:
            noun = "error" if self.errors else "finding of dataset.stop_on"
            count = len(stopping)
            title = f"1 {noun}" if count == 1 else f"{count} {noun.replace(' of', 's of')}"
            title += "s" if count > 1 and self.errors else ""
            shown = listed([finding.text.rstrip(".") for finding in stopping], 5)
            raise InputError(f"The check of the data set found {title}: {shown}. {hint}".rstrip())

    def to_markdown(self) -> str:
        """Return the report as Markdown that reads well as plain text."""
        verdict = "The data set can be used." if self.ok else "The data set cannot be used: see the errors."
        if not self.ok and not self.errors:
            verdict = "The data set is not used: it has findings that dataset.stop_on stops at."
        lines = ["# Check of the data set", "", verdict, "", "| what | number |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in self.counts.items()]
        for title, items in (("Errors", self.errors), ("Warnings", self.warnings), ("Notes", self.notes)):
            lines += ["", f"## {title} ({len(items)})", ""]
            lines += [f"- {printable(item)}" for item in items[:MAX_LISTED]] or ["None."]
            if len(items) > MAX_LISTED:
                lines += [f"- and {len(items) - MAX_LISTED} more"]
        return "\n".join(lines) + "\n"
