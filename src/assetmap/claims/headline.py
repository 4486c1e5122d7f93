"""The figure that stands for an indicator, chosen from its claims by a stated policy.

Belongs here: the four policies and derived figures. Nothing is averaged, and no claim is lost:
where claims tie, the headline is a range. Does not: targets (``progress.py``).
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from assetmap.claims.intervals import interval
from assetmap.claims.periods import span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from assetmap.claims.ledger import Ledger
    from assetmap.claims.registry import ClaimIndicator, Ratio

COLUMNS: Final = ["indicator_id", "policy", "low", "high", "unit", "claims"]
DERIVED: Final = "derived"

_OPEN: Final = ("at_least", "over")


class Headline(NamedTuple):
    """A figure or a range, ``inf`` where it is open above, and the claims behind it."""

    low: float = math.nan
    high: float = math.nan
    claims: tuple[str, ...] = ()


def headlines(ledger: Ledger) -> pd.DataFrame:
    """Return the headline of every indicator of the registry.

    Only claims in the indicator's own unit count, so pounds and euros never meet. Limits are
    figures as they are stated: ``about 3,000`` stands as 3,000, ``over 100`` as 100 and more.

    Returns
    -------
    ``indicator_id, policy, low, high, unit, claims``: one row an indicator, in the order of the
    registry; ``low`` and ``high`` are missing where nothing is claimed, ``high`` is ``inf``
    where the claims set no upper limit, ``claims`` are joined by semicolons.
    """
    entered = {
        name: _of_claims(ledger.claims, name, entry)
        for name, entry in ledger.registry.items()
        if entry.ratio is None
    }
    rows = [_row(name, entry, entered) for name, entry in ledger.registry.items()]
    table = pd.DataFrame(rows, columns=COLUMNS, dtype=object)
    return table.astype({"low": float, "high": float})


def _row(name: str, entry: ClaimIndicator, entered: Mapping[str, Headline]) -> tuple[object, ...]:
    policy = DERIVED if entry.ratio else entry.headline
    top = divide(entry.ratio, entered) if entry.ratio else entered[name]
    return name, policy, top.low, top.high, entry.unit, ";".join(top.claims) or None


def _of_claims(claims: pd.DataFrame, name: str, entry: ClaimIndicator) -> Headline:
    own = claims[(claims["indicator_id"] == name) & (claims["unit"] == entry.unit)]
    if own.empty:
        return Headline()
    if entry.headline == "manual":
        return _span_of(own[own["claim_id"] == entry.headline_claim])
    return _span_of(_POLICIES[entry.headline](own))


def _latest(claims: pd.DataFrame) -> pd.DataFrame:
    """Keep the claims that held last; a date that is unknown comes before any other."""
    last_days = [known[1] if (known := span(text)) else date.min for text in claims["as_of"]]
    return claims[[day == max(last_days) for day in last_days]]


def _most_specific(claims: pd.DataFrame) -> pd.DataFrame:
    """Keep the claims that leave least room."""
    widths = pd.Series(
        [_width(value, bound) for value, bound in _stated(claims)], index=claims.index
    )
    return claims[widths == widths.min()]


def _all(claims: pd.DataFrame) -> pd.DataFrame:
    return claims


_POLICIES: Final[Mapping[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "latest": _latest,
    "most_specific": _most_specific,
    "range": _all,
}


def _width(value: float, bound: str) -> float:
    low, high = interval(value, bound) or (value, value)
    return high - low


def _span_of(claims: pd.DataFrame) -> Headline:
    """Return the range over what the claims state.

    Where some are exact the range is over these alone: ``more than 70`` beside 71 and 94 says
    nothing that they do not, and does not widen the range to 70 or to infinity.
    """
    exact = claims[claims["bound"] == "exact"]
    counted = claims if exact.empty else exact
    values = [float(value) for value in counted["value"]]
    is_open = counted["bound"].isin(_OPEN).any()
    high = math.inf if is_open else max(values, default=math.nan)
    return Headline(min(values, default=math.nan), high, tuple(sorted(claims["claim_id"])))


def _stated(claims: pd.DataFrame) -> list[tuple[float, str]]:
    return list(zip(claims["value"], claims["bound"], strict=True))


def divide(ratio: Ratio, entered: Mapping[str, Headline]) -> Headline:
    """Return ``scale * numerator / denominator`` over the ranges of both.

    Least by greatest and greatest by least: 2,370 of over 9,000 is at most 26.3 %. A whole
    that may be zero gives no ratio.
    """
    part, whole = entered[ratio.numerator], entered[ratio.denominator]
    if math.isnan(part.low) or math.isnan(whole.low) or whole.low <= 0:
        return Headline()
    low = 0.0 if math.isinf(whole.high) else ratio.scale * part.low / whole.high
    high = ratio.scale * part.high / whole.low
    return Headline(low, high, tuple(sorted({*part.claims, *whole.claims})))
