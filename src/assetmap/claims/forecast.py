"""Where a figure would stand on the due date if it went on as it did.

Belongs here: a straight line through two dated figures. Does not: whether that would be enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from assetmap.claims.actuals import count_claims, last_day

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

TOO_FEW: Final = "No forecast: fewer than two dated actuals."
NO_DUE_DATE: Final = "No forecast: no date is due."
_AT_LEAST: Final = 2


class Point(NamedTuple):
    """What the claims of one date state, as a range."""

    day: date
    low: float
    high: float


class Forecast(NamedTuple):
    """A range with the assumption that it rests on, or no figures and why there are none."""

    low: float | None
    high: float | None
    assumption: str


def find_points(actuals: pd.DataFrame) -> list[Point]:
    """Return the range of each date, in order; claims without a date or an upper end are left out.

    A date is read as its last day.
    """
    days = actuals["as_of"].map(last_day)
    points = []
    for day in sorted(set(days.dropna())):
        counted = count_claims(actuals[days == day])
        values = [one.value for one in counted if one.bound not in ("at_least", "over")]
        if values:
            points.append(Point(day, min(values), max(values)))
    return points


def forecast(points: list[Point], due: date | None) -> Forecast:
    """Return the straight line through the first and the last date, at the due date.

    ``value(due) = first + (last - first) * (due - first day) / (last day - first day)``, for
    each pair of ends of the two ranges; the least and the greatest are the range. None of what
    is counted here can fall below 0, so the line ends there.
    """
    if due is None:
        return Forecast(None, None, NO_DUE_DATE)
    if len(points) < _AT_LEAST:
        return Forecast(None, None, TOO_FEW)
    first, last = points[0], points[-1]
    if last.day >= due:
        why = f"No forecast: the last actual, of {last.day.isoformat()}, is not before the due date"
        return Forecast(None, None, f"{why}, {due.isoformat()}.")
    reach = (due - first.day) / (last.day - first.day)
    ends = [
        begin + (end - begin) * reach
        for begin in (first.low, first.high)
        for end in (last.low, last.high)
    ]
    assumption = (
        f"If it goes on in a straight line from {first.day.isoformat()} through "
        f"{last.day.isoformat()} to {due.isoformat()}; dates are read as their last day."
    )
    low, high = (max(end, 0.0) for end in (min(ends), max(ends)))
    return Forecast(low, high, assumption)
