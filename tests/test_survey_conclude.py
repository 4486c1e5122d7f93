"""From staged answers to every table: who is counted, who is not, and that contracts hold."""

from collections import Counter

import pytest

from assetmap.contracts import check
from assetmap.settings import SurveyRules
from assetmap.survey.load import read_answers
from assetmap.survey.registers import REVIEW_COLUMNS
from assetmap.survey.restricted import write_private
from assetmap.survey.tables import RESTRICTED
from survey_tree import LADYWOOD, PLACES, RULES, conclude_all, make_tree, person, plant

WHOLE = {
    "sex": "female",
    "country_group": "uk",
    "qualification_level": "level_2",
    "construction_experience": "no",
    "business_experience": "no",
    "enterprise_interest": "maybe",
    "languages": "english",
}
"""Enough answers for two questionnaires to be alike."""


@pytest.fixture
def raw(tmp_path):
    return make_tree(tmp_path / "raw")


@pytest.fixture
def concluded(raw):
    """Return what concludes rows of a paper sheet and checks every table's contract."""

    def run(*rows, rules=RULES):
        if rows:
            plant(raw, "a_synthetic.csv", *rows)
        found = conclude_all(read_answers(raw, PLACES), rules=rules)
        assert set(found.tables) == {contract.table for contract in RESTRICTED}
        for contract in RESTRICTED:
            check(found.tables[contract.table], contract)
        return found

    return run


def register(raw, kind, *lines):
    write_private(raw / f"survey/{kind}/{kind}_synthetic.csv", "\n".join([*lines, ""]))


def review(raw, *lines):
    register(raw, "reviews", "kind,subject,decision,decided_on", *lines)


def reasons(found):
    status = found.tables["int_survey_status"]
    return dict(status[["respondent", "reason"]].to_numpy())


def status_of(found, receipt):
    status = found.tables["int_survey_status"].set_index("respondent")
    return tuple(status.loc[person(receipt), ["status", "reason"]])


def test_without_answers_every_table_is_there_and_holds_nobody(concluded):
    found = concluded()
    sizes = {name: len(table) for name, table in found.tables.items()}
    # The register is there: one researcher, in three stages, without a response.
    assert {name: size for name, size in sizes.items() if size} == {
        "stg_researcher": 1,
        "int_voucher": 1,
        "int_person": 1,
        "int_person_attribute": 4,
    }
    assert set(found.tables["int_person"]["population"]) == {"researcher"}


CASES = {
    "": {},
    "missing_answer": {"skills": ""},
    "bad_postcode": {"postcode": "B18"},
    "pseudo_postcode": {"postcode": "NF1 1NF"},
    "outside_study_area": {"postcode": "B66 4BB"},
    "researcher_missing": {"researcher": ""},
    "researcher_near": {"researcher": "Synthetica Madup"},
    "researcher_unknown": {"researcher": "R99"},
}


@pytest.mark.parametrize(("reason", "answers"), CASES.items(), ids=lambda case: str(case)[:30])
def test_a_response_has_the_reason_why_it_does_not_count(concluded, reason, answers):
    found = concluded(answers, {"receipt": "ABCDEF"})
    assert reasons(found)[person("K7M2QX")] == reason
    assert status_of(found, "ABCDEF") == ("validated", "")
    counted = found.tables["int_person"]["person_id"]
    assert (person("K7M2QX") in set(counted)) == (reason == "")


def test_who_is_not_counted_is_in_no_table_that_is_counted_from(concluded):
    found = concluded(
        {"researcher": "R99", "mention_name 1": "Synthetic Hall", "idea_themes": "food"},
        {"receipt": "ABCDEF"},
    )
    out = person("K7M2QX")
    for name in ("int_person", "int_person_attribute", "int_respondent_weight"):
        assert out not in found.tables[name].to_string()
    assert out not in set(found.tables["int_survey_asset"]["respondent"])
    assert len(found.tables["int_place_match"]) == 0
    assert out in set(found.tables["stg_survey_response"]["respondent"])


def test_a_terminated_postcode_counts(concluded):
    found = concluded({"postcode": "B66 1AA"})
    assert status_of(found, "K7M2QX") == ("validated", "")
    (row,) = found.tables["stg_survey_response"].to_dict("records")
    assert (row["is_terminated_postcode"], row["wd17cd"]) == (True, LADYWOOD)


def test_a_researcher_who_is_not_trained_does_not_validate(concluded):
    rules = SurveyRules(trained_after="module_2")
    found = concluded({}, rules=rules)
    assert status_of(found, "K7M2QX") == ("unvalidated", "researcher_not_trained")


