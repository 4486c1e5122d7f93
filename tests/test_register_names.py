"""Names of organisations: taken letter for letter, and asked about where they are only close."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.names import fold_name
from assetmap.registers.names import FINDING_COLUMNS, name_findings, resolve_names
from assetmap.registers.programme_lists import ORGANISATION_ALIAS

ORGANISATIONS = pd.DataFrame(
    [
        ("mill-trust", "Mill & Weir Trust"),
        ("north-chamber", "North Chamber of Commerce"),
        ("east-council", "East Council"),
        ("twin-a", "The Twins"),
        ("twin-b", "The Twins"),
        ("cafe", "Caf\u00e9, Bar & Co"),
    ],
    columns=["organisation_id", "organisation_name"],
)
ALIASES = pd.DataFrame(
    [("East MBC", "east-council"), ("MWT", "mill-trust"), ("North Chamber of Commerce", "cafe")],
    columns=["alias", "organisation_id"],
)


def resolve(name, aliases=ALIASES):
    (found,) = resolve_names([name], ORGANISATIONS, aliases)
    return found


@pytest.mark.parametrize(
    ("written", "state", "organisation_id"),
    [
        ("Mill & Weir Trust", "exact", "mill-trust"),
        ("MWT", "alias", "mill-trust"),
        ("East MBC", "alias", "east-council"),
        # The name of an organisation is its own, whatever an alias says.
        ("North Chamber of Commerce", "exact", "north-chamber"),
        ("Brewery", "unknown", None),
        ("", "unknown", None),
        ("!?", "unknown", None),
    ],
)
def test_a_name_counts_letter_for_letter(written, state, organisation_id):
    found = resolve(written)
    assert (found.written, found.state, found.organisation_id) == (written, state, organisation_id)
    assert (found.candidate_id, found.candidate_name, found.likeness) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "candidate_id", "candidate_name", "likeness"),
    [
        # 19 of 19 letters are in the other, which has 20: 2 * 19 / 39.
        ("Mill and Weirs Trust", "mill-trust", "Mill & Weir Trust", 97.4),
        ("mill & weir trust", "mill-trust", "Mill & Weir Trust", 100.0),
        ("Chamber of Commerce, North", "north-chamber", "North Chamber of Commerce", 100.0),
        # Close to a confirmed spelling, so to the organisation of that.
        ("East MBV", "east-council", "East Council", 87.5),
        ("Cafe Bar and Co Ltd.", "cafe", "Caf\u00e9, Bar & Co", 100.0),
    ],
)
def test_a_close_name_is_asked_about_and_never_taken(
    written, candidate_id, candidate_name, likeness
):
    found = resolve(written)
    assert (found.state, found.organisation_id) == ("to_confirm", None)
    assert (found.candidate_id, found.candidate_name) == (candidate_id, candidate_name)
    assert found.likeness == likeness


def test_a_confirmed_spelling_settles_it():
    confirmed = pd.DataFrame(
        [("Mill and Weirs Trust", "mill-trust")], columns=["alias", "organisation_id"]
    )
    assert resolve("Mill and Weirs Trust", confirmed).state == "alias"


def test_a_name_of_two_organisations_is_asked_about_until_somebody_says_whose_it_is():
    assert resolve("The Twins").state == "to_confirm"
    said = pd.DataFrame([("The Twins", "twin-b")], columns=["alias", "organisation_id"])
    found = resolve("The Twins", said)
    assert (found.state, found.organisation_id) == ("alias", "twin-b")


def test_names_keep_their_order_and_their_number():
    written = ["MWT", "Brewery", "MWT"]
    found = resolve_names(written, ORGANISATIONS, ALIASES)
    assert [resolution.written for resolution in found] == written


def test_empty_lists_know_no_name():
    (found,) = resolve_names(["MWT"], ORGANISATIONS.iloc[:0], ALIASES.iloc[:0])
    assert found.state == "unknown"


@given(st.text(max_size=30))
def test_only_a_listed_text_is_ever_taken(written):
    found = resolve(written)
    listed = {*ORGANISATIONS["organisation_name"], *ALIASES["alias"]}
    assert (found.organisation_id is not None) == (written in listed and written != "The Twins")


@given(st.text(max_size=30))
def test_folding_an_organisations_name_twice_changes_nothing(written):
    assert fold_name(fold_name(written)) == fold_name(written)


def findings(*names):
    partners = pd.DataFrame(names, columns=["named_as", "document", "section"])
    return name_findings(partners, ORGANISATIONS, ALIASES)


def test_a_finding_says_who_may_be_meant_and_gives_the_row():
    found = findings(
        ("MWT", "report", "1"),
        ("Mill, and Weirs Trust", "report", "2.2"),
        ("Mill, and Weirs Trust", "report", "3"),
        ("Brewery", "report", "1"),
    )
    assert found.columns.tolist() == FINDING_COLUMNS
    assert found.to_numpy().tolist() == [
        [
            "alias_to_confirm",
            "Mill, and Weirs Trust",
            (
                "Mill, and Weirs Trust is no name that the lists hold; it is like Mill & Weir "
                "Trust (97 of 100). If they are one, add this row to programme/aliases.csv, with "
                'the day and the reason: "Mill, and Weirs Trust",mill-trust,YYYY-MM-DD,'
                "why the two are one,report,2.2"
            ),
        ]
    ]


def test_the_row_to_add_has_a_cell_for_each_column():
    message = findings(('The "Mill", and Weir Trust', "report", "2.2"))["message"].iloc[0]
    (cells,) = csv.reader([message.split("the reason: ")[1]])
    assert len(cells) == len(ORGANISATION_ALIAS.contract.names)
    assert cells[:2] == ['The "Mill", and Weir Trust', "mill-trust"]


def test_nothing_to_confirm_is_a_table_without_rows():
    assert findings(("MWT", "report", "1")).columns.tolist() == FINDING_COLUMNS
    assert len(findings(("MWT", "report", "1"))) == 0
