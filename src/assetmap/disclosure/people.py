"""The gate for counts of people: restricted tables in, a release that may be published out.

Belongs here: the order of the rules, and the rows of the release. Does not: any rule itself
(``cells.py``, ``rounding.py``), the audit (``audit.py``, ``repair.py``), writing files.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from assetmap.disclosure.audit import Auditor
from assetmap.disclosure.cells import (
    PUBLISHED,
    STUDY_AREA,
    SUPPRESSED,
    WITHHELD,
    Cell,
    find_statuses,
    list_cells,
    list_declared,
    make_cell,
    require_declared,
)
from assetmap.disclosure.counts import find_mean_weight, read_population
from assetmap.disclosure.releases import (
    Figure,
    Record,
    Release,
    TableAccount,
    digest_people,
    find_change,
    make_cells,
)
from assetmap.disclosure.repair import protect
from assetmap.disclosure.rounding import find_bounds, find_percent, round_half_up
from assetmap.disclosure.systems import make_alone, make_joint

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from assetmap.disclosure.cells import Scope
    from assetmap.disclosure.counts import People, Population
    from assetmap.disclosure.releases import Change
    from assetmap.settings import PeopleTable

_LOG = logging.getLogger(__name__)


class _Outcome(NamedTuple):
    """What is kept for the next comparison, what is shown now, and whether that is old."""

    record: Record
    figures: Mapping[Cell, Figure]
    is_carried_over: bool


def release_people(people: People, scope: Scope, *, previous: Release | None = None) -> Release:
    """Return what may be published of people, audited by itself and with the last release.

    Parameters
    ----------
    people
        The restricted tables.
    scope
        Declared tables, rules, wards, the study area's code and the attributes.
    previous
        The last release, or None for the first.

    Returns
    -------
    Cells in order of the declared tables, then areas (study area first), base, categories;
    whatever the order of rows in ``people``.

    Raises
    ------
    DisclosureError
        A table may not be declared, people cannot be counted, or a small count stays open
        whatever is suppressed. Nothing may be published then.
    """
    require_declared(scope)
    before = previous.records if previous else {}
    outcomes = {
        name: _release_population(people, scope, name, before.get(name))
        for name in scope.populations
    }
    rows = [
        row
        for table in scope.tables
        for row in _make_rows(table, scope, outcomes[table.population].figures, people.margins)
    ]
    cells = make_cells(rows)
    account = tuple(_account(t, cells, outcomes[t.population]) for t in scope.tables)
    for line in account:
        _LOG.info(
            "people: %s: %d cells published, %d not%s",
            line.table_id,
            line.published_count,
            line.suppressed_count + line.withheld_count,
            ", carried over from the last release" if line.is_carried_over else "",
        )
    kept = {name: record for name, record in before.items() if name not in outcomes}
    records = {**kept, **{name: outcome.record for name, outcome in outcomes.items()}}
    return Release(cells=cells, records=records, account=account)


def _release_population(people: People, scope: Scope, name: str, before: Record | None) -> _Outcome:
    """Return the figures of one population, new or carried over (P9, least change)."""
    population = read_population(people, name, scope)
    digests = digest_people(population, scope, people.secret)
    draft = _draft_record(population, scope, digests)
    weights = _Weights(_read_weights(people, name), _find_raked(people, scope))
    if before is None:
        return _as_new(_fill(draft, population, scope, weights, None))
    before_apart = before.set_apart(draft.categories)
    change = find_change(before_apart, digests, population)
    is_same = before.has_same_declaration(draft)
    if is_same and not change.least_count:
        fresh = _fill(draft, population, scope, weights, None)
        is_as_before = {c: (f.status, f.count) for c, f in fresh.figures.items()} == {
            c: (f.status, f.count) for c, f in before.figures.items()
        }
        return (
            _as_new(fresh)
            if is_as_before
            else _Outcome(before, before.figures, is_carried_over=True)
        )
    if 0 < change.least_count < scope.rules.least_change:
        # The digests stay those of the figures: else many small changes would never add up.
        kept = before.forget(digests)
        return _Outcome(kept, _keep_figures(before, draft, scope), is_carried_over=True)
    return _as_new(_fill(draft, population, scope, weights, (before_apart, change)))


def _as_new(record: Record) -> _Outcome:
    return _Outcome(record, record.figures, is_carried_over=False)


def _keep_figures(before: Record, draft: Record, scope: Scope) -> dict[Cell, Figure]:
    """Return the last figures of the cells that are declared now; what is new stays withheld.

    Stricter rules are put to the figures as they were shown, never to true counts: which of
    them vanish then says nothing of who has joined or left since.
    """
    has_same_base = before.rules["rounding_base"] == scope.rules.rounding_base
    has_same_answers = {
        name for name, codes in draft.categories.items() if before.categories.get(name) == codes
    }
    return {
        cell: figure
        if has_same_base
        and set(cell.attributes) <= has_same_answers
        and (figure := before.figures.get(cell, Figure(WITHHELD))).count is not None
        and figure.count >= scope.find_threshold(cell)
        else Figure(SUPPRESSED)
        for cell in draft.figures
    }


def _draft_record(
    population: Population,
    scope: Scope,
    digests: Mapping[tuple[str, ...] | None, tuple[str, ...]],
) -> Record:
    """Return a record whose figures are all still withheld."""
    names = tuple(sorted(population.held))
    return Record(
        wards=scope.wards,
        area_code=scope.area_code,
        rules=dict(scope.rules),
        sensitive=tuple(name for name in names if scope.attributes[name].is_sensitive),
        categories={name: tuple(scope.attributes[name].categories) for name in names},
        shapes=population.shapes,
        has_unplaced=population.has_unplaced,
        figures=dict.fromkeys(list_declared(scope, population.name), Figure(WITHHELD)),
        members=frozenset(digests[None]),
        digests={n: frozenset(each) for n, each in digests.items() if n is not None},
    )


def _fill(
    draft: Record,
    population: Population,
    scope: Scope,
    weights: _Weights,
    comparison: tuple[Record, Change] | None,
) -> Record:
    """Return the record with the figures that the rules and the audit let through."""
    counts = {cell: population.count(cell, scope) for cell in draft.figures}
    statuses = find_statuses(counts, scope)
    base = scope.rules.rounding_base
    published: dict[Cell, tuple[int, tuple[int, int]]] = {}
    for cell, status in statuses.items():
        if status == PUBLISHED:
            rounded = round_half_up(counts[cell], base)
            published[cell] = rounded, find_bounds(rounded, base, scope.find_threshold(cell))
    systems = [make_alone(population, scope, counts)]
    if comparison:
        systems.append(make_joint(population, scope, counts, comparison))
    bounds = {cell: each for cell, (_, each) in published.items()}
    auditors = tuple(Auditor(system, bounds) for system in systems)
    for cell in protect(auditors, published, scope.area_code):
        statuses[cell] = SUPPRESSED
        del published[cell]
    figures = {
        cell: Figure(status, published[cell][0] if cell in published else None)
        for cell, status in statuses.items()
    }
    weighted = _weigh(figures, population, scope, weights)
    return replace(
        draft,
        figures={c: replace(f, weighted_pct=weighted.get(c)) for c, f in figures.items()},
    )


class _Weights(NamedTuple):
    """Weights by person, and the attributes that they were fitted to the census by."""

    of_person: Mapping[str, float]
    raked: frozenset[str]


def _find_raked(people: People, scope: Scope) -> frozenset[str]:
    """Return attributes with census figures.

    Weighted by one of these, a share is the census' own: set beside it, the rounded count of the
    cell could be turned back into the true one.
    """
    declared = {table.margin for table in scope.tables if table.margin}
    loaded = set() if people.margins is None else set(people.margins["dimension"])
    return frozenset(declared | loaded)


def _read_weights(people: People, name: str) -> dict[str, float]:
    if people.weights is None or name != "respondent":
        return {}
    ids = people.weights["person_id"].astype(str)
    return dict(zip(ids, people.weights["weight"].astype(float), strict=True))


def _weigh(
    figures: Mapping[Cell, Figure],
    population: Population,
    scope: Scope,
    weights: _Weights,
) -> dict[Cell, int]:
    """Return weighted per cents of published cells of the study area (P1, P3).

    ``100 * rounded * mean weight of the cell / (rounded base * mean weight of all)``: rounded
    counts, so that weights of 1 give the plain percentage and never the true one.
    """
    base = Cell(scope.area_code)
    whole = figures.get(base, Figure(SUPPRESSED)).count
    if not whole or whole < scope.rules.least_denominator:
        return {}
    if not set(population.person_ids) <= set(weights.of_person):
        return {}
    mean = {
        cell: find_mean_weight(weights.of_person, population, population.find_mask(cell, scope))
        for cell, figure in figures.items()
        if figure.count is not None
        and cell.area_code == scope.area_code
        and not weights.raked.intersection(cell.attributes)
    }
    return {
        cell: find_percent((figures[cell].count or 0) * each, whole * mean[base])
        for cell, each in mean.items()
        if cell.answers
    }


def _make_rows(
    table: PeopleTable,
    scope: Scope,
    figures: Mapping[Cell, Figure],
    margins: pd.DataFrame | None,
) -> list[list[Any]]:
    census = _read_margin(table, margins)
    rows = []
    for geography, category, cell in list_cells(table, scope):
        figure = figures[cell]
        whole = figures.get(Cell(cell.area_code), Figure(SUPPRESSED)).count
        can_share = bool(cell.answers and whole and whole >= scope.rules.least_denominator)
        part = figure.count if can_share else None
        of_all = census.get((cell.area_code, category))
        answered = _count_answered(cell, table, figures, census, scope)
        in_answered = 100 * part / answered if part is not None and answered and of_all else None
        ratio = in_answered / of_all if in_answered is not None and of_all else None
        rows.append(
            [
                table.id,
                cell.area_code,
                geography,
                category,
                figure.status,
                figure.count,
                None if part is None else find_percent(part, whole or 1),
                None if in_answered is None else find_percent(part or 0, answered or 1),
                figure.weighted_pct if geography == STUDY_AREA else None,
                None if of_all is None else round(of_all, 1),
                None if ratio is None else round(ratio, 2),
            ]
        )
    return rows


def _count_answered(
    cell: Cell,
    table: PeopleTable,
    figures: Mapping[Cell, Figure],
    census: Mapping[tuple[str, str], float],
    scope: Scope,
) -> int | None:
    """Return how many gave an answer that the census has too, from the figures that are shown.

    Those who gave none are no part of a share that is set beside the census. None where any
    such figure is withheld, or where they are too few for a percentage.
    """
    codes = [code for area, code in census if area == cell.area_code]
    counts = [figures[make_cell(cell.area_code, table.attributes, (c,))].count for c in codes]
    known = [count for count in counts if count is not None]
    total = sum(known) if counts and len(known) == len(counts) else 0
    return total if total >= scope.rules.least_denominator else None


def _read_margin(table: PeopleTable, margins: pd.DataFrame | None) -> dict[tuple[str, str], float]:
    """Return the census' per cent of each area and category, of all categories that it has."""
    if margins is None or not table.margin:
        return {}
    rows = margins[margins["dimension"] == table.margin]
    totals = rows.groupby("area_code")["people_count"].sum()
    keys = zip(rows["area_code"], rows["category"], rows["people_count"], strict=True)
    return {
        (area, category): 100 * float(count) / float(totals[area])
        for area, category, count in keys
        if totals[area]
    }


def _account(table: PeopleTable, cells: pd.DataFrame, outcome: _Outcome) -> TableAccount:
    found = cells.loc[cells["table_id"] == table.id, "status"].value_counts()
    return TableAccount(
        table_id=table.id,
        published_count=int(found.get(PUBLISHED, 0)),
        suppressed_count=int(found.get(SUPPRESSED, 0)),
        withheld_count=int(found.get(WITHHELD, 0)),
        is_carried_over=outcome.is_carried_over,
    )
