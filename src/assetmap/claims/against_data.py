"""Claims against what the pipeline computes: both figures side by side, and why they differ.

Belongs here: which computed figures a claim is held against. Does not: which of the two is
right; nor claims against each other (``findings.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.caveats import ABSENCES, CAVEATS
from assetmap.claims.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assetmap.claims.ledger import Ledger
    from assetmap.claims.registry import Measure

COLUMNS: Final = [
    "claim_id",
    "indicator_id",
    "figure_id",
    "figure_title",
    "figure_meaning",
    "figure_period",
    "area_code",
    "state",
    "claimed",
    "computed",
    "computed_low",
    "computed_high",
    "unit",
    "difference",
    "difference_pct",
    "reason",
]
NO_FIGURE: Final = "none"
"""What stands for the computed figure where there is none."""
NOT_COMPUTABLE: Final = "Cannot be computed from the data here."

_OPEN: Final = {"at_least": "at least", "over": "more than"}
_UNMEASURED: Final = "Not available: it was not measured."


def compare(ledger: Ledger) -> pd.DataFrame:
    """Return each claim with each computed figure of the same thing and the same area.

    Returns
    -------
    One row for each claim and figure, with :data:`COLUMNS`, in the order of the claims; one
    with ``figure_id`` ``none`` for a claim that no figure measures. What is paid or done by
    rule is not computed from anything.
    """
    figures = {
        (str(row.indicator_id), str(row.area_code)): row for row in ledger.figures.itertuples()
    }
    rows = [row for claim in ledger.claims.itertuples() for row in _checks(claim, ledger, figures)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _checks(
    claim: Any, ledger: Ledger, figures: Mapping[tuple[str, str], Any]
) -> Iterator[dict[str, object]]:
    measures = ledger.registry[claim.indicator_id].measures if claim.role != "rule" else ()
    found = [
        (measure, figures[measure.figure, claim.area_code])
        for measure in measures
        if (measure.figure, claim.area_code) in figures
    ]
    for measure, figure in found:
        yield _check(claim, measure, figure)
    if not found:
        yield _about(claim) | {
            "figure_id": NO_FIGURE,
            "state": "not_computable",
            "reason": NOT_COMPUTABLE,
        }


def _about(claim: Any) -> dict[str, object]:
    return {
        "claim_id": claim.claim_id,
        "indicator_id": claim.indicator_id,
        "area_code": claim.area_code,
        "claimed": float(claim.value),
        "unit": claim.unit,
    }


def _check(claim: Any, measure: Measure, figure: Any) -> dict[str, object]:
    row = _about(claim) | {
        "figure_id": measure.figure,
        "figure_title": figure.title,
        "figure_meaning": getattr(figure, "meaning", None),
        "figure_period": figure.period,
    }
    if figure.unit != claim.unit:
        reason = f"The computed figure is in {figure.unit} and the claim in {claim.unit}."
        return row | {"state": "no_figure", "reason": reason}
    if pd.isna(figure.value):
        return row | {"state": "no_figure", "reason": _why_not(figure.caveat)}
    return row | _set_side_by_side(claim, measure, figure)


def _why_not(caveat: object) -> str:
    """Return why a figure is not measured, in the words of its caveat."""
    keys = str(caveat).split(";") if isinstance(caveat, str) else []
    return next((CAVEATS[key] for key in keys if key in ABSENCES), _UNMEASURED)


def _set_side_by_side(claim: Any, measure: Measure, figure: Any) -> dict[str, object]:
    claimed, computed = float(claim.value), float(figure.value)
    difference = computed - claimed
    return {
        "state": "compared",
        "computed": computed,
        "computed_low": None if pd.isna(figure.low) else float(figure.low),
        "computed_high": None if pd.isna(figure.high) else float(figure.high),
        "difference": difference,
        "difference_pct": 100 * difference / abs(claimed) if claimed else None,
        "reason": f"{measure.reason}{_say_bound(claim, computed)}",
    }


def _say_bound(claim: Any, computed: float) -> str:
    """Return whether a figure agrees with a claim that sets no upper end; else nothing."""
    if claim.bound not in _OPEN:
        return ""
    is_within = computed > claim.value if claim.bound == "over" else computed >= claim.value
    verb = "agrees" if is_within else "does not agree"
    stated = f"{_OPEN[claim.bound]} {say(float(claim.value), claim.unit)}"
    return f" The computed {say(round(computed, 1), claim.unit)} {verb} with {stated}."
