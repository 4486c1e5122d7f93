"""Rules that hold claims of one indicator against each other.

Belongs here: figures that cannot both be true, and currencies that do not agree on a rate. Does
not: figures that no other claim gainsays but sense does (``plausibility.py``).
"""

from __future__ import annotations

from itertools import combinations, groupby
from typing import TYPE_CHECKING, Final

from assetmap.claims.finding import (
    Case,
    Finding,
    cases_of,
    cite_all,
    claim_ids,
    document_title,
)
from assetmap.claims.intervals import meet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assetmap.claims.ledger import Ledger

_FIRM: Final = ("exact", "about")
_RATE_DECIMALS: Final = 3


def claims_differ(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each group of claims of one thing whose ranges do not meet."""
    for indicator, entry in ledger.registry.items():
        for group in _at_odds(cases_of(ledger, indicator)):
            area = group[0].area_code
            yield Finding(
                rule="claims_differ",
                subject=f"{indicator}-{min(claim_ids(group))}",
                title=f"{entry.title}: the claims differ",
                message=(
                    f"{len(group)} claims about {ledger.places.get(area, area)} cannot all hold: "
                    f"{cite_all(group, ledger)}."
                ),
                indicator_id=indicator,
                claims=claim_ids(group),
            )


def _at_odds(cases: Sequence[Case]) -> list[list[Case]]:
    """Return groups of claims that are joined by pairs that do not meet."""
    group_of = {case.claim_id: {case.claim_id} for case in cases}
    for first, second in combinations(cases, 2):
        one, other = group_of[first.claim_id], group_of[second.claim_id]
        if one is not other and _cannot_both_hold(first, second):
            joined = one | other
            group_of.update(dict.fromkeys(joined, joined))
    groups = {id(group): group for group in group_of.values() if len(group) > 1}
    return [[case for case in cases if case.claim_id in group] for group in groups.values()]


def _cannot_both_hold(first: Case, second: Case) -> bool:
    return first.is_of_one_thing(second) and meet(first.stated, second.stated) is False


def implied_rate(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each sum whose two currencies imply another rate in each document.

    Rates are compared as the figures are written, to three decimals.
    """
    for indicator, entry in ledger.registry.items():
        if entry.kind != "money":
            continue
        rates = list(_rates(cases_of(ledger, indicator)))
        if len({round(rate, _RATE_DECIMALS) for rate, _, _ in rates}) > 1:
            yield Finding(
                rule="implied_rate",
                subject=indicator,
                title=f"{entry.title}: pounds and euros imply different rates",
                message=_rates_in_words(rates, ledger),
                indicator_id=indicator,
                claims=claim_ids(case for _, *pair in rates for case in pair),
            )


def _rates(cases: Sequence[Case]) -> Iterator[tuple[float, Case, Case]]:
    """Yield euros to the pound with both claims, once for each pair of figures of a document."""
    firm = sorted(
        (c for c in cases if c.stated.bound in _FIRM), key=lambda c: (c.area_code, c.document)
    )
    for _, group in groupby(firm, key=lambda c: (c.area_code, c.document)):
        own = list(group)
        # A document may repeat a figure; its first place stands for it.
        pounds = {c.stated.value: c for c in reversed(own) if c.unit == "gbp" and c.stated.value}
        euros = {c.stated.value: c for c in reversed(own) if c.unit == "eur"}
        for pound, of_pound in sorted(pounds.items()):
            for euro, of_euro in sorted(euros.items()):
                yield euro / pound, of_pound, of_euro


def _rates_in_words(rates: Sequence[tuple[float, Case, Case]], ledger: Ledger) -> str:
    parts = [
        f"{document_title(ledger, pound.document)} implies {rate:.{_RATE_DECIMALS}f} euros to the "
        f"pound, from {euro.written} (section {euro.section}) for {pound.written} "
        f"(section {pound.section})"
        for rate, pound, euro in rates
    ]
    return "; ".join(parts) + "."
