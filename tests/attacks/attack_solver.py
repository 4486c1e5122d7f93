"""An attacker with a solver: what the published tables of people leave possible.

Belongs here: reading ``people*.csv`` as any visitor can, and whole-number programmes over what
it says. Does not: the truth (``attack_town.py``). Nothing of ``assetmap.disclosure`` is used:
if its audit were wrong, this must not be wrong with it.

The attacker knows the rules, which are public: base 5, the threshold of each table, which
answers exclude each other, that wards add up to the area.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BASE = 5
WIDTH = 5
AREA = "greater_icknield"
MOST = 2000


def round_up(count: int) -> int:
    """Return a count as the policy says that it is shown: to the nearest 5."""
    return BASE * ((count + BASE // 2) // BASE)


Targets = dict[object, tuple[dict[object, float], int]]
"""Sums to look at, by name, and the largest value that each may be taken for."""


class Cell(NamedTuple):
    """A count of people: an area and answers, sorted; no answers for everybody there."""

    area: str
    answers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Shown:
    """What a visitor reads about one cell; numbers are None where there is a mark instead."""

    status: str
    count: int | None
    share: int | None
    weighted: int | None


@dataclass(frozen=True)
class Tables:
    """All published tables of people of one site."""

    shown: dict[Cell, Shown]
    attributes: dict[str, tuple[str, ...]]
    categories: dict[str, tuple[str, ...]]
    sensitive: frozenset[str]
    exclusive: frozenset[str]
    population: dict[Cell, str]
    facts: dict[str, str]

    def threshold(self, cell: Cell) -> int:
        """Return from which count on a cell is shown."""
        return 20 if self.sensitive & {name for name, _ in cell.answers} else 10

    @property
    def wards(self) -> tuple[str, ...]:
        """Areas beside the whole one."""
        return tuple(sorted({cell.area for cell in self.shown} - {AREA}))


def read_rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of ``<name>.csv``, or of its synthetic twin."""
    paths = [p for p in (folder / f"{name}.csv", folder / f"{name}_synthetic.csv") if p.is_file()]
    with paths[0].open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_tables(folder: Path) -> Tables:
    """Read what ``maps/data`` says of people."""
    metas = {row["table_id"]: row for row in read_rows(folder, "people_tables")}
    attributes = {key: tuple(filter(None, m["attributes"].split(";"))) for key, m in metas.items()}
    shown: dict[Cell, Shown] = {}
    population: dict[Cell, str] = {}
    categories: dict[str, dict[str, None]] = defaultdict(dict)
    rows = sorted(read_rows(folder, "people"), key=lambda row: int(row["sort_order"]))
    for row in rows:
        names = attributes[row["table_id"]]
        codes = () if row["category"] == "all" else tuple(row["category"].split("/"))
        answers = tuple(sorted(zip(names, codes, strict=bool(codes))))
        whose = metas[row["table_id"]]["population"]
        cell = Cell(row["area_code"] if whose == "respondent" else "researchers", answers)
        numbers = (_number(row[n]) for n in ("count", "share_pct", "weighted_pct"))
        shown[cell] = Shown(row["status"], *numbers)
        population[cell] = whose
        for name, code in answers:
            categories[name][code] = None
    return Tables(
        shown=shown,
        attributes=attributes,
        categories={name: tuple(codes) for name, codes in categories.items()},
        sensitive=frozenset(
            n
            for key, m in metas.items()
            if m["is_sensitive"].lower() == "true"
            for n in attributes[key]
        ),
        exclusive=frozenset(
            n
            for key, m in metas.items()
            if m["is_exclusive"].lower() == "true"
            for n in attributes[key]
        ),
        population=population,
        facts={row["key"]: row["value"] for row in read_rows(folder, "survey")},
    )


def _number(text: str) -> int | None:
    return int(float(text)) if text else None


