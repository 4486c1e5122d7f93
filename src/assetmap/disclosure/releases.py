"""A release of counts of people, and what must be kept of it to compare the next one with.

Belongs here: the shape of a release, its restricted file, and who joined, left or changed
between two. Does not: deciding what is published (``people.py``).

The file holds no true value and no answer: published figures, and for each person keyed digests
that tell only whether the same person is there again and answers the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from assetmap.disclosure.cells import PUBLISHED, STATUSES, Cell
from assetmap.disclosure.counts import Shape
from assetmap.disclosure.rounding import find_bounds
from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assetmap.disclosure.cells import Scope
    from assetmap.disclosure.counts import Population

FORMAT: Final = 1
COLUMNS: Final = {
    "table_id": "str",
    "area_code": "str",
    "geography": "str",
    "category": "str",
    "status": "str",
    "count": "Int64",
    "share_pct": "Int64",
    "answered_pct": "Int64",
    "weighted_pct": "Int64",
    "census_pct": "Float64",
    "coverage_ratio": "Float64",
}
"""Columns of the published cells, in order, with their types."""
_BEFORE: Final = "~before"


@dataclass(frozen=True)
class Figure:
    """What is shown of a cell: rounded count and weighted per cent, or None."""

    status: str
    count: int | None = None
    weighted_pct: int | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is kept of one population: its figures, the rules they were made by, and digests.

    ``members`` has one digest a person; ``digests`` one a person for each set of attributes
    that is counted together, with the ward.
    """

    wards: tuple[str, ...]
    area_code: str
    rules: Mapping[str, float]
    sensitive: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, Shape]
    has_unplaced: bool
    figures: Mapping[Cell, Figure]
    members: frozenset[str]
    digests: Mapping[tuple[str, ...], frozenset[str]]

    @property
    def has_wards(self) -> bool:
        """True where a cell of a ward was declared."""
        return any(cell.area_code != self.area_code for cell in self.figures)

    def find_bounds(self, cell: Cell, rounded: int) -> tuple[int, int]:
        """Return what a published figure leaves open, by the rules of its time."""
        sensitive = set(cell.attributes) & set(self.sensitive)
        threshold = self.rules["sensitive_threshold" if sensitive else "threshold"]
        return find_bounds(rounded, int(self.rules["rounding_base"]), int(threshold))

    def has_same_declaration(self, other: Record) -> bool:
        """Return True where the same cells were asked for under the same rules."""
        return (
            self.figures.keys() == other.figures.keys()
            and self.rules == other.rules
            and self.sensitive == other.sensitive
            and set(self.wards) == set(other.wards)
            and self.area_code == other.area_code
        )

    def forget(self, digests: Mapping[tuple[str, ...] | None, tuple[str, ...]]) -> Record:
        """Return the record without digests of people who left, or of answers that changed.

        Of each only that there was one is kept, so that the next comparison still counts it:
        an erased person's answers cannot be tried out on the record.
        """
        return replace(
            self,
            members=_without_gone(self.members, digests[None]),
            digests={
                names: _without_gone(each, digests.get(names, ()))
                for names, each in self.digests.items()
            },
        )

    def set_apart(self, categories: Mapping[str, tuple[str, ...]]) -> Record:
        """Return the record with attributes renamed whose categories are others now."""
        changed = {n for n, codes in self.categories.items() if categories.get(n, codes) != codes}

        def rename(name: str) -> str:
            return f"{name}{_BEFORE}" if name in changed else name

        return replace(
            self,
            sensitive=tuple(map(rename, self.sensitive)),
            categories={rename(name): codes for name, codes in self.categories.items()},
            shapes={rename(name): shape for name, shape in self.shapes.items()},
            digests={n: each for n, each in self.digests.items() if not changed & set(n)},
            figures={
                Cell(cell.area_code, tuple(sorted((rename(n), c) for n, c in cell.answers))): figure
                for cell, figure in self.figures.items()
            },
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """Who moved between two releases: numbers for the attacker, ids of new people for us."""

    left_count: int
    joined_count: int
    changed_counts: Mapping[tuple[str, ...], int]
    joined_ids: frozenset[str]

    @property
    def least_count(self) -> int:
        """Smallest number, above 0, that joined or left any one set of attributes; or 0.

        Who changed an answer has left with the old and joined with the new one.
        """
        moved = self.left_count + self.joined_count
        counts = [moved, *(moved + 2 * changed for changed in self.changed_counts.values())]
        return min((count for count in counts if count), default=0)


@dataclass(frozen=True, kw_only=True)
class TableAccount:
    """How many cells of one table are shown; everything here can be seen on the page."""

    table_id: str
    published_count: int
    suppressed_count: int
    withheld_count: int
    is_carried_over: bool


@dataclass(frozen=True, kw_only=True)
class Release:
    """One release: the published cells, what the next comparison needs, and an account."""

    cells: pd.DataFrame
    records: Mapping[str, Record]
    account: tuple[TableAccount, ...] = ()

    def to_json(self) -> str:
        """Return the release as text, the same for the same release; whoever keeps it seals it."""
        body = {
            "format": FORMAT,
            "cells": self.cells.astype("object")
            .where(self.cells.notna(), None)
            .to_numpy()
            .tolist(),
            "account": [asdict(line) for line in self.account],
            "records": {name: _pack_record(record) for name, record in self.records.items()},
        }
        return json.dumps(body, sort_keys=True, indent=0) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Release:
        """Return the release of a text; ValueError, KeyError or TypeError if it is none."""
        body = json.loads(text)
        if body["format"] != FORMAT:
            message = "the release has another format"
            raise ValueError(message)
        return cls(
            cells=make_cells(body["cells"]),
            records={name: _unpack_record(each) for name, each in body["records"].items()},
            account=tuple(TableAccount(**line) for line in body["account"]),
        )


def make_cells(rows: list[list[Any]]) -> pd.DataFrame:
    """Return rows as published cells; ValueError where a status is none."""
    cells = pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
    if not cells["status"].isin(STATUSES).all():
        message = "a cell has no known status"
        raise ValueError(message)
    return cells


def digest_people(
    population: Population, scope: Scope, secret: bytes
) -> dict[tuple[str, ...] | None, tuple[str, ...]]:
    """Return a digest of each person, in order: of the person (None), and by attribute set.

    HMAC-SHA-256 of the ward and the sorted answers, under the pseudonym of the person: without
    the pseudonym nobody can try out answers, and no two people have the same digest.
    """
    tables = scope.tables_of(population.name)
    sets = {tuple(sorted(table.attributes)) for table in tables}
    sets |= {(name,) for names in sets for name in names} | {()}
    digests: dict[tuple[str, ...] | None, tuple[str, ...]] = {
        names: tuple(
            _digest(
                secret, population, i, [names, population.wards[i], _answers(population, names, i)]
            )
            for i in range(len(population.person_ids))
        )
        for names in sorted(sets)
    }
    size = range(len(population.person_ids))
    digests[None] = tuple(_digest(secret, population, i, "member") for i in size)
    return digests


def _answers(population: Population, names: tuple[str, ...], person: int) -> list[list[int]]:
    return [np.flatnonzero(population.held[name][person]).tolist() for name in names]


def _digest(secret: bytes, population: Population, person: int, said: object) -> str:
    key = secret + population.person_ids[person].encode()
    text = json.dumps([population.name, said])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def find_change(
    record: Record,
    digests: Mapping[tuple[str, ...] | None, tuple[str, ...]],
    population: Population,
) -> Change:
    """Return how many people joined, left or changed since ``record``.

    Raises
    ------
    DisclosureError
        Nobody of the last release is in this one: then the pseudonyms have changed.
    """
    members = digests[None]
    stayed = record.members & set(members)
    if record.members and members and not stayed:
        message = (
            f"{population.name}: nobody of the last release is in this one, so the two cannot be "
            "compared. Restore the key that the pseudonyms of the last release were made with; "
            "docs/privacy.md says what to do where it is lost."
        )
        raise DisclosureError(message)
    left = len(record.members) - len(stayed)
    changed = {
        names: len(record.digests[names] - set(each)) - left
        for names, each in digests.items()
        if names is not None and names in record.digests
    }
    pairs = zip(population.person_ids, members, strict=True)
    joined = frozenset(person for person, digest in pairs if digest not in record.members)
    return Change(
        left_count=left,
        joined_count=len(joined),
        changed_counts=changed,
        joined_ids=joined,
    )


def _without_gone(before: frozenset[str], now: Iterable[str]) -> frozenset[str]:
    stayed = before & set(now)
    return stayed | {f"gone {number}" for number in range(1, len(before) - len(stayed) + 1)}


def _pack_record(record: Record) -> dict[str, object]:
    return {
        "wards": record.wards,
        "area_code": record.area_code,
        "rules": dict(record.rules),
        "sensitive": record.sensitive,
        "categories": dict(record.categories),
        "shapes": {name: asdict(shape) for name, shape in record.shapes.items()},
        "has_unplaced": record.has_unplaced,
        "figures": [
            [cell.area_code, cell.answers, figure.status, figure.count, figure.weighted_pct]
            for cell, figure in sorted(record.figures.items())
        ],
        "members": sorted(record.members),
        "digests": [[names, sorted(each)] for names, each in sorted(record.digests.items())],
    }


def _unpack_record(body: Mapping[str, Any]) -> Record:
    return Record(
        wards=tuple(body["wards"]),
        area_code=body["area_code"],
        rules=body["rules"],
        sensitive=tuple(body["sensitive"]),
        categories={name: tuple(codes) for name, codes in body["categories"].items()},
        shapes={name: Shape(**shape) for name, shape in body["shapes"].items()},
        has_unplaced=body["has_unplaced"],
        figures=dict(_unpack_figure(row) for row in body["figures"]),
        members=frozenset(body["members"]),
        digests={tuple(names): frozenset(each) for names, each in body["digests"]},
    )


def _unpack_figure(row: list[Any]) -> tuple[Cell, Figure]:
    area_code, answers, status, count, weighted = row
    if status not in STATUSES or (count is None) == (status == PUBLISHED):
        message = "a figure has no known status"
        raise ValueError(message)
    return Cell(area_code, tuple((a, c) for a, c in answers)), Figure(status, count, weighted)
