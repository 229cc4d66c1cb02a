"""What the check found and measured, as tables: one row a finding, one row an image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from blastvote import rle
from blastvote.dataset.check.findings import KINDS, SEVERITIES, stops
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.check.report import CheckReport

FINDING_COLUMNS = [
    "severity",
    "kind",
    "title",
    "image_id",
    "other_image",
    "file",
    "object",
    "finding",
    "remedy",
    "stops",
]
FACT_COLUMNS = [
    "image_id",
    "width",
    "height",
    "n_cells",
    "median_cell_area",
    "light",
    "spread",
    "sharpness",
    "agreement",
    "better_position",
    "findings",
]


def findings_table(report: CheckReport) -> pd.DataFrame:
    """Return the findings with the columns `FINDING_COLUMNS`: errors first, then in the order of the check."""
    ordered = sorted(report.findings, key=lambda finding: SEVERITIES.index(finding.severity))
    rows = [
        (
            finding.severity,
            finding.kind,
            KINDS[finding.kind].title,
            finding.image_id,
            finding.other,
            finding.file,
            finding.object,
            finding.text,
            finding.remedy,
            stops(finding, report.stop_on),
        )
        for finding in ordered
    ]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS)


def facts_table(report: CheckReport, facts: Sequence[ImageFacts]) -> pd.DataFrame:
    """Return what was measured on each image, with the columns `FACT_COLUMNS`, in the order of image ids."""
    counts = Counter(finding.image_id for finding in report.findings if finding.severity != "note")
    rows = [
        (
            fact.image_id,
            fact.width,
            fact.height,
            fact.n_cells,
            np.median(cell_areas(fact)) if fact.n_cells else None,
            fact.appearance.light,
            fact.appearance.spread,
            fact.appearance.sharpness,
            fact.agreement.score,
            fact.agreement.position,
            counts[fact.image_id],
        )
        for fact in facts
    ]
    frame = pd.DataFrame(rows, columns=FACT_COLUMNS)
    return frame.astype({"agreement": float, "median_cell_area": float})


def cell_areas(fact: ImageFacts) -> list[int]:
    """Return the pixels of each cell, crowds left out."""
    return [rle.area(cell.mask) for cell in fact.cells if not cell.crowd]