class System:
    """Whole numbers of 0 or more, and what is known of them; ``free`` ones need not be whole."""

    def __init__(self) -> None:
        self.place: dict[object, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.lines: list[tuple[dict[int, float], float, float]] = []
        self.free: set[int] = set()
        self._built: LinearConstraint | None = None

    def find(self, name: object) -> int:
        """Return the position of a number, which is new if nobody asked for it before."""
        if name not in self.place:
            self.place[name] = len(self.low)
            self.low.append(0)
            self.high.append(MOST)
            self._built = None
        return self.place[name]

    def narrow(self, name: object, low: float, high: float) -> None:
        """Say that a number lies between two others, ends included."""
        at = self.find(name)
        self.low[at], self.high[at] = max(self.low[at], low), min(self.high[at], high)

    def say(self, terms: Mapping[object, float], low: float, high: float) -> None:
        """Say that a sum of numbers lies between two others."""
        line: dict[int, float] = defaultdict(float)
        for name, factor in terms.items():
            line[self.find(name)] += factor
        self.lines.append((dict(line), low, high))
        self._built = None

    def adds_up(self, whole: object, parts: Iterable[object]) -> None:
        """Say that a number is the sum of others."""
        self.say({whole: -1, **dict.fromkeys(parts, 1)}, 0, 0)

    def _constraint(self) -> LinearConstraint:
        if self._built is None:
            rows = [i for i, (line, _, _) in enumerate(self.lines) for _ in line]
            columns = [at for line, _, _ in self.lines for at in line]
            values = [factor for line, _, _ in self.lines for factor in line.values()]
            shape = (len(self.lines), len(self.low))
            matrix = csr_array((values, (rows, columns)), shape=shape)
            lows, highs = zip(*((low, high) for _, low, high in self.lines), strict=True)
            self._built = LinearConstraint(matrix, lows, highs)
        return self._built

    def aim(self, terms: Mapping[object, float]) -> np.ndarray:
        """Return a sum of numbers as factors of all of them."""
        goal = np.zeros(len(self.low))
        for name, factor in terms.items():
            goal[self.place[name]] += factor
        return goal

    def interval(self, terms: Mapping[object, float]) -> tuple[int, int]:
        """Return the smallest and largest value that a sum of numbers can have."""
        goal = self.aim(terms)
        low, high = (goal @ self.solve(sign * goal) for sign in (1, -1))
        return round(float(low)), round(float(high))

    def solve(self, goal: np.ndarray) -> np.ndarray:
        """Return numbers that fit all that is known, with the smallest sum of ``goal``."""
        found = milp(
            goal,
            constraints=self._constraint(),
            bounds=Bounds(self.low, self.high),
            integrality=[float(at not in self.free) for at in range(len(goal))],
            options={"mip_rel_gap": 0},
        )
        if found.x is None:
            message = f"the published tables contradict each other: {found.message}"
            raise ValueError(message)
        return np.asarray(found.x)


def learn(
    tables: Tables, system: System | None = None, *, mark: str = "now", whole: str = "respondent"
) -> System:
    """Return all that one release says, as a system; names of numbers are ``(mark, cell)``."""
    system = System() if system is None else system
    cells = [cell for cell in tables.shown if tables.population[cell] == whole]
    for cell in cells:
        shown = tables.shown[cell]
        system.find((mark, cell))
        if shown.count is not None:
            low = max(shown.count - BASE // 2, tables.threshold(cell))
            system.narrow((mark, cell), low, shown.count + (BASE - 1) // 2)
    _add_structure(tables, system, cells, mark)
    return system


def _add_structure(tables: Tables, system: System, cells: list[Cell], mark: str) -> None:
    known = set(cells)
    groups: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        wards = [Cell(ward, cell.answers) for ward in tables.wards]
        if cell.area == AREA and known.issuperset(wards):
            system.adds_up((mark, cell), [(mark, ward) for ward in wards])
        for whole, name in wholes_of(cell):
            if whole in known:
                groups[whole, name].append(cell)
    for (whole, name), parts in groups.items():
        if name in tables.exclusive:
            system.adds_up((mark, whole), [(mark, part) for part in parts])
        else:
            for part in parts:
                system.say({(mark, whole): 1, (mark, part): -1}, 0, MOST)


def wholes_of(cell: Cell) -> list[tuple[Cell, str]]:
    """Return the cells that a cell is a part of, each with the attribute that it leaves out."""
    return [
        (Cell(cell.area, tuple(pair for pair in cell.answers if pair[0] != name)), name)
        for name, _ in cell.answers
    ]


def join_three(tables: Tables, system: System, names: tuple[str, str, str], mark: str) -> None:
    """Add the counts by three attributes at once, of which tables show two and two."""
    codes = [tables.categories[name] for name in names]
    for pair in ((0, 1), (1, 2)):
        third = ({0, 1, 2} - set(pair)).pop()
        for pick in product(codes[pair[0]], codes[pair[1]]):
            two = tuple(sorted(zip((names[pair[0]], names[pair[1]]), pick, strict=True)))
            three = []
            for other in codes[third]:
                answers = dict(zip(names, ("", "", ""), strict=True))
                answers |= dict(two) | {names[third]: other}
                three.append((mark, Cell(AREA, tuple(sorted(answers.items())))))
            system.adds_up((mark, Cell(AREA, two)), three)


@dataclass(frozen=True)
class Open:
    """A small count that is laid open: between which values, of how many that were possible."""

    what: object
    low: int
    high: int

    @property
    def width(self) -> int:
        """How many values are left."""
        return self.high - self.low + 1


def find_open(system: System, targets: Targets, width: int = WIDTH) -> list[Open]:
    """Return the targets of which fewer than ``width`` values remain.

    ``targets`` has for each the sum to look at, and the largest value that it may be taken for:
    one below the threshold for a cell with a mark, since a mark that stands alone is known to
    be small. What one solution shows of all the others need not be asked again.
    """
    names = list(targets)
    goals = np.array([system.aim(terms) for terms, _ in targets.values()])
    ceilings = np.array([ceiling for _, ceiling in targets.values()])
    low, high = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    for at in range(len(names)):
        for sign in (1, -1):
            if min(high[at], ceilings[at]) - low[at] + 1 < width:
                seen = np.round(goals @ system.solve(sign * goals[at]))
                low, high = np.minimum(low, seen), np.maximum(high, seen)
    left = np.minimum(high, ceilings) - low + 1
    return [
        Open(names[at], int(low[at]), int(min(high[at], ceilings[at])))
        for at in np.flatnonzero(left < width)
    ]


def small_counts(tables: Tables, count: dict[Cell, int], mark: str = "now") -> Targets:
    """Return every small count that subtraction could aim at.

    Cells with a mark, those who did not answer so, and those who live in the other wards.
    """
    targets: Targets = {}
    for cell, shown in tables.shown.items():
        if tables.population[cell] != "respondent":
            continue
        limit = tables.threshold(cell)
        if shown.count is None and count[cell] < limit:
            targets[cell] = ({(mark, cell): 1}, limit - 1)
        for whole, name in wholes_of(cell):
            if whole in tables.shown and count[whole] - count[cell] < limit:
                targets["not", cell, name] = ({(mark, whole): 1, (mark, cell): -1}, MOST)
        whole = Cell(AREA, cell.answers)
        if cell.area != AREA and count[whole] - count[cell] < limit:
            targets["elsewhere", cell] = ({(mark, whole): 1, (mark, cell): -1}, MOST)
    return targets


def subtract(last: Tables, now: Tables, *, left: int, joined: int) -> System:
    """Return all that two releases say together, to somebody who knows how many moved.

    Each count of now is that of last week, less those who left, plus those who joined; nobody
    who stayed answers otherwise.
    """
    system = learn(last, mark="last")
    learn(now, system, mark="now")
    cells = [c for c in now.shown if c in last.shown and now.population[c] == "respondent"]
    for mark, total in (("left", left), ("joined", joined)):
        for cell in cells:
            system.narrow((mark, cell), 0, total)
        _add_structure(now, system, cells, mark)
        system.narrow((mark, Cell(AREA)), total, total)
    for cell in cells:
        system.say(
            {("now", cell): 1, ("last", cell): -1, ("left", cell): 1, ("joined", cell): -1}, 0, 0
        )
    return system


def find_settled(system: System, mark: str, cells: Iterable[Cell]) -> list[Open]:
    """Return the cells of which it is certain how many of those who moved were in them."""
    found = []
    for cell in cells:
        low, high = system.interval({(mark, cell): 1})
        if low == high:
            found.append(Open((mark, cell), low, high))
    return found
