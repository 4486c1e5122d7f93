"""The two systems that a release is audited against: by itself, and with the last release.

Belongs here: which equations and targets an audit has. Does not: solving (``audit.py``), or
how categories and areas add up (``lattice.py``).

By itself, every hidden count is one number. With the last release, each person stayed, joined or
left, and who stayed answered as before or not; an attacker is taken to know how many did which.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from assetmap.disclosure.audit import System, Target
from assetmap.disclosure.cells import WARD, Cell, list_cells, list_declared
from assetmap.disclosure.lattice import (
    ANYWHERE,
    Equations,
    add_lattice,
    count_lattice,
    make_structure,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assetmap.disclosure.cells import Scope
    from assetmap.disclosure.counts import Population
    from assetmap.disclosure.lattice import Lattice, Structure, Whole
    from assetmap.disclosure.releases import Change, Record

_ROOM: Final = 1000
"""How far above all people an attacker without a published total is taken to look."""
_NO_CEILING: Final = 2**62
_UNCERTAIN: Final = 2
_TWO: Final = 2
"""Of two states or wards, the rest is the other one, which the lattice has."""


class Difference(NamedTuple):
    """A whole without one of its parts: who did not answer so, or does not live there."""

    whole: Cell
    part: Cell


@dataclass
class View:
    """The variables of a lattice, or of the sum of two; sums are added when first asked for."""

    equations: Equations
    structure: Structure
    lattices: tuple[Lattice, ...]
    areas: Mapping[str, tuple[str, ...]]
    known: dict[Cell | Difference, int] = field(default_factory=dict)

    def find(self, count: Cell | Difference) -> int:
        """Return the variable of a cell or of a difference."""
        if count not in self.known:
            part = self._add_cell(count) if isinstance(count, Cell) else self._add_rest(count)
            self.known[count] = part
        return self.known[count]

    def _add_cell(self, cell: Cell) -> int:
        area = self.areas[cell.area_code]
        find = self.structure.find_positions
        parts = np.concatenate([find(lattice, cell, area) for lattice in self.lattices])
        return self.find_sum(parts)

    def find_sum(self, parts: Whole) -> int:
        """Return the variable of the sum of other variables."""
        if len(parts) == 1:
            return int(parts[0])
        total = self.equations.add_variables((1,))
        self.equations.add_sum(total, parts)
        return int(total[0])

    def _add_rest(self, count: Difference) -> int:
        whole, part = self.find(count.whole), self.find(count.part)
        rest = self.equations.add_variables((1,))
        self.equations.add_sum(np.array([whole]), np.array([part, rest[0]]))
        return int(rest[0])


def make_alone(population: Population, scope: Scope, counts: Mapping[Cell, int]) -> System:
    """Return the system of this release by itself.

    Targets are all counts below the threshold: declared, hidden, and differences. A declared
    one must keep enough values *below* the threshold: where a mark stands alone, everybody can
    tell that it does not protect another.
    """
    has_wards = _counts_wards(scope, population.name)
    atoms = _find_atoms(scope.wards, has_wards=has_wards, has_unplaced=population.has_unplaced)
    areas = _name_areas(atoms, scope.wards, scope.area_code)
    codes = {name: tuple(scope.attributes[name].categories) for name in population.held}
    sets = [table.attributes for table in scope.tables_of(population.name)]
    structure = make_structure((atoms, (areas[scope.area_code],)), codes, population.shapes, sets)
    equations = Equations()
    view = View(equations, structure, (add_lattice(equations, structure),), areas)
    positions = {cell: view.find(cell) for cell in sorted(counts)}
    declared = list(_aim_at_declared(view, population, scope, positions))
    targets = [
        Target(
            position=view.find(count),
            least_width=scope.rules.least_width,
            ceiling=limit - 1 if count in positions else _NO_CEILING,
            tables=tables,
        )
        for count, limit, tables in declared
    ]
    targets += _aim_at_hidden(view, population, scope)
    truth = np.zeros(equations.size, dtype=np.int64)
    for subset, values in count_lattice(structure, population).items():
        truth[view.lattices[0][subset]] = values
    for count, position in view.known.items():
        truth[position] = count_people(count, population, scope)
    return System(
        equations=equations,
        positions=positions,
        fixed={},
        targets=tuple(targets),
        cap=_ROOM + len(population.person_ids),
        truth=truth,
    )


def count_people(count: Cell | Difference, population: Population, scope: Scope) -> int:
    """Return the true value of a cell or of a difference."""
    if isinstance(count, Cell):
        return population.count(count, scope)
    return population.count(count.whole, scope) - population.count(count.part, scope)


def _counts_wards(scope: Scope, population: str) -> bool:
    return any(WARD in table.geographies for table in scope.tables_of(population))


def _find_atoms(wards: Iterable[str], *, has_wards: bool, has_unplaced: bool) -> tuple[str, ...]:
    if not has_wards:
        return (ANYWHERE,)
    return (*sorted(set(wards)), *(("",) if has_unplaced else ()))


def _name_areas(
    atoms: tuple[str, ...], wards: tuple[str, ...], area_code: str
) -> dict[str, tuple[str, ...]]:
    """Return the atoms of each area of a release, by its code."""
    if atoms == (ANYWHERE,):
        return {area_code: atoms}
    whole = tuple(atom for atom in atoms if atom in {*wards, ""})
    return {**{ward: (ward,) for ward in wards}, area_code: whole}


def _list_differences(view: View, cells: Iterable[Cell], area_code: str) -> Iterator[Difference]:
    """Yield the differences of declared cells that the lattice has no variable for."""
    for cell in cells:
        for attribute, category in cell.answers:
            node, states = view.structure.find_states(attribute, category)
            size = len(view.structure.nodes[node].states)
            # A stage that everybody has reached leaves nobody: no secret, and not a count.
            if size > _TWO and states.stop - states.start < size:
                yield Difference(cell.without(attribute), cell)
        if cell.area_code != area_code and len(view.areas[area_code]) > _TWO:
            yield Difference(Cell(area_code, cell.answers), cell)


def _aim_at_declared(
    view: View, population: Population, scope: Scope, cells: Iterable[Cell]
) -> Iterator[tuple[Cell | Difference, int, tuple[str, ...]]]:
    """Yield each small count of declared cells: its threshold, the tables that show it."""
    cells = list(cells)
    tables: dict[Cell, list[str]] = {}
    for table in scope.tables_of(population.name):
        for _, _, cell in list_cells(table, scope):
            tables.setdefault(cell, []).append(table.id)
    counts: list[Cell | Difference] = [*cells, *_list_differences(view, cells, scope.area_code)]
    for count in counts:
        cell = count if isinstance(count, Cell) else count.part
        limit = scope.find_threshold(cell)
        if count_people(count, population, scope) < limit:
            yield count, limit, tuple(tables[cell])


def _aim_at_hidden(view: View, population: Population, scope: Scope) -> Iterator[Target]:
    """Yield the small counts of the lattice that no table declares."""
    taken = set(view.known.values())
    tables = scope.tables_of(population.name)
    counts = count_lattice(view.structure, population)
    for subset, count in counts.items():
        names = {view.structure.nodes[node].attribute for node in subset}
        if not names <= set(population.held):  # only the last release counted by it
            continue
        limit = scope.find_threshold(Cell("", tuple((name, "") for name in sorted(names))))
        ids = tuple(t.id for t in tables if names & set(t.attributes) or not names)
        parts = np.stack([lattice[subset] for lattice in view.lattices], axis=-1)
        for small in parts[count < limit]:
            position = view.find_sum(small)
            if position not in taken:
                yield Target(
                    position=position,
                    least_width=scope.rules.least_width,
                    ceiling=_NO_CEILING,
                    tables=ids,
                )


def make_joint(
    population: Population,
    scope: Scope,
    counts: Mapping[Cell, int],
    comparison: tuple[Record, Change],
) -> System:
    """Return the system of this release and the last one.

    ``now = stayed with new answers + joined``; ``before = stayed with old answers + left``;
    for each set of attributes no more people changed between old and new answers than did.
    Targets are the small counts of now, all suppressed cells of before, and the small counts
    of those who joined or left.
    """
    record, change = comparison
    structure, areas, areas_before = _join_structures(population, scope, record)
    equations = Equations()
    new = add_lattice(equations, structure)
    old = add_lattice(equations, structure, _find_unchanged(structure, new, change))
    left, joined = (add_lattice(equations, structure) for _ in range(2))
    equations.add_fixed(left[()][: len(structure.atoms)], change.left_count)
    equations.add_fixed(joined[()][: len(structure.atoms)], change.joined_count)
    for names, changed in change.changed_counts.items():
        if changed:
            _link(equations, structure, (old, new), (names, changed))
    view = View(equations, structure, (new, joined), areas)
    view_before = View(equations, structure, (old, left), areas_before)
    positions = {cell: view.find(cell) for cell in sorted(counts)}
    fixed = {
        view_before.find(cell): record.find_bounds(cell, figure.count)
        for cell, figure in sorted(record.figures.items())
        if figure.count is not None
    }
    targets = [
        *_aim_at_now(view, population, scope, positions),
        *_aim_at_before(view_before, record, scope),
        *_aim_at_joined(View(equations, structure, (joined,), areas), population, scope, change),
        *_aim_at_left(View(equations, structure, (left,), areas_before), record, scope, change),
    ]
    return System(
        equations=equations,
        positions=positions,
        fixed=fixed,
        targets=tuple(targets),
        cap=_ROOM + len(population.person_ids) + len(record.members),
    )


def _join_structures(
    population: Population, scope: Scope, record: Record
) -> tuple[Structure, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return the structure of both releases, and the areas of this and of the last."""
    is_same_place = (record.area_code, set(record.wards)) == (scope.area_code, set(scope.wards))
    atoms = _find_atoms(
        (*scope.wards, *record.wards),
        has_wards=_counts_wards(scope, population.name) or record.has_wards or not is_same_place,
        has_unplaced=population.has_unplaced or record.has_unplaced,
    )
    areas = _name_areas(atoms, scope.wards, scope.area_code)
    areas_before = _name_areas(atoms, record.wards, record.area_code)
    shapes = dict(record.shapes)
    for name, shape in population.shapes.items():
        shapes[name] = shape.merge(shapes[name]) if name in shapes else shape
    codes = {name: tuple(scope.attributes[name].categories) for name in population.held}
    sets = {table.attributes for table in scope.tables_of(population.name)}
    sets |= {cell.attributes for cell in record.figures}
    wholes = (areas[scope.area_code], areas_before[record.area_code])
    structure = make_structure((atoms, wholes), {**record.categories, **codes}, shapes, sets)
    return structure, areas, areas_before


