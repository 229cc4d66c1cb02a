"""The panes of the report page: zoom, layers, modes, what lies under the pointer, keys, links to a view."""

import itertools

import pytest
from page_opened import Opened, eventually

STATE = "({ ...blastvote.state, layers: [...blastvote.state.layers] })"


def pixels(page, number: int) -> str:
    """Return a pane's picture as a data URI."""
    return page.evaluate("n => document.querySelectorAll('#panes canvas')[n].toDataURL()", number)


def test_zoom_in_one_pane_moves_all(opened):
    page = opened.page
    before = [pixels(page, n) for n in range(3)]
    page.locator("#panes canvas").nth(1).hover(position={"x": 60, "y": 60})
    page.mouse.wheel(0, -400)
    assert eventually(page, lambda: all(pixels(page, n) != before[n] for n in range(3)))
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
    assert eventually(page, lambda: pixels(page, 0) != before)
    page.locator(f"#layers input[value={layer}]").click()
    page.mouse.move(0, 0)
    assert eventually(page, lambda: pixels(page, 0) == before)


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
    assert eventually(page, lambda: pixels(page, 0) != before)
    page.locator("#mode").select_option("flicker")
    heading = page.locator("#panes h4")
    for name in ("CLAHE", "None", "CLAHE"):
        assert eventually(page, lambda: heading.inner_text() == name)  # noqa: B023


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


def test_a_link_brings_everything_back(browser, opened):
    page = opened.page
    page.locator("#strip li").nth(3).click()
    page.locator("#filter").select_option("touching")
    page.locator("#layers input[value=truth]").click()
    page.locator("#zoom-in").click()
    page.locator("#threshold").evaluate("e => { e.value = 0.4; e.dispatchEvent(new Event('input')) }")
    page.locator("#shown input").nth(0).click()
    assert eventually(page, lambda: "methods=" in page.url)
    again = Opened(browser, opened.path, "#" + page.url.split("#", 1)[1])
    state, restored = page.evaluate(STATE), again.page.evaluate(STATE)
    assert {k: v for k, v in restored.items() if k not in "xy"} == {
        k: v for k, v in state.items() if k not in "xy"
    }
    assert (restored["x"], restored["y"]) == pytest.approx((state["x"], state["y"]), abs=1e-3)
    assert again.complaints == []
    again.context.close()
