"""Single figures about the survey as a whole: which may be shown, and how coarsely.

Belongs here: the closed list of facts with their rounding, and the rule that decides on each.
Does not: tables of people (``people.py``), working the figures out (``survey/``).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.disclosure.released import PUB_SURVEY
from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from assetmap.settings import PeopleRules

FACT_TABLE: Final = "int_survey_fact"
FACT_TYPES: Final = {
    "key": "VARCHAR",
    "value": "VARCHAR",
    "person_count": "BIGINT",
    "largest_share": "DOUBLE",
}
"""``person_count``: distinct people that the value rests on, NULL for one that is about nobody;
``largest_share``: share of a sum that one person makes up, NULL for what is no sum."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact that may be shown; ``base`` is what its value is rounded to, empty for a text."""

    label: str
    unit: str = ""
    base: str = ""
    note: str = ""


_SAMPLE: Final = "Non-probability sample: respondents are people whom researchers know."

FACTS: Final[dict[str, Fact]] = {
    "form_title": Fact(label="Questionnaire"),
    "form_version": Fact(label="Version of the questionnaire"),
    "form_languages": Fact(
        label="Languages of the questionnaire",
        note="Translations have not been checked by speakers of the languages.",
    ),
    "responses_received": Fact(
        label="Responses with consent to research, children left out", unit="count", base="5"
    ),
    "responses_validated": Fact(
        label="Validated responses from the study area", unit="count", base="5"
    ),
    "least_change": Fact(
        label="Figures change once this many people have joined, left or changed an answer",
        unit="count",
    ),
    "rounding_base": Fact(label="Counts of people are rounded to the nearest", unit="count"),
    "researcher_target": Fact(label="Researchers to be recruited", unit="count"),
    "voucher_rule": Fact(label="Rule for vouchers"),
    "vouchers_accrued_gbp": Fact(label="Vouchers earned", unit="gbp", base="50"),
    "vouchers_paid_gbp": Fact(label="Vouchers handed over", unit="gbp", base="50"),
    "vouchers_outstanding_gbp": Fact(
        label="Vouchers still owed",
        unit="gbp",
        base="50",
        note="Sum over researchers of what each is owed; what was overpaid is not set against it.",
    ),
    "design_effect": Fact(
        label="Design effect of clustering by researcher",
        base="0.1",
        note="How many times the variance of a random sample of the same size, on average "
        "over the skills and interests asked for: 1 + (m - 1) times the intra-class correlation.",
    ),
    "effective_n": Fact(
        label="Effective sample size after weighting", unit="count", base="10", note=_SAMPLE
    ),
    "weighting_gap_pct": Fact(
        label="Largest gap left between a weighted share and the census",
        unit="percent",
        base="1",
        note="Weights are cut off so that nobody counts for too many; that leaves a gap.",
    ),
    "weighted_by": Fact(
        label="Weighted to the census, as far as enough people answered, by", note=_SAMPLE
    ),
    "not_weighted_by": Fact(label="Not weighted by"),
}
"""Every fact by key, in the order of pages; a key that is not here does not pass."""


def release_facts(facts: pd.DataFrame, rules: PeopleRules) -> pd.DataFrame:
    """Return ``pub_survey``: facts about enough people, rounded; the others as withheld.

    Parameters
    ----------
    facts
        ``key, value, person_count, largest_share`` as in :data:`FACT_TYPES`.
    rules
        ``threshold`` and ``largest_share`` count here.

    Raises
    ------
    DisclosureError
        A key is not in :data:`FACTS`.
    """
    unknown = sorted(set(facts["key"]) - set(FACTS))
    if unknown:
        message = (
            f"the gate refuses {len(unknown)} facts about the survey that are not declared, "
            f"e.g. {unknown[0]!r}. Declare them in disclosure/facts.py."
        )
        raise DisclosureError(message)
    order = {key: place for place, key in enumerate(FACTS)}
    rows = [_release(row, rules) for row in facts.to_dict("records")]
    released = pd.DataFrame(rows, columns=PUB_SURVEY.names)
    return released.sort_values("key", key=lambda keys: keys.map(order), ignore_index=True)


def _release(row: Mapping[Hashable, Any], rules: PeopleRules) -> dict[str, object]:
    fact = FACTS[str(row["key"])]
    # A count of people is never finer than in the tables.
    is_count = fact.unit == "count" and fact.base not in ("", "0")
    base = str(max(int(fact.base), rules.rounding_base)) if is_count else fact.base
    value = _coarsen(str(row["value"]), base) if _may_show(row, rules) else None
    return {
        "key": row["key"],
        "label": fact.label,
        "status": "suppressed" if value is None else "published",
        "value": value,
        "unit": fact.unit,
        "note": fact.note or None,
    }


def _may_show(row: Mapping[Hashable, Any], rules: PeopleRules) -> bool:
    people, largest = row["person_count"], row["largest_share"]
    if not pd.isna(people) and people < rules.threshold:
        return False
    return bool(pd.isna(largest) or largest <= rules.largest_share)


def _coarsen(value: str, base: str) -> str | None:
    """Return a number rounded to ``base``, half up; a text as it is; None for no number."""
    if not base:
        return value
    step = Decimal(base)
    try:
        steps = (Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP)
    except InvalidOperation:
        return None
    return f"{steps * step:f}" if steps.is_finite() else None
