"""Rules that work out what a share is a share of, and how old the source of a claim is.

Belongs here: implied counts, implied bases, sources that are too old. Does not: parts and wholes
that are claimed themselves (``plausibility.py``).
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from assetmap.claims.finding import Case, Finding, cases_of, cite, cite_all, claim_ids, place
from assetmap.claims.periods import span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from assetmap.claims.ledger import Ledger

RESIDENTS: Final = ("residents", "residents_mid2015")
"""Computed figures that count everybody: a claim that one of them measures counts them too."""

_YEAR: Final = timedelta(days=365)
_LIMITS: Final = {"over": "fewer than", "at_least": "at most"}
"""What a share with an open end says about what it is a share of."""


class People(NamedTuple):
    """How many people live somewhere, in words where that is said, and the claim if one says so."""

    number: float
    whence: str
    claims: tuple[str, ...] = ()


@lru_cache(maxsize=1024)  # asked for every pair of a rate and a count
def people_in(ledger: Ledger, area_code: str) -> People | None:
    """Return the greatest claimed number of residents of an area, else the computed one."""
    counting = {
        name
        for name, entry in ledger.registry.items()
        if entry.unit == "count" and any(m.figure in RESIDENTS for m in entry.measures)
    }
    claimed = [
        case
        for case in cases_of(ledger)
        if case.indicator_id in counting and case.area_code == area_code
    ]
    if claimed:
        case = max(claimed, key=lambda one: one.stated.value)
        return People(case.stated.value, place(case, ledger), (case.claim_id,))
    figures = ledger.figures
    is_own = (figures["indicator_id"] == RESIDENTS[0]) & (figures["area_code"] == area_code)
    values = figures.loc[is_own, "value"].dropna()
    return People(float(values.iloc[0]), "computed from the census") if len(values) else None


def implied_count(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each share of a base that makes more people than live in the place.

    The place is the claim's own area where its residents are known, else the whole study area,
    which any place in it is smaller than.
    """
    bases = ledger.claims.dropna(subset=["base_area_code"])
    base_of = dict(zip(bases["claim_id"], bases["base_area_code"], strict=True))
    for case in cases_of(ledger):
        if case.unit != "percent" or case.claim_id not in base_of:
            continue
        base = people_in(ledger, base_of[case.claim_id])
        own = people_in(ledger, case.area_code)
        room = own or people_in(ledger, ledger.study_area)
        if base is None or room is None:
            continue
        implied = base.number * case.stated.value / 100
        if implied > room.number:
            yield _too_many(case, ledger, (base, room, implied), is_own=own is not None)


def _too_many(
    case: Case, ledger: Ledger, people: tuple[People, People, float], *, is_own: bool
) -> Finding:
    base, room, implied = people
    where = case.area_code if is_own else ledger.study_area
    entry = ledger.registry[case.indicator_id]
    return Finding(
        rule="implied_count",
        subject=case.claim_id,
        title=f"{entry.title}: more people than there are",
        message=(
            f"{cite(case, ledger)} of {base.number:,.0f} ({base.whence}) would be {implied:,.0f} "
            f"people, more than the {room.number:,.0f} of {ledger.places.get(where, where)}"
            f"{'' if is_own else ' as a whole'} ({room.whence})."
        ),
        indicator_id=case.indicator_id,
        claims=tuple(sorted({case.claim_id, *base.claims, *room.claims})),
    )


def implied_base(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each rate and count whose base is not what is known, or is not known.

    Both are taken at their word: 9,000 at more than 20 % are out of fewer than 45,000. Where
    the residents of the area are known and fit, nothing is found.
    """
    for indicator, entry in ledger.registry.items():
        if not entry.rate_of:
            continue
        counts = cases_of(ledger, entry.rate_of)
        for rate in cases_of(ledger, indicator):
            for count in counts:
                if rate.area_code == count.area_code and rate.stated.value > 0:
                    yield from _base(rate, count, ledger)


def _base(rate: Case, count: Case, ledger: Ledger) -> Iterator[Finding]:
    base = 100 * count.stated.value / rate.stated.value
    known = people_in(ledger, rate.area_code)
    if known and _fits(known.number, base, rate):
        return
    held = (
        f"The residents known there are {known.number:,.0f} ({known.whence})."
        if known
        else "No number of residents of that area is at hand, so this is still to be checked."
    )
    area = ledger.places.get(rate.area_code, rate.area_code)
    yield Finding(
        rule="implied_base",
        subject=f"{rate.claim_id}-{count.claim_id}",
        title=f"{ledger.registry[rate.indicator_id].title}: what the share is of",
        message=(
            f"{cite(count, ledger)} and {cite(rate, ledger)} together mean that {area} has "
            f"{_LIMITS.get(rate.stated.bound, 'about')} {base:,.0f} people, "
            f"if the count is {count.stated.value:,.12g}. {held}"
        ),
        indicator_id=rate.indicator_id,
        claims=claim_ids([rate, count]),
    )


def _fits(known: float, base: float, rate: Case) -> bool:
    """Say whether a known base agrees with the implied one, within the rounding of the rate."""
    share, half = rate.stated.value, rate.stated.half_place
    most = base * share / (share - half) if share > half else float("inf")
    least = 0.0 if rate.stated.bound in _LIMITS else base * share / (share + half)
    return least <= known <= most


def stale_source(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each cited source that is over a year older than what cites it.

    What cites it is as old as the latest of the claim's own date and the document's; one
    finding for a document and a source.
    """
    stale: dict[tuple[str, str], list[Case]] = {}
    rows = {row.claim_id: row for row in ledger.claims.itertuples()}
    for case in cases_of(ledger):
        row = rows[case.claim_id]
        cited, written = span(row.cited_source_date), _written_on(row, ledger)
        if cited and written and written - cited[1] > _YEAR:
            stale.setdefault((case.document, str(row.cited_source_date)), []).append(case)
    for (document, source), cases in stale.items():
        yield _stale(document, source, cases, ledger)


def _written_on(row: Any, ledger: Ledger) -> date | None:
    """Return the first day on which a claim can have been written, None where nobody knows."""
    documents = ledger.lists["stg_document"]
    published = documents.loc[documents["document"] == row.document, "published"]
    dates = [span(text) for text in (row.as_of, *published)]
    return max((known[0] for known in dates if known), default=None)


def _stale(document: str, source: str, cases: Sequence[Case], ledger: Ledger) -> Finding:
    indicators = {case.indicator_id for case in cases}
    return Finding(
        rule="stale_source",
        subject=f"{document}-{source}",
        title="A source that is older than it seems",
        message=(
            f"The source cited is of {source}, over a year before the document: "
            f"{cite_all(cases, ledger)}."
        ),
        indicator_id=min(indicators) if len(indicators) == 1 else None,
        claims=claim_ids(cases),
    )
