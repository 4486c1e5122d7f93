"""One contradiction or doubt about claims, and how claims are named in it.

Belongs here: :class:`Finding` and the words by which a message points at a claim. Does not: any
rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from assetmap.claims.figures import take_apart
from assetmap.claims.intervals import Stated
from assetmap.claims.periods import ALWAYS, overlap, span
from assetmap.names import without_accents

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assetmap.claims.ledger import Ledger
    from assetmap.claims.periods import Span

_BOUND_WORDS: Final = {
    "exact": "",
    "at_least": "at least ",
    "about": "about ",
    "over": "over ",
    "average": "on average ",
    "rule": "",
}
_INTENDED: Final = ("plan", "rule")
_NOT_SLUG: Final = re.compile("[^a-z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a rule found: ``subject`` tells it from other findings of the rule, run after run."""

    rule: str
    subject: str
    title: str
    message: str
    indicator_id: str | None = None
    claims: tuple[str, ...] = ()

    @property
    def finding_id(self) -> str:
        """The rule and the subject, in small letters and hyphens."""
        plain = without_accents(self.subject)
        return f"{self.rule}-{_NOT_SLUG.sub('-', plain).strip('-')}"


class Case(NamedTuple):
    """One claim as the rules look at it."""

    claim_id: str
    indicator_id: str
    document: str
    section: str
    written: str
    stated: Stated
    marks: frozenset[tuple[str, str]]
    unit: str
    area_code: str
    is_intended: bool
    time: Span

    def is_of_one_thing(self, other: Case) -> bool:
        """Say whether both are in one unit, about one area, and not told apart by time or aim.

        What is planned is not held against what was reached. Times that nobody knows cannot
        tell two claims apart.
        """
        return (
            self.unit == other.unit
            and self.area_code == other.area_code
            and self.is_intended == other.is_intended
            and overlap(self.time, other.time)
        )


def cases_of(ledger: Ledger, indicator: str | None = None) -> list[Case]:
    """Return the claims that stand, all or those of one indicator, by document and section."""
    every, by_indicator = _sorted_cases(ledger)
    return list(every if indicator is None else by_indicator.get(indicator, ()))


@lru_cache(maxsize=1)  # of the last ledger alone: every rule asks for the same claims
def _sorted_cases(ledger: Ledger) -> tuple[list[Case], dict[str, list[Case]]]:
    """Return all claims that stand, and the same by indicator."""
    claims = ledger.claims.sort_values(["document", "section", "claim_id"])
    every = [_case(row) for row in claims.itertuples()]
    by_indicator: dict[str, list[Case]] = {}
    for case in every:
        by_indicator.setdefault(case.indicator_id, []).append(case)
    return every, by_indicator


def _case(row: Any) -> Case:
    notation = row.notation if isinstance(row.notation, str) else None
    figure = take_apart(row.written, unit=row.unit, notation=notation)
    return Case(
        claim_id=row.claim_id,
        indicator_id=row.indicator_id,
        document=row.document,
        section=row.section,
        written=row.written,
        stated=Stated(float(row.value), row.bound, figure.half_place),
        marks=figure.marks,
        unit=row.unit,
        area_code=row.area_code,
        is_intended=row.role in _INTENDED,
        time=_time(row),
    )


def _time(row: Any) -> Span:
    """Return the days that a claim may be about.

    Its period where one end is known, else the date at which it held; of a plan or a rule that
    date only says when it was written down.
    """
    start, end = span(row.period_start), span(row.period_end)
    if start or end:
        return (start or ALWAYS)[0], (end or ALWAYS)[1]
    return (span(row.as_of) if row.role not in _INTENDED else None) or ALWAYS


def cite(case: Case, ledger: Ledger) -> str:
    """Return the figure as it is written, with its bound and its place."""
    return f"{_BOUND_WORDS[case.stated.bound]}{case.written} ({place(case, ledger)})"


def place(case: Case, ledger: Ledger) -> str:
    """Return document and section of a claim in words."""
    return f"{document_title(ledger, case.document)}, section {case.section}"


def cite_all(cases: Iterable[Case], ledger: Ledger) -> str:
    """Return the figures of several claims, each with its place."""
    return "; ".join(cite(case, ledger) for case in cases)


def document_title(ledger: Ledger, document: str) -> str:
    """Return the title of a document, or its id where the list has none."""
    documents = ledger.lists["stg_document"]
    titles = documents.loc[documents["document"] == document, "document_title"]
    return str(titles.iloc[0]) if len(titles) else document


def claim_ids(cases: Iterable[Case]) -> tuple[str, ...]:
    """Return the ids of claims, sorted, each once."""
    return tuple(sorted({case.claim_id for case in cases}))
