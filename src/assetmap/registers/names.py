"""Which organisation a written name means.

Belongs here: names as documents write them, compared with the list of organisations and its
confirmed spellings. Does not: reading these lists, folding a name (``names.py`` of assetmap).

A name that is only close is never taken for the organisation: somebody confirms it, with a row
of ``aliases.csv``.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import pandas as pd
from rapidfuzz import fuzz

from assetmap.names import fold_name
from assetmap.registers.programme_lists import ORGANISATION_ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEAST_LIKENESS: Final = 85.0
"""Likeness, 0 to 100, from which on a name is close to another; none is enough to join them."""
RULE: Final = "alias_to_confirm"
FINDING_COLUMNS: Final = ["rule", "subject", "message"]

State = Literal["exact", "alias", "to_confirm", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """What one written name means.

    ``organisation_id`` is given where the name is certain: it is the organisation's own
    (``exact``) or a confirmed spelling (``alias``). ``candidate_id``, ``candidate_name`` and
    ``likeness`` belong to a name ``to_confirm``.
    """

    written: str
    state: State
    organisation_id: str | None = None
    candidate_id: str | None = None
    candidate_name: str | None = None
    likeness: float | None = None


def resolve_names(
    written: Sequence[str], organisations: pd.DataFrame, aliases: pd.DataFrame
) -> list[Resolution]:
    """Resolve names, each by itself, in their order.

    A name counts letter for letter. One that two organisations bear is theirs only by an alias.

    Parameters
    ----------
    written
        Names as documents write them.
    organisations
        ``organisation_id, organisation_name``.
    aliases
        ``alias, organisation_id``; every organisation is in ``organisations``.
    """
    known = _Known.of(organisations, aliases)
    return [_resolve(name, known) for name in written]


def name_findings(
    partners: pd.DataFrame, organisations: pd.DataFrame, aliases: pd.DataFrame
) -> pd.DataFrame:
    """Return the partners' names that somebody must confirm.

    Parameters
    ----------
    partners
        ``named_as, document, section``; a name that stands twice gives one finding.
    organisations, aliases
        As for :func:`resolve_names`.

    Returns
    -------
    ``rule, subject, message``, in the order of the names: the message holds the row to add.
    """
    named = partners.drop_duplicates("named_as").sort_values("named_as")
    resolved = resolve_names(named["named_as"].tolist(), organisations, aliases)
    places = zip(named["document"], named["section"], strict=True)
    rows = [
        (RULE, found.written, _message(found, document, section))
        for found, (document, section) in zip(resolved, places, strict=True)
        if found.state == "to_confirm"
    ]
    return pd.DataFrame(rows, columns=FINDING_COLUMNS, dtype=object)


@dataclass(frozen=True)
class _Known:
    """The lists as they are looked up."""

    names: Mapping[str, str]
    by_name: Mapping[str, str]
    by_alias: Mapping[str, str]
    folded: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, organisations: pd.DataFrame, aliases: pd.DataFrame) -> _Known:
        ids, names = organisations["organisation_id"], organisations["organisation_name"]
        own_names = list(zip(names, ids, strict=True))
        by_name = _borne_by_one(own_names)
        aliased = zip(aliases["alias"], aliases["organisation_id"], strict=True)
        by_alias = {alias: own for alias, own in aliased if alias not in by_name}
        spellings = {(fold_name(name), own) for name, own in (*own_names, *by_alias.items())}
        return cls(
            names=dict(zip(ids, names, strict=True)),
            by_name=by_name,
            by_alias=by_alias,
            folded=tuple(sorted(spellings)),
        )


def _borne_by_one(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return ids by name, without the names of several."""
    ids: dict[str, set[str]] = {}
    for name, own in pairs:
        ids.setdefault(name, set()).add(own)
    return {name: min(owners) for name, owners in ids.items() if len(owners) == 1}


def _resolve(written: str, known: _Known) -> Resolution:
    if written in known.by_name:
        return Resolution(written=written, state="exact", organisation_id=known.by_name[written])
    if written in known.by_alias:
        return Resolution(written=written, state="alias", organisation_id=known.by_alias[written])
    likeness, candidate = _closest(fold_name(written), known.folded)
    if likeness < LEAST_LIKENESS:
        return Resolution(written=written, state="unknown")
    return Resolution(
        written=written,
        state="to_confirm",
        candidate_id=candidate,
        candidate_name=known.names[candidate],
        likeness=round(likeness, 1),
    )


def _closest(name: str, folded: Iterable[tuple[str, str]]) -> tuple[float, str]:
    """Return likeness and id of the closest spelling, words in any order; the first of equals."""
    scored = ((fuzz.token_sort_ratio(name, other), own) for other, own in folded if other)
    none = (0.0, "")
    return max(scored, key=lambda pair: pair[0], default=none) if name else none


def _message(found: Resolution, document: str, section: str) -> str:
    """Return what somebody must decide, with the row that confirms it."""
    row = io.StringIO()
    cells = {
        "alias": found.written,
        "organisation_id": found.candidate_id,
        "confirmed_on": "YYYY-MM-DD",
        "note": "why the two are one",
        "document": document,
        "section": section,
    }
    writer = csv.DictWriter(row, ORGANISATION_ALIAS.contract.names, lineterminator="")
    writer.writerow(cells)
    return (
        f"{found.written} is no name that the lists hold; it is like {found.candidate_name} "
        f"({found.likeness:.0f} of 100). If they are one, add this row to "
        f"{ORGANISATION_ALIAS.path}, with the day and the reason: {row.getvalue()}"
    )
