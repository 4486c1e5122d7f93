"""The steps of a site: first plan, latest statement, slippage, history, and what comes next.

Belongs here: rows of ``pub_site_milestone`` and ``pub_site_slippage`` in words. Does not: how
slippage is worked out (``sql/marts``), other entries of the register (``site_register.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.publish.register_words import (
    capital,
    date_words,
    listing,
    slippage_words,
    span_words,
    worded,
)
from assetmap.publish.tables import NOT_RECORDED, Cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Row
    from assetmap.publish.register_words import Sources
    from assetmap.publish.tables import Table

_MILESTONES: Final = {
    "outline_permission": "Outline permission",
    "full_permission": "Full permission",
    "construction_start": "Start of construction",
    "available": "Site available",
    "completion": "Completion",
}
_BASES: Final = {"planned": "planned", "forecast": "expected", "actual": "taken"}
_TAKEN: Final = "actual"
_LAND: Final = "available"
"""A step of the land: a site is not further because of it, so it hides no step before it."""
_TOLD_BY_MONTHS: Final = ("late", "early")
_STATEMENT: Final = ("basis", "earliest", "latest", "recorded_on")


def milestone_label(milestone: str) -> str:
    """Return the name of a step."""
    return _MILESTONES.get(milestone, worded(milestone))


def next_step(rows: Sequence[Row]) -> Cell:
    """Return the first step that was stated and not yet taken, of ``pub_site_slippage`` rows.

    A step before one that was taken is not waited for.
    """
    taken = [r for r in rows if r["last_basis"] == _TAKEN]
    reached = max((r["milestone_order"] for r in taken if r["milestone"] != _LAND), default=0)
    waiting = [
        r for r in rows if r["milestone_order"] > reached and r["last_basis"] not in {None, _TAKEN}
    ]
    if not waiting:
        return Cell(text=NOT_RECORDED)
    step = min(waiting, key=lambda r: r["milestone_order"])
    when = span_words(step["last_earliest"], step["last_latest"])
    slippage = _slippage(step)
    return Cell(
        text=f"{milestone_label(step['milestone'])}: {when}",
        small=f"{slippage.text}{f': {slippage.small}' if slippage.small else ''}",
    )


def timeline(steps: Sequence[Row], entries: Sequence[Row], whence: Sources) -> Table:
    """Return one row for each step: the first plan against the latest statement."""
    rows = (
        (
            Cell(text=milestone_label(row["milestone"])),
            _statement(row, "first", entries, whence),
            _latest(row, entries, whence),
            _slippage(row),
        )
        for row in sorted(steps, key=lambda r: r["milestone_order"])
    )
    return listing(
        "register-when",
        "Steps: the first plan against the latest statement",
        ("Step", "First plan", "Latest statement", "Slippage"),
        rows,
        download="site_slippage",
    )


def history(entries: Sequence[Row], whence: Sources) -> Table:
    """Return every statement, oldest first."""
    ordered = sorted(entries, key=lambda r: (r["recorded_on"], r["milestone_order"], r["entry_id"]))
    rows = (
        (
            Cell(text=date_words(row["recorded_on"])),
            Cell(text=milestone_label(row["milestone"])),
            Cell(
                text=f"{capital(_basis(row['basis']))}: "
                f"{span_words(row['earliest'], row['latest'])}"
            ),
            Cell(text=row["note"] or ""),
            whence.cell(row),
        )
        for row in ordered
    )
    return listing(
        "register-history",
        "History: every statement, in the order in which they were recorded",
        ("Recorded", "Step", "What was said", "Note", "Source"),
        rows,
        download="site_milestones",
    )


def _statement(row: Row, end: str, entries: Sequence[Row], whence: Sources) -> Cell:
    """Return one end of a step's history with its basis, its day and its source."""
    stated = [row[f"{end}_{key}"] for key in _STATEMENT]
    basis, earliest, latest, recorded_on = stated
    if basis is None:
        return Cell(text=NOT_RECORDED)
    found = [
        entry
        for entry in entries
        if entry["milestone"] == row["milestone"] and [entry[k] for k in _STATEMENT] == stated
    ]
    place = f"; {whence.words(found[0])}" if found else ""
    return Cell(
        text=span_words(earliest, latest),
        small=f"{_basis(basis)}, recorded {date_words(recorded_on)}{place}",
    )


def _basis(basis: str) -> str:
    return _BASES.get(basis, basis)


def _latest(row: Row, entries: Sequence[Row], whence: Sources) -> Cell:
    is_one = all(row[f"first_{key}"] == row[f"last_{key}"] for key in _STATEMENT)
    return Cell(text="no later one") if is_one else _statement(row, "last", entries, whence)


def _slippage(row: Row) -> Cell:
    months = slippage_words(row["low_months"], row["high_months"])
    if months and row["state"] in _TOLD_BY_MONTHS:
        return Cell(text=capital(months))
    return Cell(text=capital(row["state"]), small=months)
