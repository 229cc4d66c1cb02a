"""What becomes of each object of an annotation file: nothing that somebody drew vanishes without a line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

CELL, CROWD, JOINED, REPEATED, LEFT_OUT = "cell", "crowd", "joined", "repeated", "left out"
OUTCOMES = (CELL, CROWD, JOINED, REPEATED, LEFT_OUT)
"""What can become of an object: a true cell, a group of uncounted cells, a part of another cell, an equal of another
cell, or nothing (the reason says why)."""


@dataclass(frozen=True)
class Line:
    """The end of one object.

    Attributes
    ----------
    file
        The annotation file.
    object
        The object as its file counts or names it: ``region 3``, ``annotation 12``, ``value 5``.
    image
        The image as the file names it; later its id.
    outcome
        One of `OUTCOMES`.
    reason
        Why, where that is not plain; without a full stop.
    """

    file: str
    object: str
    image: str
    outcome: str
    reason: str = ""


@dataclass
class Journal:
    """What a reader repaired, guessed or left out, and the ledger of the objects that are no cells.

    Attributes
    ----------
    file
        The annotation file.
    notes, warnings
        Sentences; warnings are what is most likely a slip.
    lines
        The objects that did not become a cell.
    """

    file: str = ""
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def leave_out(self, image: str, thing: str, reason: str) -> None:
        """Record that an object is no cell, with a note that names it."""
        self.lines.append(Line(self.file, thing, image, LEFT_OUT, reason))
        self.notes.append(f"{image}: {thing} was left out: {reason}.")

    def end(self, outcome: str, image: str, thing: str, reason: str = "") -> None:
        """Record what became of an object, without a note."""
        self.lines.append(Line(self.file, thing, image, outcome, reason))

    def take(self, notes: Iterable[str], warnings: Iterable[str], lines: Iterable[Line]) -> None:
        """Take over what another reader recorded."""
        self.notes += notes
        self.warnings += warnings
        self.lines += lines
