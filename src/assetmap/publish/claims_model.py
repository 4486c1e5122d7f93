"""Claims, targets and findings as pages read them: looked up by id, and in words.

Belongs here: :class:`Claims`, figures in the units of claims, bounds and states in words. Does
not: which of them stands on which page (``dashboard_page.py``, ``claims_page.py``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.claims import FINDING_RULES
from assetmap.errors import PublishError
from assetmap.publish.model import split_keys
from assetmap.publish.register_words import date_words, sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.register_words import Sources

PAGE: Final = "claims.html"
NO_FIGURE: Final = "nothing"

_SIGNS: Final = {"gbp": "£", "eur": "€"}
_NOUNS: Final = {
    "count": "",
    "ha": " hectares",
    "per_year": " a year",
    "percent": "%",
}
_UNIT_NAMES: Final = {
    "gbp": "pounds",
    "eur": "euros",
    "percent": "per cent",
    "ha": "hectares",
    "per_year": "times a year",
}
_BOUNDS: Final = {
    "about": "about {}",
    "average": "{} on average",
    "at_least": "at least {}",
    "at_most": "at most {}",
    "over": "over {}",
    "rule": "{} (a rule)",
}
_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}
_TEENS: Final = (11, 12, 13)
_DIGITS: Final = 4
"""Significant figures of a derived figure: enough to tell two rates of exchange apart."""


@dataclass(frozen=True, kw_only=True)
class State:
    """A state in words with its mark; ``key`` is the last part of its class of style."""

    key: str
    label: str
    mark: str
    meaning: str = ""


_STATES: Final = (
    State(key="met", label="Met", mark="✓", meaning="every reported figure reaches the target"),
    State(
        key="met_by_some_claims",
        label="Met by some claims only",
        mark="±",
        meaning="reported figures differ, and only some of them reach the target",
    ),
    State(
        key="on_track",
        label="On track",
        mark="→",
        meaning="not reached yet, and no further behind than the time that has gone allows",
    ),
    State(
        key="behind",
        label="Behind",
        mark="▼",
        meaning="less than is due by the date of the report",
    ),
    State(
        key="not_met", label="Not met", mark="✗", meaning="the due date has passed, and it is short"
    ),
    State(
        key="not_reported",
        label="Not reported",
        mark="?",
        meaning="a target is set, and no document says what was reached",
    ),
    State(
        key="not_compared",
        label="Not compared",
        mark="≠",
        meaning="figures are there, but not of a kind that can be set against the target",
    ),
    State(key="no_target", label="No target", mark="·", meaning="no document sets a target"),
)
STATES: Final = {state.key: state for state in _STATES}
"""Every state against a target, in the order in which pages list them."""

FINDING_STATES: Final = {
    "open": State(key="open", label="Open", mark="?"),
    "resolved": State(key="resolved", label="Resolved", mark="✓"),
}


@dataclass(frozen=True)
class Claims:
    """The published tables of claims, looked up; build it with :func:`claims_of`."""

    published: Published

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """Each claim by its id."""
        return {row["claim_id"]: row for row in self.published.rows("pub_claim")}

    @cached_property
    def indicators(self) -> list[Row]:
        """The indicators of the registry, in its order."""
        rows = self.published.rows("pub_claim_indicator")
        return sorted(rows, key=lambda r: (r["sort_order"], r["indicator_id"]))

    @cached_property
    def targeted(self) -> list[Row]:
        """The indicators that have a target, by state and then in the order of the registry."""
        rank = {key: place for place, key in enumerate(STATES)}
        found = [row for row in self.indicators if row["state"] != "no_target"]
        return sorted(found, key=lambda row: rank[row["state"]])

    @cached_property
    def findings(self) -> list[Row]:
        """The findings: open ones first, then by what weighs most."""
        rank = {rule: place for place, rule in enumerate(FINDING_RULES)}
        return sorted(
            self.published.rows("pub_finding"),
            key=lambda r: (r["state"] != "open", rank.get(r["rule"], 99), r["finding_id"]),
        )

    @cached_property
    def open_count(self) -> int:
        """How many findings are open."""
        return sum(row["state"] == "open" for row in self.findings)

    @cached_property
    def differing(self) -> list[Row]:
        """The indicators about which claims do not meet."""
        return [row for row in self.indicators if row["conflict_count"]]

    @cached_property
    def whence(self) -> Sources:
        """The documents by their titles."""
        return sources(self.published)

    def behind(self, indicator: Row) -> list[Row]:
        """Return the claims that an indicator rests on: its own, or those it is derived from."""
        own = [c for c in self.by_id.values() if c["indicator_id"] == indicator["indicator_id"]]
        named = [self.by_id[key] for key in split_keys(indicator["headline_claims"])]
        return [*own, *(claim for claim in named if claim not in own)]

    def ordered(self, table: str) -> list[Row]:
        """Return the rows of one table about indicators in the order of the registry."""
        rank = {row["indicator_id"]: place for place, row in enumerate(self.indicators)}
        rows = self.published.rows(table)
        return sorted(rows, key=lambda r: rank.get(r["indicator_id"], len(rank)))

    def of_indicator(self, table: str, indicator_id: str) -> list[Row]:
        """Return the rows of one table about one indicator."""
        return [r for r in self.published.rows(table) if r["indicator_id"] == indicator_id]


def claims_of(published: Published) -> Claims:
    """Return the claims of the published tables.

    Raises
    ------
    PublishError
        A headline has no claim behind it, or something names a claim that is not there: no
        figure is shown that cannot be traced to a place in a document.
    """
    claims = Claims(published)
    faults = [*_untraced(claims), *_unknown(claims)]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        message = f"public tables of claims cannot be published:{lines}\nBuild them again."
        raise PublishError(message)
    return claims


def _untraced(claims: Claims) -> list[str]:
    found = [
        row["indicator_id"]
        for row in claims.indicators
        if (row["headline_low"], row["headline_high"]) != (None, None)
        and not split_keys(row["headline_claims"])
    ]
    if not found:
        return []
    return [f"pub_claim_indicator has headlines without a claim: {len(found)}, e.g. {found[0]}"]


def _unknown(claims: Claims) -> list[str]:
    named = {
        "pub_claim_indicator": [r["headline_claims"] for r in claims.indicators],
        "pub_finding": [r["claims"] for r in claims.findings],
        "pub_claim_check": [r["claim_id"] for r in claims.published.rows("pub_claim_check")],
    }
    missing = {
        table: [key for text in texts for key in split_keys(text) if key not in claims.by_id]
        for table, texts in named.items()
    }
    return [
        f"{table} names claims that are not in pub_claim: {len(keys)}, e.g. {keys[0]}"
        for table, keys in missing.items()
        if keys
    ]


def anchor(kind: str, key: str) -> str:
    """Return the id of a row in a page: ``claim-`` and its key, as a link can carry it."""
    return f"{kind}-{re.sub('[^a-z0-9]+', '-', key.lower()).strip('-')}"


def claim_href(claim_id: str) -> str:
    """Return the way to the row of a claim."""
    return f"{PAGE}#{anchor('claim', claim_id)}"


def unit_name(unit: str) -> str:
    """Return a unit in words."""
    return _UNIT_NAMES.get(unit, unit.replace("_", " "))


def amount(value: float | None, unit: str, *, is_derived: bool = False) -> str:
    """Return a figure with its unit, exact unless it is derived: ``£3,130,000``, ``60 hectares``.

    A derived figure has four significant figures and no more than it needs; its unit may be of
    something: ``gbp per hire``.
    """
    if value is None:
        return NO_FIGURE
    money, per, base = unit.partition(" per ")
    sign = _SIGNS.get(money, "")
    text = _digits(value, is_derived=is_derived, is_money=bool(sign))
    if sign:
        minus = "-" if value < 0 else ""
        return f"{minus}{sign}{text.removeprefix('-')}{per}{base}"
    if unit == "rank":
        return f"{text}{_ordinal(value)}"
    return f"{text}{_NOUNS.get(unit, f' {unit_name(unit)}')}"


def _digits(value: float, *, is_derived: bool, is_money: bool) -> str:
    if value == round(value):
        return f"{value:,.0f}"
    if not is_derived:
        return f"{value:,.2f}" if is_money else f"{value:,.10g}"
    places = max(_DIGITS - 1 - math.floor(math.log10(abs(value))), 0)
    if is_money:
        return f"{value:,.{min(places, 2)}f}"
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _ordinal(value: float) -> str:
    if value % 1:
        return ""
    return "th" if value % 100 in _TEENS else _ORDINALS.get(int(value % 10), "th")


def bounded(text: str, bound: str | None) -> str:
    """Return a figure with how it limits the truth: ``over 60``, ``50 on average``."""
    return _BOUNDS.get(bound or "", "{}").format(text)


def stated(claim: Row) -> str:
    """Return the figure of a claim in its unit, with its bound."""
    return bounded(amount(claim["value"], claim["unit"]), claim["bound"])


def period_words(claim: Row) -> str:
    """Return what time a claim is about: its period, or that none is stated."""
    start, end = date_words(claim["period_start"]), date_words(claim["period_end"])
    return start if start == end else f"{start} to {end}"


def headline(indicator: Row, claims: Sequence[Row]) -> str:
    """Return the headline of an indicator: a figure, a range, or that there is none.

    ``claims`` are those behind it: where all are bounded alike, the headline is so too.
    """
    low, high = indicator["headline_low"], indicator["headline_high"]
    is_derived = indicator["headline_policy"] == "derived"
    if low is None and high is None:
        return NO_FIGURE
    first, last = (amount(v, indicator["unit"], is_derived=is_derived) for v in (low, high))
    bounds = {claim["bound"] for claim in claims}
    is_alike = len(bounds) == 1 and "rule" not in bounds and not is_derived
    bound = next(iter(bounds)) if is_alike else ""
    if indicator["is_open_above"] or high is None:
        return bounded(first, bound if bound in {"over", "at_least"} else "at_least")
    if low == high:
        return bounded(first, bound)
    return f"at most {last}" if is_derived and not low else spread(first, last)


def spread(first: str, last: str) -> str:
    """Return a range, its unit said once: ``71 to 94``, ``14 to 17 homes``."""
    noun = re.search(r"( [a-z ]+|%)$", last)
    same = noun is not None and first.endswith(noun[0])
    return f"{first.removesuffix(noun[0]) if same and noun else first} to {last}"
