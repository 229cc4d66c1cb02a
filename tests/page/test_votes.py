"""The votes of the report page: those of Python, at every threshold."""

import itertools

import numpy as np
import pandas as pd
import pytest
from page_opened import Opened

from blastvote.evaluate.scoring.cells import cells_table, votes_table
from blastvote.report.build import write_report
from blastvote.vote import RULES

THRESHOLDS = np.round(np.linspace(0.05, 0.99, 20), 6).tolist()


@pytest.mark.parametrize("rule", RULES)
def test_votes_are_those_of_python_at_every_threshold(browser, study, tmp_path, rule):
    config, files = study
    classes = config["classes"]
    rule = {"rule": rule, "priority": classes[2], "ties": classes[1]} if rule == "pathologist" else rule
    page = write_report(tmp_path, config | {"vote": {"rule": rule, "min_confidence": 0.7}}, files)
    one = Opened(browser, page)
    image_ids = one.page.evaluate("blastvote.study.images.map(image => image.id)")
    for threshold, (number, run) in itertools.product(THRESHOLDS, enumerate(files.runs)):
        cells = cells_table(run.detections, image_ids, classes, threshold)
        table = votes_table(cells, image_ids, {}, classes, rule)["vote"]
        expected = [None if pd.isna(vote) else vote for vote in table]
        votes = one.page.evaluate("t => blastvote.votes(t)", threshold)[number]
        assert [classes[vote] if vote >= 0 else None for vote in votes] == expected
    one.context.close()


def test_the_slider_votes_again_and_says_so(opened):
    page = opened.page
    before = page.locator("#study tbody").inner_text()
    page.locator("#threshold").evaluate("e => { e.value = 0.99; e.dispatchEvent(new Event('input')) }")
    assert page.locator("#threshold-value").inner_text() == "0.99"
    assert page.locator("#study tbody").inner_text() != before
    page.locator("#threshold-reset").click()
    assert page.locator("#study tbody").inner_text() == before


def test_votes_as_configured_are_those_of_the_study(opened, study):
    config, files = study
    classes = config["classes"]
    votes = opened.page.evaluate("blastvote.votes(blastvote.study.threshold)")
    for number, run in enumerate(files.runs):
        table = pd.read_csv(run.votes, keep_default_na=False).sort_values("image_id")
        assert [classes[vote] if vote >= 0 else "" for vote in votes[number]] == table["vote"].tolist()
