"""The check's page in a browser, opened from disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from check_made import NASTY, checked
from page_opened import Opened, eventually

from blastvote.report.check.build import write_check


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> Path:
    """Return the page of a small data set."""
    return write_check(tmp_path_factory.mktemp("check"), checked(tmp_path_factory.mktemp("data")))


@pytest.fixture
def opened(browser, page_file) -> Iterator[Opened]:
    """Return the page, open; at the end nothing may have been complained of or asked for."""
    one = Opened(browser, page_file)
    yield one
    assert one.complaints == []
    assert one.elsewhere() == []
    one.context.close()


def shown(page) -> list[str]:
    """Return the ids of the gallery's images that are not hidden, in order."""
    return page.evaluate(
        "[...document.querySelectorAll('.cards-small .card')].filter(c => !c.hidden).map(c => c.dataset.id)"
    )


def test_findings_are_filtered_and_have_pictures(opened):
    page = opened.page
    rows = page.locator(".findings tbody tr")
    page.locator("#severity").select_option("error")
    assert page.locator(".findings tbody tr:visible").count() == 1
    page.locator("#severity").select_option("")
    page.locator("#kind").select_option("outlines_turned")
    row = page.locator(".findings tbody tr:visible")
    assert row.count() == 1 and "mirrored left to right" in row.inner_text()
    assert page.locator("#finding-count").inner_text() == f"1 of {rows.count()} findings"
    row.locator("button.look").click()
    assert page.locator("#enlarged-title").inner_text() == "mirrored"


def test_the_gallery_is_sorted_and_filtered(opened):
    page = opened.page
    everything = shown(page)
    page.locator("#sort").select_option("agreement")
    assert shown(page)[0] == "mirrored" and shown(page)[-1] == "broken"
    page.locator("#sort").select_option("light")
    assert "dim" in shown(page)[:2]
    page.locator("#only").check()
    assert set(shown(page)) < set(everything) and "mirrored" in shown(page)
    page.locator("#only").uncheck()
    page.locator("#label").select_option("L1")
    assert 0 < len(shown(page)) < len(everything)
    page.locator("#label").select_option("")
    page.locator("#sort").select_option("id")
    assert shown(page) == everything


def test_a_picture_is_enlarged_zoomed_and_left_by_keys(opened):
    page = opened.page
    page.locator(".cards-small button.zoom").first.click()
    first = page.locator("#enlarged-title").inner_text()
    transform = "document.querySelector('#stage .picture').style.transform"
    before = page.evaluate(transform)
    page.locator("#stage").hover()
    page.mouse.wheel(0, -300)
    assert eventually(page, lambda: page.evaluate(transform) != before)
    page.keyboard.press("ArrowRight")
    assert page.locator("#enlarged-title").inner_text() != first
    assert page.locator("#stage svg").is_visible()
    page.keyboard.press("o")
    assert not page.locator("#stage svg").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#enlarged").is_visible()


def test_names_are_text_and_nothing_else(opened):
    page = opened.page
    assert page.evaluate("document.querySelectorAll('img[onerror], img[src=x]').length") == 0
    assert NASTY in page.locator("main").inner_text() or NASTY in page.locator("#counts").evaluate(
        "e => e.textContent"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("enlarged", [False, True])
def test_axe_finds_nothing_serious(browser, page_file, scheme, enlarged):
    one = Opened(browser, page_file, scheme=scheme)
    if enlarged:
        one.page.locator(".cards-small button.zoom").first.click()
    assert one.violations() == []
    one.context.close()


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_nothing_is_wider_than_the_screen(browser, page_file, width):
    one = Opened(browser, page_file, width=width)
    assert one.scroll_width() <= width
    one.context.close()
