"""The cells of the declared tables of people: which there are, and which a rule forbids.

Belongs here: the names of cells, what a declaration of tables may ask for (P4, P6, P7), and
the rules on single cells and groups (P2, P5). Does not: counting (``counts.py``), what cells
say together (``audit.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from assetmap.errors import DisclosureError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from assetmap.settings import PeopleRules, PeopleTable
    from assetmap.survey.attributes import Attribute

STUDY_AREA: Final = "study_area"
WARD: Final = "ward"
PUBLISHED: Final = "published"
SUPPRESSED: Final = "suppressed"
WITHHELD: Final = "withheld"
STATUSES: Final = (PUBLISHED, SUPPRESSED, WITHHELD)
MOST_ATTRIBUTES: Final = 2


class Cell(NamedTuple):
    """One count of people of a population; the same cell in two tables is one cell.

    ``answers`` are pairs of attribute and category, sorted; none for the base of the area.
    """

    area_code: str
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that the cell counts by."""
        return tuple(attribute for attribute, _ in self.answers)

    def without(self, attribute: str) -> Cell:
        """Return the cell that this one is a part of."""
        return Cell(self.area_code, tuple(pair for pair in self.answers if pair[0] != attribute))


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is asked for: declared tables, rules, areas, and the attributes that exist."""

    tables: tuple[PeopleTable, ...]
    rules: PeopleRules
    wards: tuple[str, ...]
    area_code: str
    attributes: Mapping[str, Attribute]

    @property
    def populations(self) -> tuple[str, ...]:
        """The populations that any table counts, in order of name."""
        return tuple(sorted({table.population for table in self.tables}))

    def tables_of(self, population: str) -> tuple[PeopleTable, ...]:
        """Return the declared tables of one population."""
        return tuple(table for table in self.tables if table.population == population)

    def areas_of(self, table: PeopleTable) -> tuple[tuple[str, str], ...]:
        """Return pairs of geography and area code of ``table``, the study area first."""
        whole = ((STUDY_AREA, self.area_code),) if STUDY_AREA in table.geographies else ()
        wards = self.wards if WARD in table.geographies else ()
        return whole + tuple((WARD, ward) for ward in wards)

    def is_sensitive(self, cell: Cell) -> bool:
        """Return True where the cell counts by a sensitive attribute."""
        return any(self.attributes[name].is_sensitive for name in cell.attributes)

    def find_threshold(self, cell: Cell) -> int:
        """Return the least count of ``cell`` that may be shown."""
        sensitive = self.is_sensitive(cell)
        return self.rules.sensitive_threshold if sensitive else self.rules.threshold


def require_declared(scope: Scope) -> None:
    """Raise one DisclosureError that names every table that may not be declared, and why."""
    faults = [
        f"{table.id}: {fault}" for table in scope.tables for fault in _find_faults(table, scope)
    ]
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        message = (
            f"people_tables: {len(faults)} declared things may not be counted:{listed}\n"
            "Change those tables in policy.toml."
        )
        raise DisclosureError(message)


def _find_faults(table: PeopleTable, scope: Scope) -> Iterator[str]:
    unknown = sorted(set(table.attributes) - set(scope.attributes))
    if unknown:
        yield f"there is no attribute {', '.join(map(repr, unknown))}"
    if len(table.attributes) > MOST_ATTRIBUTES:
        yield f"it counts by {len(table.attributes)} attributes, more than {MOST_ATTRIBUTES}"
    strange = sorted(set(table.geographies) - {STUDY_AREA, WARD})
    if strange:
        yield f"people are not counted by {', '.join(map(repr, strange))}"
    if table.population == "researcher" and WARD in table.geographies:
        yield "researchers are counted for the whole study area only"
    if table.margin and table.attributes != (table.margin,):
        yield f"margin {table.margin!r} is not the one attribute that it counts by"
    known = [name for name in table.attributes if name in scope.attributes]
    others = [n for n in known if scope.attributes[n].population != table.population]
    if others:
        yield f"{others[0]!r} is no attribute of a {table.population}"
    sensitive = [name for name in known if scope.attributes[name].is_sensitive]
    if sensitive and WARD in table.geographies:
        yield f"{sensitive[0]!r} is sensitive: whole study area only"
    if sensitive and len(table.attributes) > 1:
        yield f"{sensitive[0]!r} is sensitive: one attribute at a time"


def list_cells(table: PeopleTable, scope: Scope) -> tuple[tuple[str, str, Cell], ...]:
    """Return ``(geography, category, cell)`` of each row of ``table``; the base comes first.

    ``category`` joins one or two codes by ``/``. Categories come from the declared
    attributes, so that nobody's absence can be seen from a missing row.
    """
    lists = [tuple(scope.attributes[name].categories) for name in table.attributes]
    picks = ((), *product(*lists)) if lists else ((),)
    return tuple(
        (geography, "/".join(pick), make_cell(code, table.attributes, pick))
        for geography, code in scope.areas_of(table)
        for pick in picks
    )


def make_cell(area_code: str, attributes: tuple[str, ...], pick: tuple[str, ...]) -> Cell:
    """Return the cell of ``pick``, one category for each attribute; none for the base."""
    if not pick:
        return Cell(area_code)
    return Cell(area_code, tuple(sorted(zip(attributes, pick, strict=True))))


def list_declared(scope: Scope, population: str) -> tuple[Cell, ...]:
    """Return every cell of the population's tables once, sorted."""
    tables = scope.tables_of(population)
    return tuple(sorted({cell for table in tables for _, _, cell in list_cells(table, scope)}))


def find_statuses(counts: Mapping[Cell, int], scope: Scope) -> dict[Cell, str]:
    """Return the status of each declared cell by itself, before the audit.

    A cell of a group that P5 forbids is withheld, whatever its count; else a count below the
    threshold, zero included, is suppressed (P2).
    """
    forbidden = _find_forbidden(counts, scope)
    return {
        cell: WITHHELD
        if cell in forbidden
        else SUPPRESSED
        if count < scope.find_threshold(cell)
        else PUBLISHED
        for cell, count in counts.items()
    }


def _find_forbidden(counts: Mapping[Cell, int], scope: Scope) -> set[Cell]:
    """Return the cells of groups that one answer rules, or that have too few answers."""
    groups: dict[tuple[Cell, str], list[Cell]] = {}
    for cell in counts:
        for name in cell.attributes:
            if scope.attributes[name].is_sensitive:
                groups.setdefault((cell.without(name), name), []).append(cell)
    return {
        cell
        for (whole, _), cells in groups.items()
        if _is_uniform([counts[cell] for cell in cells], counts[whole], scope.rules)
        for cell in cells
    }


def _is_uniform(counts: list[int], whole: int, rules: PeopleRules) -> bool:
    held = sum(1 for count in counts if count)
    return held < rules.least_categories or max(counts) > rules.largest_share * whole
