"""The digest: what moved and why, what is due, what is stale, and text that stays text."""

from __future__ import annotations

import json
import math
import os
import re
from datetime import date

import pytest
from markdown_it import MarkdownIt

from assetmap.digest.changes import Changes, Moved, Turned, compare
from assetmap.digest.due import Calendar, Stale, Step, last_day_of, look_ahead
from assetmap.digest.render import (
    FIRST,
    SHEET_ROWS,
    Digest,
    Section,
    escape,
    printed,
    render_html,
    render_markdown,
)
from assetmap.digest.snapshot import read_json, take, write_json
from assetmap.digest.write import write_digest
from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.warehouse import read_public
from digest_by_hand import CLAIM, FIGURE, FINDING, HEADLINE, META, STEP, world

ON = date(2018, 6, 1)


def snap(**changes):
    return take(world(**changes), "2018-06-01")


def moved(**changes):
    found = compare(snap(), snap(**changes))
    return found.moved


CENSUS_CHANGED = [
    {"file": "census/a.csv", "dataset_id": "census", "sha256": "changed"},
    {"file": "sites/s.csv", "dataset_id": "sites", "sha256": "bb"},
]
SITES_CHANGED = [
    {"file": "census/a.csv", "dataset_id": "census", "sha256": "aa"},
    {"file": "sites/s.csv", "dataset_id": "sites", "sha256": "changed"},
]
MORE = [FIGURE | {"value": 110.0}]


# ---- what moved, and why


def test_two_equal_runs_have_no_changes():
    assert compare(snap(), snap()) == Changes()
    assert compare(snap(), snap()).count == 0


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({"pub_input": CENSUS_CHANGED}, (("data", "census"),)),
        ({"pub_input": SITES_CHANGED}, ()),  # the figure does not rest on sites
        ({}, ()),
        ({"run": {"code_version": "1+b"}}, (("code", "program"),)),
        ({"run": {"policy_hash": "q"}}, (("method", "policy"),)),
        ({"pub_area": [{"area_code": "E2"}]}, (("method", "areas"),)),
        ({"pub_indicator_meta": [META | {"meaning": "Others."}]}, (("method", "definition"),)),
        (
            {"pub_input": CENSUS_CHANGED, "run": {"code_version": "1+b"}},
            (("data", "census"), ("code", "program")),
        ),
        ({"pub_claim": [CLAIM | {"value": 51.0}]}, ()),  # nor on claims
    ],
)
def test_a_figure_that_moved_names_what_it_rests_on_that_changed(changes, causes):
    (one,) = moved(pub_indicator=MORE, **changes)
    assert (one.title, one.area_name) == ("Residents", "Old Town")
    assert (one.before, one.after) == ((100, 100), (110, 110))
    assert one.causes == causes


def test_a_changed_file_alone_moves_nothing():
    assert moved(pub_input=CENSUS_CHANGED, run={"code_version": "1+b"}) == ()


def test_a_source_that_is_new_is_a_cause():
    figures = [FIGURE | {"value": 110.0, "source": "census;lookup;sites"}]
    inputs = [*CENSUS_CHANGED[:0], {"file": "x", "dataset_id": "sites", "sha256": "new"}]
    (one,) = moved(pub_indicator=figures, pub_input=inputs)
    assert one.causes == (("data", "census, sites"),)


def test_a_figure_that_is_no_longer_measured_has_moved():
    gone = [FIGURE | {"value": None, "status": "not_measured"}]
    (one,) = moved(pub_indicator=gone, pub_input=CENSUS_CHANGED)
    assert one.after == (None, None)
    assert one.size == math.inf


def test_noise_of_the_last_digit_is_no_move():
    assert moved(pub_indicator=[FIGURE | {"value": 100.0 * (1 + 1e-12)}]) == ()


def test_the_largest_move_stands_first():
    other = FIGURE | {"indicator_id": "homes", "title": "Homes"}
    before = take(world(pub_indicator=[FIGURE, other]), "2018-06-01")
    after = take(
        world(pub_indicator=[FIGURE | {"value": 101.0}, other | {"value": 50.0}]), "2018-06-08"
    )
    assert [one.title for one in compare(before, after).moved] == ["Homes", "Residents"]


