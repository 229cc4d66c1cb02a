"""`docs/outputs.md` names every column of every table, and no table that is not written."""

import re
from pathlib import Path

import evaluate_study as made_up
import pandas as pd
import pytest

from blastvote.evaluate.statistics.classification import METRICS
from blastvote.evaluate.tables.all_tables import all_tables

PAGE = Path(__file__).resolve().parents[3] / "docs" / "outputs.md"


def rows_of_the_page() -> dict[str, str]:
    """Return what the page says of each CSV file of `tables/`."""
    part = PAGE.read_text(encoding="utf-8").split("## Tables")[1].split("\n## ")[0]
    rows = {}
    for line in part.splitlines():
        cells = line.strip("|").split("|")
        for name in re.findall(r"`(\S+)\.csv`", cells[0]):
            rows[name] = " ".join(cells[1:])
    return rows


def columns_named_in(text: str) -> set[str]:
    """Return the column names in a row of the page, `<class>` and `<metric>` written out."""
    names = set(
        re.findall(r"[A-Za-z_<>0-9]+", re.sub(r"<metric>(_ci\w*low)/(\w+)", r"<metric>\1 <metric>\2", text))
    )
    for pattern, values in (("<class>", made_up.NAMES), ("<metric>", METRICS), ("<k>", "12")):
        names |= {name.replace(pattern, value) for name in names if pattern in name for value in values}
    return names


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    study = made_up.build(tmp_path_factory.mktemp("study"), {"none": 0.7, "eff": 0.9}, n_images=10, copies=3)
    return all_tables(study, made_up.evaluation(20))


def on_the_page(name: str) -> str:
    """Return the file's name as the page writes it."""
    return re.sub(r"confusion_(none|eff)", "confusion_{method}", name)


def test_every_column_is_documented(tables: dict[str, pd.DataFrame]) -> None:
    rows = rows_of_the_page()
    for name, table in tables.items():
        missing = set(map(str, table.columns)) - columns_named_in(rows[on_the_page(name)])
        assert not missing, f"{name}.csv has columns that docs/outputs.md does not name: {sorted(missing)}"


def test_every_documented_table_is_written(tables: dict[str, pd.DataFrame]) -> None:
    assert set(rows_of_the_page()) == {on_the_page(name) for name in tables}
