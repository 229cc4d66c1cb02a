"""`docs/outputs.md` has a section for each table, names all its columns, and has no section for others."""

import re
from pathlib import Path

import evaluate_study as made_up
import numpy as np
import pandas as pd
import pytest

from blastvote.annotations.journal import OUTCOMES
from blastvote.contrast.api import enhance_and_describe
from blastvote.contrast.measures import MEASURES
from blastvote.dataset import manifest
from blastvote.dataset.check import ledger
from blastvote.dataset.source import pixel_sizes
from blastvote.dataset.split import splits
from blastvote.evaluate.statistics.metrics.classification import METRICS
from blastvote.evaluate.tables.all_tables import all_tables
from blastvote.report.check.tables import FACT_COLUMNS, FINDING_COLUMNS
from blastvote.segmentation import limits

PAGE = Path(__file__).resolve().parents[4] / "docs" / "outputs.md"


def sections_of(part: str) -> dict[str, str]:
    """Return the section of each CSV file in a part of the page (`Tables`, `Data`)."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {part} ")[1].split("\n## ")[0]
    sections = {}
    for section in text.split("\n### ")[1:]:
        heading, _, body = section.partition("\n")
        for name in re.findall(r"`(\S+)\.csv`", heading):
            assert name not in sections, f"{name}.csv has two sections"
            sections[name] = body
    return sections


def columns_named_in(section: str) -> set[str]:
    """Return the names in backticks in the list of columns (not in the example), `<class>` and others written out."""
    listed = section.split("\nExample", maxsplit=1)[0]
    names = set(re.findall(r"`([A-Za-z_<>0-9]+)`", listed[listed.index("\n- ") :]))
    for pattern, values in (("<class>", made_up.NAMES), ("<metric>", METRICS), ("<k>", "12")):
        names |= {name.replace(pattern, value) for name in names if pattern in name for value in values}
    return names


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    study = made_up.build(tmp_path_factory.mktemp("study"), {"none": 0.7, "eff": 0.9}, n_images=10, copies=3)
    contrast = pd.DataFrame(
        [(f"img{n:03d}", method) for n in range(10) for method in study.methods],
        columns=["image_id", "method"],
    ).assign(**dict.fromkeys(MEASURES, 1.0))
    return all_tables(study, made_up.evaluation(20), contrast=contrast)


def on_the_page(name: str) -> str:
    """Return the file's name as the page writes it."""
    return re.sub(r"confusion_(none|eff)", "confusion_{method}", name)


def test_every_column_is_documented(tables: dict[str, pd.DataFrame]) -> None:
    sections = sections_of("Tables")
    for name, table in tables.items():
        missing = set(map(str, table.columns)) - columns_named_in(sections[on_the_page(name)])
        assert not missing, f"{name}.csv has columns that docs/outputs.md does not name: {sorted(missing)}"


def test_every_documented_table_is_written(tables: dict[str, pd.DataFrame]) -> None:
    assert set(sections_of("Tables")) == {on_the_page(name) for name in tables}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("manifest", manifest.COLUMNS),
        ("splits", splits.COLUMNS),
        ("import", ledger.COLUMNS),
        ("limits", limits.COLUMNS),
        ("check", FINDING_COLUMNS),
        ("image_facts", FACT_COLUMNS),
        ("pixel_sizes", pixel_sizes.COLUMNS),
    ],
)
def test_every_column_of_the_data_is_documented(name: str, columns: list[str]) -> None:
    assert set(columns) <= columns_named_in(sections_of("Data")[name])


def test_every_column_of_the_contrast_is_documented() -> None:
    _, record = enhance_and_describe(np.zeros((8, 8, 3), np.uint8), "none")
    assert {"image_id", "method", *record} <= columns_named_in(sections_of("Data")["contrast"])


def test_every_outcome_of_the_import_is_documented() -> None:
    for outcome in OUTCOMES:
        assert f"`{outcome}`" in sections_of("Data")["import"]


@pytest.mark.parametrize("part", ["Tables", "Data"])
def test_every_table_has_an_example(part: str) -> None:
    assert [name for name, section in sections_of(part).items() if "\nExample (" not in section] == []
