"""A comparison of two sites as rows for a terminal and as a CSV file.

Belongs here: wording and order. Does not: what moved (``compare.py``).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from assetmap.cells import csv_text
from assetmap.publish.encode import plain
from assetmap.storage import refusals_of_disk

if TYPE_CHECKING:
    from pathlib import Path

    from assetmap.differences.compare import Comparison, Move

COLUMNS: Final = (
    *("kind", "indicator_id", "area_code", "measure", "old", "new", "old_status", "new_status"),
    *("also_moved", "causes", "what_changed", "is_only_candidate"),
)
LISTED: Final = 20
"""Moves that a terminal shows; the CSV file has all of them."""

_NOT_COMPARED: Final = (
    "The two sites show answers of different people: tables of people are not compared."
)


def lead(comparison: Comparison) -> list[str]:
    """Return what is compared, and how much moved, in a line each."""
    old, new = comparison.sites
    return [
        f"old: {old.path.parent} (run {old.manifest.run_id}, data as of {old.manifest.data_as_of})",
        f"new: {new.path.parent} (run {new.manifest.run_id}, data as of {new.manifest.data_as_of})",
        f"{len(comparison.moves):,} of {comparison.compared:,} published figures moved",
        *(() if comparison.has_people else (_NOT_COMPARED,)),
    ]


def cause_rows(comparison: Comparison) -> list[tuple[str, str, str]]:
    """Return, for each cause, how many figures it can have moved, and how many only it can."""
    return [
        (name, f"{every:,}", f"{only:,}") for name, (every, only) in comparison.counts().items()
    ]


def move_rows(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """Return figure, old, new and causes of the largest moves."""
    return [
        # A terminal obeys some characters: of another's site none is passed on.
        (plain(move.label), plain(_say(move, 0)), plain(_say(move, 1)), plain(_say_causes(move)))
        for move in comparison.moves[:LISTED]
    ]


def _say(move: Move, end: int) -> str:
    """Return one end of a move: the number, else whether there is one."""
    text = (move.before, move.after)[end]
    is_told = text and (move.before, move.after)[0] != (move.before, move.after)[1]
    return text if is_told else move.statuses[end].replace("_", " ")


def _say_causes(move: Move) -> str:
    return "; ".join(f"{cause} ({what})" for cause, what in move.causes) or move.names[0]


def write_moves(path: Path, comparison: Comparison) -> None:
    """Write one row for each figure that moved.

    Raises
    ------
    StorageError
        The file cannot be written.
    """
    with refusals_of_disk(path, "cannot be written", "Nothing else was changed."):
        text = csv_text(COLUMNS, map(_row, comparison.moves))
        path.write_text(text, encoding="utf-8", newline="")


def _row(move: Move) -> tuple[object, ...]:
    return (
        *(move.kind, move.indicator_id, move.area_code, move.measure),
        *(_number_or_text(move.before), _number_or_text(move.after)),
        *(*move.statuses, ";".join(move.others), ";".join(move.names)),
        "; ".join(what for _, what in move.causes),
        str(len(move.names) == 1 and bool(move.causes)).lower(),
    )


def _number_or_text(text: str) -> object:
    for convert in (int, float):
        with suppress(ValueError):
            return convert(text)
    return text
