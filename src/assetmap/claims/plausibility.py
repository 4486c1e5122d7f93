"""Rules that hold a claim against what it can be: its whole, its base, the people there are.

Belongs here: parts and wholes, shares, bases, and sources that are too old. Does not: claims
that gainsay each other (``conflicts.py``).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from assetmap.claims.finding import Case, Finding, cases_of, cite, cite_all, claim_ids
from assetmap.claims.intervals import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assetmap.claims.ledger import Ledger

_WHOLE_PCT: Final = 100.0


def count_above_whole(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each indicator whose claims are above those of its whole."""
    for indicator, entry in ledger.registry.items():
        if not entry.of:
            continue
        pairs = [
            (part, whole)
            for part in cases_of(ledger, indicator)
            for whole in cases_of(ledger, entry.of)
            if part.is_of_one_thing(whole) and _limits(part)[0] > _limits(whole)[1]
        ]
        if pairs:
            parts, wholes = (list(dict.fromkeys(side)) for side in zip(*pairs, strict=True))
            yield Finding(
                rule="count_above_whole",
                subject=indicator,
                title=f"{entry.title}: more than the whole",
                message=(
                    f"A part cannot be above its whole: {cite_all(parts, ledger)} of "
                    f"{cite_all(wholes, ledger)}."
                ),
                indicator_id=indicator,
                claims=claim_ids([*parts, *wholes]),
            )


def _limits(case: Case) -> tuple[float, float]:
    """Return what a claim allows; an average or a rule allows anything."""
    limits = interval(case.stated.value, case.stated.bound)
    return limits or (-math.inf, math.inf)


def share_above_one(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each share of more than a hundred per cent."""
    for case in cases_of(ledger):
        entry = ledger.registry[case.indicator_id]
        is_share = entry.kind == "rate" and case.unit == "percent"
        if is_share and case.stated.value > _WHOLE_PCT:
            yield Finding(
                rule="share_above_one",
                subject=case.claim_id,
                title=f"{entry.title}: a share above 100 %",
                message=f"A share cannot be above 100 %: {cite(case, ledger)}.",
                indicator_id=case.indicator_id,
                claims=(case.claim_id,),
            )


def parts_above_whole(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each whole whose parts add up to more, each at its least."""
    wholes = dict.fromkeys(entry.of for entry in ledger.registry.values() if entry.of)
    for indicator in wholes:
        for whole in cases_of(ledger, indicator):
            parts = _least_parts(ledger, indicator, whole)
            total = sum(_limits(part)[0] for part in parts)
            if len(parts) > 1 and total > _limits(whole)[1]:
                yield Finding(
                    rule="parts_above_whole",
                    subject=whole.claim_id,
                    title=f"{ledger.registry[indicator].title}: the parts are more than the whole",
                    message=(
                        f"The parts make {total:,.12g} together, more than {cite(whole, ledger)}: "
                        f"{cite_all(parts, ledger)}. Either they overlap or one is wrong."
                    ),
                    indicator_id=indicator,
                    claims=claim_ids([whole, *parts]),
                )


def _least_parts(ledger: Ledger, whole_id: str, whole: Case) -> list[Case]:
    """Return the least claim of each part that can be held against one claim of the whole."""
    least = []
    for indicator, entry in ledger.registry.items():
        if entry.of == whole_id:
            parts = [
                part
                for part in cases_of(ledger, indicator)
                if part.is_of_one_thing(whole) and math.isfinite(_limits(part)[0])
            ]
            least += sorted(parts, key=lambda part: _limits(part)[0])[:1]
    return least
