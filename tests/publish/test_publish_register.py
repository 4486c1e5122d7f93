"""The registers on the pages: pipeline, sites, partners, in words and with their source."""

from __future__ import annotations

import re
from html import unescape

import pandas as pd
import pytest
from publish_register import CONTRACTS, OUTSIDE, plan_claims, register_rows
from publish_town import HOSTILE, town

from assetmap.disclosure.claims import PUB_DOCUMENT
from assetmap.publish.model import accept
from assetmap.publish.pipeline_page import pipeline_page
from assetmap.publish.plan import amount, plans
from assetmap.publish.register_words import (
    bounded,
    date_words,
    joined,
    quantity,
    slippage_words,
    sources,
    span_words,
)
from assetmap.publish.site import write_site
from assetmap.publish.site_register import site_register
from assetmap.publish.site_steps import next_step

TITLE = "Journal of the programme"
DOCUMENT = {
    **dict.fromkeys(PUB_DOCUMENT.names, "unknown"),
    "document": "journal",
    "document_title": TITLE,
    "claim_count": 3,
}


def register_town(**tables):
    """Return the town with its plan and the title of its document; ``tables`` replaces rows."""
    frames = town()
    added = {"pub_document": [DOCUMENT], "pub_claim": plan_claims()}
    rows = {t: [*frames[t].to_dict("records"), *more] for t, more in added.items()}
    columns = {t: list(frame.columns) for t, frame in frames.items()}
    replaced = {t: pd.DataFrame(r, columns=columns[t]) for t, r in {**rows, **tables}.items()}
    return {**frames, **replaced}


def unregistered_town():
    bare = town(has_claims=False)
    return {t: f.iloc[:0] if t in CONTRACTS else f for t, f in bare.items()}


def changed(table, **values):
    """Return the rows of one table with the first one changed."""
    first, *others = register_rows()[table]
    return {table: [{**first, **values}, *others]}


def words(path):
    text = re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8"))
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def registered(tmp_path_factory):
    return write_site(register_town(), tmp_path_factory.mktemp("registered") / "site").target


@pytest.fixture(scope="module")
def unregistered(tmp_path_factory):
    return write_site(unregistered_town(), tmp_path_factory.mktemp("bare") / "site").target


# ---- words


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2016", "2016"),
        ("2018-04", "April 2018"),
        ("2018-12-05", "5 December 2018"),
        ("unknown", "not stated"),
        ("", "not stated"),
        (None, "not stated"),
        ("2018-13", "2018-13"),
        ("soon", "soon"),
    ],
)
def test_a_date_reads_as_people_write_it(date, expected):
    assert date_words(date) == expected


@pytest.mark.parametrize(
    ("earliest", "latest", "expected"),
    [
        ("2018-04", "2019-03", "April 2018 to March 2019"),
        ("2016", "2016", "2016"),
        ("unknown", "unknown", "not stated"),
        ("unknown", "2019", "by 2019"),
        ("2018", "unknown", "2018 or later"),
    ],
)
def test_a_span_says_what_is_open(earliest, latest, expected):
    assert span_words(earliest, latest) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (3.0, 14.0, "3 to 14 months late"),
        (0.0, 11.0, "0 to 11 months late"),
        (-2.0, 11.0, "2 months early to 11 months late"),
        (-5.0, -3.0, "3 to 5 months early"),
        (-5.0, 0.0, "0 to 5 months early"),
        (1.0, 1.0, "1 month late"),
        (0.0, 0.0, "no slippage"),
        (2.5, 2.5, "2.5 months late"),
        (3.0, None, "3 months late or more"),
        (None, 3.0, "up to 3 months late"),
        (None, None, ""),
    ],
)
def test_slippage_is_a_range_of_months(low, high, expected):
    assert slippage_words(low, high) == expected


@pytest.mark.parametrize(
    ("value", "metric", "bound", "expected"),
    [
        (1150.0, "homes", "exact", "1,150"),
        (3000.0, "homes", "about", "about 3,000"),
        (60.0, "ha", "over", "over 60"),
        (21.7, "ha", "exact", "21.70"),
        (350e6, "gbp", "at_least", "at least £350,000,000"),
        (5.0, "jobs", "at_most", "at most 5"),
    ],
)
def test_a_figure_says_how_it_limits_the_truth(value, metric, bound, expected):
    assert bounded(quantity(value, metric), bound) == expected


