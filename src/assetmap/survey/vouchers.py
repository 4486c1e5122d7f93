"""What community researchers have earned in vouchers, and what they were handed.

Belongs here: the rule and the ledger. Does not: whether a response counts
(``validation.py``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pandas as pd

from assetmap.survey.tables import INT_VOUCHER

if TYPE_CHECKING:
    from assetmap.settings import SurveyRules

_LOG = logging.getLogger(__name__)


def amount(n: int, rules: SurveyRules) -> int:
    """Return what ``n`` responses earn, in pounds: min(cap, rate * floor(n / block)).

    With £20 for every 10 and a cap of £100: 9 → 0, 10 → 20, 49 → 80, 50 → 100, 200 → 100.
    """
    return min(rules.voucher_cap_gbp, rules.voucher_rate_gbp * (n // rules.voucher_block))


def voucher_ledger(
    status: pd.DataFrame, researchers: pd.DataFrame, payments: pd.DataFrame, rules: SurveyRules
) -> pd.DataFrame:
    """Return what each recruited researcher has earned, was handed and is owed, in pounds.

    *Completed* are responses that are complete, with consent, of the study area and no
    duplicates, whoever validates them: those that are validated or unvalidated, but for likely
    duplicates, which wait for a decision, since a voucher cannot be taken back. *Validated* are
    those of that status. ``rules.voucher_counts`` names which of the two earns.

    Parameters
    ----------
    status
        ``int_survey_status``.
    researchers
        ``researcher_id, recruited_date`` of ``stg_researcher``.
    payments
        ``researcher_id, amount_gbp`` of ``stg_voucher_payment``.
    rules
        Rate, block, cap and what counts.

    Returns
    -------
    ``int_voucher``, ordered by code. ``outstanding_gbp`` is below 0 where more was paid than
    earned; how often that is so is logged.
    """
    codes = pd.Index(researchers.loc[researchers["recruited_date"].notna(), "researcher_id"])
    is_valid = status["status"] == "validated"
    is_complete = is_valid | (status["status"] == "unvalidated")
    is_complete &= status["reason"] != "possible_duplicate"
    ledger = pd.DataFrame(
        {
            "completed_count": _count(status[is_complete], codes),
            "validated_count": _count(status[is_valid], codes),
        }
    )
    counted = ledger[f"{rules.voucher_counts}_count"]
    ledger["accrued_gbp"] = [float(amount(int(n), rules)) for n in counted]
    paid = payments["amount_gbp"].astype(float).groupby(payments["researcher_id"]).sum()
    # Pence, so that three payments of 6.67 and one of 20.01 are the same.
    ledger["paid_gbp"] = paid.reindex(codes, fill_value=0.0).round(2)
    ledger["outstanding_gbp"] = (ledger["accrued_gbp"] - ledger["paid_gbp"]).round(2)
    _report(ledger)
    ledger = ledger.rename_axis("researcher_id").reset_index()[INT_VOUCHER.names]
    return ledger.sort_values("researcher_id", ignore_index=True)


def _count(status: pd.DataFrame, codes: pd.Index) -> pd.Series:
    counts = status["researcher_id"].value_counts()
    return counts.reindex(codes, fill_value=0).astype("int64")


def _report(ledger: pd.DataFrame) -> None:
    overpaid = int((ledger["outstanding_gbp"] < 0).sum())
    if overpaid:
        _LOG.info("vouchers: paid out above what was earned in %d cases", overpaid)
