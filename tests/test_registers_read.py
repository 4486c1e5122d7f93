"""Lists kept by hand: all of a list or none of it, and every fault by its file and row."""

import csv
from datetime import date

import pytest

from assetmap.errors import ContractError, UnreadableFileError
from assetmap.registers.programme_lists import STORY
from assetmap.registers.read import REGISTERS, future_faults, lapsed_stories, read_lists

KNOWN = {"sites": frozenset({"port-loop"}), "study_area": frozenset({"icknield"})}
DOCUMENT = ("journal", "First journal", "UIA", "2017-12", "2017", "", "journal")
SECTION = ("journal", "2.1", "Start", "present", "")
AREA = ("E05001193", "Ladywood", "ward", "2017", "Ladywood")
CLAIM = (
    *("people-71", "people_identified", "71", "", "71", "exact", "count", "actual"),
    *("icknield", "study_area", "2017", "", "unknown", "unknown", "2017", "", "journal", "2.1"),
    *("71 people were found", "stated"),
)
TARGET = (
    *("people-60", "people_identified", "60", "at_least", "count", "2017", "2019"),
    *("journal", "2.1", "60 people in three years"),
)
ENGAGEMENT = (
    *("e-1", "port-loop", "splash", "unknown", "meeting", "informed", "", "journal", "2.1"),
)
BY_PATH = {register.path: register for register in REGISTERS}


@pytest.fixture
def raw(tmp_path):
    """A folder of sound lists."""
    write(tmp_path, "claims/documents.csv", DOCUMENT)
    write(tmp_path, "claims/sections.csv", SECTION)
    write(tmp_path, "claims/areas.csv", AREA)
    write(tmp_path, "claims/claims.csv", CLAIM)
    write(tmp_path, "claims/targets.csv", TARGET)
    write(
        tmp_path, "programme/organisations.csv", ("splash", "Splash", "private", "journal", "2.1")
    )
    write(tmp_path, "sites/engagement.csv", ENGAGEMENT)
    return tmp_path


def write(raw, path, *rows):
    file = raw / path
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(BY_PATH[path].contract.names)
        writer.writerows(rows)


def change(row, path, **cells):
    names = BY_PATH[path].contract.names
    return tuple(cells.get(name, value) for name, value in zip(names, row, strict=True))


def refusal(raw):
    with pytest.raises(ContractError) as caught:
        read_lists(raw, KNOWN)
    return str(caught.value)


def test_sound_lists_load_with_their_rows_numbered_as_in_the_file(raw):
    lists = read_lists(raw, KNOWN)
    claims = lists.frames["stg_claim"]
    assert claims.index.tolist() == [2]
    assert claims.loc[2, "value"] == 71
    assert claims["base_area_code"].isna().all()
    assert {path for _, path, _ in lists.files} == {
        *("claims/areas.csv", "claims/claims.csv", "claims/documents.csv", "claims/sections.csv"),
        *("claims/targets.csv", "programme/organisations.csv", "sites/engagement.csv"),
    }


def test_lists_that_are_not_there_are_empty(tmp_path):
    lists = read_lists(tmp_path, KNOWN)
    assert set(lists.frames) == {register.table for register in REGISTERS}
    assert all(frame.empty for frame in lists.frames.values())
    assert lists.files == ()


@pytest.mark.parametrize(
    ("path", "cells", "words"),
    [
        ("claims/claims.csv", {"document": ""}, "claims/claims.csv, row 2: document is empty"),
        ("claims/claims.csv", {"section": ""}, "claims/claims.csv, row 2: section is empty"),
        (
            "claims/claims.csv",
            {"document": "leaflet"},
            "document 'leaflet' is not known; add it to claims/documents.csv first",
        ),
        (
            "claims/claims.csv",
            {"section": "9.9"},
            "journal has no section '9.9'; add it to claims/sections.csv",
        ),
        (
            "claims/claims.csv",
            {"area_code": "E05999999"},
            "area_code 'E05999999' is not known; add it to claims/areas.csv first",
        ),
        ("claims/claims.csv", {"bound": "roughly"}, "bound is none of exact, at_least"),
        ("claims/claims.csv", {"period_start": ""}, "period_start is empty"),
        (
            "claims/claims.csv",
            {"as_of": "31/12/2017"},
            "as_of is not a date as YYYY, YYYY-MM or YYYY-MM-DD, nor unknown, e.g. '31/12/2017'",
        ),
        (
            "claims/claims.csv",
            {"period_end": "2018-02-30"},
            "row 2: period_end '2018-02-30' is no day of the calendar",
        ),
        ("claims/claims.csv", {"value": "seventy"}, "value: the cell is not a number"),
        ("claims/claims.csv", {"value": "inf"}, "value: the cell is not a number"),
        ("claims/targets.csv", {"unit": ""}, "claims/targets.csv, row 2: unit is empty"),
        ("claims/targets.csv", {"unit": "people"}, "unit is none of count"),
        (
            "sites/engagement.csv",
            {"level": "friendly"},
            (
                "sites/engagement.csv, row 2: level is "
                "none of none, informed, consulted, active, committed, e.g. 'friendly'"
            ),
        ),
        (
            "sites/engagement.csv",
            {"site_id": "atlantis"},
            "site_id 'atlantis' is not known; add it to the site layer",
        ),
        (
            "sites/engagement.csv",
            {"organisation_id": "acme"},
            "organisation_id 'acme' is not known; add it to programme/organisations.csv first",
        ),
    ],
)
def test_a_bad_row_refuses_the_list_with_its_row_and_the_remedy(raw, path, cells, words):
    row = {"claims/claims.csv": CLAIM, "claims/targets.csv": TARGET}.get(path, ENGAGEMENT)
    write(raw, path, change(row, path, **cells))
    message = refusal(raw)
    assert words in message
    assert "none of them is loaded" in message
    assert "Mend those rows" in message