def _find_unchanged(
    structure: Structure, new: Lattice, change: Change
) -> dict[tuple[str, ...], Whole]:
    """Return the tables in which nobody who stayed counts otherwise than before."""
    return {
        subset: table
        for subset, table in new.items()
        if change.changed_counts.get(_find_names(structure, subset), 1) == 0
    }


def _find_names(structure: Structure, subset: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(structure.nodes[node].attribute for node in subset))


def _link(
    equations: Equations,
    structure: Structure,
    lattices: tuple[Lattice, Lattice],
    change: tuple[tuple[str, ...], int],
) -> None:
    """Say that at most so many stayers answered otherwise than before, or live elsewhere."""
    (old, new), (names, changed) = lattices, change
    atoms = slice(0, len(structure.atoms))
    for subset in structure.subsets:
        if _find_names(structure, subset) != names:
            continue
        was, is_now = old[subset][atoms], new[subset][atoms]
        same, gone, came = (equations.add_variables(was.shape) for _ in range(3))
        equations.add_sum(was, np.stack([same, gone], axis=-1))
        equations.add_sum(is_now, np.stack([same, came], axis=-1))
        equations.add_limit(gone, np.empty(0, int), changed)
        equations.add_limit(came, np.empty(0, int), changed)


def _list_parts(scope: Scope, population: str) -> tuple[Cell, ...]:
    """Return the declared cells but the base of the study area, which all are part of."""
    cells = list_declared(scope, population)
    return tuple(cell for cell in cells if cell != Cell(scope.area_code))