def test_the_later_of_two_that_are_alike_waits_for_a_decision(raw, concluded):
    rows = [WHOLE, WHOLE | {"receipt": "ABCDEF", "collected_on": "2026-06-01"}]
    found = concluded(*rows)
    assert status_of(found, "K7M2QX") == ("validated", "")
    assert status_of(found, "ABCDEF") == ("unvalidated", "possible_duplicate")
    status = found.tables["int_survey_status"].set_index("respondent")
    assert status.loc[person("ABCDEF"), "similar_to"] == person("K7M2QX")
    review(raw, "duplicate,abc-def,keep,2026-07-01")
    assert status_of(concluded(*rows), "ABCDEF") == ("validated", "")
    review(raw, "duplicate,ABCDEF,drop,2026-07-01")
    assert status_of(concluded(*rows), "ABCDEF") == ("duplicate", "reviewed_duplicate")


@pytest.mark.parametrize("receipts", [("AAAAAA", "BBBBBB"), ("BBBBBB", "AAAAAA")])
def test_of_two_papers_of_one_month_the_one_that_was_entered_first_stays(concluded, receipts):
    first, second = receipts
    found = concluded(WHOLE | {"receipt": first}, WHOLE | {"receipt": second})
    assert status_of(found, first) == ("validated", "")
    assert status_of(found, second) == ("unvalidated", "possible_duplicate")


def test_who_was_dropped_does_not_make_another_a_duplicate(raw, concluded):
    rows = [WHOLE, WHOLE | {"receipt": "ABCDEF", "collected_on": "2026-06-01"}]
    review(raw, "duplicate,K7M2QX,drop,2026-07-01")
    found = concluded(*rows)
    assert status_of(found, "K7M2QX") == ("duplicate", "reviewed_duplicate")
    assert status_of(found, "ABCDEF") == ("validated", "")


def test_a_decided_spelling_leads_to_its_researcher(raw, concluded):
    review(raw, "researcher,The tall one,R07,2026-07-01")
    found = concluded({"researcher": "the tall ONE"})
    (row,) = found.tables["stg_survey_response"].to_dict("records")
    assert (row["researcher_id"], row["researcher_match"]) == ("R07", "reviewed")


@pytest.mark.parametrize(
    ("decision", "asset"), [("library-1", "library-1"), ("new", None), ("ignore", None)]
)
def test_a_decision_on_a_place_holds_for_its_name(raw, concluded, decision, asset):
    review(raw, f"place,Lib on the hill,{decision},2026-07-01")
    found = concluded({"mention_kind 1": "place", "mention_name 1": "lib  on the Hill"})
    (match,) = found.tables["int_place_match"].to_dict("records")
    assert (match["decision"], match["asset_id"]) == ("reviewed", asset)


def test_a_place_by_its_name_is_matched_and_another_waits(concluded):
    found = concluded(
        {
            "mention_kind 1": "place",
            "mention_name 1": "Synthetic Library",
            "mention_kind 2": "group",
            "mention_name 2": "Knitters of Nowhere",
        }
    )
    matches = found.tables["int_place_match"].set_index("folded_name")
    assert matches.loc["synthetic library", "asset_id"] == "library-1"
    assert matches.loc["knitters of nowhere", "decision"] in ("review", "new")


def test_a_person_is_counted_once_with_all_skills_and_one_age(concluded):
    found = concluded({"skills": "cooking;nursing;medicine"})
    attributes = found.tables["int_person_attribute"]
    own = attributes[attributes["person_id"] == person("K7M2QX")]
    held = Counter(own["attribute"])
    assert held["age_band"] == held["sex"] == held["recognition"] == 1
    themes = own.loc[own["attribute"] == "skill_theme", "category"]
    assert sorted(themes) == ["food", "health"]


def test_vouchers_follow_the_validated_responses(raw, concluded):
    register(
        raw,
        "payments",
        "voucher_ref,researcher_id,paid_on,amount_gbp",
        "V1,R07,2026-06-01,20",
    )
    ages = ("18_24", "25_34", "35_44", "45_54", "55_64", "65_plus")
    rows = [{"receipt": f"AAAA{n:02d}", "age_band": ages[n % 6]} for n in range(20)]
    found = concluded(*rows)
    (line,) = found.tables["int_voucher"].to_dict("records")
    assert (line["validated_count"], line["accrued_gbp"]) == (20, 40)
    assert (line["paid_gbp"], line["outstanding_gbp"]) == (20, 20)


def test_an_age_that_is_missing_makes_a_response_incomplete(concluded):
    assert status_of(concluded({"age_band": ""}), "K7M2QX") == ("incomplete", "missing_answer")


def test_reviews_that_are_empty_decide_nothing(raw, concluded):
    review(raw)
    assert list(read_answers(raw, PLACES).registers.reviews.columns) == REVIEW_COLUMNS
    assert status_of(concluded({}), "K7M2QX") == ("validated", "")
