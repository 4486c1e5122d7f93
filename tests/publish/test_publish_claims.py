"""Pages of claims: every figure traced to its claim, nothing hidden, nothing chosen silently."""

from __future__ import annotations

import re
from html import unescape

import pandas as pd
import pytest
from publish_claims import claim_rows
from publish_town import HOSTILE, town
from test_publish_browser import RULES, opened
from test_publish_site import hashes, words

from assetmap.disclosure.claims import CLAIMS, PROGRESS_STATES
from assetmap.errors import PublishError
from assetmap.publish.claims_model import (
    FINDING_STATES,
    STATES,
    amount,
    anchor,
    bounded,
    claims_of,
    headline,
    spread,
)
from assetmap.publish.dashboard_page import progress
from assetmap.publish.model import accept
from assetmap.publish.site import write_site

TARGETS, DOCUMENTS = "indicators.html", "claims.html"


@pytest.fixture(scope="session")
def claimless_site(tmp_path_factory):
    """The site of a town of which no document is loaded."""
    target = tmp_path_factory.mktemp("claimless") / "site"
    return write_site(town(has_claims=False), target).target


def main_of(path):
    return re.search(r"<main.*</main>", path.read_text(encoding="utf-8"), re.DOTALL)[0]


def read(markup):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def card(site, indicator):
    html = (site / TARGETS).read_text(encoding="utf-8")
    return re.search(rf'<article[^>]* id="indicator-{indicator}".*?</article>', html, re.DOTALL)[0]


def row(site, indicator):
    html = (site / TARGETS).read_text(encoding="utf-8")
    return re.search(rf'<tr id="indicator-{indicator}">.*?</tr>', html, re.DOTALL)[0]


def changed(table, column, value, *, where):
    """Return the tables of a town in which one cell of a table of claims is another."""
    tables = town()
    key, name = where
    tables[table].loc[tables[table][key] == name, column] = value
    return tables


# ---- every figure has a claim


def test_every_reported_figure_leads_to_the_rows_of_its_claims(site):
    listed = set(re.findall(r'<th scope="row" id="(claim-[^"]+)"', main_of(site / DOCUMENTS)))
    assert listed == {anchor("claim", r["claim_id"]) for r in claim_rows()["pub_claim"]}
    found = re.findall(r'class="reported" data-claims="([^"]*)">([^<]+)', main_of(site / TARGETS))
    assert len(found) == len(claim_rows()["pub_claim_indicator"])
    for claims, figure in found:
        assert set(claims.split()) <= listed
        assert bool(claims) == bool(re.search(r"\d", figure)), figure


def test_no_figure_is_on_the_page_but_what_the_tables_hold(tmp_path):
    tables = town()
    for contract in CLAIMS:
        frame = tables[contract.table]
        for column in contract.columns:
            if column.kind == "number":
                frame[column.name] = frame[column.name].where(frame[column.name].isna(), 4242.0)
            elif column.kind == "text" and not column.name.endswith(("_id", "claims")):
                frame[column.name] = frame[column.name].str.replace(r"\d", "x", regex=True)
    site = write_site(tables, tmp_path / "site").target
    found = set(re.findall(r"\d[\d,.]*\d|\d", read(main_of(site / TARGETS))))
    counts = {str(n) for n in range(1, len(claim_rows()["pub_claim_indicator"]))}
    assert "4,242" in found
    assert found - {"4,242", "4,242.0"} <= counts


def test_a_headline_without_a_claim_is_refused(tmp_path):
    tables = changed(
        "pub_claim_indicator", "headline_claims", None, where=("indicator_id", "money")
    )
    with pytest.raises(PublishError, match="has headlines without a claim: 1"):
        write_site(tables, tmp_path / "site")


@pytest.mark.parametrize(
    ("table", "column", "where"),
    [
        ("pub_claim_indicator", "headline_claims", ("indicator_id", "money")),
        ("pub_finding", "claims", ("finding_id", "claims-differ-money")),
        ("pub_claim_check", "claim_id", ("figure_id", "residents")),
    ],
)
def test_a_claim_that_is_not_there_is_refused(tmp_path, table, column, where):
    tables = changed(table, column, "c-gone", where=where)
    with pytest.raises(PublishError, match=f"{table} names claims that are not in pub_claim: 1"):
        write_site(tables, tmp_path / "site")


# ---- the page of targets


def test_the_first_words_say_how_many_targets_are_met(site):
    text = read(main_of(site / TARGETS))
    assert "1 of 5 targets met. 1 behind and 3 not reported. Claims differ about 2" in text
    assert "✓ Met 1 Health professionals found" in text
    assert "? Not reported 3 Homes of the plan ; Board meetings ; Questionnaires checked" in text
    assert "No target 10 listed by topic" in text


