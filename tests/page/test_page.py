"""The report page as a whole, in a browser: names are text, nothing is hidden from anybody, pictures beside it."""

import pytest
from page_opened import NASTY, Opened

from blastvote.report import pictures
from blastvote.report.build import write_report


def test_names_are_text_and_nothing_else(opened):
    page = opened.page
    page.locator("#strip li").last.click()
    assert page.evaluate("document.querySelectorAll('img[onerror], img[src=x]').length") == 0
    assert NASTY in page.locator("main").inner_text()
    assert NASTY in page.locator("#image-title").inner_text()
    assert NASTY in page.locator("#panes h4").last.inner_text()
    assert page.locator("#class option").nth(2).inner_text() == f"L2 {NASTY}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, index, scheme):
    one = Opened(browser, index, scheme=scheme)
    assert one.violations() == []
    one.context.close()


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_nothing_is_wider_than_the_screen(browser, index, width):
    one = Opened(browser, index, width=width)
    assert one.scroll_width() <= width
    one.context.close()


def test_many_images_lie_beside_the_page(browser, study, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(pictures, "WEBP_PIXELS", 1)
    caplog.set_level("INFO")
    config, files = study
    page = write_report(tmp_path, config, files)
    assert len(list((tmp_path / "images").rglob("*.jpg"))) == 36
    assert "The report is a folder" in caplog.text
    one = Opened(browser, page)
    assert one.complaints == []
    assert (
        len(one.page.locator("#panes canvas").first.screenshot()) > 20_000
    )  # a photograph, not an empty pane
    one.context.close()
