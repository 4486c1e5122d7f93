"""The status of every response: each rule bites, and the first of the order is given."""

import itertools

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.settings import SurveyRules
from assetmap.survey.tables import INT_SURVEY_STATUS, STATUS_REASONS
from assetmap.survey.validation import STATUS_OF, assign_status, decide_duplicates, find_missing

P = [f"p_{n:032x}" for n in range(8)]
FINE = {
    "respondent": P[1],
    "researcher_id": "R07",
    "researcher_match": "exact",
    "place_status": "in_area",
    "age_band": "25_34",
    "sex": "female",
}
DATES = ["recruited_date", "module_1_date", "module_2_date", "module_3_date", "accredited_date"]
REGISTER = pd.DataFrame(
    [
        ("R07", "2017-01-01", "2017-02-01", "2017-03-01", None, None),
        ("R08", "2017-01-01", None, None, None, None),
    ],
    columns=["researcher_id", *DATES],
)
NO_PAIR = pd.DataFrame({"respondent": [], "similar_to": []}, dtype=object)
PAIR = pd.DataFrame({"respondent": [P[1]], "similar_to": [P[0]]})
RULES = SurveyRules()


def flags(respondents, **missing):
    return pd.DataFrame({"skills": False, "age_band": False, **missing}, index=respondents)


def status_of(change=None, *, missing=False, similar=NO_PAIR, decision=None, rules=RULES):
    responses = pd.DataFrame([{**FINE, **(change or {})}])
    decisions = {P[1]: decision} if decision else {}
    found = assign_status(
        responses, flags([P[1]], skills=missing), REGISTER, similar, decisions, rules=rules
    )
    check(found, INT_SURVEY_STATUS)
    return found["status"][0], found["reason"][0]


NOT_TRAINED = {"researcher_id": "R08"}
FAULTS = {
    "reviewed_duplicate": {"decision": "drop"},
    "missing_answer": {"missing": True},
    "bad_postcode": {"change": {"place_status": "bad_postcode"}},
    "pseudo_postcode": {"change": {"place_status": "pseudo_postcode"}},
    "outside_study_area": {"change": {"place_status": "outside"}},
    "researcher_missing": {"change": {"researcher_id": None, "researcher_match": "missing"}},
    "researcher_near": {"change": {"researcher_id": None, "researcher_match": "near"}},
    "researcher_unknown": {"change": {"researcher_id": None, "researcher_match": "unknown"}},
    "researcher_not_trained": {"change": NOT_TRAINED},
    "possible_duplicate": {"similar": PAIR},
}


def test_a_response_with_nothing_wrong_is_validated():
    assert status_of() == ("validated", "")
    assert status_of({"researcher_match": "reviewed"}) == ("validated", "")


@pytest.mark.parametrize("reason", FAULTS)
def test_every_rule_bites(reason):
    assert status_of(**FAULTS[reason]) == (STATUS_OF[reason], reason)


def test_every_reason_that_can_arrive_has_a_test():
    assert {*FAULTS, ""} == set(STATUS_OF)
    assert {*STATUS_OF, "duplicate_id"} == set(STATUS_REASONS)


def can_be_together(first, second):
    changes = [set(FAULTS[reason].get("change", {})) for reason in (first, second)]
    return not changes[0] & changes[1]


TWO = [pair for pair in itertools.combinations(FAULTS, 2) if can_be_together(*pair)]


@pytest.mark.parametrize(("first", "second"), TWO)
def test_of_two_reasons_the_first_of_the_order_is_given(first, second):
    one, two = FAULTS[first], FAULTS[second]
    both = {**one, **two, "change": {**one.get("change", {}), **two.get("change", {})}}
    assert status_of(**both) == (STATUS_OF[first], first)


def test_a_postcode_that_no_lookup_has_is_outside():
    assert status_of({"place_status": "not_in_lookup"}) == ("rejected", "outside_study_area")


def test_no_postcode_is_a_missing_answer_whatever_is_required():
    assert status_of({"place_status": "missing"}) == ("incomplete", "missing_answer")


def test_a_researcher_who_left_the_register_is_unknown():
    assert status_of({"researcher_id": "R99"}) == ("unvalidated", "researcher_unknown")


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        ("module_1", ""),
        ("module_2", ""),
        ("module_3", "researcher_not_trained"),
        ("accredited", "researcher_not_trained"),
    ],
)
def test_the_policy_says_after_which_module_a_researcher_counts(stage, reason):
    assert status_of(rules=SurveyRules(trained_after=stage))[1] == reason


def test_a_review_that_keeps_a_response_lets_it_through_but_mends_nothing_else():
    assert status_of(similar=PAIR, decision="keep") == ("validated", "")
    kept = status_of(NOT_TRAINED, similar=PAIR, decision="keep")
    assert kept == ("unvalidated", "researcher_not_trained")


def test_only_the_later_of_two_alike_is_held():
    responses = pd.DataFrame([FINE, {**FINE, "respondent": P[0]}], index=[5, 3])
    found = assign_status(responses, flags([P[1], P[0]]), REGISTER, PAIR, {}, rules=RULES)
    assert found["respondent"].tolist() == [P[0], P[1]]
    assert found["reason"].tolist() == ["", "possible_duplicate"]
    assert found["similar_to"].fillna("").tolist() == ["", P[0]]


def test_flags_go_by_respondent_and_not_by_position():
    responses = pd.DataFrame([FINE, {**FINE, "respondent": P[2]}])
    missing = flags([P[2], P[1]], skills=[True, False])
    found = assign_status(responses, missing, REGISTER, NO_PAIR, {}, rules=RULES)
    assert found["reason"].tolist() == ["", "missing_answer"]


def test_a_response_without_flags_is_not_taken_for_complete():
    with pytest.raises(KeyError):
        assign_status(pd.DataFrame([FINE]), flags([P[2]]), REGISTER, NO_PAIR, {}, rules=RULES)


def test_no_responses_no_status():
    found = assign_status(
        pd.DataFrame([FINE]).iloc[:0], flags([]), REGISTER, NO_PAIR, {}, rules=RULES
    )
    assert found.columns.tolist() == INT_SURVEY_STATUS.names
    assert found.empty


CHOICES = pd.DataFrame(
    [(P[1], "skills", "cooking"), (P[2], "languages", "english"), (P[3], "skills", "other")],
    columns=["respondent", "question", "choice"],
)


def test_required_answers_that_are_empty():
    responses = pd.DataFrame(
        [
            FINE,
            {**FINE, "respondent": P[2], "place_status": "missing"},
            {**FINE, "respondent": P[3], "age_band": None, "place_status": "outside"},
        ]
    )
    found = find_missing(responses, CHOICES)
    assert found.index.tolist() == [P[1], P[2], P[3]]
    assert found.columns.tolist() == ["postcode", "age_band", "skills"]
    assert found.to_numpy().tolist() == [
        [False, False, False],
        [True, False, True],
        [False, True, False],
    ]
    assert find_missing(responses, CHOICES, ("sex",)).to_numpy().tolist() == [[False]] * 3


def test_decisions_meet_receipts_however_they_are_written():
    decisions = {"K7M2QX": "drop", "ABC234": "keep"}
    receipts = {P[1]: "k7m-2qx", P[2]: "uuid:abc234", P[3]: "ZZZ999"}
    assert decide_duplicates(decisions, receipts) == {P[1]: "drop", P[2]: "keep"}
