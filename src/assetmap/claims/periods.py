"""Dates as exact as they are known: a year, a month or a day, as the days that they span.

Belongs here: spans of days. Does not: what follows from them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

from assetmap.registers.register import DATE_PATTERN

Span = tuple[date, date]

ALWAYS: Final[Span] = (date.min, date.max)
"""What an unknown date may be."""


def span(text: object) -> Span | None:
    """Return first and last day of a date; None where it is unknown, empty or no date."""
    if not isinstance(text, str) or re.fullmatch(DATE_PATTERN, text) is None:
        return None
    year, month, day = (int(part) for part in [*text.split("-"), "0", "0"][:3])
    if not year:
        return None
    first_month, last_month = (month, month) if month else (1, 12)
    last_day = monthrange(year, last_month)[1]
    if day > last_day:
        return None
    return date(year, first_month, day or 1), date(year, last_month, day or last_day)


def overlap(first: Span, second: Span) -> bool:
    """Say whether two spans share a day."""
    return first[0] <= second[1] and second[0] <= first[1]