def test_a_list_is_joined_as_in_a_sentence():
    assert [joined(list(text)) for text in ("", "a", "ab", "abc")] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_document_is_named_by_its_title_and_by_its_id_where_none_is_known():
    found = sources(accept(register_town()))
    assert found.words({"document": "journal", "section": "2.2"}) == f"{TITLE}, section 2.2"
    assert found.words({"document": "register", "section": "N717"}) == "register, N717"
    assert found.words({"document": None, "section": None}) == "not stated"


@pytest.mark.parametrize("table", [t for t, c in CONTRACTS.items() if "section" in c.names])
def test_every_entry_stands_on_a_page_with_its_place(registered, table):
    text = " ".join(words(page) for page in sorted(registered.rglob("*.html")))
    places = [row["section"] for row in register_rows()[table]]
    assert places or table == "pub_story"
    unplaced = [p for p in places if not re.search(rf"{TITLE},? section {re.escape(p)}[ ;]", text)]
    assert unplaced == []


# ---- the pipeline


def test_totals_run_from_the_lowest_to_the_highest_statements():
    published = accept(register_town())
    homes, jobs, hectares = plans(published)
    rows = published.rows("pub_pipeline")
    found = amount(rows, homes)
    assert (found.low, found.high, found.stated, found.total) == (1000, 1150, 3, 4)
    assert homes.figure(found) == "1,000 to 1,150"
    assert amount(rows, jobs).stated == 0
    assert amount(rows, hectares).low == pytest.approx(22.07)


def test_the_plan_is_what_its_claims_say_and_a_withdrawn_one_says_nothing():
    homes, jobs, hectares = plans(accept(register_town()))
    assert (homes.words, hectares.words, jobs.words) == ("about 3,000", "over 60", "")
    assert (homes.low, homes.high, jobs.high) == (3000, 3000, None)


def test_the_pipeline_adds_up_by_stage_and_against_the_plan(registered):
    text = words(registered / "pipeline.html")
    for row in (
        "Potential 1 not stated not stated not stated",
        "Outline permission 1 300 to 450 not stated 7.07",
        "Full permission 1 100 not stated 2.50",
        "On site 0 0 0 0",
        "Complete 1 600 not stated 12.50",
        "All sites 4 1,000 to 1,150 3 of 4 sites not stated 22.07 3 of 4 sites",
        "Of these, sites that documents name 3 900 to 1,050 2 of 3 sites",
        "Of these, sites of the brownfield register only 1 100 not stated 2.50",
        f"Master plan about 3,000 {TITLE}, plan m1 no figure loaded over 60 {TITLE}, plan m2",
        "All sites in per cent of the plan 33.3 to 38.3% not known at most 36.8%",
        (
            "1 of 4 sites states no homes. 4 of 4 sites state no jobs. 1 of 4 sites states no "
            "hectares. Totals are of the sites that do."
        ),
    ):
        assert row in text
    assert "9,999" not in text


def test_no_figure_between_two_statements_is_made_up(registered):
    text = words(registered / "pipeline.html")
    assert not re.search(r"\b(375|1,075|12\.5%|35\.8)", text)


def test_a_bar_is_as_long_as_what_is_sure_and_shows_the_spread_apart():
    homes, hectares = pipeline_page(accept(register_town())).content["bars"]
    assert homes.title == "Homes"
    assert [(s.stage, s.start, s.width) for s in homes.segments] == [
        (2, 0.0, 64.0),
        (3, 64.0, 21.3),
        (5, 85.3, 128.0),
        (0, 213.3, 32.0),
    ]
    assert homes.mark == 640.0
    assert homes.words == (
        "Outline permission 300 to 450; Full permission 100; Complete 600; "
        "together 1,000 to 1,150; master plan about 3,000."
    )
    assert hectares.title == "Hectares"


def test_a_bar_beyond_the_plan_has_its_mark_inside():
    tables = register_town(**changed("pub_pipeline", homes_high=5300.0))
    (homes, _) = pipeline_page(accept(tables)).content["bars"]
    assert homes.mark == 320.0
    last = homes.segments[-1]
    assert last.start + last.width == 640.0