def test_targets_come_first_and_by_state(site):
    found = re.findall(r'<(?:article|tr)[^>]* id="indicator-([a-z-]+)"', main_of(site / TARGETS))
    assert found[:5] == ["found", "trained", "homes", "board", "silent"]
    assert found[-2:] == ["share", "per-head"]
    turned = changed("pub_claim_indicator", "state", "met", where=("indicator_id", "silent"))
    ordered = [r["indicator_id"] for r in claims_of(accept(turned)).targeted]
    assert ordered == ["found", "silent", "trained", "homes", "board"]


def test_a_target_shows_what_was_reported_the_target_its_place_and_why(site):
    text = read(card(site, "found"))
    for words_wanted in (
        "I01 ✓ Met",
        "Reported 71 to 94 range over all claims",
        "Target at least 60 by 2019 , set in First report, section 3.4",
        "Why 71 to 94 reported against 60 due by 2019: met under every claim (118 to 157 %).",
        "Interval 55.5 to 115.0 (exact Poisson, 95 %)",
        "Forecast None: fewer than two dated actuals.",
        "Against the data Cannot be computed from the data here.",
    ):
        assert words_wanted in text
    assert 'href="claims.html#target-t-found"' in card(site, "found")
    trained = read(card(site, "trained"))
    assert "Interval 30.7 to 69.3 (Wilson, 95 %, in per cent of the target)" in trained
    assert "Forecast 16 to 18: If it goes on in a straight line." in trained


def test_claims_that_differ_are_said_to_and_all_stand_side_by_side(site):
    found = card(site, "found")
    text = read(re.search("<details.*</details>", found, re.DOTALL)[0])
    assert text.startswith("Claims differ 3 claims")
    assert "“71” , read as 71, as of 2017. First report, section 3.4." in text
    assert "“94” , read as 94" in text
    assert "“70” , read as over 70, as of 2017. First report, section 1." in text
    assert 'href="claims.html#finding-claims-differ-found"' in found
    assert "Claims differ" in read(row(site, "money"))
    assert "Claims differ" not in read(card(site, "trained"))


def test_a_plan_is_not_reported_as_reached(site):
    homes, board, silent = (read(card(site, name)) for name in ("homes", "board", "silent"))
    assert "Reported nothing Planned: about 3,000 homes Target" in homes
    assert "Target about 3,000 homes date not stated" in homes
    assert "Reported nothing By rule: 12 a year" in board
    assert "Reported nothing" in silent
    assert "No document states a figure." in silent
    assert homes.count("Reported") == board.count("Reported") == 1


def test_a_claim_stands_beside_the_computed_figure(site):
    people = read(row(site, "people"))
    assert (
        "Claimed 81,361 , computed 80,387 (80,000 to 80,900): 974 less, 1.2% of the claim. "
        "Another year. Residents, 2021: Usual residents at the census." in people
    )
    unschooled = read(row(site, "unschooled"))
    assert "Claimed over 40% , computed 25.25%: 14.75 percentage points less" in unschooled
    assert "Not available: it was not measured." in read(row(site, "placed"))


def test_derived_figures_say_so_and_how_far_they_reach(site):
    assert "at most 26.33% worked out from other claims" in read(row(site, "share"))
    assert "£38.47 to £39.33" in read(row(site, "per-head"))
    assert "“2,370”" in read(row(site, "share"))


def test_a_figure_chosen_by_hand_says_why(site):
    assert "The newer index." in read(row(site, "rank"))


def test_a_withdrawn_claim_stays_in_the_list_and_says_so(tmp_path):
    tables = changed("pub_claim", "status", "withdrawn", where=("claim_id", "c-found-94"))
    site = write_site(tables, tmp_path / "site").target
    assert "“94” , read as 94 (withdrawn)" in read(card(site, "found"))


def test_every_state_has_a_word_and_a_mark_of_its_own(site):
    assert set(STATES) == set(PROGRESS_STATES)
    everyone = [*STATES.values(), *FINDING_STATES.values()]
    assert len({state.label for state in everyone}) == len(everyone)
    assert len({state.mark for state in STATES.values()}) == len(STATES)
    for state in re.findall(r'class="state [^>]+>(.*?)</span>\s*<', main_of(site / TARGETS)):
        assert re.search("[A-Z][a-z]+", read(state))


# ---- the page of documents


def test_contradictions_come_first_and_open_ones_before_others(site):
    html = main_of(site / DOCUMENTS)
    assert html.index("h-findings") < html.index("h-documents") < html.index("h-claims")
    found = re.findall(r'class="card" id="finding-([a-z-]+)"', html)
    assert found == ["claims-differ-found", "claims-differ-money", "a-decided"]
    text = read(html)
    assert "15 claims from 2 documents. 3 contradictions and doubts, 2 of them open." in text
    assert "Budget: figures differ ? Open £3,130,000 and £3,200,000." in text
    assert "Budget: £3,130,000 , First report, section 1" in text
    assert "Nobody has decided this. Found by rule: Claims differ" in text
    assert "✓ Resolved" in text
    assert "Decided: It is the new one. Noted by a reader" in text


