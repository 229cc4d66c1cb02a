"""The examples of docs/outputs.md that come from archived studies are rows of these."""

import re

import pytest

from benchmarks.report.output_examples import PAGE, filled

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_page_has_what_the_tables_have() -> None:
    assert filled(TEXT, None) == (TEXT, [])


def test_a_stale_number_is_filled_in_and_its_table_named() -> None:
    stale = re.sub(r"(\| ap \| 8 \| 400 \|) [\d.]+ ", r"\1 0.5 ", TEXT)
    assert stale != TEXT
    assert filled(stale, None) == (TEXT, ["study_design"])


def test_a_row_that_no_table_has_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"study_design\.csv has 0 rows with .*'n_images': '401'"):
        filled(TEXT.replace("| ap | 8 | 400 |", "| ap | 8 | 401 |"), None)
