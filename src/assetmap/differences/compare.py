"""Two published sites compared: every figure that moved, each with what can have moved it.

Belongs here: finding the moves and ordering them. Does not: what counts as a cause
(``digest/causes.py``), how it is told (``write.py``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.differences.figures import KINDS, basis_of, list_figures, status_of
from assetmap.digest.causes import CAUSES, find_causes, leading_causes
from assetmap.digest.changes import shift

if TYPE_CHECKING:
    from assetmap.differences.figures import Key, Kind, Row
    from assetmap.differences.sites import Site
    from assetmap.digest.causes import Causes

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, kw_only=True)
class Move:
    """One figure that moved: which, from what to what, and what can have moved it.

    ``measure`` is the first of its numbers that moved, ``others`` are the rest; ``before`` and
    ``after`` are empty where there is none, and for every figure about people: of these only the
    status is told.
    """

    kind: str
    indicator_id: str
    area_code: str
    label: str
    measure: str
    before: str
    after: str
    statuses: tuple[str, str]
    others: tuple[str, ...]
    causes: Causes

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its causes; ``unknown`` where nothing that it rests on changed."""
        return tuple(dict.fromkeys(cause for cause, _ in self.causes)) or (UNKNOWN,)

    @property
    def size(self) -> float:
        """How far it moved, by its own size; infinite where it came or went."""
        if KINDS[self.kind].is_about_people:
            return 0.0
        return shift(_number(self.before), _number(self.after))


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Everything that moved between two sites; ``compared`` counts what was looked at."""

    sites: tuple[Site, Site]
    compared: int
    has_people: bool
    moves: tuple[Move, ...]

    def counts(self) -> dict[str, tuple[int, int]]:
        """Return, by cause, how many figures it can have moved, and how many nothing else can."""
        every = Counter(name for move in self.moves for name in move.names)
        only = Counter(move.names[0] for move in self.moves if len(move.names) == 1)
        return {name: (every[name], only[name]) for name in (*CAUSES, UNKNOWN) if every[name]}


def compare_sites(before: Site, after: Site) -> Comparison:
    """Return what moved from one site to another, by kind, the largest moves first.

    Tables of people are compared only where both are of the same kind of answers: made-up people
    and real ones have nothing to do with each other.
    """
    has_people = before.manifest.survey_state == after.manifest.survey_state
    old = list_figures(before, with_people=has_people)
    new = list_figures(after, with_people=has_people)
    keys = sorted(old.keys() | new.keys())
    moves = [
        move
        for key in keys
        if (move := _find_move(key, (old.get(key), new.get(key)), (before, after)))
    ]
    return Comparison(
        sites=(before, after),
        compared=len(keys),
        has_people=has_people,
        moves=tuple(sorted(moves, key=_place)),
    )


def _place(move: Move) -> tuple[int, float, str, str]:
    """Return what moves are ordered by: their kind, then their size."""
    return list(KINDS).index(move.kind), -move.size, move.indicator_id, move.area_code


def _find_move(key: Key, rows: tuple[Row, Row], sites: tuple[Site, Site]) -> Move | None:
    kind = KINDS[key[0]]
    moved = [
        name for name in kind.measures if not _is_same(_cell(rows[0], name), _cell(rows[1], name))
    ]
    statuses = (status_of(kind, rows[0]), status_of(kind, rows[1]))
    if not moved and statuses[0] == statuses[1]:
        return None
    measure = (moved or kind.measures)[0]
    snapshots = (sites[0].snapshot, sites[1].snapshot)
    told = ("", "") if kind.is_about_people else (_cell(rows[0], measure), _cell(rows[1], measure))
    return Move(
        kind=kind.name,
        indicator_id=key[1],
        area_code=key[2],
        label=_label(kind, rows),
        measure=measure,
        before=told[0],
        after=told[1],
        statuses=statuses,
        others=tuple(name for name in moved if name != measure),
        causes=leading_causes(find_causes(*snapshots, basis_of(key, rows, snapshots))),
    )


def _cell(row: Row, name: str) -> str:
    return row[name] if row else ""


def _label(kind: Kind, rows: tuple[Row, Row]) -> str:
    row = rows[1] or rows[0] or {}
    return ", ".join(row[name] for name in kind.words)


def _is_same(before: str, after: str) -> bool:
    return before == after or (_number(before) is not None and _number(before) == _number(after))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