SEVENTY = HEADLINE | {"headline_low": 70.0, "headline_high": 70.0, "state": "met"}


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ({"pub_claim": [CLAIM | {"value": 70.0}]}, (("claim", "p-1 changed"),)),
        ({"pub_claim": [CLAIM | {"status": "withdrawn"}]}, (("claim", "p-1 changed"),)),
        ({"pub_claim": []}, (("claim", "p-1 gone"),)),
        ({"pub_claim": [CLAIM, CLAIM | {"claim_id": "p-2"}]}, (("claim", "p-2 added"),)),
        (
            {"pub_target": [{"target_id": "t", "indicator_id": "people", "value": 60.0}]},
            (("claim", "t added"),),
        ),
        ({"pub_claim": [CLAIM | {"finding_count": 3}]}, ()),
        ({"run": {"code_version": "1+b"}}, (("code", "program"),)),
    ],
)
def test_a_headline_that_moved_names_the_claims_that_changed(changes, causes):
    found = compare(snap(), snap(pub_claim_indicator=[SEVENTY], **changes))
    (one,) = found.moved
    assert (one.before, one.after, one.causes) == ((50, 50), (70, 70), causes)
    (turned,) = found.turned
    assert (turned.before, turned.after, turned.causes) == ("behind", "met", causes)


def test_a_derived_headline_rests_on_the_claims_behind_it():
    derived = HEADLINE | {"indicator_id": "ratio", "headline_claims": "p-1"}
    before = take(world(pub_claim_indicator=[derived]), "2018-06-01")
    after = take(
        world(
            pub_claim_indicator=[derived | {"headline_low": 1.0}],
            pub_claim=[CLAIM | {"value": 1.0}],
        ),
        "2018-06-08",
    )
    assert compare(before, after).moved[0].causes == (("claim", "p-1 changed"),)


def test_figures_come_and_go_by_title():
    homes = [
        FIGURE | {"indicator_id": "homes", "title": "Homes", "area_code": code}
        for code in ("E1", "E2")
    ]
    found = compare(snap(), snap(pub_indicator=homes))
    assert found.appeared == (("Homes", 2),)
    assert found.vanished == (("Residents", 1),)
    assert found.moved == ()


@pytest.mark.parametrize("later", [[], [FINDING | {"state": "resolved"}]])
def test_a_finding_is_closed_where_it_is_gone_or_resolved(later):
    found = compare(snap(), snap(pub_finding=later))
    assert found.closed == (("They differ", "50 and 60."),)
    assert found.opened == ()
    assert compare(snap(pub_finding=later), snap()).opened == (("They differ", "50 and 60."),)


# ---- the record


def test_a_snapshot_survives_its_file(tmp_path):
    path = tmp_path / "digest.json"
    path.write_text(write_json(snap()), "utf-8")
    assert read_json(path) == snap()


def test_a_snapshot_holds_nothing_about_people():
    story = [{"story_id": "s", "story_title": "Amal's café", "consent_until": "2019-01-01"}]
    text = write_json(snap(pub_story=story))
    assert "987654" not in text
    assert "Amal" not in text


@pytest.mark.parametrize("text", ["", "{}", "[1]", "not json", '{"version": 2}'])
def test_a_damaged_record_is_named_and_not_guessed_at(tmp_path, text):
    path = tmp_path / "digest.json"
    path.write_text(text)
    with pytest.raises(UnreadableFileError, match="is not the record of a digest") as caught:
        read_json(path)
    assert str(path) in str(caught.value)


def test_a_record_that_is_not_there_is_missing(tmp_path):
    with pytest.raises(MissingInputError, match="is not there"):
        read_json(tmp_path / "nowhere.json")
    with pytest.raises(StorageError, match="cannot be read"):
        read_json(tmp_path)


# ---- what is due


