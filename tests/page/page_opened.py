"""The report page open in a browser, with all it complains of."""

from collections.abc import Callable
from pathlib import Path

import pytest

NASTY = "<img src=x onerror=alert(1)>\"&'</script><!--"
"""A name that is markup, were it not text."""


def eventually(page, holds: Callable[[], bool]) -> bool:
    """Return whether something comes to hold on a page, which a busy machine draws late: 20 seconds are waited."""
    for _ in range(400):
        if holds():
            return True
        page.wait_for_timeout(50)
    return False


class Opened:
    """A page in the browser, with everything it complained about or asked for."""

    def __init__(
        self, browser, path: Path, address: str = "", width: int = 1440, scheme: str = "light"
    ) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self.context.new_page()
        self._path = path
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.url = path.as_uri()
        self.page.goto(self.url + address)
        self.page.wait_for_selector("html[data-ready]")
        self.page.wait_for_selector("html[data-shown]")

    @property
    def path(self) -> Path:
        """The page's file."""
        return self._path

    def violations(self) -> list[str]:
        """Return what axe finds serious or critical for people who use assistive technology; skip where axe is not."""
        axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
        found = axe.run(self.page).response["violations"]
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:200]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    def scroll_width(self) -> int:
        """Return the width of all that can be scrolled to, in pixels."""
        return self.page.evaluate("document.documentElement.scrollWidth")

    def elsewhere(self) -> list[str]:
        """Return the requests for anything but the page itself and what is inside it."""
        return [url for url in self.requests if not url.startswith(("data:", "blob:", self.url))]
