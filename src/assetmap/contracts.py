"""What a table promises: columns, types, keys, patterns and who may see each column.

Belongs here: :class:`Column`, :class:`Contract` and the checks that find breaches.
Does not: the contracts themselves (``datasets/``, ``disclosure/tables.py``), nor what is
done with a row that breaks one (``quarantine.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypedDict

import numpy as np
import pandas as pd

from assetmap.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["text", "integer", "number", "boolean", "geometry"]

DUCKDB_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
}


class Disclosure(StrEnum):
    """Who a column is about, and so how far it may travel."""

    IDENTITY = "I"
    """Name, contact, exact address of a person."""
    ANSWER = "S"
    """What a person said, under a pseudonym."""
    ORGANISATION = "O"
    """Organisations, places and sites."""
    BASE = "B"
    """Open base data."""

    @property
    def is_public(self) -> bool:
        """True where a column may pass the gate as it stands."""
        return self in (Disclosure.ORGANISATION, Disclosure.BASE)


class Limits(TypedDict, total=False):
    """What a column may hold besides its kind, and its unit; see :class:`Column`."""

    unit: str
    nullable: bool
    pattern: str | None
    minimum: float | None
    maximum: float | None
    allowed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its type, meaning, limits and disclosure class.

    ``unit`` is shown in the data dictionary; a column name that ends in a unit suffix
    (``_m``, ``_ha``, ``_pct`` …) repeats it. ``pattern`` is a full regular expression, in ASCII.
    """

    name: str
    kind: Kind
    description: str
    disclosure: Disclosure
    unit: str = ""
    nullable: bool = False
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Contract:
    """The columns of one table, in order, and the columns that identify a row.

    ``ranges`` are pairs of columns of which the first may not be above the second.
    """

    table: str
    row_is: str
    primary_key: tuple[str, ...]
    columns: tuple[Column, ...]
    ranges: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names, in order."""
        return [column.name for column in self.columns]

    @property
    def public_columns(self) -> list[Column]:
        """Columns of class O or B."""
        return [column for column in self.columns if column.disclosure.is_public]

    def column(self, name: str) -> Column:
        """Return the column called ``name``; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, eq=False)
class Breach:
    """Rows that break one rule of one column.

    ``rows`` is a boolean array over the table's rows; ``reason`` a code of
    :data:`assetmap.quarantine.REASONS`; ``example`` is empty for classes I and S, so that
    no personal value can reach a message. ``first_row`` is the number of the first of them: that
    of the file where the table still has it, else its place in the table.
    """

    reason: str
    column: str
    what: str
    rows: np.ndarray
    example: str
    first_row: int = 0

    def __str__(self) -> str:
        count, total = int(self.rows.sum()), len(self.rows)
        shown = f", e.g. {self.example!r}" if self.example else ""
        if self.reason == "duplicate_key":
            return f"{self.what} in {count} {'row' if count == 1 else 'rows'}{shown}"
        return f"{self.what} in {count} of {total} rows (first: row {self.first_row}){shown}"


def find_breaches(frame: pd.DataFrame, contract: Contract) -> list[Breach]:
    """Return every breach of ``contract`` by the typed table ``frame``, in column order.

    Raises
    ------
    ContractError
        Where a declared column is absent or an undeclared one is present: then the
        staging code is wrong, not a row.
    """
    _require_columns(frame, contract)
    breaches = [b for column in contract.columns for b in _column_breaches(frame, column)]
    breaches += [b for low, high in contract.ranges for b in _range_breaches(frame, low, high)]
    repeated = frame.duplicated(list(contract.primary_key), keep="first").to_numpy()
    if repeated.any():
        key = ", ".join(contract.primary_key)
        example = _example(frame, contract.column(contract.primary_key[0]), repeated)
        what = f"primary key [{key}] repeats"
        breaches.append(Breach("duplicate_key", contract.primary_key[0], what, repeated, example))
    is_counted = isinstance(frame.index, pd.RangeIndex) and frame.index.start == 0
    numbers = frame.index + 1 if is_counted else frame.index
    return [replace(b, first_row=int(numbers[int(np.flatnonzero(b.rows)[0])])) for b in breaches]


def check(frame: pd.DataFrame, contract: Contract) -> None:
    """Raise :class:`ContractError` that names every breach of ``contract`` at once."""
    breaches = find_breaches(frame, contract)
    if breaches:
        raise ContractError(describe(contract.table, breaches))


def describe(table: str, breaches: list[Breach]) -> str:
    """Return one message for all breaches of a table."""
    places = "1 place" if len(breaches) == 1 else f"{len(breaches)} places"
    lines = "".join(f"\n  - {breach}" for breach in breaches)
    return f"{table} breaks its contract in {places}:{lines}"


def _require_columns(frame: pd.DataFrame, contract: Contract) -> None:
    missing = [name for name in contract.names if name not in frame.columns]
    extra = [str(name) for name in frame.columns if name not in contract.names]
    if missing or extra:
        message = (
            f"{contract.table} does not have the columns of its contract: "
            f"missing {missing or 'none'}, undeclared {extra or 'none'}. Mend its stage()."
        )
        raise ContractError(message)


def _range_breaches(frame: pd.DataFrame, low: str, high: str) -> Iterator[Breach]:
    lower, upper = (frame[name].to_numpy(dtype=float, na_value=np.nan) for name in (low, high))
    broken = lower > upper
    if broken.any():
        yield Breach("range_inverted", low, f"{low} is above {high}", broken, "")


def _column_breaches(frame: pd.DataFrame, column: Column) -> Iterator[Breach]:
    values = frame[column.name]
    absent = values.isna().to_numpy()
    present = ~absent
    if not column.nullable and absent.any():
        yield Breach("missing_value", column.name, f"{column.name} is empty", absent, "")
    for reason, what, broken in _value_rules(values, present, column):
        if broken.any():
            example = _example(frame, column, broken)
            yield Breach(reason, column.name, f"{column.name} {what}", broken, example)


def _value_rules(
    values: pd.Series, present: np.ndarray, column: Column
) -> Iterator[tuple[str, str, np.ndarray]]:
    if column.kind in ("integer", "number") and present.any():
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        yield "bad_number", "is not finite", present & ~np.isfinite(numbers)
        if column.kind == "integer":
            is_part = present & np.isfinite(numbers) & (numbers != np.round(numbers))
            yield "bad_number", "is not a whole number", is_part
        if column.minimum is not None:
            what = f"is below {column.minimum:g}"
            yield "out_of_range", what, present & (numbers < column.minimum)
        if column.maximum is not None:
            what = f"is above {column.maximum:g}"
            yield "out_of_range", what, present & (numbers > column.maximum)
    if column.pattern is not None:
        matches = values.astype("string").str.fullmatch(column.pattern, flags=re.ASCII)
        what = f"does not match {column.pattern}"
        yield "bad_code", what, present & ~matches.fillna(value=True).to_numpy(dtype=bool)
    if column.allowed:
        what = f"is none of {', '.join(column.allowed)}"
        yield "bad_category", what, present & ~values.isin(column.allowed).to_numpy()


def _example(frame: pd.DataFrame, column: Column, broken: np.ndarray) -> str:
    if not column.disclosure.is_public or column.kind == "geometry":
        return ""
    value = frame[column.name].to_numpy()[int(np.flatnonzero(broken)[0])]
    text = f"{value:g}" if isinstance(value, float | np.floating) else str(value)
    return text[:60]