def steps(*rows, on=ON, days=28):
    tables = world(pub_site_milestone=[STEP | row for row in rows], pub_dataset=[])
    return look_ahead(tables, on, days)


@pytest.mark.parametrize(
    ("latest", "kind"),
    [
        ("2018-06-01", "due"),
        ("2018-06-29", "due"),
        ("2018-06-30", "later"),
        ("2018-06", "later"),  # the last day of June, 29 days ahead
        ("2018-05-31", "overdue"),
        ("2018-05", "overdue"),
        ("2017", "overdue"),
        ("2018", "later"),
        ("unknown", "undated"),
    ],
)
def test_a_step_is_due_on_the_last_day_of_its_latest_date(latest, kind):
    found = steps({"latest": latest})
    kinds = {"due": len(found.due), "overdue": len(found.overdue), "undated": found.undated}
    assert kinds == {name: int(name == kind) for name in kinds}


def test_a_step_that_was_taken_is_not_due():
    taken = {"entry_id": "m-2", "basis": "actual", "recorded_on": "2018-05-01"}
    assert steps({}, taken, days=60) == Calendar()


def test_the_last_statement_counts_and_names_its_document():
    late = {"entry_id": "m-2", "basis": "forecast", "latest": "2018-06-05"}
    late |= {"recorded_on": "2018-02-01", "document": "second", "section": "4"}
    (step,) = steps({"latest": "2017"}, late).due
    assert (step.site_name, step.milestone) == ("The Mill", "construction start")
    assert (step.latest, step.basis, step.document) == (
        "2018-06-05",
        "forecast",
        "second, section 4",
    )
    titles = [{"document": "second", "document_title": "The second paper"}]
    tables = world(pub_site_milestone=[STEP | late], pub_document=titles)
    (titled,) = look_ahead(tables, ON, 28).due
    assert titled.document == "The second paper, section 4"
    assert steps({"latest": "2017"}, late).overdue == ()


def test_of_two_statements_of_one_day_the_later_date_counts():
    other = {"entry_id": "m-2", "latest": "2018-06-20"}
    assert [step.latest for step in steps({"latest": "2018-06-05"}, other).due] == ["2018-06-20"]


# ---- what is stale


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("21 March 2021", date(2021, 3, 21)),
        ("May 2025", date(2025, 5, 31)),
        ("2017 to 2020", date(2020, 12, 31)),
        ("2019 (most data 2015/16; population mid-2015)", date(2019, 12, 31)),
        ("31 February 2021", None),
        ("current", None),
        ("as in the file that was loaded", None),
        ("12021", None),
    ],
)
def test_the_last_day_that_a_period_names(period, day):
    assert last_day_of(period) == day


def test_a_dataset_is_stale_after_365_days():
    assert look_ahead(world(), date(2022, 3, 21), 28).stale == ()
    (one,) = look_ahead(world(), date(2022, 3, 22), 28).stale
    assert (one.kind, one.name, one.dated) == (
        "dataset",
        "Census of the town",
        "21 March 2021",
    )
    assert "publisher" in one.what


def test_a_list_of_our_own_is_for_the_team_to_look_through(built):
    stale = look_ahead(read_public(built.public), date(2026, 1, 1), 28).stale
    own = {one.name for one in stale if one.kind == "dataset" and "Look through" in one.what}
    assert {name.partition(":")[0] for name in own} == {
        "Claims, targets and contradictions of the programme's documents",
        "Programme register",
        "Site register",
    }


def test_a_statement_about_a_site_is_stale_after_365_days_and_not_once_it_was_taken():
    later = date(2019, 1, 2)
    (one,) = steps({}, on=later).stale
    assert (one.kind, one.name) == ("site statement", "The Mill: construction start")
    assert steps({}, on=date(2019, 1, 1)).stale == ()
    assert steps({}, {"entry_id": "m-2", "basis": "actual"}, on=later).stale == ()


