"""What moved between two snapshots, and what can have moved it.

Belongs here: the comparison of two runs. Does not: what counts as a cause (``causes.py``), what
falls due (``due.py``), wording (``render.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.digest.causes import Basis, find_causes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assetmap.digest.causes import Causes
    from assetmap.digest.snapshot import Figure, Headline, Snapshot

UNKNOWN: Final = "cause not known"

_CLOSE: Final = 1e-9


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A figure or headline that moved: ends of its range, None where there is no figure.

    ``causes`` are those of ``causes.py``, each with what changed; empty where nothing did.
    """

    title: str
    area_name: str
    unit: str
    before: tuple[float | None, float | None]
    after: tuple[float | None, float | None]
    causes: Causes

    @property
    def size(self) -> float:
        """How far it moved, by its own size; infinite where an end came or went."""
        return max(shift(old, new) for old, new in zip(self.before, self.after, strict=True))


def shift(old: float | None, new: float | None) -> float:
    """Return how far a figure moved, by its own size; infinite where it came or went."""
    if old == new:
        return 0.0
    if old is None or new is None or math.isinf(old) or math.isinf(new):
        return math.inf
    return abs(new - old) / max(abs(old), abs(new))


@dataclass(frozen=True, kw_only=True)
class Turned:
    """An indicator of which the state against its target changed."""

    title: str
    before: str
    after: str
    reason: str
    causes: Causes


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Everything that differs between two snapshots.

    ``appeared`` and ``vanished`` count figures by title; ``opened`` and ``closed`` are titles
    and messages of findings.
    """

    moved: tuple[Moved, ...] = ()
    turned: tuple[Turned, ...] = ()
    appeared: tuple[tuple[str, int], ...] = ()
    vanished: tuple[tuple[str, int], ...] = ()
    opened: tuple[tuple[str, str], ...] = ()
    closed: tuple[tuple[str, str], ...] = ()

    @property
    def count(self) -> int:
        """How many changes there are."""
        kinds = (self.moved, self.turned, self.appeared, self.vanished, self.opened, self.closed)
        return sum(map(len, kinds))


def compare(before: Snapshot, after: Snapshot) -> Changes:
    """Return what differs between two runs, the largest moves first."""
    moved = [*_moved_figures(before, after), *_moved_headlines(before, after)]
    return Changes(
        moved=tuple(sorted(moved, key=lambda m: (-m.size, m.title, m.area_name))),
        turned=tuple(_turned(before, after)),
        appeared=_only_in(after, before),
        vanished=_only_in(before, after),
        opened=_open_only_in(after, before),
        closed=_open_only_in(before, after),
    )


def _moved_figures(before: Snapshot, after: Snapshot) -> Iterator[Moved]:
    common = sorted(before.figures.keys() & after.figures.keys())
    for old, new in ((before.figures[key], after.figures[key]) for key in common):
        if _is_same(old.value, new.value) and old.status == new.status:
            continue
        yield Moved(
            title=new.title,
            area_name=new.area_name,
            unit=new.unit,
            before=(old.value, old.value),
            after=(new.value, new.value),
            causes=_causes_of_figure(before, after, (old, new)),
        )


def _moved_headlines(before: Snapshot, after: Snapshot) -> Iterator[Moved]:
    for name in sorted(before.headlines.keys() | after.headlines.keys()):
        old, new = before.headlines.get(name), after.headlines.get(name)
        known = new or old
        if known is None or _is_same_headline(old, new):
            continue
        yield Moved(
            title=known.title,
            area_name="claimed",
            unit=known.unit,
            before=_ends(old),
            after=_ends(new),
            causes=_causes_of_headline(before, after, name),
        )


def _is_same_headline(old: Headline | None, new: Headline | None) -> bool:
    return all(_is_same(a, b) for a, b in zip(_ends(old), _ends(new), strict=True))


def _ends(headline: Headline | None) -> tuple[float | None, float | None]:
    if headline is None or headline.low is None:
        return None, None
    return headline.low, math.inf if headline.is_open_above else headline.high


def _is_same(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is new
    return math.isclose(old, new, rel_tol=_CLOSE, abs_tol=_CLOSE)


def _turned(before: Snapshot, after: Snapshot) -> Iterator[Turned]:
    for name in sorted(before.headlines.keys() & after.headlines.keys()):
        old, new = before.headlines[name], after.headlines[name]
        if old.state != new.state:
            yield Turned(
                title=new.title,
                before=old.state,
                after=new.state,
                reason=new.state_reason,
                causes=_causes_of_headline(before, after, name),
            )


def _only_in(one: Snapshot, other: Snapshot) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for key in one.figures.keys() - other.figures.keys():
        title = one.figures[key].title
        counts[title] = counts.get(title, 0) + 1
    return tuple(sorted(counts.items()))


def _open_only_in(one: Snapshot, other: Snapshot) -> tuple[tuple[str, str], ...]:
    """Return the findings that are open in ``one`` and not, or no longer, in ``other``."""
    still = {key for key, found in other.findings.items() if found.state == "open"}
    return tuple(
        (found.title, found.message)
        for key, found in sorted(one.findings.items())
        if found.state == "open" and key not in still
    )


def _causes_of_figure(before: Snapshot, after: Snapshot, pair: tuple[Figure, Figure]) -> Causes:
    old, new = pair
    basis = Basis(
        indicator_id=new.indicator_id,
        sources=(*old.sources, *new.sources),
        statuses=(old.status, new.status),
    )
    return find_causes(before, after, basis)


def _causes_of_headline(before: Snapshot, after: Snapshot, name: str) -> Causes:
    basis = Basis(indicator_id=name, claims=claims_behind(before, after, name))
    return find_causes(before, after, basis)


def claims_behind(before: Snapshot, after: Snapshot, name: str) -> tuple[str, ...]:
    """Return claims that a headline rests on: a derived one on those of other indicators."""
    behind = {
        claim
        for snapshot in (before, after)
        for claim in (snapshot.headlines[name].claims if name in snapshot.headlines else ())
    }
    own = {
        claim
        for snapshot in (before, after)
        for claim, statement in snapshot.claims.items()
        if statement.indicator_id == name
    }
    return tuple(sorted(behind | own))