def test_a_document_says_what_of_it_is_damaged_or_missing(site):
    text = read(main_of(site / DOCUMENTS))
    assert "Second report The programme Journal not stated not stated 5 2.1 damaged" in text
    assert "2.1 damaged (Letters are shifted.); 2.4 absent" in text
    assert "December 2017 not stated 10 nothing noted" in text
    html = (site / DOCUMENTS).read_text(encoding="utf-8")
    assert 'href="https://example.org/report"' in html
    assert 'href="javascript' not in html


def test_a_claim_has_its_figure_area_dates_and_place(site):
    text = read(main_of(site / DOCUMENTS))
    for words_wanted in (
        "Budget £3.13m 3,130,000 pounds exact Milltown study area, boundary of 2017 2017",
        "2017 period not stated First report section 1 The document says so of budget. planned",
        "not stated period not stated First report section 2.2",
        "boundary of unknown year",
        "December 2017 about April 2017 to December 2017",
        "cites a source of 26 January 2012",
        "as it is read by hand",
        "Board meetings at least 12 a year not stated First report section 1 This is to be",
    ):
        assert words_wanted in text
    assert "unknown," not in text


def test_claims_stand_in_the_order_of_the_registry(site):
    found = re.findall(r'id="claim-c-([a-z0-9-]+)"', main_of(site / DOCUMENTS))
    assert found[:5] == ["found-71", "found-94", "found-over", "trained", "homes"]


def test_every_list_can_be_downloaded_beside_it(site):
    html = main_of(site / DOCUMENTS)
    for name in (
        "contradictions",
        "documents",
        "document_sections",
        "targets",
        "claims",
        "claims_against_data",
    ):
        assert f'href="data/{name}.csv"' in html
    assert 'href="data/claim_indicators.csv"' in main_of(site / TARGETS)


# ---- without documents, and with hostile ones


@pytest.mark.parametrize("name", [TARGETS, DOCUMENTS])
def test_without_documents_the_pages_say_so_and_hold_no_figure(claimless_site, name):
    text = read(main_of(claimless_site / name))
    assert "No claims of documents are loaded." in text
    assert not re.search(r"\d", text)


def test_without_documents_the_overview_says_that_progress_is_not_known(claimless_site):
    text = words(claimless_site / "index.html")
    assert "Is it working? Not yet known" in text
    assert "not yet loaded" in text
    assert "contradiction" not in text


def test_the_overview_leads_to_both_pages(site, collected_site):
    html = main_of(site / "index.html")
    assert f'href="{TARGETS}"' in html
    assert f'href="{DOCUMENTS}"' in html
    assert "survey's own targets" not in words(site / "index.html")
    assert "See the survey's own targets" in unescape(words(collected_site / "index.html"))


def test_documents_that_set_no_target_are_no_failure(tmp_path):
    tables = town()
    tables["pub_claim_indicator"]["state"] = "no_target"
    assert progress(claims_of(accept(tables))) == ("No target", "No document sets a target.")
    text = words(write_site(tables, tmp_path / "site").target / TARGETS)
    assert "Not reported" not in text.partition("How this is judged")[0]


def test_the_order_of_rows_of_claims_does_not_matter(tmp_path, site):
    tables = town()
    for contract in CLAIMS:
        tables[contract.table] = tables[contract.table].iloc[::-1]
    assert hashes(write_site(tables, tmp_path / "site").target) == hashes(site)


@pytest.mark.parametrize("name", [TARGETS, DOCUMENTS])
def test_hostile_claims_read_as_written(hostile_site, name):
    html = main_of(hostile_site / name)
    assert "<img" not in html
    assert HOSTILE in read(html)
    assert not re.search(r'href="(?:javascript|=cmd)', html)


# ---- figures in words


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (3_130_000, "gbp", "£3,130,000"),
        (38.5, "gbp", "£38.50"),
        (-974, "gbp", "-£974"),
        (3_540_000, "eur", "€3,540,000"),
        (40, "percent", "40%"),
        (62.25, "percent", "62.25%"),
        (81_361, "count", "81,361"),
        (1, "rank", "1st"),
        (6, "rank", "6th"),
        (12, "rank", "12th"),
        (111, "rank", "111th"),
        (22, "rank", "22nd"),
        (60, "ha", "60 hectares"),
        (12, "per_year", "12 a year"),
        (2, "times", "2 times"),
        (0, "homes", "0 homes"),
        (None, "count", "nothing"),
    ],
)
def test_a_figure_has_its_unit_and_loses_nothing(value, unit, expected):
    assert amount(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (100 / 6, "percent", "16.67%"),
        (1 / 3, "jobs", "0.3333 jobs"),
        (3.54 / 3.13, "count", "1.131"),
        (19_000 / 3, "gbp", "£6,333"),
        (38.4705, "gbp", "£38.47"),
        (100_000 / 3, "gbp", "£33,333"),
        (0.5, "count", "0.5"),
        (2, "gbp per questionnaire", "£2 per questionnaire"),
        (38.47, "gbp per resident", "£38.47 per resident"),
        (50, "homes per hectare", "50 homes per hectare"),
        (50.0, "count", "50"),
    ],
)
def test_a_derived_figure_has_four_figures_and_no_more(value, unit, expected):
    assert amount(value, unit, is_derived=True) == expected


