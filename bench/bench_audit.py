"""Time the audit and repair of counts of people; print seconds and the ratio to a naive way.

Base 5 is the policy's. Base 1 leaves counts exact, so that much more must be suppressed: the
hard case. The naive way asks for the interval of every small count anew after each suppression,
and after each cell that it tries to give back. People are synthetic. Run from the root of the
repository::

    python bench/bench_audit.py [--all]

``--all`` runs the naive way on the large table as well, which takes long.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from assetmap.disclosure.audit import Auditor
from assetmap.disclosure.cells import PUBLISHED, Cell, Scope, find_statuses, list_declared
from assetmap.disclosure.counts import People, Population, read_population
from assetmap.disclosure.people import release_people
from assetmap.disclosure.repair import protect
from assetmap.disclosure.rounding import find_bounds, round_half_up
from assetmap.disclosure.systems import make_alone
from assetmap.settings import PeopleRules, PeopleTable
from assetmap.survey.attributes import Attribute

SMALL = 3
CATEGORIES = 20
AREA = "synthetic"
Published = dict[Cell, tuple[int, tuple[int, int]]]


def make_scope(wards: int, base: int = 5) -> Scope:
    """Return the scope of one table by ward with totals; base 1 leaves counts exact."""
    codes = {f"c{number:02d}": f"Category {number}" for number in range(CATEGORIES)}
    table = PeopleTable(
        id="bench", title="Bench", attributes=("kind",), geographies=("study_area", "ward")
    )
    return Scope(
        tables=(table,),
        rules=PeopleRules.model_construct(**{**dict(PeopleRules()), "rounding_base": base}),
        wards=tuple(f"E05{number:06d}" for number in range(wards)),
        area_code=AREA,
        attributes={"kind": Attribute(label="Kind", categories=codes)},
    )


def make_people(scope: Scope, first: int = 0, mean: float = 12.0) -> People:
    """Return people whose counts differ much from cell to cell."""
    draw = np.random.default_rng(first)
    sizes = draw.poisson(draw.gamma(0.7, mean / 0.7, (len(scope.wards), CATEGORIES)))
    codes = list(scope.attributes["kind"].categories)
    rows = [
        (ward, code)
        for ward, line in zip(scope.wards, sizes, strict=True)
        for code, size in zip(codes, line, strict=True)
        for _ in range(size)
    ]
    ids = [f"p_{number:032x}" for number in range(first, first + len(rows))]
    return People(
        persons=pd.DataFrame(
            {"population": "respondent", "person_id": ids, "wd17cd": [ward for ward, _ in rows]}
        ),
        attributes=pd.DataFrame(
            {
                "population": "respondent",
                "person_id": ids,
                "attribute": "kind",
                "category": [code for _, code in rows],
            }
        ),
    )


def find_published(population: Population, scope: Scope) -> tuple[dict[Cell, int], Published]:
    """Return true counts, and what may be published of them by itself."""
    counts = {c: population.count(c, scope) for c in list_declared(scope, "respondent")}
    statuses = find_statuses(counts, scope)
    published: Published = {}
    base = scope.rules.rounding_base
    for cell in (cell for cell, status in statuses.items() if status == PUBLISHED):
        rounded = round_half_up(counts[cell], base)
        published[cell] = rounded, find_bounds(rounded, base, scope.find_threshold(cell))
    return counts, published


class NaiveAuditor(Auditor):
    """The same attacker without a memory: no witness outlives a question."""

    def is_all_safe(self) -> int | None:
        """Return the first target that is laid open, by two programmes each, or None."""
        for number, target in enumerate(self.system.targets):
            low, high = self.find_interval(target.position)
            if min(high, target.ceiling) - low + 1 < target.least_width:
                return number
        return None


def protect_naively(auditor: NaiveAuditor, published: Published) -> set[Cell]:
    """Repair and clean up, looking at every target after every step."""
    gone: set[Cell] = set()
    while (number := auditor.is_all_safe()) is not None:
        auditor.witnesses = auditor.witnesses[:0]
        cell = min(auditor.find_binding(number), key=lambda cell: (published[cell][0], cell))
        gone.add(cell)
        auditor.suppress(cell)
    for cell in sorted(gone, key=lambda cell: (published[cell][0], cell), reverse=True):
        auditor.publish(cell, published[cell][1])
        if auditor.is_all_safe() is None:
            gone.discard(cell)
        else:
            auditor.suppress(cell)
    return gone


def time_one(wards: int, base: int, *, is_naive: bool) -> None:
    """Print the figures of one size."""
    scope = make_scope(wards, base)
    people = make_people(scope)
    population = read_population(people, "respondent", scope)
    counts, published = find_published(population, scope)
    bounds = {cell: each for cell, (_, each) in published.items()}
    start = time.perf_counter()
    auditor = Auditor(make_alone(population, scope, counts), bounds)
    gone = protect((auditor,), published, AREA)
    ours = time.perf_counter() - start
    print(
        f"{wards:2d} x {CATEGORIES}, base {base}: {len(population.person_ids)} people, "
        f"{len(counts)} cells, {len(auditor.system.targets)} small counts, "
        f"{len(published)} large, {len(gone)} of them hidden as well, "
        f"{auditor.solved_count} programmes, {ours:.2f} s"
    )
    if is_naive:
        start = time.perf_counter()
        naive = NaiveAuditor(make_alone(population, scope, counts), bounds)
        lost = protect_naively(naive, published)
        theirs = time.perf_counter() - start
        print(
            f"         naive: {len(lost)} hidden, {naive.solved_count} programmes, "
            f"{theirs:.2f} s, ratio {theirs / ours:.1f}"
        )


def time_second(wards: int) -> None:
    """Print the seconds of a second release, with about 30 people more and one less."""
    scope = make_scope(wards)
    first = make_people(scope)
    more = make_people(scope, 100_000, mean=30 / wards / CATEGORIES)
    second = People(
        persons=pd.concat([first.persons.iloc[1:], more.persons]),
        attributes=pd.concat([first.attributes.iloc[1:], more.attributes]),
    )
    release = release_people(first, scope)
    start = time.perf_counter()
    release_people(second, scope, previous=release)
    print(f"{wards:2d} x {CATEGORIES}: second release {time.perf_counter() - start:.2f} s")


def main() -> None:
    """Run both sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true")
    is_all = parser.parse_args().all
    for wards in (SMALL, 12):
        for base in (5, 1):
            time_one(wards, base, is_naive=is_all or wards == SMALL)
        time_second(wards)


if __name__ == "__main__":
    main()
