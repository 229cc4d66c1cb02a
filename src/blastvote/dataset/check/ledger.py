"""The ledger of the import: every object of every annotation file ends in exactly one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from blastvote.annotations.journal import CELL, OUTCOMES, Line

if TYPE_CHECKING:
    from blastvote.dataset.check.measure import ImageFacts
    from blastvote.dataset.source.collect import Collection

COLUMNS = ["file", "object", "image", "outcome", "reason"]


def all_lines(collection: Collection, facts: Sequence[ImageFacts]) -> list[Line]:
    """Return what became of every object: those left out while reading, then the cells of each image."""
    return [*collection.lines, *(line for fact in facts for line in fact.lines)]


def ledger_table(collection: Collection, facts: Sequence[ImageFacts]) -> pd.DataFrame:
    """Return the ledger as a table with the columns `COLUMNS`, sorted by file, in the order of reading."""
    ids = {path.name: image_id for image_id, path in collection.images.items()}
    rows = [
        (line.file, line.object, ids.get(line.image, line.image), line.outcome, line.reason)
        for line in all_lines(collection, facts)
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object).sort_values(
        "file", kind="stable", ignore_index=True
    )


def sums(lines: Sequence[Line]) -> dict[str, int]:
    """Return the number of objects and what they became, for the table of counts."""
    counts = Counter(line.outcome for line in lines)
    found = {"objects in annotation files": len(lines)}
    return found | {
        f"objects: {outcome}": counts[outcome] for outcome in OUTCOMES if counts[outcome] or outcome == CELL
    }
