"""Reading lists kept by hand: all rows of a list, or none of it, and every fault by its row.

Belongs here: reading one list, and whether lists refer to each other soundly. Does not: what a
figure means (``claims/``), nor whether an append-only list was changed (``history.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.contracts import find_breaches
from assetmap.convert import type_columns
from assetmap.errors import ContractError, UnreadableFileError
from assetmap.geography import SLUG_PATTERN
from assetmap.inputs import InputFile, hash_file
from assetmap.quarantine import REASONS
from assetmap.readers import Layout, read_csv
from assetmap.registers.claim_lists import AREA, CLAIM_LISTS, SECTION
from assetmap.registers.programme_lists import PROGRAMME_LISTS
from assetmap.registers.register import (
    DATE_OR_UNKNOWN,
    DATE_PATTERN,
    DATE_PATTERNS,
    DAY_PATTERN,
    UNKNOWN,
)
from assetmap.registers.site_lists import SITE_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from assetmap.contracts import Breach
    from assetmap.registers.register import Reference, Register

REGISTERS: Final = (*CLAIM_LISTS, *SITE_LISTS, *PROGRAMME_LISTS)
"""Every list, in the order in which faults are told."""

_LAYOUT: Final = Layout(may_be_empty=True)
_SHOWN: Final = 20
"""Faults that one message names; it says how many more there are."""
_LONGEST: Final = 60
_FORMS: Final[Mapping[str, str]] = {
    DATE_PATTERN: "a date as YYYY, YYYY-MM or YYYY-MM-DD",
    DATE_OR_UNKNOWN: "a date as YYYY, YYYY-MM or YYYY-MM-DD, nor unknown",
    DAY_PATTERN: "a day as YYYY-MM-DD",
    SLUG_PATTERN: "an id of small letters and digits, parted by - or _",
}
"""What a pattern asks for, in words."""
PAST_DAYS: Final = ("recorded_on", "held_on")
"""Columns of days on which something was done: none of them may be yet to come."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a list: ``rows`` are numbers in the file, where the heading is row 1."""

    path: str
    rows: tuple[int, ...]
    what: str

    def __str__(self) -> str:
        if not self.rows:
            return f"{self.path}: {self.what}"
        many = len(self.rows)
        count = "" if many == 1 else f" and {many - 1} more {'row' if many == 2 else 'rows'}"  # noqa: PLR2004 - one more row
        return f"{self.path}, row {self.rows[0]}{count}: {self.what}"


@dataclass(frozen=True, eq=False)
class Lists:
    """Every list by table name, each row under its number in the file, and the files' hashes."""

    frames: Mapping[str, pd.DataFrame]
    files: tuple[tuple[str, str, str], ...]


def read_lists(raw: Path, known: Mapping[str, frozenset[str]], *, held: str = "") -> Lists:
    """Read every list below ``raw``; one that is not there is empty.

    Parameters
    ----------
    raw
        The raw folder.
    known
        Ids that no list holds: ``sites``, the ids of all sites, and ``study_area``, its own.
    held
        What to say where a site is not known and rows of the site layer did not load.

    Returns
    -------
    The lists, typed by their contracts, and ``(folder, path below raw, SHA-256)`` of each file.

    Raises
    ------
    ContractError
        A row breaks the contract of its list or refers to nothing; all faults of all lists in
        one message, by file and row. Nothing of any list is loaded.
    UnreadableFileError, StorageError
        A file cannot be read as a table.
    """
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for register in REGISTERS:
        frames[register.table], found = _read(raw, register)
        faults += found
    if not faults:
        faults = [fault for r in REGISTERS for fault in _astray(r, frames, known, held)]
    require_none(raw, faults)
    present = [r for r in REGISTERS if (raw / r.path).is_file()]
    files = tuple((r.folder, r.path, hash_file(raw / r.path)) for r in present)
    return Lists(frames, files)


def require_none(raw: Path, faults: Sequence[Fault]) -> None:
    """Raise one ContractError that names the ``faults``, if there are any."""
    if not faults:
        return
    lines = "".join(f"\n  - {fault}" for fault in faults[:_SHOWN])
    more = f"\n  - and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    places = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    message = (
        f"{raw}: the lists kept by hand have {places}, so none of them is loaded:{lines}{more}\n"
        "Mend those rows; the README beside each list says what its columns hold."
    )
    raise ContractError(message)


def _read(raw: Path, register: Register) -> tuple[pd.DataFrame, list[Fault]]:
    contract = register.contract
    path = raw / register.path
    if not path.is_file():
        return _empty(register), []
    try:
        table = read_csv(InputFile(path), _LAYOUT)
    except UnreadableFileError as fault:  # two folders may hold lists of one name
        message = f"{register.folder}: {fault}"
        raise UnreadableFileError(message) from None
    missing = [name for name in contract.names if name not in table.frame.columns]
    extra = [str(name) for name in table.frame.columns if name not in contract.names]
    if missing or extra:
        what = (
            f"its heading lacks {', '.join(missing) or 'nothing'} and has "
            f"{', '.join(extra) or 'nothing'} that is not known"
        )
        return _empty(register), [Fault(register.path, (), what)]
    typed, unreadable, _ = type_columns(table.frame[contract.names], contract)
    rejects = table.rejects + unreadable
    faults = [
        Fault(register.path, (number,), _of_reject(table.frame, number, reason, column))
        for number, reason, column in zip(
            rejects.row_numbers, rejects.reasons, rejects.columns, strict=True
        )
    ]
    breaches = find_breaches(typed.reset_index(drop=True), contract)
    faults += [_of_breach(register, typed, breach) for breach in breaches]
    return typed, [*faults, *_impossible_days(register, typed), *_without_unit(register, typed)]


