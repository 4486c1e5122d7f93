"""Respondents as persons: who counts, once each, in which categories. All persons made up."""

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.errors import ContractError
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.people import person_tables
from assetmap.survey.tables import (
    INT_PERSON,
    INT_PERSON_ATTRIBUTE,
    INT_SURVEY_STATUS,
    STG_SURVEY_CHOICE,
    STG_SURVEY_QUALIFICATION,
    STG_SURVEY_RESPONSE,
)
from assetmap.survey.themes import read_themes

NORTH, SOUTH = "E05000001", "E05000002"
THEMES = read_themes()
EXCLUSIVE = {
    "age_band",
    "sex",
    "qualification_level",
    "country_group",
    "enterprise_interest",
    "development_feeling",
    "recognition",
}


def who(number):
    return f"p_{number:032x}"


def response(number, **given):
    answers = {
        "respondent": who(number),
        "researcher_id": "R01",
        "researcher_match": "exact",
        "collected_month": "2026-03",
        "has_map_consent": True,
        "wd17cd": NORTH,
        "place_status": "in_area",
        "is_terminated_postcode": False,
    }
    return dict.fromkeys(STG_SURVEY_RESPONSE.names) | answers | given


def table(contract, rows):
    frame = pd.DataFrame(rows, columns=contract.names)
    check(frame, contract)
    return frame


def tables(responses, choices=(), qualifications=(), unvalidated=()):
    status = [
        (r["respondent"], "unvalidated" if r["respondent"] in unvalidated else "validated", "")
        for r in responses
    ]
    return person_tables(
        table(STG_SURVEY_RESPONSE, responses),
        table(STG_SURVEY_CHOICE, choices),
        table(STG_SURVEY_QUALIFICATION, qualifications),
        table(INT_SURVEY_STATUS, [(*row, "R01", None) for row in status]),
        THEMES,
    )


def categories(attributes, attribute):
    rows = attributes[attributes["attribute"] == attribute]
    return rows.groupby("person_id")["category"].agg(list).to_dict()


def test_only_validated_respondents_of_the_study_area_count():
    responses = [
        response(1),
        response(2),
        response(3, place_status="outside", wd17cd="E05000009"),
        response(4, place_status="not_in_lookup", wd17cd=None),
        response(5, wd17cd=SOUTH),
    ]
    persons, attributes = tables(responses, unvalidated={who(2)})
    check(persons, INT_PERSON)
    check(attributes, INT_PERSON_ATTRIBUTE)
    assert persons.to_numpy().tolist() == [
        ["respondent", who(1), NORTH],
        ["respondent", who(5), SOUTH],
    ]
    assert set(attributes["person_id"]) == {who(1), who(5)}


def test_who_answered_nothing_has_one_category_of_every_exclusive_attribute():
    _, attributes = tables([response(1)])
    assert dict(zip(attributes["attribute"], attributes["category"], strict=True)) == {
        "age_band": "no_answer",
        "sex": "other_not_said",
        "qualification_level": "not_said",
        "country_group": "not_said",
        "enterprise_interest": "no_answer",
        "development_feeling": "no_answer",
        "recognition": "none_overseas",
    }


@pytest.mark.parametrize(
    ("attribute", "answer", "category"),
    [
        ("age_band", "65_plus", "65_plus"),
        ("sex", "female", "female"),
        ("sex", "other", "other_not_said"),
        ("sex", "not_said", "other_not_said"),
        ("qualification_level", "none", "none"),
        ("qualification_level", "level_1", "levels_1_to_3"),
        ("qualification_level", "apprenticeship", "levels_1_to_3"),
        ("qualification_level", "other", "levels_1_to_3"),
        ("qualification_level", "level_4_plus", "level_4_plus"),
        ("country_group", "uk", "uk"),
        ("country_group", "other_europe", "other"),
        ("country_group", "americas_caribbean", "other"),
        ("country_group", "oceania_other", "other"),
        ("country_group", "not_said", "not_said"),
        ("enterprise_interest", "maybe", "maybe"),
        ("development_feeling", "mixed", "mixed"),
    ],
)
def test_an_answer_becomes_the_category_of_the_attribute(attribute, answer, category):
    _, attributes = tables([response(1, **{attribute: answer})])
    assert categories(attributes, attribute) == {who(1): [category]}


