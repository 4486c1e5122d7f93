"""What falls due, what is overdue, and what has not been looked at for long.

Belongs here: dates of steps, statements, datasets and consents against a day that the caller
names. Does not: the comparison of two runs (``changes.py``).

Dates are as exact as they are known: a step is due on the last day of its latest date.
"""

from __future__ import annotations

import re
from calendar import month_name
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from assetmap.claims.periods import span
from assetmap.digest.snapshot import rows_of
from assetmap.publish.register_words import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

STALE_AFTER: Final = timedelta(days=365)

_OURS: Final = "assetmap"
"""How the publisher of a list that is kept by hand begins."""
_LOOK_THROUGH: Final = "Look through the lists of that folder and add what is new."
_MONTHS: Final = {name: number for number, name in enumerate(month_name) if name}
_DATED: Final = re.compile(
    rf"\b(?:(?:(?P<day>\d{{1,2}}) )?(?P<month>{'|'.join(_MONTHS)}) )?(?P<year>(?:19|20)\d\d)\b"
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of a site that was not taken yet: when its last statement has it, and who says so."""

    site_name: str
    milestone: str
    basis: str
    latest: str
    due: date
    recorded_on: str
    document: str


@dataclass(frozen=True, kw_only=True)
class Stale:
    """Something that was last dated ``day``; ``what`` says what to do about it."""

    kind: str
    name: str
    dated: str
    day: date
    what: str


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """What falls due up to a day, what is overdue, what is undated, what is stale."""

    due: tuple[Step, ...] = ()
    overdue: tuple[Step, ...] = ()
    undated: int = 0
    stale: tuple[Stale, ...] = ()


def look_ahead(tables: Mapping[str, pd.DataFrame], on: date, days: int) -> Calendar:
    """Return what falls due from ``on`` to ``days`` later, what was due before, what is stale."""
    last = on + timedelta(days=days)
    groups = list(_last_statements(rows_of(tables, "pub_site_milestone")))
    names = _site_names(tables)
    whence = Sources(_document_titles(tables))
    steps = [step for group in groups if (step := _step(group, names, whence))]
    steps.sort(key=lambda step: (step.due, step.site_name, step.milestone))
    stale = [
        *_stale_consents(tables, on, last),
        *_stale_statements(groups, names, on),
        *_stale_datasets(tables, on),
    ]
    return Calendar(
        due=tuple(step for step in steps if on <= step.due <= last),
        overdue=tuple(step for step in steps if step.due < on),
        undated=len(groups) - len(steps),
        stale=tuple(stale),
    )


def _site_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    return {str(row["site_id"]): str(row["site_name"]) for row in rows_of(tables, "pub_site")}


def _document_titles(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    rows = rows_of(tables, "pub_document")
    return {str(row["document"]): str(row["document_title"]) for row in rows}


def _last_statements(
    rows: Iterable[Mapping[str, object]],
) -> Iterator[list[Mapping[str, object]]]:
    """Yield, for each step that was not taken, the statements of the last day that has any."""
    steps: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in rows:
        steps.setdefault((str(row["site_id"]), str(row["milestone"])), []).append(row)
    for _, statements in sorted(steps.items()):
        if any(row["basis"] == "actual" for row in statements):
            continue
        last = max(str(row["recorded_on"]) for row in statements)
        yield [row for row in statements if str(row["recorded_on"]) == last]


def _step(
    statements: list[Mapping[str, object]], names: Mapping[str, str], whence: Sources
) -> Step | None:
    """Return a step by the latest date that its last statements allow; None without a date."""
    dated = [(known[1], row) for row in statements if (known := span(row["latest"]))]
    if not dated:
        return None
    due, row = max(dated, key=lambda pair: (pair[0], str(pair[1]["entry_id"])))
    return Step(
        site_name=names.get(str(row["site_id"]), str(row["site_id"])),
        milestone=str(row["milestone"]).replace("_", " "),
        basis=str(row["basis"]),
        latest=str(row["latest"]),
        due=due,
        recorded_on=str(row["recorded_on"]),
        document=whence.words(dict(row)),
    )


def _stale_statements(
    groups: Iterable[list[Mapping[str, object]]], names: Mapping[str, str], on: date
) -> Iterator[Stale]:
    for row in (statements[0] for statements in groups):
        recorded = span(row["recorded_on"])
        if recorded and on - recorded[1] > STALE_AFTER:
            site = names.get(str(row["site_id"]), str(row["site_id"]))
            yield Stale(
                kind="site statement",
                name=f"{site}: {str(row['milestone']).replace('_', ' ')}",
                dated=str(row["recorded_on"]),
                day=recorded[1],
                what="Ask the site and add a line to milestones.csv.",
            )


def _stale_datasets(tables: Mapping[str, pd.DataFrame], on: date) -> Iterator[Stale]:
    found = []
    for row in rows_of(tables, "pub_dataset"):
        day = last_day_of(str(row["period"]))
        if day and on - day > STALE_AFTER:
            name, period = str(row["title"]), str(row["period"])
            is_own = str(row["publisher"]).startswith(_OURS)
            what = _LOOK_THROUGH if is_own else "See whether its publisher has a newer edition."
            found.append(Stale(kind="dataset", name=name, dated=period, day=day, what=what))
    yield from sorted(found, key=lambda stale: (stale.day, stale.name))


def _stale_consents(tables: Mapping[str, pd.DataFrame], on: date, last: date) -> Iterator[Stale]:
    """Yield stories whose consent ends; by id, since a title may name somebody."""
    for row in rows_of(tables, "pub_story"):
        until = span(row["consent_until"])
        if until and until[1] <= last:
            ended = "has ended: build again" if until[1] < on else "ends: ask again"
            yield Stale(
                kind="story",
                name=str(row["story_id"]),
                dated=str(row["consent_until"]),
                day=until[1],
                what=f"The consent {ended}, or the story goes.",
            )


def last_day_of(period: str) -> date | None:
    """Return the last day of the latest date that a period in words names; None without one.

    ``21 March 2021`` is that day, ``May 2025`` its last, ``2017 to 2020`` the last of 2020.
    """
    days = []
    for match in _DATED.finditer(period):
        month = f"-{_MONTHS[match['month']]:02}" if match["month"] else ""
        day = f"-{int(match['day']):02}" if match["day"] else ""
        known = span(f"{match['year']}{month}{day}")
        days += [known[1]] if known else []
    return max(days, default=None)
