"""Suppress more until every small count is safe, and give back what was not needed.

Belongs here: the choice of the cells that go. Does not: finding out what is laid open
(``audit.py``), or which counts are small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.disclosure.audit import Auditor
    from assetmap.disclosure.cells import Cell

    Reasons = dict[Cell, tuple[int, int]]
    """For each cell that went: the auditor and the target that it went for, by number."""


def protect(
    auditors: tuple[Auditor, ...],
    published: Mapping[Cell, tuple[int, tuple[int, int]]],
    study_area: str,
) -> set[Cell]:
    """Return the cells that must be suppressed for the others to be safe to publish.

    Parameters
    ----------
    auditors
        With all of ``published`` on; they end with what may stay.
    published
        Rounded count and bounds of each cell that may be published by itself.
    study_area
        Code of the study area.

    Raises
    ------
    DisclosureError
        A small count is laid open and nothing that could be suppressed would help.
    """
    costs = {
        cell: _find_cost(cell, rounded, study_area) for cell, (rounded, _) in published.items()
    }
    gone: Reasons = {}
    for which, auditor in enumerate(auditors):
        _protect_one(auditors, which, costs, gone)
        _require_hard(auditor)
    for cell in sorted(gone, key=lambda cell: costs[cell], reverse=True):
        if _give_back(auditors, cell, published[cell][1], gone[cell]):
            del gone[cell]
    return set(gone)


def _find_cost(cell: Cell, rounded: int, study_area: str) -> tuple[int, int, Cell]:
    """Return the order in which cells go: small counts, then inner cells before totals."""
    breadth = (cell.area_code == study_area) - len(cell.answers)
    return rounded, breadth, cell


def _protect_one(
    auditors: tuple[Auditor, ...],
    which: int,
    costs: Mapping[Cell, tuple[int, int, Cell]],
    gone: Reasons,
) -> None:
    """Suppress until each target of one auditor is safe, or nothing binds it any more.

    What is safe stays safe while cells go, so each target is looked at once.
    """
    auditor = auditors[which]
    auditor.sweep()
    for number in auditor.list_unsafe():
        while binding := auditor.find_binding(number):
            cell = min(binding, key=lambda cell: costs[cell])
            gone[cell] = (which, number)
            for each in auditors:
                each.suppress(cell)


def _require_hard(auditor: Auditor) -> None:
    targets = auditor.system.targets
    open_targets = [targets[number] for number in auditor.list_unsafe() if targets[number].is_hard]
    if open_targets:
        tables = sorted({table for target in open_targets for table in target.tables})
        message = (
            f"people_tables {', '.join(tables)}: small counts stay open to subtraction, whatever "
            "else is suppressed, so nothing is published. Declare fewer categories or attributes, "
            "drop the ward geography, keep the tables of the last release, or wait for more "
            "respondents."
        )
        raise DisclosureError(message)


def _give_back(
    auditors: tuple[Auditor, ...],
    cell: Cell,
    bounds: tuple[int, int],
    reason: tuple[int, int],
) -> bool:
    """Publish a cell again if all stays safe; say if it does."""
    kept = [auditor.witnesses for auditor in auditors]
    for auditor in auditors:
        auditor.publish(cell, bounds)
    if all(
        _stays_safe(auditor, reason[1] if which == reason[0] else None)
        for which, auditor in enumerate(auditors)
    ):
        return True
    for auditor, witnesses in zip(auditors, kept, strict=True):
        auditor.suppress(cell)
        auditor.witnesses = witnesses
    return False


def _stays_safe(auditor: Auditor, first: int | None) -> bool:
    """Return True where each target is safe, or as narrow as without this release.

    The target that the cell went for is tried first: it nearly always decides.
    """
    unsafe = auditor.list_unsafe()
    return all(
        not auditor.find_binding(number) and _is_allowed(auditor, number)
        for number in sorted(unsafe, key=lambda number: (number != first, number))
    )


def _is_allowed(auditor: Auditor, number: int) -> bool:
    return auditor.is_safe(number) or not auditor.system.targets[number].is_hard
