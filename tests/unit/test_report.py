"""The report page: what a reader sees in its tables."""

from pathlib import Path

import pandas as pd
import pytest

from blastvote.figures.study import PLOTS
from blastvote.report import Section, render_report, study_sections, study_statement


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Return a page with one table of difficult content."""
    frame = pd.DataFrame(
        {
            "method": ["he <b>", "none"],
            "L1 & L2": [0.5, None],
            "p_value": [1e-6, 0.0421],
            "p_adjusted": [0.00099, None],
            "n": [60, 60],
            "unused": [None, None],
        }
    )
    frame.to_csv(tmp_path / "comparisons.csv", index=False)
    return render_report("A & B", "Seeds: <1>", [Section("One", "Text.", [tmp_path / "comparisons.csv"])])


def test_names_are_escaped_once(page: str) -> None:
    assert "<title>A &amp; B</title>" in page
    assert "Seeds: &lt;1&gt;" in page
    assert "<th>L1 &amp; L2</th>" in page
    assert "<td>he &lt;b&gt;</td>" in page
    assert "&amp;amp;" not in page


def test_a_small_p_value_is_not_shown_as_zero(page: str) -> None:
    assert page.count("<td>&lt;0.001</td>") == 2
    assert "<td>0.042</td>" in page
    assert "<td>0.000</td>" not in page


def test_what_is_undefined_is_empty(page: str) -> None:
    assert "nan" not in page.lower()
    assert "unused" not in page
    assert page.count("<td></td>") == 2
    assert "<td>60</td>" in page


def test_every_plot_has_its_place(tmp_path: Path) -> None:
    names = [*PLOTS, "examples", "method_grid"]
    tables = {
        name: tmp_path / f"{name}.csv"
        for name in ("table1_map", "table2_classification", "table3_confusion", "comparisons", "matching")
    }
    sections = study_sections(tables, {name: tmp_path / f"{name}.png" for name in names}, [])
    shown = [path.stem for section in sections for path in section.pictures]
    assert sorted(shown) == sorted(names)
    assert {path for section in sections for path in section.tables} == set(tables.values())


@pytest.mark.parametrize(("paper_data", "words"), [(True, "The images are those"), (False, "are not those")])
def test_the_statement_says_whose_images_they_are(paper_data: bool, words: str) -> None:
    config = {
        "dataset": {"source": "local", "images": "smears"},
        "protocol": {"name": "kfold"},
        "seeds": [1, 2],
        "evaluation": {"paper_data": paper_data},
    }
    statement = study_statement(config)
    assert words in statement
    assert "images from smears. Protocol: kfold. Seeds: 1, 2." in statement
