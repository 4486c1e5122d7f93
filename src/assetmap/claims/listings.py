"""Rules that hold claims against lists, and lists against themselves.

Belongs here: counts against what is listed, dates of events, sectors, names to confirm. Does
not: how a document was read (``reading.py``).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from assetmap.claims.finding import Finding, cases_of, cite_all, claim_ids, document_title
from assetmap.claims.intervals import Stated, meet
from assetmap.claims.periods import overlap, span
from assetmap.registers.names import RULE as ALIAS_RULE
from assetmap.registers.names import name_findings
from assetmap.registers.programme_lists import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from assetmap.claims.ledger import Ledger
    from assetmap.claims.registry import Listed


def count_against_list(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each indicator whose claims count more or fewer than the list has.

    A list without any row is one that nobody has kept yet, and is held against nothing.
    """
    for indicator, entry in ledger.registry.items():
        listed = entry.listed
        if listed is None or ledger.lists[listed.table].empty:
            continue
        rows = _rows_of(ledger.lists[listed.table], listed)
        counted = Stated(float(rows), "exact")
        astray = [c for c in cases_of(ledger, indicator) if meet(c.stated, counted) is False]
        if astray:
            yield Finding(
                rule="count_against_list",
                subject=indicator,
                title=f"{entry.title}: another number than the list has",
                message=f"{cite_all(astray, ledger)}, but the list names {rows}.",
                indicator_id=indicator,
                claims=claim_ids(astray),
            )


def _rows_of(frame: pd.DataFrame, listed: Listed) -> int:
    if not listed.column:
        return len(frame)
    own = frame[listed.column]
    return int((own == listed.value).sum() if listed.value else own.notna().sum())


def dates_differ(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each event that has two dates that cannot be one."""
    for event, entries in ledger.lists["stg_event"].groupby("event_id", sort=True):
        spans = [known for text in entries["event_date"] if (known := span(text))]
        if all(overlap(one, other) for one, other in combinations(spans, 2)):
            continue
        rows = list(entries.sort_values(["event_date", "entry_id"]).itertuples())
        yield Finding(
            rule="dates_differ",
            subject=str(event),
            title=f"{rows[0].event_name}: dates differ",
            message=f"One event has {len(rows)} dates: {_dated(rows, ledger)}.",
        )


def _dated(rows: list[Any], ledger: Ledger) -> str:
    parts = [
        f"{row.event_date}{_weekday_in_words(row)} ({document_title(ledger, row.document)}, "
        f"section {row.section})"
        for row in rows
    ]
    return "; ".join(parts)


def _weekday_in_words(row: Any) -> str:
    stated = row.weekday_stated
    return f", {stated.capitalize()}" if isinstance(stated, str) else ""


def weekday_differs(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each event whose weekday does not fall on its date."""
    for row in ledger.lists["stg_event"].itertuples():
        known = span(row.event_date)
        if known is None or known[0] != known[1] or not isinstance(row.weekday_stated, str):
            continue
        falls = WEEKDAYS[known[0].weekday()]
        if falls != row.weekday_stated:
            yield Finding(
                rule="weekday_differs",
                subject=str(row.entry_id),
                title=f"{row.event_name}: the weekday does not fit the date",
                message=f"{_dated([row], ledger)}, but that day is a {falls.capitalize()}.",
            )


def taxonomies_differ(ledger: Ledger) -> Iterator[Finding]:
    """Yield one finding where lists of sectors do not hold the same sectors."""
    sectors = ledger.lists["stg_sector"]
    schemes = {
        str(scheme): set(rows["common_sector"])
        for scheme, rows in sectors.groupby("scheme", sort=True)
    }
    shared = set.intersection(*schemes.values()) if schemes else set()
    if all(own == shared for own in schemes.values()):
        return
    own_words = [
        f"{scheme} alone or with some has {', '.join(_plain(own - shared)) or 'nothing'}"
        for scheme, own in schemes.items()
    ]
    yield Finding(
        rule="taxonomies_differ",
        subject="sectors",
        title="Lists of sectors differ",
        message=(
            f"{len(schemes)} lists of sectors share {', '.join(_plain(shared)) or 'nothing'}; "
            f"{'; '.join(own_words)}."
        ),
    )


def _plain(names: set[str]) -> list[str]:
    return [name.replace("_", " ") for name in sorted(names)]


def alias_to_confirm(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each name of a partner that is only close to an organisation's."""
    lists = ledger.lists
    found = name_findings(
        lists["stg_partner"], lists["stg_organisation"], lists["stg_organisation_alias"]
    )
    for row in found.itertuples():
        yield Finding(
            rule=ALIAS_RULE,
            subject=str(row.subject),
            title=f"{row.subject}: a spelling to confirm",
            message=str(row.message),
        )
