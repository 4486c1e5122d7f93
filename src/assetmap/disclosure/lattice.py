"""What everybody knows about how counts add up: areas, categories, stages.

Belongs here: turning declared attributes into tables of hidden counts (a lattice: every
table with all its sums), in exact whole-number equations. Does not: what was published, or
solving anything (``audit.py``).

A *node* is one question with answers that exclude each other. An attribute with exclusive
categories is one node; stages are one node, of the last stage that was reached; of an attribute
with free choice each category is a node of its own, yes or no. Counts by nodes then simply add up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from assetmap.disclosure.cells import Cell
    from assetmap.disclosure.counts import Population, Shape

    Whole = NDArray[np.int64]
    Lattice = Mapping[tuple[str, ...], Whole]
    """Positions of variables: one array for each set of nodes, areas along the first axis."""

ANYWHERE: Final = "*"
_MOST_TRIPLES: Final = 4000


class Node(NamedTuple):
    """One question with answers that exclude each other; ``""`` is none of them."""

    attribute: str
    states: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Structure:
    """Areas and nodes of a population.

    ``atoms`` are areas that do not overlap; ``wholes`` are sums of them, the study area of each
    release that is looked at. ``subsets`` are the sets of nodes that have a table.
    """

    atoms: tuple[str, ...]
    wholes: tuple[tuple[str, ...], ...]
    categories: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, Shape]
    nodes: Mapping[str, Node]
    subsets: tuple[tuple[str, ...], ...]

    @property
    def areas(self) -> tuple[tuple[str, ...], ...]:
        """Each area as the atoms that it is made of, in the order of the first axis."""
        return tuple((atom,) for atom in self.atoms) + self.wholes

    def find_states(self, attribute: str, category: str) -> tuple[str, slice]:
        """Return the node and the run of its states that ``category`` stands for."""
        if self.shapes[attribute].kind == "many":
            return f"{attribute}={category}", slice(0, 1)
        states = self.nodes[attribute].states
        first = states.index(category)
        is_nested = self.shapes[attribute].kind == "nested"
        return attribute, slice(first, len(states) if is_nested else first + 1)

    def find_positions(self, lattice: Lattice, cell: Cell, area: tuple[str, ...]) -> Whole:
        """Return the variables of ``lattice`` that add up to ``cell``."""
        picks = dict(self.find_states(*pair) for pair in cell.answers)
        subset = tuple(sorted(picks))
        where: tuple[Any, ...] = (self.areas.index(area), *(picks[node] for node in subset))
        return np.atleast_1d(lattice[subset][where]).ravel()


def make_structure(
    areas: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]],
    categories: Mapping[str, tuple[str, ...]],
    shapes: Mapping[str, Shape],
    attribute_sets: Iterable[tuple[str, ...]],
) -> Structure:
    """Return the structure of ``(atoms, wholes)`` and of sets of attributes counted together."""
    nodes: dict[str, Node] = {}
    for attribute, codes in sorted(categories.items()):
        nodes |= _make_nodes(attribute, codes, shapes[attribute])
    together = {tuple(sorted(names)) for names in attribute_sets}
    together |= _find_triples(together, nodes)
    subsets = {
        subset
        for names in together
        for clique in product(*(_nodes_of(name, nodes) for name in names))
        for size in range(len(clique) + 1)
        for subset in combinations(sorted(clique), size)
    }
    atoms, wholes = areas
    return Structure(
        atoms=atoms,
        wholes=tuple(dict.fromkeys(w for w in wholes if len(w) > 1)),
        categories=categories,
        shapes=shapes,
        nodes=nodes,
        subsets=tuple(sorted(subsets | {()}, key=lambda s: (len(s), s))),
    )


def _make_nodes(attribute: str, codes: tuple[str, ...], shape: Shape) -> dict[str, Node]:
    if shape.kind == "many":
        return {f"{attribute}={code}": Node(attribute, ("yes", "no")) for code in codes}
    rest = ("",) if shape.has_rest else ()
    return {attribute: Node(attribute, rest + codes)}


def _nodes_of(attribute: str, nodes: Mapping[str, Node]) -> list[str]:
    return [name for name, node in nodes.items() if node.attribute == attribute]


def _find_triples(
    together: set[tuple[str, ...]], nodes: Mapping[str, Node]
) -> set[tuple[str, ...]]:
    """Return three attributes of which every two are counted together.

    Their counts limit each other in a way that no two of the tables show.
    """
    pairs = {names for names in together if len(names) > 1}
    names = sorted({name for pair in pairs for name in pair})
    triples = (t for t in combinations(names, 3) if set(combinations(t, 2)) <= pairs)
    sizes = {name: sum(len(nodes[n].states) for n in _nodes_of(name, nodes)) for name in names}
    return {t for t in triples if np.prod([sizes[name] for name in t]) <= _MOST_TRIPLES}


@dataclass
class Equations:
    """A growing system of whole-number equations over variables that are 0 or more."""

    size: int = 0
    equal: list[tuple[Whole, Whole, int]] = field(default_factory=list)
    at_most: list[tuple[Whole, Whole, int]] = field(default_factory=list)

    def add_variables(self, shape: tuple[int, ...]) -> Whole:
        """Return positions of new variables, in an array of that shape."""
        count = int(np.prod(shape, dtype=int))
        positions = np.arange(self.size, self.size + count).reshape(shape)
        self.size += count
        return positions

    def add_sum(self, total: Whole, parts: Whole) -> None:
        """Say that each of ``total`` is the sum along the last axis of ``parts``."""
        lines = parts.reshape(-1, parts.shape[-1])
        signs = np.r_[1, -np.ones(lines.shape[1], int)]
        for whole, line in zip(total.ravel(), lines, strict=True):
            self.equal.append((np.r_[whole, line], signs, 0))

    def add_limit(self, above: Whole, below: Whole, limit: int = 0) -> None:
        """Say that the sum of ``above`` less the sum of ``below`` is at most ``limit``."""
        signs = np.r_[np.ones(above.size, int), -np.ones(below.size, int)]
        self.at_most.append((np.r_[above.ravel(), below.ravel()], signs, limit))

    def add_fixed(self, positions: Whole, total: int) -> None:
        """Say that the sum of ``positions`` is ``total``."""
        flat = positions.ravel()
        self.equal.append((flat, np.ones(flat.size, int), total))

    def to_matrix(
        self, rows: list[tuple[Whole, Whole, int]]
    ) -> tuple[csr_array, NDArray[np.int64]]:
        """Return rows as a sparse matrix and the right-hand sides."""
        where = np.repeat(np.arange(len(rows)), [len(row[0]) for row in rows])
        columns = np.concatenate([row[0] for row in rows]) if rows else np.empty(0, int)
        signs = np.concatenate([row[1] for row in rows]) if rows else np.empty(0, int)
        shape = (len(rows), self.size)
        matrix = csr_array((signs, (where, columns)), shape=shape, dtype=np.int64)
        return matrix, np.array([row[2] for row in rows], dtype=np.int64)


def add_lattice(
    equations: Equations, structure: Structure, shared: Lattice | None = None
) -> dict[tuple[str, ...], Whole]:
    """Add one table of hidden counts for each set of nodes, and how they add up.

    Tables in ``shared`` belong to another lattice as well and are there already.
    """
    shared = shared or {}
    lattice = {
        subset: shared[subset] if subset in shared else _add_table(equations, structure, subset)
        for subset in structure.subsets
    }
    for subset in (subset for subset in structure.subsets if subset not in shared):
        table = lattice[subset]
        for extra, whole in enumerate(structure.wholes, start=len(structure.atoms)):
            parts = table[[structure.atoms.index(atom) for atom in whole]]
            equations.add_sum(table[extra], np.moveaxis(parts, 0, -1))
        for axis, node in enumerate(subset, start=1):
            parent = lattice[tuple(name for name in subset if name != node)]
            atoms = slice(0, len(structure.atoms))
            equations.add_sum(parent[atoms], np.moveaxis(table[atoms], axis, -1))
    for attribute, shape in structure.shapes.items():
        if shape.kind == "many" and not shape.has_rest:
            _add_choices(equations, structure, lattice, attribute)
    return lattice


def _add_table(equations: Equations, structure: Structure, subset: tuple[str, ...]) -> Whole:
    states = (len(structure.nodes[node].states) for node in subset)
    return equations.add_variables((len(structure.areas), *states))


def _add_choices(
    equations: Equations, structure: Structure, lattice: Lattice, attribute: str
) -> None:
    """Say that everybody chose something: as many choices as people, or more."""
    nodes = [f"{attribute}={code}" for code in structure.categories[attribute]]
    for context in [(), *((name,) for name in structure.nodes if name not in nodes)]:
        tables = {node: tuple(sorted((*context, node))) for node in nodes}
        if not set(tables.values()) <= set(lattice):
            continue
        # The answer itself comes first, whatever its place in the order of names.
        chosen = [np.moveaxis(lattice[t], t.index(n) + 1, 0)[0] for n, t in tables.items()]
        yes = np.stack([table.ravel() for table in chosen])
        for position, person in enumerate(lattice[context].ravel()):
            equations.add_limit(np.atleast_1d(person), yes[:, position])


def count_lattice(structure: Structure, population: Population) -> dict[tuple[str, ...], Whole]:
    """Return the true counts of each set of nodes, laid out as a lattice is."""
    places = _place_people(structure, population)
    states = {name: _state_people(name, structure, population) for name in structure.nodes}
    return {
        subset: _count_table(structure, subset, (places, *(states[node] for node in subset)))
        for subset in structure.subsets
    }


def _count_table(structure: Structure, subset: tuple[str, ...], where: tuple[Whole, ...]) -> Whole:
    sizes = (len(structure.nodes[node].states) for node in subset)
    counts = np.zeros((len(structure.areas), *sizes), dtype=np.int64)
    np.add.at(counts, where, 1)
    for extra, whole in enumerate(structure.wholes, start=len(structure.atoms)):
        counts[extra] = counts[[structure.atoms.index(atom) for atom in whole]].sum(axis=0)
    return counts


def _place_people(structure: Structure, population: Population) -> Whole:
    if structure.atoms == (ANYWHERE,):
        return np.zeros(len(population.wards), dtype=np.int64)
    return np.array([structure.atoms.index(ward) for ward in population.wards], dtype=np.int64)


def _state_people(name: str, structure: Structure, population: Population) -> Whole:
    """Return the state of each person on one node."""
    node = structure.nodes[name]
    held = population.held.get(node.attribute)
    if held is None:  # only an earlier release counted by it
        return np.zeros(len(population.wards), dtype=np.int64)
    if structure.shapes[node.attribute].kind == "many":
        position = [f"{node.attribute}={code}" for code in structure.categories[node.attribute]]
        return np.where(held[:, position.index(name)], 0, 1)
    codes = len(structure.categories[node.attribute])
    last = np.where(held.any(axis=1), codes - 1 - held[:, ::-1].argmax(axis=1), -1)
    return last + (1 if "" in node.states else 0)
