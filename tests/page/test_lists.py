"""The lists of the report page: images, cells, tables."""


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
