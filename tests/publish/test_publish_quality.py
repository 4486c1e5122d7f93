"""The quality report: a planner sees what needs whom, what is covered, and what is known."""

from __future__ import annotations

import csv
import re

import pytest
from publish_town import town

from assetmap.disclosure.quality import OWNERS
from assetmap.publish.model import accept
from assetmap.publish.quality_page import quality_page, quality_words
from assetmap.publish.site import write_site
from assetmap.quarantine import REASONS


def page_of(**changed):
    """Return the page of a town in which some columns of ``pub_quality`` are set."""
    tables = town()
    for name, values in changed.items():
        tables["pub_quality"][name] = values
    return quality_page(accept(tables))


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def section(html, heading):
    """Return the words of one section of the page."""
    found = re.search(rf'<section aria-labelledby="{heading}">.*?</section>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def test_the_page_opens_with_how_many_checks_need_somebody():
    assert page_of().content["words"] == (
        "3 checks ran on this build, and 1 found nothing. 1 found something that somebody can put "
        "right, and 1 say what is known of the data. None stops publication."
    )


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        # In the town's order: rows_held, which passed, then no_place and old, which did not.
        (["blocking", "note", "note"], "None stops publication."),
        (["note", "blocking", "note"], "1 finding stops publication."),
        (["note", "blocking", "blocking"], "2 findings stop publication."),
    ],
)
def test_only_a_blocking_check_that_found_something_stops_publication(severities, said):
    assert page_of(severity=severities).content["words"].endswith(said)


def test_findings_stand_under_their_owner_and_what_nobody_can_mend_apart():
    content = page_of().content
    (group,) = content["groups"]
    assert group.owner == "Keeper of sites"
    assert group.who == OWNERS["keeper of sites"]
    assert texts(group.table) == [["Check of no_place", "Found in one sentence.", "3", "warning"]]
    assert [row[0] for row in texts(content["known"])] == ["Check of old"]
    assert [row[0] for row in texts(content["passed"])] == ["Check of rows_held"]


def test_the_gravest_finding_of_an_owner_comes_first():
    content = page_of(
        passed=False, owner="survey lead", severity=["note", "blocking", "warning"]
    ).content
    (group,) = content["groups"]
    assert [row[3] for row in texts(group.table)] == ["stops publication", "warning", "note"]


def test_every_check_stands_on_the_page_once():
    for owner in OWNERS:
        content = page_of(owner=owner).content
        tables = [*(group.table for group in content["groups"]), content["known"]]
        shown = [row[0] for table in (*tables, content["passed"]) for row in texts(table)]
        assert sorted(shown) == ["Check of no_place", "Check of old", "Check of rows_held"]


def coverage_row(**changed):
    tables = town()
    for name, value in changed.items():
        tables["pub_coverage"][name] = value
    (row,) = texts(quality_page(accept(tables)).content["datasets"])
    return row


def test_a_dataset_shows_its_rows_and_what_it_covers():
    assert coverage_row() == [
        "Indices of deprivation",
        "10",
        "9",
        "1",
        "75%",
        "3 of 4 LSOAs of 2011",
        "2019",
        "full",
    ]


@pytest.mark.parametrize(
    ("covered", "total", "share"),
    [(4, 4, "100%"), (999, 1000, "over 99%"), (995, 1000, "over 99%"), (0, 4, "0%")],
)
def test_a_share_short_of_the_whole_is_never_shown_as_the_whole(covered, total, share):
    row = coverage_row(covered_count=covered, area_count=total, covered_pct=100 * covered / total)
    assert row[4] == share


def test_a_list_that_is_not_told_by_area_says_so():
    assert coverage_row(area_type=None, area_count=None, covered_count=None, covered_pct=None)[
        4:6
    ] == ["not by area", "entries of a list"]


def test_held_rows_are_told_by_the_meaning_of_their_reason(site):
    held = section((site / "quality.html").read_text("utf-8"), "h-held")
    meaning = REASONS["bad_code"]
    assert f"Indices of deprivation {meaning[0].upper()}{meaning[1:]} 1" in held


def test_where_no_row_is_held_and_nothing_found_the_page_says_so(tmp_path):
    tables = town()
    tables["pub_held"] = tables["pub_held"].iloc[:0]
    tables["pub_quality"]["passed"] = True
    html = (write_site(tables, tmp_path / "site").target / "quality.html").read_text("utf-8")
    assert "No row of a dataset was held back." in section(html, "h-held")
    assert "Nothing was found that somebody has to put right." in section(html, "h-somebody")
    assert "No check found such a property." in section(html, "h-known")


def test_the_page_says_where_the_comparison_with_the_last_build_is(site):
    assert "the team's own report" in (site / "quality.html").read_text("utf-8").replace(
        "&#39;", "'"
    )


@pytest.mark.parametrize("name", ["index.html", "data.html", "map.html"])
def test_the_report_can_be_reached(site, name):
    assert 'href="quality.html"' in (site / name).read_text("utf-8")


def test_the_data_page_says_the_same_in_short(site):
    words = quality_words(accept(town()).rows("pub_quality"))
    assert words in section((site / "data.html").read_text("utf-8"), "h-quality")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("held_rows", {"dataset_id": "imd", "reason": "bad_code", "held_count": "1"}),
        ("coverage", {"dataset_id": "imd", "covered_count": "3", "area_count": "4"}),
        ("quality", {"check_id": "no_place", "owner": "keeper of sites", "passed": "false"}),
    ],
)
def test_what_the_page_shows_can_be_downloaded(site, name, row):
    with (site / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert {key: first[key] for key in row} == row
    assert f'href="data/{name}.csv"' in (site / "quality.html").read_text("utf-8")
