"""The p-values in docs/results.md are those of the archived tables, rounded as the plots round them."""

import re
from pathlib import Path

import pandas as pd
import pytest

from blastvote.figures.words import p_text

DOCS = Path(__file__).resolve().parents[3] / "docs"
METRICS = ("ap", "accuracy")


def documented(study: int) -> dict[tuple[str, str], str]:
    """Return the p-values of the page's n-th table of differences, by method and metric."""
    text = (DOCS / "results.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| \| AP \| p \| smallest .*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)[study]
    rows = [[cell.strip(" *") for cell in line.split("|")[1:-1]] for line in table.splitlines()]
    return {
        (row[0].lower(), metric): row[column]
        for row in rows
        for metric, column in zip(METRICS, (2, 5), strict=True)
    }


@pytest.mark.parametrize(("place", "study"), enumerate(("simulated", "wbc")))
def test_the_page_rounds_as_the_plots_do(place: int, study: str) -> None:
    table = pd.read_csv(DOCS / "studies" / study / "tables/comparisons.csv")
    table = table[table["metric"].isin(METRICS)]
    expected = {
        (row.method_a, row.metric): p_text(row.p_adjusted).removeprefix("p = ") for row in table.itertuples()
    }
    assert documented(place) == expected
