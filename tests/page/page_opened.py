"""The report page open in a browser, with all it complains of."""

from pathlib import Path

NASTY = "<img src=x onerror=alert(1)>\"&'</script><!--"
"""A name that is markup, were it not text."""


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

    def elsewhere(self) -> list[str]:
        """Return the requests for anything but the page itself and what is inside it."""
        return [url for url in self.requests if not url.startswith(("data:", "blob:", self.url))]
