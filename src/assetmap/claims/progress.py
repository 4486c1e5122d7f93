"""What was reached against what is to be reached: the state of each indicator, and why.

Belongs here: the methods of comparison and the sentence that says what they gave. Does not:
which claims count (``actuals.py``), the line into the future (``forecast.py``).

A claim's own date decides how much time had passed, never the clock. Where claims differ, what
is said holds for the range over them: nobody is chosen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pandas as pd

from assetmap.claims.actuals import (
    Reached,
    Target,
    find_actuals,
    find_derived,
    find_reached,
    find_target,
)
from assetmap.claims.chance import Range, poisson, wilson
from assetmap.claims.forecast import find_points, forecast
from assetmap.claims.wording import say, say_percent, say_places, say_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.claims.ledger import Ledger

COLUMNS: Final = [
    "indicator_id",
    "target_value",
    "target_bound",
    "target_due",
    "target_document",
    "target_section",
    "state",
    "state_reason",
    "reached_low_pct",
    "reached_high_pct",
    "interval_low",
    "interval_high",
    "interval_method",
    "forecast_low",
    "forecast_high",
    "forecast_assumption",
]
_COUNTED: Final = ("count", "homes", "jobs")
_UNFIT: Final = {
    "poisson": "an exact Poisson interval needs a count",
    "proportion": "a Wilson interval needs a count out of a target that is to be reached",
}
_DUE_WORDS: Final = {"about": "about ", "over": "over ", "at_most": "at most "}


class Verdict(NamedTuple):
    """A state with the end of the sentence that says why."""

    state: str
    why: str


def assess(ledger: Ledger, headlines: pd.DataFrame) -> pd.DataFrame:
    """Return the state of every indicator of the registry against its target.

    Parameters
    ----------
    ledger
        Claims, targets, documents and the registry.
    headlines
        One row an indicator, from :func:`assetmap.claims.headline.headlines`: a derived figure
        has no claims of its own, and counts as reached where all claims behind it do.

    Returns
    -------
    One row an indicator, in the order of the registry, with :data:`COLUMNS`.
    """
    tops = {row.indicator_id: row for row in headlines.itertuples()}
    rows = [
        {"indicator_id": name, **_assess(ledger, name, tops.get(name))} for name in ledger.registry
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _assess(ledger: Ledger, name: str, headline: Any) -> Mapping[str, object]:
    target = find_target(ledger, name)
    if target is None:
        return {"state": "no_target", "state_reason": "No document here sets a target."}
    actuals = find_actuals(ledger, name)
    in_unit = actuals[actuals["unit"] == target.unit]
    reached = find_reached(in_unit)
    if reached is None and headline is not None and headline.unit == target.unit:
        reached = find_derived(ledger, headline)
    row = {**_describe(target), **_foresee(in_unit, target)}
    if reached is None:
        return row | _without_figure(ledger, target, other_units=len(actuals))
    comparison = ledger.registry[name].comparison
    limits = find_interval(comparison, target, reached)
    verdict = judge(comparison, target, reached)
    is_compared = verdict.state != "not_compared"
    return (
        row
        | {"state": verdict.state, "state_reason": _sentence(ledger, target, reached, verdict)}
        | (_measures(target, reached, limits) if is_compared else {})
    )


def _describe(target: Target) -> dict[str, object]:
    return {
        "target_value": target.value,
        "target_bound": target.bound,
        "target_due": target.due_written,
        "target_document": target.document,
        "target_section": target.section,
    }


def _foresee(actuals: pd.DataFrame, target: Target) -> dict[str, object]:
    low, high, assumption = forecast(find_points(actuals), target.due)
    return {"forecast_low": low, "forecast_high": high, "forecast_assumption": assumption}


def _without_figure(ledger: Ledger, target: Target, *, other_units: int) -> dict[str, object]:
    due = _say_due(ledger, target)
    if other_units:
        state, why = "not_compared", f"what was reached is reported in another unit than {due}"
    else:
        state, why = "not_reported", f"{due}, and no document here reports what was reached"
    return {"state": state, "state_reason": f"{why[:1].upper()}{why[1:]}."}


def find_interval(comparison: str, target: Target, reached: Reached) -> Range | None:
    """Return the interval of what was reached; None where the method has none for it.

    Where the claims set no upper end the interval has none either.
    """
    low, high = reached.low, reached.closed_high
    is_count = target.unit in _COUNTED and low >= 0
    limits = None
    if comparison == "poisson" and is_count:
        limits = poisson(low, high)
    if comparison == "proportion" and is_count and target.is_whole_of(high):
        limits = wilson(low, high, target.value)
    is_open = limits is not None and reached.is_open
    return limits._replace(high=math.inf) if limits and is_open else limits


def judge(comparison: str, target: Target, reached: Reached) -> Verdict:
    """Return the state of what was reached, by the indicator's method of comparison.

    Claims that set no upper end are held to what they state at least. Where that would be too
    little the state is not compared: there may be more.
    """
    if comparison == "none":
        return Verdict("not_compared", "the registry names no method to compare the two by")
    are_met = [target.is_reached_by(*stated) for stated in reached.counted]
    percent = _say_percent(target, reached)
    if any(are_met):
        return _met(are_met, percent)
    limits = find_interval(comparison, target, reached)
    if comparison in _UNFIT and limits is None:
        return Verdict("not_compared", f"{percent}, but {_UNFIT[comparison]}")
    share = None if target.is_ceiling else target.elapsed(reached.day)
    found = f"{percent}, {_say_pace(target, reached, share)}{_say_interval(limits)}"
    is_behind = _is_behind(comparison, target, reached, 1.0 if share is None else share)
    state = _state(target, reached, is_behind=is_behind)
    if reached.is_open and (not is_behind if target.is_ceiling else state != "on_track"):
        return Verdict("not_compared", f"{found}; the claims set no upper end")
    return Verdict(state, f"{found}: {state.replace('_', ' ')}")


def _state(target: Target, reached: Reached, *, is_behind: bool) -> str:
    """Return the state of a target that no claim reaches: past its date nothing is on track."""
    is_late = target.due is not None and reached.day is not None and reached.day > target.due
    if is_late:
        return "not_met"
    return "behind" if is_behind else "on_track"


def _met(are_met: list[bool], percent: str) -> Verdict:
    if all(are_met):
        words = "met under every claim" if len(are_met) > 1 else "met"
        return Verdict("met", f"{words} ({percent})")
    words = f"met under {sum(are_met)} of {len(are_met)} claims ({percent})"
    return Verdict("met_by_some_claims", words)


def _is_behind(comparison: str, target: Target, reached: Reached, share: float) -> bool:
    """Say whether what was reached lies on the wrong side of what is due, wholly if in a range.

    By ``trajectory`` every claim must reach what is due; by the others the interval must hold
    it, or lie beyond it.
    """
    due = target.value * share
    low, high = reached.low, reached.closed_high
    if comparison == "poisson":
        low, high = poisson(low, high)[:2]
        return low > due if target.is_ceiling else high < due
    if comparison == "proportion":
        return wilson(low, high, target.value).high < 100 * share
    if target.bound == "over" and due > 0:
        return low <= due
    return high > due if target.is_ceiling else low < due


def _sentence(ledger: Ledger, target: Target, reached: Reached, verdict: Verdict) -> str:
    found = say_range(reached.low, reached.high, target.unit)
    notes = [
        (reached.older, "earlier claim is left out", "earlier claims are left out"),
        (target.others, "other target is listed", "other targets are listed"),
    ]
    extra = "".join(f"; {n} {one if n == 1 else many}" for n, one, many in notes if n)
    places = say_places(ledger, reached.places)
    return f"{found} reported ({places}) against {_say_due(ledger, target)}: {verdict.why}{extra}."


def _say_due(ledger: Ledger, target: Target) -> str:
    value = f"{_DUE_WORDS.get(target.bound, '')}{say(target.value, target.unit)}"
    when = f"due by {target.due_written}" if target.due else "due at no stated date"
    return f"{value} {when} ({say_places(ledger, [(target.document, target.section)])})"


def _say_percent(target: Target, reached: Reached) -> str:
    low, high = _percents(target, reached)
    return "no share of 0" if low is None else say_percent(low, math.inf if high is None else high)


def _percents(target: Target, reached: Reached) -> tuple[float | None, float | None]:
    if target.value <= 0:
        return None, None
    low, high = (100 * end / target.value for end in (reached.low, reached.high))
    return low, None if math.isinf(high) else high


def _say_pace(target: Target, reached: Reached, share: float | None) -> str:
    if target.is_ceiling:
        return "against the whole of it"
    if share is None:
        dates = {"start": target.start, "due date": target.due, "date of the claim": reached.day}
        unknown = [name for name, day in dates.items() if day is None]
        because = f"{' and '.join(unknown)} unknown" if unknown else "it is due before it starts"
        return f"against the whole of it ({because})"
    due = say(round(target.value * share, 1), target.unit)
    passed = f"{100 * share:.0f} % of the time"
    return f"where {due} were due at the end of {reached.day_written} ({passed})"


def _say_interval(limits: Range | None) -> str:
    if limits is None:
        return ""
    open_above = math.isinf(limits.high)
    shown = (
        f"{limits.low:,.1f} or more" if open_above else f"{limits.low:,.1f} to {limits.high:,.1f}"
    )
    return f", interval {shown} ({limits.method})"


def _measures(target: Target, reached: Reached, limits: Range | None) -> dict[str, object]:
    low, high = _percents(target, reached)
    row: dict[str, object] = {"reached_low_pct": low, "reached_high_pct": high}
    if limits is not None:
        top = None if math.isinf(limits.high) else limits.high
        row |= {
            "interval_low": limits.low,
            "interval_high": top,
            "interval_method": limits.method,
        }
    return row
