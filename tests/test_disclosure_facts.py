"""Facts about the survey as a whole: which are shown, how coarsely, in which order."""

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.disclosure.facts import FACT_TYPES, FACTS, release_facts
from assetmap.disclosure.released import PUB_SURVEY
from assetmap.errors import DisclosureError
from assetmap.settings import PeopleRules

RULES = PeopleRules()


def released(*rows, rules=RULES):
    found = release_facts(pd.DataFrame(list(rows), columns=list(FACT_TYPES)), rules)
    check(found, PUB_SURVEY)
    return found


def shown(key, value, people=100, largest=None, rules=RULES):
    row = released((key, value, people, largest), rules=rules).iloc[0]
    assert (row["status"] == "published") == (row["value"] is not None)
    return row["value"]


@pytest.mark.parametrize(
    ("people", "value"), [(None, "25"), (0, None), (9, None), (10, "25"), (100, "25")]
)
def test_a_fact_about_fewer_people_than_the_threshold_is_withheld(people, value):
    assert shown("responses_received", "23", people) == value


def test_a_stricter_policy_withholds_more():
    assert shown("responses_received", "23", 23, rules=PeopleRules(threshold=30)) is None


@pytest.mark.parametrize(
    ("largest", "value"), [(None, "500"), (0.2, "500"), (0.9, "500"), (0.91, None), (1, None)]
)
def test_a_sum_that_is_mostly_one_person_s_is_withheld(largest, value):
    assert shown("vouchers_paid_gbp", "480.00", 20, largest) == value


@pytest.mark.parametrize(
    ("key", "value", "coarse"),
    [
        ("responses_received", "342", "340"),
        ("responses_received", "342.5", "345"),
        ("responses_received", "343", "345"),
        ("responses_received", "0", "0"),
        ("vouchers_paid_gbp", "1274.99", "1250"),
        ("vouchers_paid_gbp", "1275.00", "1300"),
        ("vouchers_paid_gbp", "24.99", "0"),
        ("design_effect", "2.049", "2.0"),
        ("design_effect", "2.051", "2.1"),
        ("design_effect", "0.150", "0.2"),
        ("design_effect", "1.150", "1.2"),
        ("effective_n", "224.9", "220"),
        ("effective_n", "225.0", "230"),
        ("form_version", "2026112201", "2026112201"),
        ("researcher_target", "22", "22"),
    ],
)
def test_numbers_are_rounded_half_up_and_texts_are_not(key, value, coarse):
    assert shown(key, value) == coarse


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "none"])
def test_a_number_that_is_none_is_withheld(value):
    assert shown("design_effect", value) is None


def test_facts_stand_in_the_order_of_pages_with_their_words():
    found = released(
        ("voucher_rule", "£20", None, None),
        ("responses_received", "50", 50, None),
        ("form_title", "A form", None, None),
    )
    assert found["key"].tolist() == ["form_title", "responses_received", "voucher_rule"]
    assert found["label"].tolist() == [FACTS[key].label for key in found["key"]]
    assert found["unit"].tolist() == ["", "count", ""]


def test_a_withheld_fact_keeps_its_label_and_loses_its_value():
    row = released(("effective_n", "7.4", 8, None)).iloc[0]
    assert (row["status"], row["value"]) == ("suppressed", None)
    assert row["label"] == "Effective sample size after weighting"


def test_what_is_not_declared_is_refused_by_name_and_without_its_value():
    with pytest.raises(DisclosureError) as caught:
        released(("names", "Zaphod Canary", None, None), ("form_title", "A", None, None))
    assert str(caught.value) == (
        "the gate refuses 1 facts about the survey that are not declared, e.g. 'names'. Declare "
        "them in disclosure/facts.py."
    )
