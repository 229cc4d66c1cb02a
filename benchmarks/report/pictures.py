"""Photograph a finished study's report page for the README: two screenshots and a short sequence.

python -m benchmarks.report.pictures results/report/index.html IMAGE_ID
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

OUT = Path("docs/images")
STEPS = (
    {"threshold": 0.7, "layers": ("mask", "name"), "zoom": 1},
    {"threshold": 0.7, "layers": ("mask", "name", "score", "truth"), "zoom": 1},
    {"threshold": 0.8, "layers": ("mask", "name", "score", "truth"), "zoom": 1},
    {"threshold": 0.9, "layers": ("mask", "name", "score", "truth"), "zoom": 1},
    {"threshold": 0.95, "layers": ("mask", "name", "score", "truth"), "zoom": 1},
    {"threshold": 0.7, "layers": ("mask", "name", "score", "truth"), "zoom": 1.6},
    {"threshold": 0.7, "layers": ("mask", "name", "score", "truth"), "zoom": 2.6},
)


def main() -> None:
    """Write the pictures."""
    page_file, image_id = Path(sys.argv[1]), sys.argv[2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, scheme, head in (("viewer", "light", "#side-by-side"), ("answer", "dark", "#answer")):
            tab = _open(browser, page_file, image_id, scheme)
            tab.evaluate("head => document.querySelector(head).scrollIntoView()", head)
            tab.wait_for_timeout(500)
            _photograph(tab).save(OUT / f"report_{name}.jpg", quality=82, optimize=True)
        tab = _open(browser, page_file, image_id, "light")
        tab.evaluate("document.querySelector('#side-by-side').scrollIntoView()")
        frames = [_step(tab, step) for step in STEPS]
        frames[0].save(
            OUT / "report_sequence.webp",
            save_all=True,
            append_images=frames[1:],
            duration=1200,
            loop=0,
            quality=70,
        )
        browser.close()


def _open(browser, page_file: Path, image_id: str, scheme: str) -> Page:
    tab = browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme=scheme)
    tab.goto(f"{page_file.resolve().as_uri()}#image={image_id}&show=mask,name,truth")
    tab.wait_for_selector("html[data-shown]")
    return tab


def _step(tab: Page, step: dict) -> Image.Image:
    tab.evaluate("s => blastvote.change({ ...s, layers: new Set(s.layers) })", step)
    tab.wait_for_timeout(300)
    image = _photograph(tab)
    return image.resize((960, image.height * 960 // image.width), Image.Resampling.LANCZOS)


def _photograph(tab: Page) -> Image.Image:
    return Image.open(io.BytesIO(tab.screenshot())).convert("RGB")


if __name__ == "__main__":
    main()
