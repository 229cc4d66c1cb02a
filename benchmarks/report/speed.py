"""Measure the report page: time and memory to make it, first paint, slider, image change, frames while panning.

python -m benchmarks.report.speed make FOLDER [--images 301] [--width 640] [--height 480] [--distinct 301]
python -m benchmarks.report.speed page FOLDER          # in a process of its own: its peak memory counts
python -m benchmarks.report.speed browser FOLDER
"""

from __future__ import annotations

import argparse
import pickle
import resource
import shutil
import time
from pathlib import Path

from benchmarks.report.invented_study import made_study
from blastvote.report.build import write_report

METHODS = ["none", "he", "dhe", "clahe", "eff"]
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SLIDER = f"""async () => {{
  const times = [];
  for (let step = 0; step < 20; step += 1) {{
    const start = performance.now();
    blastvote.change({{ threshold: 0.05 + step * 0.045 }});
    await {TWO_FRAMES};
    times.push(performance.now() - start);
  }}
  return times.sort((a, b) => a - b)[10];
}}"""
CHANGE = f"""async (start) => {{
  const times = [];
  for (let image = start; image < Math.min(start + 12, blastvote.study.images.length); image += 1) {{
    const before = performance.now();
    blastvote.change({{ image }});
    while (document.documentElement.dataset.shown !== blastvote.study.images[image].id) {{
      await new Promise(done => setTimeout(done, 1));
    }}
    await {TWO_FRAMES};
    times.push(performance.now() - before);
    await new Promise(done => setTimeout(done, 300)); // a reader looks, the neighbours are fetched
  }}
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}}"""
PAN = """async () => {
  blastvote.change({ zoom: 3, layers: new Set(["mask", "name", "truth"]) });
  const start = performance.now();
  let frames = 0;
  while (performance.now() - start < 3000) {
    blastvote.change({ x: 0.5 + 0.3 * Math.sin(frames / 20), y: 0.5 + 0.3 * Math.cos(frames / 20) });
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return frames / ((performance.now() - start) / 1000);
}"""


def main() -> None:
    """Do one of the three steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("step", choices=["make", "page", "browser"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=301)
    parser.add_argument("--width", type=int, default=640)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--distinct", type=int, help="simulate so many smears; the others repeat them")
    options = parser.parse_args()
    study = options.folder / "study.pickle"
    if options.step == "make":
        names = [f"image_{number:04d}" for number in range(options.images)]
        made = made_study(
            options.folder,
            names,
            METHODS,
            ["L1", "L2", "L3"],
            (options.width, options.height),
            distinct=options.distinct or options.images,
        )
        study.write_bytes(pickle.dumps(made))
    elif options.step == "page":
        make_page(options.folder, study)
    else:
        in_browser(options.folder / "report" / "index.html")


def make_page(folder: Path, study: Path) -> None:
    """Write the page; print time, peak memory and size."""
    config, files = pickle.loads(study.read_bytes())
    start = time.perf_counter()
    page = write_report(folder / "report", config, files)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(path.stat().st_size for path in page.parent.rglob("*") if path.is_file()) / 1e6
    print(
        f"page {seconds:.1f} s, peak {peak:.0f} MB; index.html {page.stat().st_size / 1e6:.1f} MB, all {size:.1f} MB"
    )


def in_browser(page: Path) -> None:
    """Print what a reader waits for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        tab.goto(page.resolve().as_uri())
        tab.wait_for_selector("html[data-shown]", timeout=60_000)
        print(f"first paint {tab.evaluate(FIRST_PAINT):.0f} ms")
        print(f"ready {tab.evaluate('performance.now()'):.0f} ms")
        print(f"slider {tab.evaluate(SLIDER):.0f} ms (median of 20)")
        print(f"image change {tab.evaluate(CHANGE, 1):.0f} ms (median of 12)")
        tab.locator("#panes").scroll_into_view_if_needed()
        print(f"pan {tab.evaluate(PAN):.0f} frames a second, five panes")
        browser.close()


if __name__ == "__main__":
    main()
