"""A browser, and pages of made-up studies opened from disk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_opened import NASTY, Opened

from benchmarks.report.invented_study import made_study
from blastvote.report.build import write_report

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Return a headless Chromium of this machine, or skip where there is none."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        pytest.skip(
            "no Chromium on this machine (apt-get install chromium): the page is not tried in a browser"
        )
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """Return configuration and files of a small study of three methods, whose names are markup."""
    names = [f"image_{n}" for n in range(8)] + [f"{NASTY} {n}" for n in range(4)]
    folder = tmp_path_factory.mktemp("study")
    return made_study(folder, names, ["none", "clahe", f"m {NASTY}"], ["L1", f"L2 {NASTY}", "L3"], distinct=6)


@pytest.fixture(scope="session")
def index(study, tmp_path_factory) -> Path:
    """Return the page of the small study."""
    config, files = study
    return write_report(tmp_path_factory.mktemp("report"), config, files)


@pytest.fixture
def opened(browser, index) -> Iterator[Opened]:
    """Return the page of the small study, open; at the end nothing may have been complained of or asked for."""
    one = Opened(browser, index)
    yield one
    assert one.complaints == []
    assert one.elsewhere() == []
    one.context.close()
