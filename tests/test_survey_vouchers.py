"""Vouchers: the rule at its edges, and a ledger worked by hand."""

import logging

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.contracts import check
from assetmap.settings import SurveyRules
from assetmap.survey.tables import INT_VOUCHER
from assetmap.survey.vouchers import amount, voucher_ledger

RULES = SurveyRules()
COUNTS = st.integers(min_value=0, max_value=100_000)
ANY_RULES = st.builds(
    SurveyRules,
    voucher_rate_gbp=st.integers(0, 500),
    voucher_block=st.integers(1, 100),
    voucher_cap_gbp=st.integers(0, 5000),
)


@pytest.mark.parametrize(
    ("n", "pounds"),
    [
        (0, 0), (9, 0), (10, 20), (19, 20), (20, 40), (49, 80), (50, 100), (60, 100), (200, 100),
    ],
)  # fmt: skip
def test_the_rule_at_its_edges(n, pounds):
    assert amount(n, RULES) == pounds


def test_rate_block_and_cap_are_settings():
    rules = SurveyRules(voucher_rate_gbp=15, voucher_block=4, voucher_cap_gbp=50)
    assert [amount(n, rules) for n in (3, 4, 8, 12, 16, 99)] == [0, 15, 30, 45, 50, 50]


@given(COUNTS, ANY_RULES)
def test_it_is_never_more_than_the_cap_nor_than_the_rate(n, rules):
    assert 0 <= amount(n, rules) <= rules.voucher_cap_gbp
    assert amount(n, rules) * rules.voucher_block <= rules.voucher_rate_gbp * n


@given(COUNTS, COUNTS, ANY_RULES)
def test_more_responses_never_earn_less(n, more, rules):
    assert amount(n + more, rules) >= amount(n, rules)


@given(COUNTS, ANY_RULES)
def test_an_unfinished_block_earns_nothing(n, rules):
    whole = n - n % rules.voucher_block
    assert amount(n, rules) == amount(whole, rules)


@given(COUNTS, ANY_RULES)
def test_below_the_cap_each_block_earns_the_rate(n, rules):
    more = amount(n + rules.voucher_block, rules) - amount(n, rules)
    room = rules.voucher_cap_gbp - amount(n, rules)
    assert more == min(rules.voucher_rate_gbp, room)


REGISTER = pd.DataFrame(
    [("R08", "2017-02-01"), ("R07", "2017-02-01"), ("R09", "2017-02-01"), ("R10", None)],
    columns=["researcher_id", "recruited_date"],
)
NOT_PAID = pd.DataFrame({"researcher_id": [], "amount_gbp": []}, dtype=object)


def responses(*groups):
    rows = [group[1:] for group in groups for _ in range(group[0])]
    return pd.DataFrame(rows, columns=["status", "reason", "researcher_id"])


STATUS = responses(
    (20, "validated", "", "R07"),
    (9, "validated", "", "R08"),
    (8, "unvalidated", "researcher_not_trained", "R08"),
    (3, "unvalidated", "possible_duplicate", "R08"),
    (5, "duplicate", "reviewed_duplicate", "R08"),
    (5, "incomplete", "missing_answer", "R08"),
    (5, "rejected", "outside_study_area", "R08"),
    (30, "unvalidated", "researcher_near", None),
    (10, "unvalidated", "researcher_not_trained", "R10"),
)
PAID = pd.DataFrame(
    [("R07", 20.0), ("R07", 6.67), ("R07", 13.33), ("R09", 20.0)],
    columns=["researcher_id", "amount_gbp"],
)


def ledger_of(status=STATUS, payments=PAID, **rules):
    ledger = voucher_ledger(status, REGISTER, payments, SurveyRules(**rules))
    check(ledger, INT_VOUCHER)
    return ledger.to_numpy().tolist()


def test_a_ledger_worked_by_hand():
    assert ledger_of() == [
        ["R07", 20, 20, 40.0, 40.0, 0.0],
        ["R08", 17, 9, 0.0, 0.0, 0.0],
        ["R09", 0, 0, 0.0, 20.0, -20.0],
    ]


def test_where_completed_responses_count():
    rows = ledger_of(voucher_counts="completed")
    assert rows[1] == ["R08", 17, 9, 20.0, 0.0, 20.0]


@pytest.mark.parametrize(
    ("reason", "is_completed"),
    [
        ("researcher_not_trained", True),
        ("researcher_unknown", True),
        ("possible_duplicate", False),
    ],
)
def test_unvalidated_is_completed_unless_it_may_repeat_another(reason, is_completed):
    rows = ledger_of(responses((1, "unvalidated", reason, "R07")), NOT_PAID)
    assert rows[0][1:3] == [int(is_completed), 0]


@pytest.mark.parametrize("status", ["incomplete", "duplicate", "rejected"])
def test_what_does_not_count_as_completed(status):
    rows = ledger_of(responses((1, status, "", "R07")), NOT_PAID)
    assert rows[0][1:3] == [0, 0]


def test_pounds_and_pence_add_up():
    paid = pd.DataFrame({"researcher_id": ["R07"] * 3, "amount_gbp": [0.1, 0.2, 39.7]})
    assert ledger_of(payments=paid)[0][4:] == [40.0, 0.0]


def test_overpayment_is_reported_without_a_code(caplog):
    with caplog.at_level(logging.INFO):
        ledger_of()
    assert "above what was earned in 1 cases" in caplog.text
    assert "R09" not in caplog.text


def test_without_overpayment_nothing_is_said(caplog):
    with caplog.at_level(logging.INFO):
        ledger_of(payments=NOT_PAID)
    assert caplog.text == ""