def _of_reject(frame: pd.DataFrame, number: int, reason: str, column: str) -> str:
    if not column:
        return f"the row: {REASONS[reason]}"
    return f"{column}: {REASONS[reason]}, e.g. {str(frame.loc[number, column])[:_LONGEST]!r}"


def _impossible_days(register: Register, frame: pd.DataFrame) -> Iterator[Fault]:
    """Yield a fault for each date that has the shape of a day and is none."""
    for column in register.contract.columns:
        if column.pattern not in DATE_PATTERNS:
            continue
        for number, cell in frame[column.name].dropna().items():
            if re.fullmatch(DAY_PATTERN, cell) and not _is_day(cell):
                what = f"{column.name} {cell!r} is no day of the calendar; write one that is"
                yield Fault(register.path, (int(str(number)),), what)


def _without_unit(register: Register, frame: pd.DataFrame) -> Iterator[Fault]:
    """Yield a fault for rows with an amount of nobody knows what."""
    columns = register.contract.columns
    if not any(column.name == "unit" and column.nullable for column in columns):
        return
    amounts = [column.name for column in columns if column.kind == "number"]
    bare = frame.index[frame[amounts].notna().any(axis=1) & frame["unit"].isna()]
    if len(bare):
        what = f"{' or '.join(amounts)} has no unit; write what it counts"
        yield Fault(register.path, tuple(int(number) for number in bare), what)


def future_faults(frames: Mapping[str, pd.DataFrame], today: date) -> list[Fault]:
    """Return a fault for each day of something done that is yet to come.

    A wrong ``recorded_on`` could not be put right later: the list is append-only, and every row
    below would have to be later still. One day more is let pass, for places where it is
    tomorrow already.
    """
    latest = (today + timedelta(days=1)).isoformat()
    return [
        Fault(
            register.path,
            (int(str(number)),),
            f"{column} {cell!r} is in the future; write the day on which it was",
        )
        for register in REGISTERS
        for column in PAST_DAYS
        if column in register.contract.names
        for number, cell in frames[register.table][column].dropna().items()
        if cell != UNKNOWN and cell > latest
    ]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _empty(register: Register) -> pd.DataFrame:
    return pd.DataFrame(columns=register.contract.names, dtype=object)


def _of_breach(register: Register, frame: pd.DataFrame, breach: Breach) -> Fault:
    rows = tuple(int(number) for number in frame.index[np.flatnonzero(breach.rows)])
    shown = f", e.g. {breach.example!r}" if breach.example else ""
    pattern = register.contract.column(breach.column).pattern
    is_form = breach.reason == "bad_code" and pattern in _FORMS
    what = f"{breach.column} is not {_FORMS[str(pattern)]}" if is_form else breach.what
    return Fault(register.path, rows, f"{what}{shown}")


def _astray(
    register: Register,
    frames: Mapping[str, pd.DataFrame],
    known: Mapping[str, frozenset[str]],
    held: str,
) -> Iterator[Fault]:
    """Yield a fault for each value that refers to nothing."""
    frame = frames[register.table]
    for reference in register.references:
        allowed = _allowed(reference, frames, known)
        parts = _parts(frame[reference.column], reference)
        lost = parts[~parts.isin(allowed)]  # a row of several parts stands here several times
        for value, rows in lost.groupby(lost).groups.items():
            where = _home_of(reference, held)
            what = f"{reference.column} {str(value)[:60]!r} is not known; add it to {where}"
            yield Fault(register.path, tuple(dict.fromkeys(int(n) for n in rows)), what)
    if {"document", "section"} <= set(frame.columns) and register is not SECTION:
        yield from _without_section(register, frame, frames[SECTION.table])


def _allowed(
    reference: Reference, frames: Mapping[str, pd.DataFrame], known: Mapping[str, frozenset[str]]
) -> set[str]:
    listed = set(frames[reference.table][reference.target]) if reference.table else set()
    return listed.union(*(known[name] for name in reference.also))


def _home_of(reference: Reference, held: str) -> str:
    """Return where somebody can add what a reference lacks, and why it may not be there."""
    if not reference.table:
        return f"the site layer{held and f', of which {held}'}"
    return f"{next(r.path for r in REGISTERS if r.table == reference.table)} first"


def _parts(cells: pd.Series, reference: Reference) -> pd.Series:
    present = cells.dropna()
    if not reference.is_list or present.empty:
        return present
    return present.str.split(";").explode().str.strip().replace("", None).dropna()


def _without_section(
    register: Register, frame: pd.DataFrame, sections: pd.DataFrame
) -> Iterator[Fault]:
    there = set(_pairs(sections))
    known = set(sections["document"])
    lost: dict[tuple[str, str], list[int]] = {}
    for number, pair in zip(frame.index, _pairs(frame), strict=True):
        if pair not in there and pair[0] in known:
            lost.setdefault(pair, []).append(int(number))
    for (document, section), rows in lost.items():
        what = (
            f"{document} has no section {section[:60]!r}; add it to {SECTION.path} or name "
            "the section that the figure stands in"
        )
        yield Fault(register.path, tuple(rows), what)


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["document"], frame["section"], strict=True))


def claim_places(frames: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the name of each area that only claims are about."""
    areas = frames[AREA.table]
    return dict(zip(areas["area_code"], areas["area_name"], strict=True))


def lapsed_stories(stories: pd.DataFrame, today: date) -> list[int]:
    """Return the numbers of the rows whose story may not be told, or no longer."""
    is_live = (stories["consent"] == "given") & (stories["consent_until"] >= today.isoformat())
    return [int(number) for number in stories.index[~is_live]]
