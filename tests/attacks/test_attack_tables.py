"""Attacks on one release of the tables of people. Each must fail."""

from __future__ import annotations

import attack_list as attacks
import pytest
from attack_solver import AREA, Cell, join_three, learn, read_rows, read_tables, round_up
from attack_town import LADYWOOD, SMETHWICK, SOHO

from assetmap.warehouse import fetch, open_warehouse

SKILLS = "skill_theme"


def shown_of(week, area, *answers):
    return week.tables.shown[Cell(area, tuple(sorted(answers)))]


def test_the_town_was_counted_as_it_is(week):
    """Not an attack: the attackers' truth is that of the warehouse."""
    with open_warehouse(week.settings.warehouse, read_only=True) as con:
        statement = (
            "SELECT coalesce(p.wd17cd, '') AS area, a.attribute, a.category, count(*) AS people "
            "FROM int_person p JOIN int_person_attribute a USING (population, person_id) "
            "WHERE population = 'respondent' AND attribute <> 'qualification_country' GROUP BY ALL"
        )
        rows = fetch(con, statement)
    assert len(rows) > 100
    for area, attribute, category, people in rows.to_numpy():
        assert week.town.count(area, ((attribute, category),)) == people


def test_the_town_is_published_as_collected_answers(week):
    assert {path.name for path in week.seen.glob("people*")} == {"people.csv", "people_tables.csv"}


def test_what_is_shown_is_right(week):
    """Not an attack: withholding everything, or wrong numbers, would make them all fail."""
    tables = week.tables
    truth = week.truth(tables)
    shown = {c: tables.shown[c].count for c in truth if tables.shown[c].count is not None}
    assert len(shown) > 100
    assert all(count == round_up(truth[cell]) for cell, count in shown.items())


def test_subtracting_cells_rows_columns_and_totals_of_all_tables(week):
    assert attacks.subtract_cells(week) == []


def test_subtracting_in_the_synthetic_sample(built):
    tables = read_tables(built.maps / "data")
    truth = dict.fromkeys((c for c, p in tables.population.items() if p == "respondent"), 0)
    with open_warehouse(built.warehouse, read_only=True) as con:
        persons = fetch(con, "SELECT * FROM int_person WHERE population = 'respondent'")
        said = fetch(con, "SELECT * FROM int_person_attribute")
    answers = said.groupby("person_id")[["attribute", "category"]].apply(
        lambda part: set(part.itertuples(index=False, name=None))
    )
    for person, ward in persons[["person_id", "wd17cd"]].to_numpy():
        for cell in truth:
            if cell.area in (AREA, ward) and set(cell.answers) <= answers.get(person, set()):
                truth[cell] += 1
    targets = attacks.small_counts(tables, truth)
    assert len(targets) > 50
    assert attacks.find_open(learn(tables), targets) == []


def test_a_count_of_too_few_is_nowhere(week):
    assert attacks.read_small_counts(week) == []
    assert attacks.read_numbers_withheld(week) == []


def test_no_count_is_exact(week):
    assert attacks.read_exact_counts(week) == []


def test_a_rare_skill(week):
    """One person sews."""
    assert week.town.count(LADYWOOD, ((SKILLS, "textiles"),)) == 1
    for area in (AREA, LADYWOOD, SOHO, SMETHWICK):
        assert shown_of(week, area, (SKILLS, "textiles")).count is None


def test_nobody_looks_like_a_few(week):
    """A category without anybody, and cells of 9, 10 and 11."""
    nobody = shown_of(week, AREA, ("idea_theme", "housing"))
    nine = shown_of(week, LADYWOOD, (SKILLS, "personal_services"))
    assert week.town.count(AREA, (("idea_theme", "housing"),)) == 0
    assert week.town.count(LADYWOOD, ((SKILLS, "personal_services"),)) == 9
    assert week.town.count(SOHO, ((SKILLS, "growing"),)) == 10
    assert week.town.count(SMETHWICK, ((SKILLS, "digital"),)) == 11
    assert nobody == nine
    for area, theme in ((SOHO, "growing"), (SMETHWICK, "digital")):
        assert shown_of(week, area, (SKILLS, theme)).count in (None, 10)


def test_six_people_with_twelve_answers_are_six_people(week):
    assert week.town.count(SMETHWICK, ((SKILLS, "care"),)) == 6
    assert shown_of(week, SMETHWICK, (SKILLS, "care")).count is None


