"""Append-only lists: a row that a build has seen stays as it was, in its place.

Belongs here: comparing a list with the record of the last build, and the record's text. Does
not: which lists are append-only (``*_lists.py``), nor when the record is written: after a
build that succeeded, for its owner alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from assetmap.errors import HistoryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from assetmap.registers.register import Register

RECORD: Final = "registers.json"
"""Name of the record in the folder of releases."""
RECORDED_ON: Final = "recorded_on"

Record = dict[str, tuple[str, ...]]
"""SHA-256 of each row in the order of the file, by the list's path below the raw folder."""


def require_appended(
    register: Register, earlier: tuple[str, ...], rows: pd.DataFrame
) -> tuple[str, ...]:
    """Return the digests of the rows, once they are those of the last build and later ones.

    Parameters
    ----------
    register
        The list.
    earlier
        What this function returned at the last build; empty where there was none.
    rows
        The list as it stands, each row under its number in the file.

    Raises
    ------
    HistoryError
        A row of the last build was changed or is missing, another stands before one of them,
        or ``recorded_on`` goes back in time; every such fault of the list in one message.
    """
    digests = tuple(_digest(cells) for _, cells in rows.iterrows())
    numbers = [int(number) for number in rows.index]
    faults = [*_changes(earlier, digests, numbers), *_back_in_time(rows, numbers)]
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        message = (
            f"{register.path}: an append-only list was shortened or changed in {len(faults)} "
            f"{'way' if len(faults) == 1 else 'ways'}:{listed}\n"
            "Put the old rows back as they were, in their order. To correct one, append a new "
            f"row that says so{_with_today(rows)}."
        )
        raise HistoryError(message)
    return digests


def read_record(path: Path) -> Record:
    """Read the record of the last build; empty where there is none.

    Raises
    ------
    HistoryError
        The file is not such a record.
    """
    if not path.is_file():
        return {}
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): _texts(digests) for name, digests in body.items()}
    except (ValueError, TypeError, AttributeError):
        message = (
            f"{path}: is no record of append-only lists, so nobody can say whether they were "
            "changed. Put it back from a copy; or delete it, and the lists count from now on "
            "as they stand."
        )
        raise HistoryError(message) from None


def record_text(record: Mapping[str, tuple[str, ...]]) -> str:
    """Return the record as it is written: the same for the same lists."""
    return json.dumps({name: list(record[name]) for name in sorted(record)}, indent=1) + "\n"


@dataclass(frozen=True)
class _Fault:
    """What happened to some rows: ``first`` names the first of them."""

    what: str
    count: int
    first: str

    def __str__(self) -> str:
        return f"{self.what}: {self.count} {'row' if self.count == 1 else 'rows'}, {self.first}"


def _digest(row: pd.Series) -> str:
    """Return the SHA-256 of a row; an empty cell is left out, so that lists may gain columns."""
    cells = {str(name): str(value) for name, value in row.dropna().items()}
    text = json.dumps(cells, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _changes(
    earlier: tuple[str, ...], digests: tuple[str, ...], numbers: list[int]
) -> Iterator[_Fault]:
    """Yield what became of the rows of the last build, in the words of the list's keeper."""
    changed, missing, inserted = _compare(earlier, digests)
    if changed:
        yield _Fault("changed", len(changed), f"first row {numbers[changed[0]]}")
    if missing:
        first = f"first the {_ordinal(missing[0] + 1)} of the {len(earlier)} of the last build"
        yield _Fault("missing", len(missing), first)
    if inserted:
        yield _Fault("put in before old ones", len(inserted), f"first row {numbers[inserted[0]]}")


def _compare(
    earlier: tuple[str, ...], digests: tuple[str, ...]
) -> tuple[list[int], list[int], list[int]]:
    """Return positions: changed and inserted ones in the list, missing ones in the last build."""
    changed: list[int] = []
    missing: list[int] = []
    inserted: list[int] = []
    steps = SequenceMatcher(a=earlier, b=digests, autojunk=False).get_opcodes()
    for kind, old, old_end, new, new_end in steps:
        if kind == "equal":
            continue
        both = min(old_end - old, new_end - new)
        changed += range(new, new + both)
        missing += range(old + both, old_end)
        if old_end < len(earlier):  # what follows the last old row is appended, as it should be
            inserted += range(new + both, new_end)
    return changed, missing, inserted


def _back_in_time(rows: pd.DataFrame, numbers: list[int]) -> Iterator[_Fault]:
    """Yield the rows that were recorded before one that stands above them."""
    if RECORDED_ON not in rows.columns:
        return
    days = [str(day) for day in rows[RECORDED_ON]]
    late = [at for at in range(1, len(days)) if days[at] < max(days[:at])]
    if late:
        at = late[0]
        first = f"first row {numbers[at]}, {days[at]} after {max(days[:at])}"
        yield _Fault(f"{RECORDED_ON} goes back in time", len(late), first)


def _with_today(rows: pd.DataFrame) -> str:
    return f", with today as {RECORDED_ON}" if RECORDED_ON in rows.columns else ""


def _ordinal(number: int) -> str:
    teens = number % 100 in (11, 12, 13)
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _texts(digests: object) -> tuple[str, ...]:
    """Return digests as they were recorded; TypeError where they are none."""
    if not isinstance(digests, list) or not all(isinstance(text, str) for text in digests):
        raise TypeError
    return tuple(digests)
