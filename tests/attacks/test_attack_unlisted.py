"""Attacks that no list of the project had. Each must fail."""

from __future__ import annotations

import attack_list as attacks
import pytest
from attack_solver import AREA, Cell, find_open, learn, small_counts
from attack_weeks import gate

from assetmap.settings import PeopleTable
from assetmap.warehouse import fetch, open_warehouse

FITTED = {"qualification_level": "highest qualification", "country_group": "country of birth"}
"""Attributes that weights are fitted to, and how the page says so."""


@pytest.fixture(scope="module")
def residents(week):
    """Shares of residents by attribute and category: open data of the census."""
    with open_warehouse(week.settings.warehouse, read_only=True) as con:
        rows = fetch(con, f"SELECT * FROM int_census_margin WHERE area_code = '{AREA}'")  # noqa: S608 - our own constant
    shares = {}
    for dimension, part in rows.groupby("dimension"):
        counts = part.set_index("category")["people_count"].astype(float)
        shares[dimension] = (counts / counts.sum()).to_dict()
    return shares


def use_weights(tables, system, residents):
    """Add what weighted percentages say, to somebody who has the census.

    After weighting, the weights of a category add up to its share of residents, W in all. So
    weighted per cent = 100 * shown / shown of all * (share * W) / count, within half a per cent.
    """
    whole = tables.shown[Cell(AREA)].count
    said = tables.facts.get("weighted_by") or ""
    for name, words in FITTED.items():
        if words not in said:
            continue
        weight = ("weight", name)
        system.say({("now", Cell(AREA)): 1, weight: -1}, 0, 10**6)
        system.free.add(system.find(weight))
        for code, share in residents[name].items():
            cell = Cell(AREA, ((name, code),))
            shown = tables.shown[cell]
            if shown.count is None or shown.weighted is None:
                continue
            each = whole / (100 * shown.count)
            system.say({weight: share, ("now", cell): -(shown.weighted - 0.5) * each}, 0, 10**6)
            system.say({weight: -share, ("now", cell): (shown.weighted + 0.5) * each}, 0, 10**6)


def test_weighted_percentages_and_the_census_undo_the_rounding(week, residents):
    """Where weights are fitted to an answer, its weighted per cent is that of the census.

    What is left over is the rounding: shown count over true count.
    """
    tables = week.tables
    cells = [
        Cell(AREA, ((name, code),))
        for name in FITTED
        for code in residents[name]
        if tables.shown[Cell(AREA, ((name, code),))].count is not None
    ]
    system = learn(tables)
    before = {cell: system.interval({("now", cell): 1}) for cell in cells}
    use_weights(tables, system, residents)
    after = {cell: system.interval({("now", cell): 1}) for cell in cells}
    assert len(cells) >= 6
    assert after == before


def test_weighted_percentages_lay_no_small_count_open(week, residents):
    tables = week.tables
    system = learn(tables)
    use_weights(tables, system, residents)
    assert find_open(system, small_counts(tables, week.truth(tables))) == []


def test_what_was_not_weighted_by_does_not_tell_that_nobody_gave_an_answer(week):
    """A dimension of the census that weights are not fitted to has an answer nobody gave.

    Where one mark alone can be that answer, it is a zero.
    """
    unfitted = (week.tables.facts.get("not_weighted_by") or "").split(", ")
    rows = attacks.seen_rows(week)
    told = []
    for table, words in (("age", "age"), ("qualification", "highest qualification")):
        compared = [r for r in rows if r["table_id"] == table and r["area_code"] == AREA]
        hidden = [r for r in compared if r["census_pct"] and r["status"] != "published"]
        if words in unfitted and len(hidden) == 1:
            told.append(hidden[0]["category_label"])
    assert week.town.count(AREA, (("age_band", "65_plus"),)) == 0
    assert told == []


STRICTER = {"rules": {"sensitive_threshold": 25}}
LONGER = {
    "tables": (
        PeopleTable(
            id="sex_interest",
            title="Sex and interest",
            attributes=("sex", "enterprise_interest"),
            geographies=("study_area",),
        ),
    )
}


@pytest.mark.parametrize("policy", [STRICTER, LONGER], ids=["a stricter rule", "a new table"])
def test_one_erasure_in_the_week_of_another_policy(week, erased, target, tmp_path, policy):
    """The policy changes, one person leaves: which figures vanish must not be that person's."""
    after = gate(erased, tmp_path / "seen", last=week.settings.last_release, **policy)
    assert attacks.find_the_erased(week, after, attacks.own_cells(week, target)) == []
    assert attacks.watch_figures_vanish(week, after, target) == []
