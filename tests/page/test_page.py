"""The report page in a browser, opened from disk."""

import itertools

import numpy as np
import pandas as pd
import pytest
from page_opened import NASTY, Opened

from blastvote.evaluate.scoring.cells import cells_table, votes_table
from blastvote.report import pictures
from blastvote.report.build import write_report
from blastvote.vote import RULES

THRESHOLDS = np.round(np.linspace(0.05, 0.99, 20), 6).tolist()
STATE = "({ ...blastvote.state, layers: [...blastvote.state.layers] })"


def pixels(page, number: int) -> str:
    """Return a pane's picture as a data URI."""
    return page.evaluate("n => document.querySelectorAll('#panes canvas')[n].toDataURL()", number)


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


def test_zoom_in_one_pane_moves_all(opened):
    page = opened.page
    before = [pixels(page, n) for n in range(3)]
    page.locator("#panes canvas").nth(1).hover(position={"x": 60, "y": 60})
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(150)
    after = [pixels(page, n) for n in range(3)]
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert page.evaluate("blastvote.state.zoom") > 1.4
    box = page.locator("#panes canvas").nth(2).bounding_box()
    x = page.evaluate("blastvote.state.x")
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 100)
    page.mouse.up()
    assert page.evaluate("blastvote.state.x") > x


@pytest.mark.parametrize("layer", ["mask", "box", "name", "score", "truth"])
def test_every_layer_can_be_switched(opened, layer):
    page = opened.page
    before = pixels(page, 0)
    page.locator(f"#layers input[value={layer}]").click()
    page.wait_for_timeout(100)
    assert pixels(page, 0) != before
    page.locator(f"#layers input[value={layer}]").click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(100)
    assert pixels(page, 0) == before


def test_pointing_names_the_cell_in_all_panes(opened):
    page = opened.page
    spot = page.evaluate(
        """() => { const { study } = blastvote; const truth = study.images[0].truth;
        const run = study.runs[0].map(m => m[0]); const cell = run[0].owner.find(o => o >= 0 &&
          run.every(r => r.owner.some((x, n) => x === o && r.scores[n] >= 0.7))); return cell ?? -1 }"""
    )
    if spot < 0:
        pytest.skip("no cell of the first image is found after every method")
    for x, y in itertools.product(range(10, 240, 12), repeat=2):
        page.locator("#panes canvas").first.hover(position={"x": x, "y": y})
        if all(page.locator("#panes .under").all_inner_texts()):
            return
    raise AssertionError("no place names a cell in all panes")


def test_modes_flicker_and_swipe(opened):
    page = opened.page
    page.locator("#mode").select_option("swipe")
    assert page.locator("#panes article").count() == 1
    assert "|" in page.locator("#panes h4").inner_text()
    page.wait_for_timeout(200)
    before = pixels(page, 0)
    page.locator("#divider").evaluate("e => { e.value = 10; e.dispatchEvent(new Event('input')) }")
    page.wait_for_timeout(100)
    assert pixels(page, 0) != before
    page.locator("#mode").select_option("flicker")
    names = set()
    for _ in range(12):
        names.add(page.locator("#panes h4").inner_text())
        page.wait_for_timeout(200)
    assert names == {"None", "CLAHE"}


def test_filters_and_sorting(opened):
    page = opened.page
    everything = page.locator("#strip li").count()
    assert everything == 12
    for name in ("disagree", "wrong", "undetected", "missed", "false", "touching", "unchanged"):
        page.locator("#filter").select_option(name)
        assert page.locator("#strip li").count() <= everything
        assert page.locator("#count").inner_text().endswith("of 12 images")
    page.locator("#filter").select_option("all")
    page.locator("#class").select_option(label="L1")
    assert page.locator("#strip li").count() == 4
    page.locator("#class").select_option("")
    page.locator("#sort").select_option("errors")
    wrong = [int(text) if text.isdigit() else 0 for text in page.locator("#strip .badge").all_inner_texts()]
    assert wrong == sorted(wrong, reverse=True)


