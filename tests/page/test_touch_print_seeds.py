"""The report page under fingers, on paper, and with several trainings."""

import pytest
from page_opened import Opened, eventually

from benchmarks.report.invented_study import made_study
from blastvote.report.build import write_report

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}


@pytest.fixture
def phone(browser, index):
    """Return the page on a phone, its first pane scrolled to, and what sends touches."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    page.goto(index.as_uri())
    page.wait_for_selector("html[data-shown]")
    page.locator("#panes").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#panes canvas').scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(200)
    yield page, context.new_cdp_session(page)
    context.close()


def _move(session, *fingers, steps=8):
    """Move fingers, each given as (start, end), together."""
    for step in range(steps + 1):
        points = [
            {"x": a[0] + (b[0] - a[0]) * step / steps, "y": a[1] + (b[1] - a[1]) * step / steps, "id": number}
            for number, (a, b) in enumerate(fingers)
        ]
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": points}
        )
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def _middle(page):
    box = page.locator("#panes canvas").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_two_fingers_zoom_and_one_moves(phone):
    page, session = phone
    x, y = _middle(page)
    _move(session, ((x - 20, y), (x - 90, y)), ((x + 20, y), (x + 90, y)))
    assert eventually(page, lambda: page.evaluate("blastvote.state.zoom") > 2)
    page.wait_for_timeout(150)  # the last move of the fingers
    zoom, before = page.evaluate("[blastvote.state.zoom, blastvote.state.x]")
    _move(session, ((x + 60, y), (x - 60, y)))
    assert eventually(page, lambda: page.evaluate("blastvote.state.x") > before)
    assert page.evaluate("blastvote.state.zoom") == zoom


def test_a_swipe_over_the_whole_image_goes_to_the_next_method(phone):
    page, session = phone
    x, y = _middle(page)
    _move(session, ((x + 120, y), (x - 140, y)), steps=20)
    assert eventually(page, lambda: page.evaluate("document.getElementById('panes').scrollLeft") > 100)
    assert page.evaluate("blastvote.state.zoom") == 1


def test_on_paper_only_what_can_be_read(browser, index):
    one = Opened(browser, index, scheme="dark")
    one.page.emulate_media(media="print")
    for hidden in (".top", "#strip", ".slider", "#cells", "button:not(.head)"):
        assert one.page.locator(hidden).locator("visible=true").count() == 0, hidden
    for shown in ("#answer-head", "#tables table >> nth=0", "#plots figure >> nth=0"):
        assert one.page.locator(shown).is_visible(), shown
    assert one.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert one.page.pdf().startswith(b"%PDF")
    one.context.close()


def test_each_training_can_be_looked_at(browser, tmp_path):
    config, files = made_study(
        tmp_path / "study",
        [f"image_{n}" for n in range(6)],
        ["none", "eff"],
        ["L1", "L2", "L3"],
        seeds=(1, 2),
        distinct=3,
    )
    one = Opened(browser, write_report(tmp_path / "report", config, files))
    assert one.page.locator("#seed-label").is_visible()
    votes = []
    for number in (0, 1):
        one.page.locator("#seed").select_option(index=number)
        one.page.wait_for_timeout(200)
        votes.append(
            one.page.locator("#study").inner_text()
            + "".join(one.page.locator("#panes .counts").all_inner_texts())
        )
    assert votes[0] != votes[1]
    assert one.complaints == []
    one.context.close()