@pytest.mark.parametrize(
    ("until", "count"), [("2018-06-29", 1), ("2018-06-30", 0), ("2018-05-01", 1)]
)
def test_a_consent_that_ends_is_named_by_its_id_alone(until, count):
    story = {"story_id": "s-1", "story_title": "Amal's café", "consent_until": until}
    found = look_ahead(world(pub_story=[story], pub_dataset=[]), ON, 28).stale
    assert [one.name for one in found] == ["s-1"] * count
    assert "Amal" not in repr(found)


# ---- how it reads


def digest(changes=None, calendar=None, previous=("2018-05-25", "run-zero"), area="The town"):
    return Digest(
        on="2018-06-01",
        until="2018-06-29",
        area_name=area,
        run_id="run-one",
        data_as_of="2018-05-01",
        previous=previous,
        changes=changes or Changes(),
        calendar=calendar or Calendar(),
    )


def shift(before, after, **fields):
    values = {"title": "Residents", "area_name": "Old Town", "unit": "count", "causes": ()}
    return Moved(**(values | fields), before=(before, before), after=(after, after))


def test_the_first_digest_says_that_there_is_nothing_to_compare_with():
    for text in (render_markdown(digest(previous=None)), render_html(digest(previous=None))):
        assert FIRST in text
        assert "Figures that moved" not in text
        assert "Steps overdue" in text


def test_a_quiet_week_says_so():
    text = render_markdown(digest())
    assert "against run run\\-zero" not in text
    assert "against run run-zero of the digest of 2018-05-25: no changes." in text
    assert text.count("None.") == 7


@pytest.mark.parametrize(
    ("before", "after", "unit", "shown"),
    [
        (100.0, 110.0, "count", "| 100 | 110 |"),
        (81361.0, None, "count", "| 81,361 | no figure |"),
        (10.797766, 11.2, "percent", "| 10.8 % | 11.2 % |"),
        (10.7977, 10.7988, "percent", "| 10.798 % | 10.799 % |"),
        (3130000.0, 3540000.0, "gbp", "| £3,130,000 | £3,540,000 |"),
    ],
)
def test_figures_show_as_many_decimals_as_tell_them_apart(before, after, unit, shown):
    text = render_markdown(digest(Changes(moved=(shift(before, after, unit=unit),))))
    assert shown in text


def test_causes_are_named_and_an_unknown_one_is_not_guessed():
    both = shift(1.0, 2.0, causes=(("data", "census"), ("method", "program")))
    text = render_markdown(digest(Changes(moved=(both, shift(1.0, 3.0)))))
    assert "| data (census); method (program) |" in text
    assert "| cause not known |" in text


HOSTILE = (
    "a|b\nc\r\n# d <script>alert(1)</script> <img src=x onerror=alert(2)> "
    "[e](javascript:alert(3)) ![f](http://evil.example/x.png) `g` *h* _i_ ~~j~~ "
    "http://evil.example www.evil.example k@evil.example &lt; \\ <!-- m --> {{ 7*7 }} \u202enopq"
)


def hostile_digest():
    changes = Changes(
        moved=(shift(1.0, 2.0, title=HOSTILE, area_name=HOSTILE, causes=(("data", HOSTILE),)),),
        turned=(Turned(title=HOSTILE, before="met", after="behind", reason=HOSTILE, causes=()),),
        appeared=((HOSTILE, 1),),
        opened=((HOSTILE, HOSTILE),),
    )
    step = Step(
        site_name=HOSTILE,
        milestone=HOSTILE,
        basis="planned",
        latest="2018",
        due=ON,
        recorded_on="2018-01-01",
        document=HOSTILE,
    )
    stale = Stale(kind="dataset", name=HOSTILE, dated=HOSTILE, day=ON, what=HOSTILE)
    return digest(changes, Calendar(due=(step,), stale=(stale,)), area=HOSTILE)