def test_a_link_brings_everything_back(browser, opened):
    page = opened.page
    page.locator("#strip li").nth(3).click()
    page.locator("#filter").select_option("touching")
    page.locator("#layers input[value=truth]").click()
    page.locator("#zoom-in").click()
    page.locator("#threshold").evaluate("e => { e.value = 0.4; e.dispatchEvent(new Event('input')) }")
    page.locator("#shown input").nth(0).click()
    page.wait_for_timeout(500)
    again = Opened(browser, opened.path, "#" + page.url.split("#", 1)[1])
    state, restored = page.evaluate(STATE), again.page.evaluate(STATE)
    assert {k: v for k, v in restored.items() if k not in "xy"} == {
        k: v for k, v in state.items() if k not in "xy"
    }
    assert (restored["x"], restored["y"]) == pytest.approx((state["x"], state["y"]), abs=1e-3)
    assert again.complaints == []
    again.context.close()


def test_keys_alone(opened):
    page = opened.page
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "panes":
            break
    else:
        raise AssertionError("the panes cannot be reached by the Tab key")
    first = page.evaluate("blastvote.state.image")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("blastvote.state.image") == first + 1
    page.keyboard.press("+")
    x = page.evaluate("blastvote.state.x")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("blastvote.state.x") > x
    page.keyboard.press("t")
    assert page.evaluate("blastvote.state.layers.has('truth')")
    page.keyboard.press("]")
    assert page.evaluate("blastvote.state.threshold") == pytest.approx(0.71)
    page.keyboard.press("w")
    assert page.evaluate("blastvote.state.mode") == "swipe"


def test_names_are_text_and_nothing_else(opened):
    page = opened.page
    page.locator("#strip li").last.click()
    assert page.evaluate("document.querySelectorAll('img[onerror], img[src=x]').length") == 0
    assert NASTY in page.locator("main").inner_text()
    assert NASTY in page.locator("#image-title").inner_text()
    assert NASTY in page.locator("#panes h4").last.inner_text()
    assert page.locator("#class option").nth(2).inner_text() == f"L2 {NASTY}"


def test_tables_sort_explain_and_are_saved(opened):
    page = opened.page
    table = page.locator("table.sortable").first
    table.locator("button.head").nth(1).click()
    values = [float(text.split()[0]) for text in table.locator("tbody td:nth-child(2)").all_inner_texts()]
    assert values == sorted(values, reverse=True)
    page.mouse.move(0, 0)
    table.locator("button.head").nth(1).hover()
    assert page.locator("#tooltip").inner_text().startswith("The paper's mean average precision")
    with page.expect_download() as download:
        page.locator("button.csv").first.click()
    assert download.value.suggested_filename == "table1_map.csv"
    page.locator("details.raw summary").first.click()
    page.wait_for_selector("details.raw table")  # made when the fold opens


def test_a_cell_of_the_gallery_leads_to_its_image(opened):
    page = opened.page
    page.locator("#cells-head").scroll_into_view_if_needed()
    page.wait_for_selector("#gallery button")
    for kind in ("wrong", "false", "missed", "correct"):
        page.locator("#cell-kind").select_option(kind)
        assert page.locator("#cell-count").inner_text().split()[0].isdigit()
    card = page.locator("#gallery li").nth(2)
    image = card.locator("small").inner_text()
    card.locator("button").click()
    assert page.evaluate("blastvote.study.images[blastvote.state.image].id") == image
    assert page.evaluate("blastvote.state.zoom") > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, index, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    one = Opened(browser, index, scheme=scheme)
    found = axe.run(one.page).response["violations"]
    serious = [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    one.context.close()


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_nothing_is_wider_than_the_screen(browser, index, width):
    one = Opened(browser, index, width=width)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
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
