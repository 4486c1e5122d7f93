"""Lists for the survey's own people: private, in one order, with what to do in plain words."""

import csv
import io
import os
import stat
from math import nan

import pandas as pd
import pytest

from assetmap.cells import csv_cell
from assetmap.errors import StorageError
from assetmap.publish import encode
from assetmap.survey.funnel import Progress
from assetmap.survey.registers import read_registers
from assetmap.survey.tables import STATUS_REASONS, STG_RESEARCHER
from assetmap.survey.worklists import REMEDIES, FieldRecords, make_worklists, write_worklists

P = [f"p_{n:032x}" for n in range(6)]
STATUS = pd.DataFrame(
    [
        (P[0], "validated", "", "R07", None),
        (P[1], "unvalidated", "possible_duplicate", "R07", P[0]),
        (P[2], "incomplete", "missing_answer", "R07", P[0]),
        (P[3], "unvalidated", "researcher_near", None, None),
        (P[4], "duplicate", "reviewed_duplicate", "R99", None),
        (P[5], "rejected", "outside_study_area", "R07", None),
    ],
    columns=["respondent", "status", "reason", "researcher_id", "similar_to"],
)
MISSING = pd.DataFrame({"postcode": False, "skills": False, "age_band": False}, index=P)
MISSING.loc[P[2], ["skills", "age_band"]] = True
RECEIPTS = dict(zip(P, ["AAA222", "CCC222", "BBB222", "DDD222", "EEE222", "=1+1"], strict=True))
RESEARCHERS = pd.DataFrame(
    [
        ("R08", "1", "event", None, None, None, None, None, None),
        ("R07", "1", "event", "2017-01-01", "2017-02-01", "2017-03-01", None, None, None),
    ],
    columns=STG_RESEARCHER.names,
)
LEDGER = pd.DataFrame(
    [("R07", 12, 10, 20.0, 7.5, 12.5), ("R08", 0, 0, 0.0, 20.0, -20.0), ("R09", 0, 0, 0.0, 0.0, 0)],
    columns=["researcher_id", "completed_count", "validated_count", "accrued_gbp", "paid_gbp",
             "outstanding_gbp"],
)  # fmt: skip
CANDIDATES = pd.DataFrame(
    [("=HYPERLINK(1)", 2, "near", "R07 R08", "92.3 90.0"), ("Made Up", 1, "unknown", "", "")],
    columns=["typed", "response_count", "researcher_match", "candidate_ids", "scores"],
)
PROGRESS = Progress(recruited_count=1, target_count=22, share=1 / 22, low=0.008, high=nan)


def records(**changes):
    given = {
        "status": STATUS, "missing": MISSING, "receipts": RECEIPTS, "researchers": RESEARCHERS,
        "ledger": LEDGER, "candidates": CANDIDATES, "progress": PROGRESS,
    }  # fmt: skip
    return FieldRecords(**(given | changes))


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def folder(tmp_path):
    write_worklists(tmp_path / "restricted", records())
    return tmp_path / "restricted"


