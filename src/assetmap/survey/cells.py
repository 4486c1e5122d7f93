"""What a cell of an export says: codes of choices, dates, moments.

Belongs here: pure functions from one cell's text to its canonical text. Does not: which
question a column answers (``headings.py``).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from assetmap.survey.headings import UNKNOWN, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HOME: Final = ZoneInfo("Europe/London")
"""Zone of the forms that write the time of day of their owner."""

TICKED: Final = frozenset({"1", "true", "yes"})

_SPACES: Final = re.compile(r"\s+")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(.*)")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})(.*)")
_CLOCK: Final = re.compile(
    r"[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([ap]m)?\s*"
    r"(Z|UTC|GMT|(?:GMT|UTC)?([+-]\d{1,2}):?(\d{2})?)?",
    re.IGNORECASE,
)


def read_text(text: str) -> str:
    """Return a free answer without blanks around it, its lines parted by line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def read_one(text: str, codes: Mapping[str, str]) -> str:
    """Return the code of one choice, by code or label; an unlisted one keeps its text."""
    shown = text.strip()
    return codes.get(fold(shown), UNKNOWN + shown) if shown else ""


def read_many(text: str, codes: Mapping[str, str], separator: re.Pattern[str]) -> list[str]:
    """Return the codes of choices that stand joined in one cell.

    Labels may hold the separator themselves, so that the cell is not cut at it: of all ways to
    read the cell as listed choices, the one with the least text left over and the fewest
    choices is taken. What is left over comes as ``?`` and its text, with ``_`` for spaces.
    """
    shown = fold(text)
    cuts = [(0, 0), *(match.span() for match in separator.finditer(shown))]
    starts, ends = [end for _, end in cuts], [*(start for start, _ in cuts[1:]), len(shown)]
    longest = max(map(len, codes), default=0)
    best: list[tuple[int, int, int]] = [(0, 0, 0)]  # text left over, pieces, start of the last
    for last, end in enumerate(ends):
        ways = [(*_cost(shown[starts[last] : end], codes, best[last]), last)]
        for first in range(last - 1, -1, -1):
            if end - starts[first] > longest:
                break
            if shown[starts[first] : end] in codes:
                ways.append((best[first][0], best[first][1] + 1, first))
        best.append(min(ways))
    return _pieces(shown, starts, ends, [step[2] for step in best], codes)


def _cost(piece: str, codes: Mapping[str, str], before: tuple[int, int, int]) -> tuple[int, int]:
    left_over = 0 if piece in codes else len(piece)
    return before[0] + left_over, before[1] + 1


def _pieces(
    shown: str, starts: list[int], ends: list[int], firsts: list[int], codes: Mapping[str, str]
) -> list[str]:
    """Follow the best way back from the end; neighbours that are left over become one."""
    spans: list[tuple[int, int]] = []
    last = len(ends)
    while last > 0:
        first = firsts[last]
        spans.append((starts[first], ends[last - 1]))
        last = first
    found: list[str] = []
    rest: tuple[int, int] | None = None
    for start, end in reversed(spans):
        if start == end:
            continue
        is_known = shown[start:end] in codes
        if rest and (is_known or ";" in shown[rest[1] : start]):
            found.append(_left_over(shown[slice(*rest)]))
            rest = None
        if is_known:
            found.append(codes[shown[start:end]])
        else:
            rest = (rest[0] if rest else start, end)
    return found + ([_left_over(shown[slice(*rest)])] if rest else [])


def _left_over(text: str) -> str:
    return UNKNOWN + text.replace(" ", "_")


def join_codes(codes: Iterable[str]) -> str:
    """Return codes sorted, each once, joined by one space."""
    return " ".join(sorted(set(codes)))


def read_date(text: str) -> str:
    """Return a day as ISO 8601, the day before the month; what is no date keeps its text."""
    shown = text.strip()
    day, _ = _split_day(shown)
    return day.isoformat() if day else shown


def read_moment(text: str, zone: timezone | ZoneInfo) -> str:
    """Return a moment as ISO 8601 in UTC, to the second, or "" where it is none.

    ``zone`` holds where the text names none. A bare date is its midnight.
    """
    day, clock = _split_day(text.strip())
    if day is None:
        return ""
    match = _CLOCK.fullmatch(clock or " 00:00")
    if match is None:
        return ""
    hour = int(match[1])
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    try:
        clocked = time(hour, int(match[2]), int(match[3] or 0), tzinfo=_zone(match, zone))
        moment = datetime.combine(day, clocked).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(match: re.Match[str], zone: timezone | ZoneInfo) -> timezone | ZoneInfo:
    if not match[5]:
        return zone
    if not match[6]:
        return UTC
    minutes = int(match[7] or 0) * (-1 if match[6].startswith("-") else 1)
    return timezone(timedelta(hours=int(match[6]), minutes=minutes))


def _split_day(text: str) -> tuple[date | None, str]:
    """Return the day that a text begins with, and what follows it."""
    shown = _SPACES.sub(" ", text)
    try:
        if match := _YEAR_FIRST.fullmatch(shown):
            return date(int(match[1]), int(match[2]), int(match[3])), match[4]
        if match := _DAY_FIRST.fullmatch(shown):
            return date(int(match[3]), int(match[2]), int(match[1])), match[4]
    except ValueError:
        pass
    return None, ""
