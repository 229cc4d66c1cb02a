"""The check's report: tables, outlines, and a page that is bounded and holds names as text."""

import re

import check_made
import numpy as np
import pandas as pd
import pytest
from check_made import CENTRES, NASTY, checked, smear

from blastvote import rle
from blastvote.annotations.shapes.raster import rasterise
from blastvote.dataset.check.findings import KINDS
from blastvote.dataset.check.measure import ImageFacts
from blastvote.dataset.truth import TrueCell
from blastvote.report.check import build, gallery
from blastvote.report.check.build import check_page, write_check
from blastvote.report.check.tables import FACT_COLUMNS, FINDING_COLUMNS


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return checked(tmp_path_factory.mktemp("data"))


def test_every_file_is_written(made, tmp_path):
    page = write_check(tmp_path, made)
    names = ["check.csv", "check.html", "check.md", "image_facts.csv", "import.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names and page == tmp_path / "check.html"
    findings = pd.read_csv(tmp_path / "check.csv", keep_default_na=False)
    assert list(findings.columns) == FINDING_COLUMNS
    assert set(findings["kind"]) >= {"unreadable", "tiny_cell", "outlines_turned", "dim", "lone_patient"}
    assert findings["severity"].tolist() == sorted(
        findings["severity"], key=["error", "warning", "note"].index
    )
    turned = findings[findings["kind"] == "outlines_turned"].iloc[0]
    assert turned["image_id"] == "mirrored" and turned["remedy"] == KINDS["outlines_turned"].remedy
    tiny = findings[findings["kind"] == "tiny_cell"].iloc[0]
    assert tiny["object"] == "region 3" and tiny["file"].endswith("via.json")
    facts = pd.read_csv(tmp_path / "image_facts.csv").set_index("image_id")
    assert ["image_id", *facts.columns] == FACT_COLUMNS
    assert facts.loc["mirrored", "better_position"] == "horizontal"
    assert facts.loc["dim", "light"] < 60 < facts.loc["a1", "light"]
    assert facts.loc["a1", "agreement"] > 0.4 and np.isnan(facts.loc["broken", "agreement"])
    assert facts.loc["a1", "median_cell_area"] == pytest.approx(np.pi * 22**2, rel=0.02)


def test_the_page_shows_every_image_and_names_are_text(made):
    page = check_page(made)
    assert page.count('class="card"') == len(made.facts) + min(build.WORST, len(made.facts) - 1)
    assert "<img src=x" not in page and NASTY not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "script-src &#39;sha256-" in page and "unsafe" not in page
    assert re.search(r"cannot be used: 1 finding\s+stops", page)
    assert page == check_page(made)


def test_the_worst_come_first(made):
    page = check_page(made)
    worst = page[page.index('class="cards-large"') : page.index('id="gallery"')]
    assert re.findall(r'data-id="([^"]+)"', worst)[0] == "mirrored"


def test_threads_change_nothing(made, tmp_path):
    other = checked(tmp_path, threads=3)
    assert other.pictures == made.pictures
    assert [fact.agreement for fact in other.facts] == [fact.agreement for fact in made.facts]


def test_more_images_are_smaller_pictures():
    facts = ImageFacts("a", width=240, height=200)
    image = np.kron(smear(0), np.ones((5, 5, 1), np.uint8))
    sizes = []
    for count in (1, 100, 1000, 10_000):
        pictures = gallery.Gallery(count)
        pictures.add(facts, image)
        sizes.append(pictures.pictures["a"].width)
    assert sizes[0] == 1200 and sizes == sorted(sizes, reverse=True) and sizes[-1] == gallery.LEAST_SIDE


def test_a_large_study_shows_images_with_findings_first(made, monkeypatch):
    monkeypatch.setattr(build, "MOST_IMAGES", 4)
    monkeypatch.setattr(build, "MOST_FINDINGS", 3)
    page = check_page(made)
    shown = re.findall(r'data-id="([^"]+)"', page[page.index('class="cards-small"') :])
    assert len(shown) == 4 and {"broken", "mirrored", "dim"} <= set(shown)
    assert f"{len(made.facts) - 4} more images" in page
    assert page.count('<tr data-severity="') == 3


def test_outlines_are_those_of_the_masks():
    mask = rasterise([np.array([[10, 20], [90, 30], [60, 80], [15, 70]])], 100, 120)
    facts = ImageFacts("a", width=120, height=100, cells=(TrueCell("L1", rle.encode(mask)),))
    (path,) = gallery.outline_paths(facts).values()
    start, steps = re.fullmatch(r"M(\d+ \d+)l(.*)z", path).groups()
    numbers = np.array([start.split(), *np.array(steps.split()).reshape(-1, 2)], float)
    drawn = rasterise([np.cumsum(numbers, axis=0)], 100, 120)
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.93
    crowd = ImageFacts("a", width=120, height=100, cells=(TrueCell("L1", rle.encode(mask), crowd=True),))
    assert list(gallery.outline_paths(crowd)) == ["crowd"]


def test_the_made_set_has_cells():
    assert len(CENTRES) == 3 and check_made.smear(0).shape == (200, 240, 3)