@pytest.mark.parametrize(
    ("text", "bound", "expected"),
    [
        ("60", "at_least", "at least 60"),
        ("60", "at_most", "at most 60"),
        ("60", "over", "over 60"),
        ("60", "about", "about 60"),
        ("60", "average", "60 on average"),
        ("60", "rule", "60 (a rule)"),
        ("60", "exact", "60"),
        ("60", None, "60"),
    ],
)
def test_a_bound_is_said_in_words(text, bound, expected):
    assert bounded(text, bound) == expected


def test_a_range_says_its_unit_once():
    assert spread("71", "94") == "71 to 94"
    assert spread("360 homes", "500 homes") == "360 to 500 homes"
    assert spread("12%", "16.7%") == "12 to 16.7%"
    assert spread("£38.47", "£39.33") == "£38.47 to £39.33"


@pytest.mark.parametrize(
    ("low", "high", "bounds", "expected"),
    [
        (100, None, ["over"], "over 100"),
        (3, None, ["at_least"], "at least 3"),
        (70, None, ["exact", "over"], "at least 70"),
        (71, 94, ["exact", "over"], "71 to 94"),
        (50, 50, ["average", "average"], "50 on average"),
        (50, 50, ["exact", "about"], "50"),
        (None, None, [], "nothing"),
    ],
)
def test_a_headline_keeps_the_bound_that_its_claims_share(low, high, bounds, expected):
    indicator = {
        "headline_low": low,
        "headline_high": high,
        "headline_policy": "latest",
        "is_open_above": low is not None and high is None,
        "unit": "count",
    }
    assert headline(indicator, [{"bound": bound} for bound in bounds]) == expected


def test_an_anchor_is_one_word_whatever_its_key():
    assert anchor("claim", "j1-3.4 A<b>") == "claim-j1-3-4-a-b"


def test_the_town_keeps_the_contracts_of_claims():
    for contract in CLAIMS:
        frame = pd.DataFrame(claim_rows()[contract.table])
        required = [c.name for c in contract.columns if not c.nullable]
        assert not frame[required].isna().any().any(), contract.table
        assert not frame.duplicated(list(contract.primary_key)).any(), contract.table


# ---- in a browser


@pytest.mark.parametrize("name", ["index.html", TARGETS, DOCUMENTS])
def test_axe_finds_nothing_without_documents(browser, claimless_site, name):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, claimless_site, name) as (page, watch):
        assert watch.faults == []
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


def test_axe_finds_nothing_where_all_claims_are_unfolded(browser, site):
    from axe_playwright_python.sync_playwright import Axe

    with opened(browser, site, TARGETS) as (page, _):
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == []


def test_a_keyboard_unfolds_the_claims(browser, site):
    with opened(browser, site, TARGETS) as (page, _):
        line = page.locator("#indicator-found details li >> nth=0")
        assert not line.is_visible()
        page.focus("#indicator-found summary")
        page.keyboard.press("Enter")
        assert line.is_visible()


def test_what_is_folded_prints_and_folds_again(browser, site):
    with opened(browser, site, TARGETS) as (page, _):
        line = page.locator("#indicator-found details li >> nth=0")
        page.evaluate("document.querySelector('#indicator-trained details').open = true")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert line.is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert not line.is_visible()
        assert page.evaluate("document.querySelectorAll('details[open]').length") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_the_answer_is_on_the_first_screen(browser, site, width):
    with opened(browser, site, TARGETS, width) as (page, _):
        box = page.locator("main .lead").bounding_box()
        assert box["y"] + box["height"] < 600


def test_a_claim_is_found_by_a_word_and_by_its_link(browser, site):
    with opened(browser, site, DOCUMENTS) as (page, _):
        page.fill("#filter-claims", "81.361")
        assert page.locator("#claims tbody tr:visible").count() == 1
    with opened(browser, site, TARGETS) as (page, _):
        page.click("#indicator-found summary")
        page.click("#indicator-found details li a >> nth=2")
        assert page.url.endswith("claims.html#claim-c-found-over")
        assert page.locator("tr:target, tr:has(:target)").text_content().startswith("Health")
