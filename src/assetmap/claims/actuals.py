"""What is to be reached and what is reported as reached, taken from the lists as they stand.

Belongs here: which target counts, which claims say what was reached, and on what day. Does not:
how the two are compared (``progress.py``).

Dates are as exact as they are known and are read in one way: a start as its first day, a due
date and the date of a claim as their last day. ``2017`` as the date of a claim is 31 December.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from assetmap.claims.headline import DERIVED
from assetmap.claims.periods import span

if TYPE_CHECKING:
    import pandas as pd

    from assetmap.claims.ledger import Ledger

_OPEN: Final = ("at_least", "over")


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be reached. A ceiling is not to be passed; any other is to be reached.

    ``start`` and ``due`` are days, None where they are unknown; ``others`` counts the targets
    of the indicator that were passed over.
    """

    value: float
    bound: str
    unit: str
    start: date | None
    due: date | None
    due_written: str
    document: str
    section: str
    is_ceiling: bool
    others: int = 0

    def is_reached_by(self, least: float, bound: str) -> bool:
        """Say whether a claim of ``least`` and its bound reaches the target, for certain."""
        if self.is_ceiling:
            return bound not in _OPEN and least <= self.value
        if self.bound == "over" and bound != "over":
            return least > self.value
        return least >= self.value

    def is_whole_of(self, part: float) -> bool:
        """Say whether ``part`` can be a share of the target."""
        return not self.is_ceiling and self.value > 0 and part <= self.value

    def elapsed(self, day: date | None) -> float | None:
        """Return the share of the time from start to due that had passed at the end of ``day``.

        ``(day - start + 1) / (due - start + 1)``, from 0 to 1; None where a date is unknown or
        the target is due before it starts.
        """
        if self.start is None or self.due is None or day is None or self.due < self.start:
            return None
        share = ((day - self.start).days + 1) / ((self.due - self.start).days + 1)
        return min(max(share, 0.0), 1.0)


class Stated(NamedTuple):
    """One claim that counts: its least value and its bound."""

    value: float
    bound: str


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What was reached by the latest claims; ``older`` counts those that held before.

    ``claims`` are those of ``counted`` and of ``places``: an exact figure makes a bound such as
    ``over`` say nothing more, so that only exact ones count where there are any.
    """

    counted: tuple[Stated, ...]
    places: tuple[tuple[str, str], ...]
    day: date | None
    day_written: str
    older: int = 0

    @property
    def low(self) -> float:
        """Least figure of the claims."""
        return min(stated.value for stated in self.counted)

    @property
    def closed_high(self) -> float:
        """Greatest figure that is stated."""
        return max(stated.value for stated in self.counted)

    @property
    def is_open(self) -> bool:
        """True where the claims set no upper limit."""
        return any(stated.bound in _OPEN for stated in self.counted)

    @property
    def high(self) -> float:
        """Greatest figure; ``inf`` where the claims set no upper limit."""
        return math.inf if self.is_open else self.closed_high


def last_day(written: object) -> date | None:
    """Return the last day of a date; None where it is unknown."""
    known = span(written)
    return known[1] if known else None


def find_target(ledger: Ledger, indicator: str) -> Target | None:
    """Return the target of an indicator; of several, the one due last, then the harder one."""
    rows = ledger.lists["stg_target"]
    own = [row for row in rows.itertuples() if row.indicator_id == indicator]
    if not own:
        return None
    direction = ledger.registry[indicator].direction
    found = [_target(row, direction, others=len(own) - 1) for row in own]
    return max(found, key=lambda t: (t.due or date.min, -t.value if t.is_ceiling else t.value))


def _target(row: Any, direction: str, *, others: int) -> Target:
    start = span(row.start)
    is_open = row.bound in ("about", "exact")
    return Target(
        value=float(row.value),
        bound=row.bound,
        unit=row.unit,
        start=start[0] if start else None,
        due=last_day(row.due),
        due_written=row.due,
        document=row.document,
        section=row.section,
        is_ceiling=row.bound == "at_most" or (is_open and direction == "lower_is_better"),
        others=others,
    )


def find_actuals(ledger: Ledger, indicator: str) -> pd.DataFrame:
    """Return the claims that say what was reached of an indicator."""
    claims = ledger.claims
    return claims[(claims["indicator_id"] == indicator) & (claims["role"] == "actual")]


def find_reached(actuals: pd.DataFrame) -> Reached | None:
    """Return what the latest of ``actuals`` say; None where there are none.

    A claim is left out only where it held before another for certain: one without a date may
    be the latest.
    """
    if actuals.empty:
        return None
    spans = [span(written) for written in actuals["as_of"]]
    first = max((known[0] for known in spans if known), default=date.min)
    latest = actuals[[known is None or known[1] >= first for known in spans]]
    dated = {day: written for written in latest["as_of"] if (day := last_day(written))}
    day = max(dated, default=None)
    return Reached(
        counted=count_claims(latest),
        places=tuple(zip(latest["document"], latest["section"], strict=True)),
        day=day,
        day_written=dated[day] if day else "",
        older=len(actuals) - len(latest),
    )


def count_claims(claims: pd.DataFrame) -> tuple[Stated, ...]:
    """Return the claims that make a range: exact ones where there are any, else all."""
    exact = claims[claims["bound"] == "exact"]
    counted = claims if exact.empty else exact
    pairs = zip(counted["value"], counted["bound"], strict=True)
    return tuple(Stated(float(value), bound) for value, bound in pairs)


def find_derived(ledger: Ledger, headline: Any) -> Reached | None:
    """Return a derived headline as reached, where every claim behind it says what was reached."""
    if headline.policy != DERIVED or not isinstance(headline.claims, str):
        return None
    names = headline.claims.split(";")
    behind = ledger.claims[ledger.claims["claim_id"].isin(names)]
    if set(behind["role"]) != {"actual"} or math.isnan(headline.low):
        return None
    reached = find_reached(behind)
    low, high = float(headline.low), float(headline.high)
    ends = [Stated(low, "at_least" if math.isinf(high) else "exact")]
    if low < high < math.inf:
        ends.append(Stated(high, "exact"))
    return replace(reached, counted=tuple(ends), older=0) if reached else None