def test_one_list_for_each_researcher_and_one_for_the_rest(tmp_path):
    names = write_worklists(tmp_path, records())
    assert names == (
        "researcher_programme.csv",
        "review_researchers.csv",
        "voucher_ledger.csv",
        "worklist_R07.csv",
        "worklist_R08.csv",
        "worklist_unassigned.csv",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == list(names)


def test_a_list_holds_what_is_wrong_and_nothing_that_is_validated(folder):
    rows = read(folder / "worklist_R07.csv")
    assert [row["receipt"] for row in rows] == ["'=1+1", "BBB222", "CCC222"]
    assert [row["missing_answers"] for row in rows] == ["", "skills, age_band", ""]
    assert [row["nearly_the_same_as"] for row in rows] == ["", "", "AAA222"]
    assert rows[1]["what_is_wrong"] == STATUS_REASONS["missing_answer"]
    assert (rows[2]["what_to_do"], rows[2]["who"]) == REMEDIES["possible_duplicate"]
    assert read(folder / "worklist_R08.csv") == []


def test_responses_without_a_researcher_on_the_register_are_in_the_last_list(folder):
    rows = read(folder / "worklist_unassigned.csv")
    assert [row["receipt"] for row in rows] == ["DDD222", "EEE222"]


def test_every_response_that_is_not_validated_is_in_one_list(folder):
    lists = sorted(folder.glob("worklist_*.csv"))
    assert sum(len(read(path)) for path in lists) == (STATUS["status"] != "validated").sum()


def test_no_pseudonym_is_in_a_list(folder):
    for path in folder.iterdir():
        assert not any(person in path.read_text(encoding="utf-8") for person in P)


def test_every_reason_has_its_remedy():
    assert set(REMEDIES) == set(STATUS_REASONS)
    assert all(what and who for what, who in REMEDIES.values())


def test_the_ledger_says_what_to_hand_over(folder):
    rows = read(folder / "voucher_ledger.csv")
    assert [row["outstanding_gbp"] for row in rows] == ["12.5", "-20.0", "0.0"]
    assert [row["what_to_do"][:14] for row in rows] == [
        "Hand over £12.", "£20.00 more wa", "Nothing."
    ]  # fmt: skip


def test_the_programme_has_the_target_beside_the_recruited(folder):
    rows = read(folder / "researcher_programme.csv")
    filled = [row for row in rows if row["target_count"]]
    assert len(filled) == 1
    assert list(filled[0].values()) == ["all", "recruited", "1", "50.0", "22", "4.5", "0.8", ""]


def test_spellings_to_review_can_be_pasted_into_the_register(folder, tmp_path):
    rows = read(folder / "review_researchers.csv")
    assert rows[0]["subject"] == "'=HYPERLINK(1)"
    assert (rows[0]["candidate_ids"], rows[0]["scores"]) == ("R07 R08", "92.3 90.0")
    assert (rows[1]["likeness"], rows[1]["candidate_ids"]) == ("unknown", "")
    people = tmp_path / "survey/researchers/r.csv"
    people.parent.mkdir(parents=True)
    people.write_text(
        "researcher_id,name,cohort,recruited_via,invited_on,recruited_on,module_1_on,"
        "module_2_on,module_3_on,accredited_on\nR07,Made-Up Person,,,,,,,,\n"
    )
    decided = [{**row, "decision": "R07", "decided_on": "2017-08-01"} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(decided[0]))
    writer.writeheader()
    writer.writerows(decided)
    reviews = tmp_path / "survey/reviews/r.csv"
    reviews.parent.mkdir()
    reviews.write_text(text.getvalue())
    assert len(read_registers(tmp_path).reviews) == 2


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX systems")
def test_only_this_user_may_read_them(folder):
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_lists_of_an_earlier_run_are_removed_and_other_files_stay(folder):
    (folder / "worklist_R55.csv").write_text("old")
    (folder / "notes.txt").write_text("mine")
    write_worklists(folder, records())
    assert not (folder / "worklist_R55.csv").exists()
    assert (folder / "notes.txt").read_text() == "mine"


def test_a_list_that_cannot_be_removed_is_said(folder):
    (folder / "worklist_R55.csv").mkdir()
    with pytest.raises(StorageError, match="an old list cannot be removed"):
        write_worklists(folder, records())


def test_another_order_of_rows_gives_the_same_lists():
    shuffled = records(
        status=STATUS.iloc[::-1], missing=MISSING.iloc[::-1], researchers=RESEARCHERS.iloc[::-1]
    )
    assert make_worklists(shuffled) == make_worklists(records())
    assert list(make_worklists(shuffled)) == sorted(make_worklists(shuffled))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_what_looks_like_a_formula_is_disarmed(tmp_path, start):
    typed = CANDIDATES.assign(typed=[f"{start}cmd", "plain"])
    write_worklists(tmp_path, records(candidates=typed))
    subjects = [row["subject"] for row in read(tmp_path / "review_researchers.csv")]
    assert subjects == [f"'{start}cmd", "plain"]


def test_published_and_restricted_files_share_one_rule():
    assert encode.csv_cell is csv_cell
    assert csv_cell(-20.0) == -20.0