def test_each_site_has_its_stage_its_share_and_what_comes_next(registered):
    text = words(registered / "pipeline.html")
    for row in (
        (
            "The Mill Outline permission Outline permission taken, 2016 300 to 450 10.0 to 15.0% "
            "7.07 Full permission: June 2019 3 to 14 months late"
        ),
        "The Basin Complete Completion taken, 2016 600 20.0% 12.50 none: complete",
        ("The Nowhere Potential nothing recorded not stated not stated not stated not recorded"),
        (
            "9 Side Street brownfield land register only Full permission permission in the "
            "register, 1 February 2019 100 3.3% 2.50 not recorded"
        ),
    ):
        assert row in text


def test_a_measure_that_no_site_states_has_no_column_of_gaps(registered):
    text = words(registered / "pipeline.html")
    assert "state no jobs." in text
    head = text.partition("a figure leads to the statements behind it")[2]
    assert head.split()[:3] == ["Site", "Stage", "Homes"]
    assert "Jobs" not in head.partition("The Mill")[0]


def test_a_share_of_the_plan_is_given_without_sites_that_it_may_not_hold(registered):
    text = words(registered / "pipeline.html")
    assert "All sites in per cent of the plan 33.3 to 38.3%" in text
    assert "Sites that documents name in per cent of the plan 30.0 to 35.0%" in text


def test_a_site_is_linked_where_it_has_a_page(registered):
    text = (registered / "pipeline.html").read_text(encoding="utf-8")
    assert '<a href="sites/mill.html">The Mill</a>' in text
    assert '<a href="sites/mill.html#h-register-how-much">300 to 450</a>' in text
    assert "basin.html#" not in text
    assert OUTSIDE not in text


def test_statements_that_differ_stand_side_by_side(registered):
    text = words(registered / "pipeline.html").partition("Where statements differ")[2]
    assert "The Mill Homes 300 31 January 2020" in text
    assert "The Mill Homes about 450 December 2017" in text
    assert "7.07" not in text


def step(order, basis, milestone="", state="only the plan", **months):
    dates = {"last_earliest": "2019", "last_latest": "2019"}
    return {
        **dates,
        "low_months": None,
        "high_months": None,
        "milestone": milestone or f"step_{order}",
        "milestone_order": order,
        "last_basis": basis,
        "state": state,
        **months,
    }


def test_the_step_that_comes_next_lies_beyond_the_last_one_taken():
    rows = [
        step(5, "planned"),
        step(4, "forecast", state="may be late", low_months=0.0, high_months=11.0),
        step(3, "actual"),
        step(2, "planned"),
    ]
    assert next_step(rows).text == "Step 4: 2019"
    assert next_step(rows).small == "May be late: 0 to 11 months late"
    assert next_step(rows[2:]).text == "not recorded"
    assert next_step(rows[:1]).small == "Only the plan"


def test_land_that_came_free_hides_no_step_before_it():
    rows = [step(4, "actual", "available"), step(3, "planned", "construction_start")]
    assert next_step(rows).text == "Start of construction: 2019"
    assert next_step(rows[:1]).text == "not recorded"


# ---- the page of a site


def test_a_site_page_says_who_how_much_and_when(registered):
    text = words(registered / "sites" / "mill.html")
    for row in (
        "Bigcity Council Owner May 2014 1 June 2017 Sold.",
        "Pools Limited Operator not stated no end recorded",
        "Statements of homes differ: 300 and about 450. All are kept, and none is chosen here.",
        "Homes 300 differs from another 31 January 2020",
        "Hectares 7.07 not stated",
        "Value £350,000,000 2017 For the whole.",
        (
            "Full permission April 2018 to March 2019 planned, recorded 31 December 2017; "
            f"{TITLE}, section"
        ),
        "June 2019 expected, recorded 30 June 2018;",
        " 3 to 14 months late ",
        "Outline permission not recorded 2016 taken, recorded 31 December 2017;",
        "No plan recorded",
    ):
        assert row in text


