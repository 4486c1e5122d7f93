"""Micro-assets from answers. All persons made up."""

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.errors import ContractError
from assetmap.survey.micro_assets import survey_assets
from assetmap.survey.tables import (
    INT_SURVEY_ASSET,
    INT_SURVEY_STATUS,
    STG_SURVEY_CHOICE,
    STG_SURVEY_MENTION,
    STG_SURVEY_QUALIFICATION,
    STG_SURVEY_RESPONSE,
)
from assetmap.survey.themes import read_themes

NORTH = "E05000001"
THEMES = read_themes()
A, B, C = (f"p_{number:032x}" for number in (10, 11, 12))


def table(contract, rows):
    frame = pd.DataFrame(rows, columns=contract.names)
    check(frame, contract)
    return frame


def response(respondent, *, has_map_consent, month="2026-03", ward=NORTH):
    return dict.fromkeys(STG_SURVEY_RESPONSE.names) | {
        "respondent": respondent,
        "researcher_match": "exact",
        "collected_month": month,
        "has_map_consent": has_map_consent,
        "wd17cd": ward,
        "place_status": "in_area",
        "is_terminated_postcode": False,
    }


def assets(choices=(), qualifications=(), mentions=()):
    responses = [
        response(A, has_map_consent=True),
        response(B, has_map_consent=False, month=None, ward=None),
        response(C, has_map_consent=True),
    ]
    status = [
        (A, "validated", "", "R01", None),
        (B, "validated", "", "R01", None),
        (C, "duplicate", "reviewed_duplicate", "R01", None),
    ]
    found = survey_assets(
        table(STG_SURVEY_RESPONSE, responses),
        table(STG_SURVEY_CHOICE, choices),
        table(STG_SURVEY_QUALIFICATION, qualifications),
        table(STG_SURVEY_MENTION, mentions),
        table(INT_SURVEY_STATUS, status),
        THEMES,
    )
    check(found, INT_SURVEY_ASSET)
    return found.astype(object).where(found.notna(), None)


def test_a_skill_has_theme_occupation_consent_month_and_ward():
    (row,) = assets([(A, "skills", "plumbing")]).to_dict("records")
    assert row == {
        "asset_id": f"{A}-skill-12",
        "respondent": A,
        "kind": "skill",
        "choice": "plumbing",
        "theme": "construction",
        "soc2020_group": "5315",
        "vocabulary_version": "1",
        "consent": "research_and_map",
        "recorded_month": "2026-03",
        "wd17cd": NORTH,
    }


def test_consent_to_research_alone_is_said_and_an_unknown_month_stays_unknown():
    (row,) = assets([(B, "skills", "other")]).to_dict("records")
    assert (row["consent"], row["recorded_month"], row["wd17cd"]) == ("research", None, None)
    assert (row["theme"], row["soc2020_group"]) == ("other", None)


def test_only_validated_responses_count():
    found = assets([(A, "skills", "retail"), (C, "skills", "retail")])
    assert found["respondent"].tolist() == [A]


def test_the_answer_that_there_is_none_is_no_asset_and_languages_are_none():
    choices = [
        (A, "idea_themes", "none"),
        (A, "passions", "none"),
        (A, "languages", "urdu"),
        (B, "idea_themes", "repair"),
        (B, "passions", "cricket"),
    ]
    found = assets(choices)
    assert found[["respondent", "kind", "choice", "theme"]].to_numpy().tolist() == [
        [B, "idea", "repair", "repair"],
        [B, "passion", "cricket", "sport"],
    ]


def test_qualifications_and_names_keep_their_number_on_the_form():
    found = assets(
        qualifications=[(A, 1, "africa", "yes", None), (A, 2, None, "no", None),
                        (A, 3, None, None, None)],
        mentions=[(A, 2, "group", "Choir"), (A, 3, None, "Green"), (B, 1, "place", "Park")],
    )  # fmt: skip
    assert found[["asset_id", "kind", "choice", "theme"]].to_numpy().tolist() == [
        [f"{A}-group-2", "group", None, None],
        [f"{A}-place-3", "place", None, None],
        [f"{A}-qualification-1", "qualification", "medical", "health"],
        [f"{A}-qualification-2", "qualification", "not_medical", "other"],
        [f"{A}-qualification-3", "qualification", None, None],
        [f"{B}-place-1", "place", None, None],
    ]


def test_no_name_as_it_was_written_is_carried_over():
    found = assets(mentions=[(A, 1, "group", "Aunt Sal's kitchen")])
    assert "kitchen" not in found.to_csv()


def test_the_id_of_an_answer_does_not_change_when_another_is_added():
    few = set(assets([(A, "skills", "welding")])["asset_id"])
    many = assets([(A, "skills", name) for name in ("cooking", "retail", "welding")])
    assert few < set(many["asset_id"])


def test_the_rows_do_not_depend_on_the_order_of_the_answers():
    rows = [(B, "skills", "retail"), (A, "passions", "faith"), (A, "skills", "cooking")]
    assert assets(rows).equals(assets(rows[::-1]))


@pytest.mark.parametrize("question", ["skills", "idea_themes", "passions"])
def test_an_answer_outside_the_vocabulary_is_not_left_out_in_silence(question):
    with pytest.raises(ContractError, match=f"1 answers to {question}"):
        assets([(A, question, "?something")])
