"""The pages in a real browser: nothing runs, nothing is fetched, everyone can use them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from publish_town import HOSTILE

PAGES = [
    "index.html",
    "map.html",
    "sites/mill.html",
    "sites/basin.html",
    "sites/nowhere.html",
    "pipeline.html",
    "partners.html",
    "indicators.html",
    "areas.html",
    "claims.html",
    "survey.html",
    "programme.html",
    "codebook.html",
    "data.html",
    "quality.html",
    "accessibility.html",
]
WIDTHS = [1280, 390]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Watch:
    """What a page did that it must not do."""

    remote: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        return self.remote + self.errors + self.dialogs


@contextmanager
def opened(browser, site, name, width=1280):
    page = browser.new_page(viewport={"width": width, "height": 900})
    watch = Watch()

    def route(request_route):
        if request_route.request.url.startswith(("file:", "data:")):
            request_route.continue_()
        else:
            watch.remote.append(request_route.request.url)
            request_route.abort()

    def dialog(shown):
        watch.dialogs.append(shown.message)
        shown.dismiss()

    page.route("**/*", route)
    page.on("dialog", dialog)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on(
        "console",
        lambda m: watch.errors.append(m.text) if m.type in ("error", "warning") else None,
    )
    page.goto((site / name).as_uri())
    page.wait_for_load_state("load")
    try:
        yield page, watch
    finally:
        page.close()


def focused(page, expression):
    return page.evaluate(f"(e => {expression})(document.activeElement)")


def test_the_watch_sees_a_remote_file_a_dialog_and_a_fault(browser, tmp_path):
    (tmp_path / "bad.html").write_text(
        '<script src="https://example.org/x.js"></script>'
        "<script>alert(1); throw new Error('x')</script>"
    )
    with opened(browser, tmp_path, "bad.html") as (_, watch):
        assert watch.remote
        assert watch.dialogs
        assert watch.errors


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fetches_nothing_fails_nowhere_and_fits(browser, site, name, width):
    with opened(browser, site, name, width) as (page, watch):
        assert watch.faults == []
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0


@pytest.mark.parametrize("name", ["survey.html", "programme.html", "sites/mill.html"])
def test_axe_finds_nothing_without_a_survey(browser, unsurveyed_site, name):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, unsurveyed_site, name) as (page, watch):
        assert watch.faults == []
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser, site, name, width):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, site, name, width) as (page, _):
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert len(found.response["passes"]) > 5
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


def test_axe_finds_nothing_in_an_open_popup(browser, site):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, site, "map.html") as (page, _):
        page.click("#sites button.show >> nth=0")
        page.wait_for_selector(".leaflet-popup")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


# ---- hostile text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_reads_as_written_and_does_nothing(browser, hostile_site, name, width):
    with opened(browser, hostile_site, name, width) as (page, watch):
        shown = page.evaluate("document.body.textContent.replace(/\\s+/g, ' ')")
        assert HOSTILE in shown
        assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0
        assert watch.faults == []


@pytest.mark.parametrize("table", ["sites", "lsoas", "places"])
def test_hostile_text_in_a_popup_reads_as_written(browser, hostile_site, table):
    with opened(browser, hostile_site, "map.html") as (page, watch):
        page.click(f"#{table} button.show >> nth=0")
        popup = page.wait_for_selector(".leaflet-popup-content")
        assert HOSTILE in popup.text_content()
        assert popup.query_selector("img") is None
        assert watch.faults == []


def test_hostile_names_on_the_map_read_as_written(browser, hostile_site):
    with opened(browser, hostile_site, "map.html") as (page, _):
        names = page.eval_on_selector_all(".map-name", "all => all.map(e => e.textContent)")
        # A ward's name is drawn whole; a site's, which may be a whole address, is cut.
        assert set(names) == {HOSTILE, "=cmd {{7*7}} {% raw %} {#…"}
        label = page.get_attribute(".leaflet-container", "aria-label")
        assert HOSTILE in label


# ---- keyboard


def test_a_keyboard_reaches_a_site_opens_it_and_comes_back(browser, site):
    with opened(browser, site, "map.html") as (page, _):
        for _ in range(60):
            page.keyboard.press("Tab")
            if focused(page, "e.tagName") == "path":
                break
        assert focused(page, "e.getAttribute('aria-label')") == "The Basin, open details"
        page.keyboard.press("Enter")
        page.wait_for_selector(".leaflet-popup-content")
        assert focused(page, "e.className") == "leaflet-popup-content"
        assert "The Basin" in focused(page, "e.textContent")
        page.keyboard.press("Tab")
        assert focused(page, "e.getAttribute('href')") == "sites/basin.html"
        page.keyboard.press("Escape")
        assert page.query_selector(".leaflet-popup") is None
        assert focused(page, "e.getAttribute('aria-label')") == "The Basin, open details"


def test_a_button_in_the_table_shows_the_place_and_gets_the_focus_back(browser, site):
    with opened(browser, site, "sites/mill.html") as (page, _):
        button = page.locator("#linked button.show").nth(2)
        name = page.locator("#linked tbody th").nth(2).text_content().strip()
        assert button.text_content() == f"Show {name} on the map"
        button.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".leaflet-popup-content")
        assert name in page.text_content(".leaflet-popup-content")
        page.keyboard.press("Escape")
        assert focused(page, "e.textContent") == f"Show {name} on the map"


def test_a_table_sorts_by_keyboard_and_says_so(browser, site):
    with opened(browser, site, "map.html") as (page, _):
        column = (
            "[...document.querySelectorAll('#lsoas tbody tr')].map(r => r.cells[3].textContent)"
        )
        assert page.evaluate(column) == ["1", "4", "9", "not available"]
        page.focus("#lsoas th:has-text('Decile') button")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        assert page.evaluate(column) == ["9", "4", "1", "not available"]
        heading = page.locator("#lsoas th:has-text('Decile')")
        assert heading.get_attribute("aria-sort") == "descending"
        said = page.locator("section:has(#lsoas) [role=status]").text_content()
        assert said == "Sorted by Decile, descending"


def test_withheld_counts_stay_together_at_the_end_and_the_total_at_the_foot(browser, site):
    def column():
        return page.evaluate(
            "[...document.querySelectorAll('#people-2 tbody tr')]"
            ".map(r => r.cells[3].textContent.trim().split(' ')[0])"
        )

    with opened(browser, site, "survey.html") as (page, _):
        assert column() == ["[c]", "25", "40", "[c]", "[c]"]
        page.focus("#people-2 th:has-text('East ward') button")
        page.keyboard.press("Enter")
        assert column() == ["25", "40", "[c]", "[c]", "[c]"]
        page.keyboard.press("Enter")
        assert column() == ["40", "25", "[c]", "[c]", "[c]"]
        foot = "document.querySelector('#people-2 tfoot tr').cells[0].textContent"
        assert page.evaluate(foot) == "All respondents"


@pytest.mark.parametrize("name", ["survey.html", "programme.html", "sites/mill.html"])
def test_the_label_of_made_up_people_is_seen_first_and_on_paper(browser, site, name):
    for width in WIDTHS:
        with opened(browser, site, name, width) as (page, _):
            box = page.locator(".banner").bounding_box()
            assert box["y"] + box["height"] < 450
            page.emulate_media(media="print")
            assert page.is_visible(".banner")
            head = "getComputedStyle(document.body).page"
            assert page.evaluate(head) in {"figures", "section"}


def test_a_table_filters_and_says_how_many_are_left(browser, site):
    with opened(browser, site, "map.html") as (page, _):
        page.fill("#filter-places", "number 7 ")
        rows = page.locator("#places tbody tr:visible")
        assert rows.count() == 1
        assert page.locator("section:has(#places) [role=status]").text_content() == "1 row shown"


# ---- the map


def test_the_key_switches_a_layer(browser, site):
    paths = "document.querySelectorAll('.leaflet-catchment_400-pane path').length"
    with opened(browser, site, "map.html") as (page, _):
        assert page.evaluate(paths) == 0
        page.check("input[data-layer=catchment_400]")
        assert page.evaluate(paths) == 4
        page.uncheck("input[data-layer=catchment_400]")
        assert page.evaluate(paths) == 0


def test_a_click_on_a_place_opens_it_and_a_hidden_kind_does_not(browser, site):
    at = (
        "(() => { const box = document.querySelector('.leaflet-places-pane canvas');"
        " const n = box.getContext('2d').getImageData(0, 0, box.width, box.height).data;"
        " let count = 0; for (let i = 3; i < n.length; i += 4) { count += n[i] > 0; }"
        " return count; })()"
    )
    with opened(browser, site, "map.html") as (page, _):
        everything = page.evaluate(at)
        assert everything > 0
        page.uncheck("input[data-layer=kind-0]")
        some = page.evaluate(at)
        assert 0 < some < everything
        page.uncheck("input[data-layer=kind-1]")
        page.uncheck("input[data-layer=kind-2]")
        assert page.evaluate(at) == 0


def test_a_pointer_on_a_place_opens_its_popup(browser, site):
    with opened(browser, site, "map.html") as (page, _):
        page.click("#places button.show >> nth=0")
        name = page.text_content(".leaflet-popup-content .title")
        page.keyboard.press("Escape")
        box = page.locator(".leaflet-container").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert page.text_content(".leaflet-popup-content .title") == name


def test_names_on_the_map_do_not_cover_each_other(browser, site):
    boxes = (
        "[...document.querySelectorAll('.map-name')].filter(e => e.style.display !== 'none')"
        ".map(e => { const b = e.getBoundingClientRect();"
        " return [b.left, b.top, b.right, b.bottom]; })"
    )
    for width in WIDTHS:
        with opened(browser, site, "map.html", width) as (page, _):
            shown = page.evaluate(boxes)
            assert len(shown) >= 2
            for place, one in enumerate(shown):
                for two in shown[place + 1 :]:
                    apart = one[2] <= two[0] or two[2] <= one[0]
                    assert apart or one[3] <= two[1] or two[3] <= one[1]


def test_ten_thousand_places_draw(browser, large_site):
    with opened(browser, large_site, "map.html") as (page, watch):
        assert watch.faults == []
        assert page.locator(".leaflet-places-pane canvas").count() == 1
    with opened(browser, large_site, "sites/mill.html") as (page, _):
        assert page.locator("#linked button.show").count() == 400


def test_on_paper_the_map_is_drawn_and_nothing_is_clipped(browser, site):
    with opened(browser, site, "sites/mill.html") as (page, watch):
        page.emulate_media(media="print")
        page.wait_for_selector(".map.on-paper")
        assert page.locator(".leaflet-places-pane svg g").count() > 0
        assert page.locator(".leaflet-site-pane path").count() == 1
        assert page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == (
            "visible"
        )
        assert not page.is_visible("nav")
        assert page.pdf(format="A4", tagged=True).startswith(b"%PDF")
        page.emulate_media(media="screen")
        page.wait_for_selector(".map:not(.on-paper)")
        assert page.locator(".leaflet-places-pane svg").count() == 0
        assert watch.faults == []