def test_one_statement_is_not_shown_as_two(tmp_path):
    (row, *_) = register_rows()["pub_site_slippage"]
    same = {f"last_{k}": row[f"first_{k}"] for k in ("basis", "earliest", "latest", "recorded_on")}
    only = {**row, **same, "low_months": None, "high_months": None, "state": "only the plan"}
    target = write_site(register_town(pub_site_slippage=[only]), tmp_path / "site").target
    table = words(target / "sites" / "mill.html").partition("Latest statement Slippage")[2]
    assert re.match(r" Full permission April 2018 to .*? no later one Only the plan ", table)


def test_the_history_keeps_every_statement_in_the_order_of_recording(registered):
    text = words(registered / "sites" / "mill.html").partition("History: every statement")[2]
    found = re.findall(r"(?:Taken|Planned|Expected): [\w ]+? (?=Journal)", text)
    assert found == ["Taken: 2016 ", "Planned: April 2018 to March 2019 ", "Expected: June 2019 "]


def test_a_site_page_says_who_takes_part_and_what_is_promised(registered):
    text = words(registered / "sites" / "mill.html")
    for row in (
        "The Trust Active (4 of 5) Agreement November 2017",
        "Builders Limited Informed (2 of 5) Meeting 2017 Told.",
        "Mill group Speaks for neighbours. Communication; Research",
        "Somebody for the kiosk. Social care",
        "Will hire neighbours. Recruitment The Trust no target not reported not stated No target",
        (
            "Will train neighbours. Training The Trust 20 people 5 people as of 2018 March 2020 "
            "Not met yet"
        ),
        "Mill Pool Swimming pool To be built by its operator.",
    ):
        assert row in text
    assert text.index("The Trust Active") < text.index("Builders Limited Informed")
    earlier = text.partition("Earlier contacts")[2]
    assert "Builders Limited None (1 of 5) Letter date not stated" in earlier


def test_what_is_not_recorded_is_one_line_and_no_empty_table(registered):
    text = (registered / "sites" / "nowhere.html").read_text(encoding="utf-8")
    assert (
        "<p>Who, how much, when, engagement, groups, what the site needs, commitments and parts: "
        "not recorded.</p>"
    ) in text
    assert 'id="register-' not in text
    basin = words(registered / "sites" / "basin.html")
    assert "Who, how much, engagement, groups" in basin
    assert "Completion not recorded 2016 taken" in basin


def test_the_steps_drawn_are_the_steps_said(registered):
    text = (registered / "sites" / "mill.html").read_text(encoding="utf-8")
    drawn = re.findall(r'<svg class="steps".*?</svg>\s*(\w+) \((\d) of 5\)', text)
    filled = [
        svg.count('fill="#12436d"') for svg in re.findall(r'<svg class="steps".*?</svg>', text)
    ]
    assert [int(step) for _, step in drawn] == filled == [4, 2, 1]


def test_the_register_stands_before_the_figures_of_the_surroundings(registered):
    text = (registered / "sites" / "mill.html").read_text(encoding="utf-8")
    assert text.index('id="h-lies"') < text.index('id="h-register"') < text.index('id="h-topic-1"')


# ---- those who run the programme


def test_partners_are_named_by_group_and_counted(registered):
    text = words(registered / "partners.html")
    for row in (
        "Private sector: 3 are stated, 2 are named.",
        "Bigcity Council Local authorities Public Finance",
        "Town Mentors written “Toun Mentors” Private sector Third (voluntary and community)",
        "Somebody not matched to an organisation Private sector not stated",
        "Local authorities not stated 1 Only named",
        "Private sector 3 2 No: they differ",
        "Finance Bigcity Council and Town Mentors 2",
        "Research not stated 0",
    ):
        assert row in text


def test_meetings_due_stand_against_those_reported(registered):
    text = words(registered / "partners.html")
    for row in (
        "Board Decides. 12 0 No meeting reported",
        "Steering group Approves. 4 3 Fewer than due",
        "Club Meets. not stated 0 No number stated",
        "Forum Talks. documents differ 1 Documents ask for different numbers",
    ):
        assert row in text


def test_what_does_not_fit_in_a_date_is_said_in_words(registered):
    text = words(registered / "partners.html")
    another = "Another statement gives another date."
    assert (
        f"Drop-in Information 30 May 2017 not stated not stated {another} The document says "
        "Wednesday; that day was a Tuesday."
    ) in text
    assert f"Drop-in Information 31 May 2017 Hall 40 {another} {TITLE}" in text
    assert f"Launch Launch not stated not stated not stated {TITLE}" in text


