"""Facts about the survey as a whole, with how many people each rests on.

Belongs here: the rows of ``int_survey_fact``. Does not: which of them may be shown, and how
coarsely (``disclosure/facts.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from assetmap.survey.margins import BASES
from assetmap.survey.people import POPULATION

if TYPE_CHECKING:
    from assetmap.settings import SurveyRules
    from assetmap.survey.conclude import Concluded
    from assetmap.survey.form import Form

_Row = tuple[str, str, int | None, float | None]


def survey_facts(form: Form, concluded: Concluded, rules: SurveyRules) -> pd.DataFrame:
    """Return ``key, value, person_count, largest_share``, one row a fact."""
    persons = concluded.tables["int_person"]
    validated = int((persons["population"] == POPULATION).sum())
    received = len(concluded.tables["stg_survey_response"])
    rows: list[_Row] = [
        ("form_title", form.title, None, None),
        ("form_version", form.version, None, None),
        ("form_languages", ", ".join(form.languages), None, None),
        ("responses_received", str(received), received, None),
        ("researcher_target", str(rules.researcher_target), None, None),
        ("voucher_rule", _say_rule(rules), None, None),
        *_money(concluded.tables["int_voucher"]),
        *_precision(concluded, validated),
    ]
    return pd.DataFrame(rows, columns=["key", "value", "person_count", "largest_share"])


def _say_rule(rules: SurveyRules) -> str:
    return (
        f"£{rules.voucher_rate_gbp} for every {rules.voucher_block} {rules.voucher_counts} "
        f"questionnaires, up to £{rules.voucher_cap_gbp} for one researcher"
    )


def _money(ledger: pd.DataFrame) -> list[_Row]:
    """Return the sums of the ledger, each with how many researchers it is about.

    Who was paid too much does not make the others' debt less.
    """
    rows: list[_Row] = []
    for name in ("accrued", "paid", "outstanding"):
        amounts = ledger[f"{name}_gbp"].clip(lower=0)
        total = float(amounts.sum())
        largest = float(amounts.max()) / total if total else None
        people = int((amounts > 0).sum())
        rows.append((f"vouchers_{name}_gbp", f"{total:.2f}", people, largest))
    return rows


def _precision(concluded: Concluded, people: int) -> list[_Row]:
    effect, raked = concluded.clustering.deff_weighted, concluded.raked
    rows: list[_Row] = []
    if effect is not None:
        rows.append(("design_effect", f"{effect:.3f}", people, None))
    if people:
        # By what is loaded, not by who answered: an unused dimension would tell of an empty cell.
        used = [name for name in BASES if name in concluded.compared]
        left = [name for name in BASES if name not in concluded.compared]
        rows += [
            ("effective_n", f"{raked.effective_n:.1f}", people, None),
            ("weighting_gap_pct", f"{100 * raked.worst_miss:.3f}", people, None),
            ("weighted_by", _say(used), people, None),
            ("not_weighted_by", _say(left), people, None),
        ]
    return rows


def _say(dimensions: list[str]) -> str:
    words = {"qualification_level": "highest qualification", "country_group": "country of birth"}
    named = [words.get(name, name.replace("_band", "")) for name in dimensions]
    return ", ".join(named) or "nothing"
