"""Rules about how documents are to be read: names, marks, periods, damaged and missing parts.

Belongs here: what a reader must know before trusting a figure. Does not: whether the figure is
right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetmap.claims.finding import Finding, cases_of, cite_all, claim_ids, document_title
from assetmap.claims.periods import span

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from assetmap.claims.finding import Case
    from assetmap.claims.ledger import Ledger

_MARK_NAMES = {".": "dot", ",": "comma"}


def one_name_many_areas(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each place that one document takes for several kinds of area."""
    areas = ledger.lists["stg_claim_area"]
    places = dict(zip(areas["area_code"], areas["place"], strict=True))
    claims = ledger.claims
    named = claims.assign(place=claims["area_code"].map(places)).dropna(subset=["place"])
    for (document, where), rows in named.groupby(["document", "place"], sort=True):
        kinds = sorted(set(rows["area_type"]))
        if len(kinds) > 1:
            words = [kind.replace("_", " ") for kind in kinds]
            yield Finding(
                rule="one_name_many_areas",
                subject=f"{document}-{where}",
                title=f"{where}: one name, several areas",
                message=(
                    f"{document_title(ledger, str(document))} uses the name {where} for "
                    f"{len(kinds)} kinds of area ({', '.join(words)}), so its figures are not of "
                    f"one area: {_sections(rows)}."
                ),
                claims=tuple(sorted(rows["claim_id"])),
            )


def _sections(rows: pd.DataFrame) -> str:
    pairs = dict.fromkeys(
        f"{str(row.area_type).replace('_', ' ')} in section {row.section}"
        for row in rows.sort_values(["area_type", "section"]).itertuples()
    )
    return "; ".join(pairs)


def mark_has_two_meanings(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each document in which a dot or a comma means two things."""
    uses: dict[tuple[str, str], dict[str, list[Case]]] = {}
    for case in cases_of(ledger):
        for mark, meaning in sorted(case.marks):
            uses.setdefault((case.document, mark), {}).setdefault(meaning, []).append(case)
    for (document, mark), meanings in sorted(uses.items()):
        if len(meanings) > 1:
            yield _two_meanings(ledger, document, mark, meanings)


def _two_meanings(
    ledger: Ledger, document: str, mark: str, meanings: dict[str, list[Case]]
) -> Finding:
    name = _MARK_NAMES[mark]
    return Finding(
        rule="mark_has_two_meanings",
        subject=f"{document}-{name}",
        title=f"A {name} with two meanings",
        message=(
            f"In {document_title(ledger, document)} a {name} parts thousands in "
            f"{_written(meanings['thousands'])} and decimals in {_written(meanings['decimals'])}."
        ),
        claims=claim_ids(case for cases in meanings.values() for case in cases),
    )


def _written(cases: list[Case]) -> str:
    first = {case.written: case.section for case in reversed(cases)}
    return ", ".join(f"{written} (section {first[written]})" for written in sorted(first))


def period_unknown(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each document that reports what was reached and not since when."""
    claims = ledger.claims
    actual = claims[(claims["role"] == "actual") & claims["period_start"].map(span).isna()]
    ids = set(actual["claim_id"])
    for document in sorted(set(actual["document"])):
        cases = [c for c in cases_of(ledger) if c.document == document and c.claim_id in ids]
        title = document_title(ledger, document)
        yield Finding(
            rule="period_unknown",
            subject=document,
            title=f"{title}: reached since when?",
            message=(
                f"{title} says what was reached and not from what date on, so no pace can be told "
                f"from {len(cases)} of its figures: {_by_section(cases)}."
            ),
            claims=claim_ids(cases),
        )


def _by_section(cases: list[Case]) -> str:
    sections: dict[str, list[str]] = {}
    for case in cases:
        sections.setdefault(case.section, []).append(case.written)
    return "; ".join(f"{', '.join(sections[name])} (section {name})" for name in sorted(sections))


def damaged_section(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each document with sections that can be read in part only."""
    for document, rows in _sections_in(ledger, "damaged"):
        names = list(rows["section"])
        cases = [c for c in cases_of(ledger) if c.document == document and c.section in names]
        title = document_title(ledger, document)
        resting = (
            f"Claims taken from them: {cite_all(cases, ledger)}."
            if cases
            else "No claim is taken from them."
        )
        yield Finding(
            rule="damaged_section",
            subject=document,
            title=f"{title}: sections that are damaged",
            message=f"Damaged in {title}: {_noted(rows)}. {resting}",
            claims=claim_ids(cases),
        )


def absent_section(ledger: Ledger) -> Iterator[Finding]:
    """Yield a finding for each document of which sections are missing."""
    for document, rows in _sections_in(ledger, "absent"):
        title = document_title(ledger, document)
        yield Finding(
            rule="absent_section",
            subject=document,
            title=f"{title}: sections that are missing",
            message=f"Missing in {title}, so nothing is taken from them: {_noted(rows)}.",
        )


def _sections_in(ledger: Ledger, state: str) -> Iterator[tuple[str, pd.DataFrame]]:
    sections = ledger.lists["stg_section"]
    own = sections[sections["state"] == state]
    for document, rows in own.groupby("document", sort=True):
        yield str(document), rows.sort_values("section")


def _noted(rows: pd.DataFrame) -> str:
    parts = [
        f"section {row.section}"
        + (f" ({row.note.rstrip('.')})" if isinstance(row.note, str) else "")
        for row in rows.itertuples()
    ]
    return "; ".join(parts)