ALLOWED = {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td"}


def test_hostile_text_stays_text_in_markdown():
    text = render_markdown(hostile_digest())
    page = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    assert set(re.findall(r"<\s*/?\s*([a-z0-9!-]+)", page)) <= ALLOWED
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) == 6 * 3, "heading, rule and one row for each of six tables"
    assert "<script>" not in text.replace("\\<", "")
    assert "://" not in text
    assert "www.evil" not in text
    assert "k@" not in text.replace("\\@", "")
    assert "\u202e" not in text
    assert len(re.findall(r"<tr>", page)) == 12


def test_what_was_written_is_what_a_reader_sees():
    shown = MarkdownIt("commonmark").enable("table").render(f"| x |\n|---|\n| {escape(HOSTILE)} |")
    cell = re.findall(r"<td>(.*)</td>", shown)[0]
    for old, new in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        cell = cell.replace(old, new)
    assert cell == HOSTILE.replace("\r\n", "  ").replace("\n", " ").replace("\u202e", "")


def test_hostile_text_stays_text_on_the_page():
    page = render_html(hostile_digest())
    body = page[page.index("<body>") :]
    tags = set(re.findall(r"<\s*/?\s*([a-z0-9!-]+)", body))
    assert tags <= ALLOWED | {"body", "main", "section", "div", "html"}
    assert "{{" in body, "shown as it was written"
    assert re.findall(r"""(?:src|href)=""", re.sub(r"&[^;]*;|src=x", "", body)) == []


def test_the_page_asks_for_nothing_from_outside():
    page = render_html(digest())
    assert "default-src 'none'" in page
    assert re.findall(r"(https?:|url\(|@import|<script|<link|<img)", page) == []


def full_digest():
    """As much as a page may hold: every section full, every cell long."""
    long = "long word " * 40
    causes = (("data", long), ("method", long))
    step = Step(
        site_name=long,
        milestone=long,
        basis="planned",
        latest="2018",
        due=ON,
        recorded_on="2018-01-01",
        document=long,
    )
    stale = Stale(kind="site statement", name=long, dated="2018", day=ON, what=long)
    turned = Turned(title=long, before="met", after="behind", reason=long, causes=causes)
    changes = Changes(
        moved=(shift(1.0, 2.0, title=long, area_name=long, causes=causes),) * 50,
        turned=(turned,) * 50,
        appeared=((long, 9),) * 50,
        opened=((long, long),) * 50,
    )
    calendar = Calendar(due=(step,) * 50, overdue=(step,) * 50, undated=3, stale=(stale,) * 50)
    return digest(changes, calendar)


def test_every_row_is_in_both_and_paper_says_how_many_more_there_are():
    assert render_markdown(full_digest()).count("| 1 | 2 |") == 50
    page = render_html(full_digest())
    assert page.count("<td><div>1</div></td><td><div>2</div></td>") == 50
    assert page.count("More rows on screen and in digest.md: 47.") == 7


def test_a_full_page_prints_on_one_sheet(browser):
    page = browser.new_page()
    page.set_content(render_html(full_digest()))
    pdf = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_paper_hides_no_row_of_a_short_section(browser):
    page = browser.new_page()
    moves = tuple(shift(1.0, 2.0 + n) for n in range(SHEET_ROWS + 1))
    page.set_content(render_html(digest(Changes(moved=moves[:-1]))))
    page.emulate_media(media="print")
    assert page.locator("tbody tr:visible").count() == SHEET_ROWS
    page.set_content(render_html(digest(Changes(moved=moves))))
    assert page.locator("tbody tr:visible").count() == SHEET_ROWS
    assert page.get_by_text("More rows on screen and in digest.md: 1.").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("tbody tr:visible").count() == SHEET_ROWS + 1
    page.close()


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((0, 1, 20), (0, 1, 20)),
        ((0, 2, 20), (0, 2, 19)),
        ((50,) * 7, (3,) * 7),
        ((5, 50, 3), (5, 13, 3)),
    ],
)
def test_the_rows_that_one_section_leaves_on_the_sheet_are_for_the_next(counts, shown):
    row = ("a",)
    assert printed([Section(title="T", columns=row, rows=(row,) * n) for n in counts]) == shown


