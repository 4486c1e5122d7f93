"""Targets against what documents report, for funders: the page ``indicators.html``.

Belongs here: the summary by state, one card for each indicator with a target, and the others by
topic. Does not: claims one by one (``claims_page.py``), computed figures by area
(``indicator_page.py``), nor any judging: states and reasons are published as they stand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.claim_cards import Card, Link, card, card_id
from assetmap.publish.claims_model import STATES, Claims, State, claims_of
from assetmap.publish.page import Page, downloads
from assetmap.publish.register_words import capital, joined
from assetmap.publish.tables import counted

if TYPE_CHECKING:
    from assetmap.publish.model import Published, Row

PAGE: Final = "indicators.html"

_DERIVED: Final = "Worked out from other figures"
METHOD: Final = (
    (
        "Every figure reported here is one that a document states. It links to its claim, and the "
        "claim to the document and section. Computed figures stand beside claims, never in their "
        "place."
    ),
    (
        "Nothing is averaged and nothing is chosen silently. Where claims differ, the figure is a "
        "range from the least to the greatest; where one of them stands for the indicator, the "
        "rule for that is named beside it, and the others stay in the list."
    ),
    (
        "Met means that every reported figure reaches the target; “met by some claims only” that "
        "the answer depends on which of them is right."
    ),
    (
        "On track and behind compare what was reported with the part of the target that is due by "
        "the date of the report: half the time, half the target. A count or a share is behind only "
        "where its whole interval is below that. Where dates are not stated, the comparison is "
        "with the whole target, and the reason says so. Not met means that the due date had "
        "passed."
    ),
    (
        "Not reported means that a target is set and no document says what was reached. It is not "
        "zero, and not a failure."
    ),
    (
        "An interval says how far a count or a share could differ by chance alone: exact Poisson "
        "for counts, Wilson for shares. It does not allow for mistakes in a document."
    ),
    (
        "A forecast is a straight line through the first and the last dated report, to the due "
        "date. With fewer than two dates there is none."
    ),
)


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many indicators are in one state, and which where there is a target."""

    state: State
    count: int
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """Indicators without a target, under one heading."""

    title: str
    cards: tuple[Card, ...]


def dashboard_page(published: Published) -> Page:
    """Return the page of targets and indicators of the documents."""
    claims = claims_of(published)
    area = published.run["area_name"]
    return Page(
        path=PAGE,
        template="dashboard.html.j2",
        title="Targets and what was reached",
        summary=f"Targets that documents set for {area}, beside what documents report, and how "
        "far both hold against the data.",
        content={
            "is_loaded": bool(claims.indicators),
            "answer": progress(claims),
            "differing": differing_words(claims),
            "counts": _counts(claims),
            "targeted": tuple(card(claims, row) for row in claims.targeted),
            "groups": _groups(claims),
            "method": METHOD,
            "files": downloads("claim_indicators"),
        },
    )


def progress(claims: Claims) -> tuple[str, str]:
    """Return how many targets are met, and in one sentence what is known of the others."""
    states = Counter(row["state"] for row in claims.targeted)
    if not states:
        return "No target", "No document sets a target."
    rest = joined(
        [
            f"{states[key]} {state.label.lower()}"
            for key, state in STATES.items()
            if key != "met" and states[key]
        ]
    )
    head = f"{states['met']} of {counted(len(claims.targeted), 'target')} met"
    return head, f"{capital(rest)}." if rest else ""


def differing_words(claims: Claims) -> str:
    """Return in one sentence about how many indicators claims do not meet."""
    count = len(claims.differing)
    if not count:
        return "No claims about one indicator contradict each other."
    return f"Claims differ about {counted(count, 'indicator')}."


def _counts(claims: Claims) -> tuple[Count, ...]:
    found = (
        (state, [r for r in claims.indicators if r["state"] == key])
        for key, state in STATES.items()
    )
    return tuple(
        Count(
            state=state,
            count=len(rows),
            links=() if state.key == "no_target" else tuple(_link(row) for row in rows),
        )
        for state, rows in found
        if rows
    )


def _link(indicator: Row) -> Link:
    return Link(href=f"#{card_id(indicator)}", text=indicator["title"])


def _groups(claims: Claims) -> tuple[Group, ...]:
    topics: dict[str, list[Card]] = {}
    for row in claims.indicators:
        if row["state"] == "no_target" and row["headline_policy"] != "derived":
            topics.setdefault(row["topic"], []).append(card(claims, row))
    derived = [
        card(claims, row)
        for row in claims.indicators
        if row["state"] == "no_target" and row["headline_policy"] == "derived"
    ]
    found = [*topics.items(), *([(_DERIVED, derived)] if derived else [])]
    return tuple(Group(title=title, cards=tuple(cards)) for title, cards in found)