def test_every_answer_leads_to_a_category_that_is_declared():
    responses, number = [], 0
    for attribute in EXCLUSIVE - {"recognition"}:
        for answer in STG_SURVEY_RESPONSE.column(attribute).allowed:
            number += 1
            responses.append(response(number, **{attribute: answer}))
    choices = [(who(1), "skills", skill) for skill in THEMES.loc[THEMES.kind == "skill", "choice"]]
    choices += [(who(1), "languages", name) for name in ATTRIBUTES["language"].categories]
    choices += [(who(1), "idea_themes", name) for name in ATTRIBUTES["idea_theme"].categories]
    _, attributes = tables(responses, choices)
    for attribute, rows in attributes.groupby("attribute"):
        assert set(rows["category"]) <= set(ATTRIBUTES[attribute].categories), attribute
    counts = attributes.groupby(["attribute", "person_id"]).size()
    assert (counts.loc[sorted(EXCLUSIVE)] == 1).all()
    assert len(counts.loc["age_band"]) == number


def test_two_skills_of_one_theme_count_the_person_once():
    choices = [(who(1), "skills", skill) for skill in ("nursing", "medicine", "driving")]
    _, attributes = tables([response(1)], choices)
    assert categories(attributes, "skill_theme") == {who(1): ["health", "transport"]}


def test_languages_and_ideas_are_as_ticked():
    choices = [
        (who(1), "languages", "urdu"),
        (who(1), "languages", "english"),
        (who(1), "idea_themes", "none"),
        (who(1), "passions", "faith"),
    ]
    _, attributes = tables([response(1)], choices)
    assert categories(attributes, "language") == {who(1): ["english", "urdu"]}
    assert categories(attributes, "idea_theme") == {who(1): ["none"]}
    assert set(attributes["attribute"]) == {*EXCLUSIVE, "language", "idea_theme"}


@pytest.mark.parametrize(
    ("held", "category"),
    [
        ([], "none_overseas"),
        ([("uk", "recognised")], "none_overseas"),
        ([(None, "recognised")], "none_overseas"),
        ([("africa", "recognised")], "recognised"),
        ([("eu", "not_needed")], "recognised"),
        ([("africa", "in_progress")], "not_recognised"),
        ([("africa", None)], "not_recognised"),
        ([("africa", "not_recognised"), ("eu", "recognised")], "recognised"),
        ([("africa", "not_recognised"), ("uk", "recognised")], "not_recognised"),
    ],
)
def test_recognition_follows_from_the_overseas_qualifications(held, category):
    rows = [(who(1), n, country, None, status) for n, (country, status) in enumerate(held, 1)]
    _, attributes = tables([response(1)], qualifications=rows)
    assert categories(attributes, "recognition") == {who(1): [category]}


def test_a_country_of_two_qualifications_counts_once():
    rows = [(who(1), n, country, None, None) for n, country in enumerate(["eu", "eu", "uk"], 1)]
    _, attributes = tables([response(1)], qualifications=rows)
    assert categories(attributes, "qualification_country") == {who(1): ["eu", "uk"]}


@pytest.mark.parametrize("question", ["languages", "skills", "idea_themes"])
def test_an_answer_outside_the_vocabulary_stops_the_build_without_showing_it(question):
    with pytest.raises(ContractError, match=f"1 answers to {question}") as caught:
        tables([response(1)], [(who(1), question, "?secret")])
    assert "secret" not in str(caught.value)


def test_nobody_gives_empty_tables_that_keep_their_contracts():
    persons, attributes = tables([])
    check(persons, INT_PERSON)
    check(attributes, INT_PERSON_ATTRIBUTE)
    assert persons.empty
    assert attributes.empty