def test_axe_finds_nothing(browser):
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.set_content(render_html(full_digest()))
    found = Axe().run(page).response
    page.close()
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


# ---- the whole way, on a real build


@pytest.fixture
def settings(built, tmp_path):
    """The build of the starter set, in a folder of its own that a test may write to."""
    from dataclasses import replace

    own = replace(built, out=tmp_path)
    own.processed.mkdir(parents=True)
    os.link(built.public, own.public)
    return own


def change_record(settings, change):
    path = settings.releases / "digest.json"
    body = json.loads(path.read_text("utf-8"))
    change(body)
    path.write_text(json.dumps(body), "utf-8")


def test_two_runs_of_which_one_census_figure_differs(settings):
    markdown, html = write_digest(settings, on=ON, days=28)
    assert FIRST in markdown.read_text("utf-8")
    key = "residents|greater_icknield"
    now = json.loads((settings.releases / "digest.json").read_text("utf-8"))["figures"][key]

    def as_before(body):
        body["figures"][key]["value"] = now["value"] - 1000
        body["datasets"]["census_2021_ts001"] = "other"

    change_record(settings, as_before)
    write_digest(settings, on=date(2018, 6, 8), days=28)
    text = markdown.read_text("utf-8")
    rows = re.findall(r"^\| Residents \| .*$", text, re.MULTILINE)
    before, after = (f"{now['value'] - less:,.0f}" for less in (1000, 0))
    assert rows == [
        f"| Residents | Greater Icknield | {before} | {after} | data (census\\_2021\\_ts001) |"
    ]
    assert "of the digest of 2018-06-01: 1 change." in text
    assert after in html.read_text("utf-8")
    write_digest(settings, on=date(2018, 6, 15), days=28)
    assert "of the digest of 2018-06-08: no changes." in markdown.read_text("utf-8")


def test_files_are_for_their_owner_alone(settings):
    for path in (*write_digest(settings, on=ON, days=28), settings.releases / "digest.json"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_look_back_leaves_the_record_alone(settings, tmp_path):
    write_digest(settings, on=ON, days=28)
    record = settings.releases / "digest.json"
    kept = record.read_bytes()
    earlier = tmp_path / "earlier.json"
    earlier.write_bytes(kept.replace(b"2018-06-01", b"2018-01-01"))
    markdown, _ = write_digest(settings, on=date(2018, 7, 1), days=28, since=earlier)
    assert "of the digest of 2018-01-01" in markdown.read_text("utf-8")
    assert record.read_bytes() == kept


def test_a_digest_that_fails_leaves_the_record_where_it_was(settings, monkeypatch):
    write_digest(settings, on=ON, days=28)
    kept = (settings.releases / "digest.json").read_bytes()

    def fail(_):
        raise StorageError("no room")

    monkeypatch.setattr("assetmap.digest.write.render_html", fail)
    with pytest.raises(StorageError, match="no room"):
        write_digest(settings, on=date(2018, 6, 8), days=28)
    assert (settings.releases / "digest.json").read_bytes() == kept


def test_a_damaged_record_stops_the_digest_and_stays(settings):
    markdown, _ = write_digest(settings, on=ON, days=28)
    text = markdown.read_bytes()
    (settings.releases / "digest.json").write_text("{", "utf-8")
    with pytest.raises(UnreadableFileError, match="Move it away"):
        write_digest(settings, on=date(2018, 6, 8), days=28)
    assert markdown.read_bytes() == text


def test_nothing_about_people_is_in_the_record_of_a_real_build(settings):
    write_digest(settings, on=ON, days=28)
    body = json.loads((settings.releases / "digest.json").read_text("utf-8"))
    people = {str(name) for name in read_public(settings.public)["pub_people"]["table_id"]}
    assert people
    assert not people & body["figures"].keys()
    assert set(body) == {
        *("version", "taken_on", "run", "areas", "datasets", "definitions", "figures"),
        *("headlines", "claims", "findings", "settings", "packages", "boundaries"),
    }
    assert len(body["figures"]) > 300
