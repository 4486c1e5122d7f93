"""Facts about the survey as a whole, before the gate rounds or withholds them."""

from dataclasses import replace

import pandas as pd
import pytest

from assetmap.disclosure.facts import FACT_TYPES, FACTS
from assetmap.settings import SurveyRules
from assetmap.survey.facts import survey_facts
from assetmap.survey.form import read_form
from assetmap.survey.load import read_answers
from survey_tree import FORM, PLACES, RULES, conclude_all, make_tree, plant

AGES = ("18_24", "25_34", "35_44", "45_54", "55_64", "65_plus")


@pytest.fixture(scope="module")
def form():
    return read_form(FORM)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return twelve responses, two of them without a known researcher, concluded."""
    raw = make_tree(tmp_path_factory.mktemp("facts") / "raw")
    rows = [
        {"receipt": f"AAAA{n:02d}", "age_band": AGES[n % 6], "sex": "female"} for n in range(12)
    ]
    rows[10] |= {"researcher": "R99"}
    rows[11] |= {"researcher": ""}
    plant(raw, "a_synthetic.csv", *rows)
    return conclude_all(read_answers(raw, PLACES))


@pytest.fixture
def facts(form, whole):
    def run(**tables):
        changed = replace(whole, tables={**whole.tables, **tables})
        rows = survey_facts(form, changed, RULES)
        assert list(rows.columns) == list(FACT_TYPES)
        assert set(rows["key"]) <= set(FACTS)
        assert rows["key"].is_unique
        return rows.set_index("key").astype(object)

    return run


def test_what_came_in_and_what_counts_are_told_apart(facts):
    found = facts()
    assert tuple(found.loc["responses_received", ["value", "person_count"]]) == ("12", 12)
    assert found.loc["effective_n", "person_count"] == 10
    # The gate alone may state how many are validated: as it was released.
    assert "responses_validated" not in found.index


def test_facts_about_the_form_rest_on_nobody(facts, form):
    found = facts()
    about = found.loc[["form_title", "form_version", "form_languages", "voucher_rule"]]
    assert about[["person_count", "largest_share"]].isna().all(axis=None)
    assert about["value"].tolist()[:2] == [form.title, form.version]
    assert about.loc["form_languages", "value"].startswith("English (en), Urdu (ur)")


def test_the_rule_for_vouchers_is_said_as_it_is_set(form, whole):
    rules = SurveyRules(
        voucher_rate_gbp=5, voucher_block=4, voucher_cap_gbp=30, voucher_counts="completed"
    )
    found = survey_facts(form, whole, rules).set_index("key")
    assert found.loc["voucher_rule", "value"] == (
        "£5 for every 4 completed questionnaires, up to £30 for one researcher"
    )


def ledger(*rows):
    columns = ["researcher_id", "accrued_gbp", "paid_gbp", "outstanding_gbp"]
    return pd.DataFrame([(f"R{n:02d}", *row) for n, row in enumerate(rows)], columns=columns)


def test_who_was_paid_too_much_does_not_lower_what_others_are_owed(facts):
    found = facts(int_voucher=ledger((20, 60, -40), (60, 20, 40), (20, 0, 20)))
    assert found.loc["vouchers_outstanding_gbp", "value"] == "60.00"
    assert found.loc["vouchers_outstanding_gbp", "largest_share"] == pytest.approx(2 / 3)
    assert found.loc["vouchers_accrued_gbp", "value"] == "100.00"
    assert found.loc["vouchers_paid_gbp", "largest_share"] == pytest.approx(3 / 4)
    assert found.loc["vouchers_paid_gbp", "person_count"] == 2


@pytest.mark.parametrize("rows", [(), ((0, 0, 0), (0, 0, 0))])
def test_where_nothing_was_earned_there_is_no_largest_share(facts, rows):
    found = facts(int_voucher=ledger(*rows))
    assert found.loc["vouchers_paid_gbp", "value"] == "0.00"
    assert pd.isna(found.loc["vouchers_paid_gbp", "largest_share"])
    assert found.loc["vouchers_paid_gbp", "person_count"] == 0


def test_precision_is_told_only_of_people_who_count(facts, whole):
    keys = {"effective_n", "weighted_by", "not_weighted_by"}
    assert keys <= set(facts().index)
    nobody = whole.tables["int_person"].iloc[:0]
    assert not keys & set(facts(int_person=nobody).index)


def test_without_a_census_nothing_is_weighted_by(facts):
    found = facts()
    assert found.loc["weighted_by", "value"] == "nothing"
    assert "highest qualification" in found.loc["not_weighted_by", "value"]
    assert "_" not in found.loc["not_weighted_by", "value"]
    assert found.loc["effective_n", "value"] == "10.0"
    assert found.loc["effective_n", "person_count"] == 10


def test_a_design_effect_that_cannot_be_worked_out_is_left_out(facts):
    assert "design_effect" not in facts().index  # one researcher: nothing to compare