def test_a_column_in_which_nothing_is_written_is_left_out(registered, tmp_path):
    uncounted = [{**row, "attendance": None} for row in register_rows()["pub_event"]]
    bare = write_site(register_town(pub_event=uncounted), tmp_path / "site").target
    heads = "Event Kind Date Venue {}What does not fit Source"
    assert heads.format("Came ") in words(registered / "partners.html")
    assert heads.format("") in words(bare / "partners.html")


def test_followers_money_and_sectors(registered):
    text = words(registered / "partners.html")
    for row in (
        "Birds 2017 310",
        "Birds February 2018 1,234",
        "Post not stated not counted",
        f"{TITLE} £3,130,000 €3,600,000 1.150",
        "leaflet £3,000,000 €3,600,000 1.200",
        "imply different rates: 1.150 and 1.200 euros for a pound. None is chosen here.",
        "Health health local health economy",
        "Social care social care not in this list",
    ):
        assert row in text


def test_one_rate_is_no_difference(tmp_path):
    tables = register_town(pub_budget=register_rows()["pub_budget"][:1])
    text = words(write_site(tables, tmp_path / "site").target / "partners.html")
    assert "imply different rates" not in text


def test_an_outcome_leads_to_its_indicator(tmp_path):
    indicator = town()["pub_claim_indicator"].iloc[0]
    tables = register_town(**changed("pub_outcome", indicator_id=indicator["indicator_id"]))
    target = write_site(tables, tmp_path / "site").target
    row = (target / "partners.html").read_text(encoding="utf-8").partition("More jobs.")[2]
    found = re.search(r'<a href="indicators.html#([^"]+)">([^<]+)</a>', row)
    assert found
    assert found[2] == indicator["title"]
    assert f'id="{found[1]}"' in (target / "indicators.html").read_text(encoding="utf-8")
    assert "no indicator" in words(target / "partners.html")


def test_a_figure_leads_to_the_one_claim_behind_it(registered, tmp_path):
    link = '<a href="claims.html#claim-m1">about 3,000</a>'
    assert link in (registered / "pipeline.html").read_text(encoding="utf-8")
    tables = register_town(**changed("pub_body", due_claim="m2"))
    text = (write_site(tables, tmp_path / "site").target / "partners.html").read_text()
    assert '<a href="claims.html#claim-m2">12</a>' in text
    assert 'href="claims.html#claim-b2"' not in text


def test_without_live_consent_there_is_no_story(registered):
    assert "No story with live consent is held." in words(registered / "partners.html")


def test_a_story_says_until_when_its_consent_lasts(tmp_path):
    story = {
        "story_id": "s1",
        "story_title": "How it began",
        "story": "It began with a walk.",
        "theme": "social_care",
        "site_id": "mill",
        "consent_until": "2027-03-31",
    }
    tables = register_town(pub_story=[story])
    text = words(write_site(tables, tmp_path / "site").target / "partners.html")
    assert (
        "How it began It began with a walk. The Mill. Social care. Consent lasts until "
        "31 March 2027."
    ) in text
    assert "No story" not in text


# ---- other areas, hostile text


def test_an_area_without_registers_says_so(unregistered):
    assert "No pipeline is loaded." in words(unregistered / "pipeline.html")
    partners = words(unregistered / "partners.html")
    assert "No register of the programme is loaded." in partners
    assert "No story with live consent is held." in partners
    assert "and parts: not recorded." in words(unregistered / "sites" / "mill.html")
    for name in ("pipeline.html", "partners.html"):
        assert "<table" not in (unregistered / name).read_text(encoding="utf-8")


def test_hostile_entries_read_as_written(hostile_site):
    for name in ("pipeline.html", "partners.html", "sites/mill.html"):
        text = (hostile_site / name).read_text(encoding="utf-8")
        assert "<img" not in text
        assert "{{7*7}}" in text
        assert HOSTILE in unescape(words(hostile_site / name))


def test_an_entry_about_a_site_without_a_page_breaks_nothing():
    found = site_register(accept(register_town()), OUTSIDE)
    assert found.parts == ()
