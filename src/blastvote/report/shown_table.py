"""A table of the page: heads with their explanations, and cells with small print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """Head of a column, and the sentence that explains it."""

    head: str
    tip: str


@dataclass(frozen=True)
class TableCell:
    """One cell: its text, small lines below it, and the value by which the column is sorted."""

    text: str
    quiet: Sequence[str] = ()
    value: float | None = None
    strong: bool = False


@dataclass(frozen=True)
class ShownTable:
    """A table of the page.

    Attributes
    ----------
    name
        Of the CSV file that it shows a part of.
    label
        Names it among its like.
    caption
        A sentence.
    rows
        The first cell of a row is its head.
    open
        Whether it is seen at once, or only when asked for.
    """

    name: str
    label: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[TableCell]] = field(default=())
    open: bool = True