def test_a_unique_combination_of_two_tables(week):
    """One man of 55 to 64 in the area has no qualification; two tables hold two parts each."""
    names = ("age_band", "sex", "qualification_level")
    cell = Cell(AREA, (("age_band", "55_64"), ("qualification_level", "none"), ("sex", "male")))
    tables = week.tables
    system = learn(tables)
    join_three(tables, system, names, "now")
    low, high = system.interval({("now", cell): 1})
    assert week.town.count(cell.area, cell.answers) == 1
    assert high - low + 1 >= 5


def test_the_marks_of_withheld_counts_are_all_one(week):
    assert attacks.tell_marks_apart(week) == []


def test_percentages_of_few_people(week):
    assert attacks.read_percent_of_few(week) == []


def test_percentages_do_not_undo_the_rounding(week):
    assert attacks.undo_rounding_by_percent(week) == []


def test_ratios_do_not_undo_the_rounding(week):
    """A ratio to the census is worked out from the rounded counts, to two decimals."""
    rows = [r for r in read_rows(week.seen, "people") if r["coverage_ratio"]]
    margins = census(week)
    answered = dict.fromkeys({(r["table_id"], r["area_code"]) for r in rows}, 0)
    for row in read_rows(week.seen, "people"):
        place = (row["table_id"], row["area_code"])
        if place in answered and (*place, row["category"]) in margins:
            answered[place] += int(row["count"])
    assert len(rows) > 10
    for row in rows:
        share = 100 * int(row["count"]) / answered[row["table_id"], row["area_code"]]
        of_all = margins[row["table_id"], row["area_code"], row["category"]]
        assert abs(float(row["coverage_ratio"]) - share / of_all) < 0.0051


def census(week):
    """Return the census' per cent by table, area and category: open data."""
    names = {"age_band": "age", "qualification_level": "qualification", "country_group": "country"}
    with open_warehouse(week.settings.warehouse, read_only=True) as con:
        rows = fetch(con, "SELECT * FROM int_census_margin")
    totals = rows.groupby(["dimension", "area_code"])["people_count"].sum()
    return {
        (names[r.dimension], r.area_code, r.category): 100
        * float(r.people_count)
        / float(totals[r.dimension, r.area_code])
        for r in rows.itertuples()
        if r.dimension in names
    }


def test_a_sensitive_answer_of_a_ward(week):
    assert attacks.read_sensitive_by_ward(week) == []


def test_a_group_in_which_all_answer_alike(week):
    """All 13 people of 55 to 64 in Smethwick were born in Africa; 96 % of all speak English."""
    old = Cell(SMETHWICK, (("age_band", "55_64"),))
    both = (("age_band", "55_64"), ("country_group", "africa"))
    assert week.town.count(old.area, old.answers) == 13
    assert week.town.count(SMETHWICK, both) == 13
    assert attacks.read_uniform_groups(week) == []
    assert {s.count for c, s in week.tables.shown.items() if "language" in dict(c.answers)} == {
        None
    }


def test_the_census_and_the_group_that_answers_alike(week):
    """From the age of a ward and the births of the area nothing follows for the group."""
    tables = week.tables
    system = learn(tables)
    old, africa = (
        Cell(SMETHWICK, (("age_band", "55_64"),)),
        Cell(AREA, (("country_group", "africa"),)),
    )
    both, rest = ("both", "in"), ("both", "out")
    system.adds_up(("now", old), [both, rest])
    system.say({("now", africa): 1, both: -1}, 0, 10**6)
    low, high = system.interval({both: 1})
    assert low == 0
    assert high >= 13


def test_counts_of_people_below_the_ward(week):
    assert attacks.read_below_wards(week) == []


@pytest.mark.parametrize("name", ["responses_received", "responses_validated", "effective_n"])
def test_facts_about_the_survey_are_coarse(week, name):
    assert int(week.tables.facts[name]) % 5 == 0


def test_money_of_one_researcher(week):
    """Vouchers of six researchers say what each is owed: withheld."""
    money = {k: v for k, v in week.tables.facts.items() if k.startswith("vouchers_")}
    assert len(money) == 3
    assert set(money.values()) == {""}


def test_order_of_rows_is_the_declared_one_whatever_the_truth(week, turned):
    """With all answers exchanged every row of every file stands where it stood."""
    keys = ("table_id", "area_code", "category", "category_label", "sort_order")
    rows, others = (
        sorted(read_rows(w.seen, "people"), key=lambda r: int(r["sort_order"]))
        for w in (week, turned)
    )
    assert attacks.see_movement(week, turned) != []
    assert [[r[k] for k in keys] for r in rows] == [[r[k] for k in keys] for r in others]
    assert [r["table_id"] for r in read_rows(week.seen, "people_tables")] == [
        r["table_id"]
        for r in sorted(read_rows(turned.seen, "people_tables"), key=lambda r: r["table_id"])
    ]