def _aim_at_now(
    view: View, population: Population, scope: Scope, cells: Iterable[Cell]
) -> Iterator[Target]:
    least = scope.rules.least_width
    for count, _, tables in _aim_at_declared(view, population, scope, cells):
        position = view.find(count)
        yield Target(position=position, least_width=least, ceiling=_NO_CEILING, tables=tables)
    for target in _aim_at_hidden(view, population, scope):
        yield replace(target, is_hard=False)


def _aim_at_before(view: View, record: Record, scope: Scope) -> Iterator[Target]:
    for cell, figure in sorted(record.figures.items()):
        if figure.count is None:
            yield _soften(view.find(cell), scope.rules.least_width)


def _aim_at_joined(
    view: View, population: Population, scope: Scope, change: Change
) -> Iterator[Target]:
    """Yield the small counts of those who joined; two releases subtracted are a table of them."""
    least = _find_least(scope, change.joined_count)
    is_new = np.array([person in change.joined_ids for person in population.person_ids], bool)
    for cell in _list_parts(scope, population.name):
        count = int((population.find_mask(cell, scope) & is_new).sum())
        if change.joined_count and count < scope.find_threshold(cell):
            yield _soften(view.find(cell), least)


def _aim_at_left(view: View, record: Record, scope: Scope, change: Change) -> Iterator[Target]:
    """Yield every count of those who left: what they had answered is no longer known here."""
    least = _find_least(scope, change.left_count)
    for cell in sorted(record.figures):
        if change.left_count and cell != Cell(record.area_code):
            yield _soften(view.find(cell), least)


def _find_least(scope: Scope, moved: int) -> int:
    """Return how many values a count of people who moved must keep.

    Of few people, as many as there can be; of many, which hide each other, it is enough that
    no count is certain.
    """
    few = min(scope.rules.least_width, moved + 1)
    return few if moved < scope.rules.threshold else min(few, _UNCERTAIN)


def _soften(position: int, least_width: int) -> Target:
    return Target(position=position, least_width=least_width, ceiling=_NO_CEILING, is_hard=False)
