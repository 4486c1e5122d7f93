"""Restricted reports: every row accounted for, no formula, no answer, one reader."""

import csv
import os
from datetime import date

import pytest

from assetmap.errors import MissingInputError
from assetmap.survey.erasure import add_erasures
from assetmap.survey.load import read_answers
from assetmap.survey.pseudonyms import SYNTHETIC_KEY
from assetmap.survey.reports import status_rows, write_reports
from survey_tree import PLACES, conclude_all, make_tree, person, plant

CANARY = "Zaphod Canary"
ROWS = (
    {"notes": CANARY, "skills": f"cooking;{CANARY}", "qual_title 1": CANARY},
    {"receipt": "AAAAAA", "researcher": "R99", "idea": CANARY},
    {"receipt": "BBBBBB", "skills": "", "=Their name": CANARY},
    {"receipt": "CCCCCC", "consent_research": CANARY},
    {"receipt": "DDDDDD", "age_band": "12"},
    {"receipt": "EEEEEE", "notes": CANARY},
    {"receipt": "k7m2qx"},
    {"receipt": "=HYPERLINK(1)", "researcher": "=R99", "mention_name 1": "=1+1 Hall"},
)


@pytest.fixture
def reported(tmp_path):
    """Return the folder of reports on a dirty sheet; everything in it under an open mask."""
    raw = plant(make_tree(tmp_path / "raw"), "a_synthetic.csv", *ROWS)
    add_erasures(raw, ["EEEEEE"], SYNTHETIC_KEY, date(2026, 11, 22))
    answers = read_answers(raw, PLACES)
    found = conclude_all(answers)
    before = os.umask(0)
    try:
        write_reports(tmp_path / "lists", answers, found)
    finally:
        os.umask(before)
    return tmp_path / "lists"


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_status_accounts_for_every_row_of_every_file(reported):
    counted = {(s, meaning): int(n) for s, meaning, n in status_rows(reported)}
    assert counted == {
        ("validated", "nothing is wrong"): 1,
        ("incomplete", "a required answer is empty"): 1,
        ("unvalidated", "the researcher is not on the register"): 2,
        ("held", "consent to research is not a clear yes"): 1,
        ("held", "the person is under 18"): 1,
        ("held", "an earlier response has the same number"): 1,
        ("erased", "the person asked to be left out"): 1,
    }
    assert sum(counted.values()) == len(ROWS)
    (intake,) = rows_of(reported / "intake.csv")
    numbers = {name: int(intake[name]) for name in ("rows_in", "loaded", "held", "erased", "twins")}
    assert numbers == {"rows_in": 8, "loaded": 4, "held": 3, "erased": 1, "twins": 0}


def test_who_was_erased_is_counted_without_a_reason(reported):
    (erased,) = [row for row in rows_of(reported / "status.csv") if row["status"] == "erased"]
    assert (erased["reason"], erased["count"]) == ("", "1")


def test_held_rows_have_a_number_and_a_reason_and_no_content(reported):
    held = [
        (row["file"], row["row_number"], row["reason"]) for row in rows_of(reported / "held.csv")
    ]
    assert held == [
        ("a_synthetic.csv", "5", "no_consent"),
        ("a_synthetic.csv", "6", "under_18"),
        ("a_synthetic.csv", "8", "duplicate_id"),
    ]


def test_headings_that_were_dropped_are_named_in_the_intake(reported):
    (intake,) = rows_of(reported / "intake.csv")
    assert intake["dropped"] == "'=Their name"
    assert intake["layout"] == "paper"


def test_no_list_holds_an_answer_or_an_erased_person(reported):
    for path in sorted(reported.iterdir()):
        text = path.read_text("utf-8")
        assert "canary" not in text.casefold(), path.name
        assert "EEEEEE" not in text, path.name
        assert person("EEEEEE") not in text, path.name


def test_no_cell_of_any_list_starts_a_formula(reported):
    for path in sorted(reported.iterdir()):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]
    assert any("'=HYPERLINK" in path.read_text("utf-8") for path in reported.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")
def test_every_list_is_for_its_owner_alone(reported):
    assert reported.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in reported.iterdir()}
    assert len(modes) >= 10
    assert set(modes.values()) == {0o600}


def test_before_a_build_status_says_what_to_run(tmp_path):
    with pytest.raises(MissingInputError, match=r"status\.csv is not there\. Run `assetmap build`"):
        status_rows(tmp_path)


def test_without_responses_the_lists_are_there_and_empty(tmp_path):
    raw = make_tree(tmp_path / "raw")
    answers = read_answers(raw, PLACES)
    found = conclude_all(answers)
    write_reports(tmp_path / "lists", answers, found)
    assert [int(count) for _, _, count in status_rows(tmp_path / "lists")] == [0]
    for name in ("intake.csv", "held.csv", "entry_agreement.csv"):
        assert "\n" in (tmp_path / "lists" / name).read_text("utf-8")


def test_an_erasure_that_fits_no_response_is_told(tmp_path):
    raw = make_tree(tmp_path / "raw")
    add_erasures(raw, ["ZZZZZZ"], SYNTHETIC_KEY, date(2026, 11, 22))
    answers = read_answers(raw, PLACES)
    write_reports(tmp_path / "lists", answers, conclude_all(answers))
    said = {meaning: count for _, meaning, count in status_rows(tmp_path / "lists")}
    assert said["listed for erasure, but no response has that number"] == "1"