def test_all_faults_stand_in_one_message(raw):
    path = "claims/claims.csv"
    rows = [change(CLAIM, path, claim_id=f"c-{n}", section="") for n in range(3)]
    write(raw, path, CLAIM, *rows)
    write(raw, "claims/targets.csv", change(TARGET, "claims/targets.csv", unit=""))
    message = refusal(raw)
    assert "2 faults" in message
    assert "claims/claims.csv, row 3 and 2 more rows: section is empty" in message
    assert "claims/targets.csv, row 2: unit is empty" in message


def test_a_repeated_id_and_a_short_row_are_told(raw):
    path = raw / "claims/claims.csv"
    write(raw, "claims/claims.csv", CLAIM, CLAIM)
    assert "row 3: primary key [claim_id] repeats" in refusal(raw)
    path.write_text(path.read_text(encoding="utf-8") + "a,b\n", encoding="utf-8")
    assert "row 4: the row: the row has more or fewer cells" in refusal(raw)


def test_a_heading_that_is_not_known_is_told(raw):
    path = raw / "claims/claims.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("section", "chapter", 1), "utf-8")
    message = refusal(raw)
    assert "its heading lacks section and has chapter that is not known" in message


def test_what_is_no_table_is_refused(raw):
    (raw / "claims/claims.csv").write_bytes(b"<html><body>Not found</body></html>")
    with pytest.raises(UnreadableFileError, match=r"^claims: claims\.csv: "):
        read_lists(raw, KNOWN)


def test_a_story_is_told_only_while_its_consent_lasts(raw):
    def story(name, consent, until):
        return (name, "T", "S", "", "", consent, "2026-01-01", until, "journal", "2.1")

    rows = [
        story("live", "given", "2026-11-22"),
        story("over", "given", "2026-11-21"),
        story("taken-back", "withdrawn", "2030-01-01"),
    ]
    write(raw, "programme/stories.csv", *rows)
    stories = read_lists(raw, KNOWN).frames[STORY.table]
    assert lapsed_stories(stories, date(2026, 11, 22)) == [3, 4]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("-60", "value is below 0, e.g. '-60'"),
        ("1e300", "value is above 1e+15, e.g. '1e+300'"),
        ("nan", "value: the cell is not a number, e.g. 'nan'"),
        ("=60", "value: the cell is not a number, e.g. '=60'"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_with_what_stands_there(raw, value, said):
    write(raw, "claims/targets.csv", change(TARGET, "claims/targets.csv", value=value))
    assert said in refusal(raw)


@pytest.mark.parametrize(("target", "actual"), [("10", ""), ("", "3")])
def test_an_amount_of_nobody_knows_what_is_refused(raw, target, actual):
    row = ("c", "port-loop", "splash", "recruit", "Jobs.", target, actual, "")
    write(raw, "sites/commitments.csv", (*row, "unknown", "unknown", "journal", "2.1"))
    assert "commitments.csv, row 2: target or actual has no unit" in refusal(raw)


def test_what_is_recorded_for_a_day_to_come_is_refused_but_for_one_time_zone(raw):
    def entry(name, recorded_on):
        plan = (name, "port-loop", "completion", "planned", "2030", "2030", recorded_on)
        return (*plan, "journal", "2.1", "")

    days = ("2026-11-22", "2026-11-23", "2026-11-24")
    write(raw, "sites/milestones.csv", *(entry(f"e-{day}", day) for day in days))
    faults = future_faults(read_lists(raw, KNOWN).frames, date(2026, 11, 22))
    assert [str(fault) for fault in faults] == [
        (
            "sites/milestones.csv, row 4: recorded_on '2026-11-24' is in the future; write the day "
            "on which it was"
        )
    ]


def test_a_meeting_to_come_is_not_held_and_one_of_unknown_date_may_be(raw):
    write(raw, "programme/bodies.csv", ("board", "Board", "", "To steer.", "journal", "2.1"))
    rows = [("board", day, "", "journal", "2.1") for day in ("unknown", "2026", "2027-01")]
    write(raw, "programme/meetings.csv", *rows)
    faults = future_faults(read_lists(raw, KNOWN).frames, date(2026, 11, 22))
    assert [fault.rows for fault in faults] == [(4,)]
