"""The site register: each mart by hand, each check by a planted fault, the lists shipped."""

import csv
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from assetmap.claims.intervals import Stated, meet
from assetmap.contracts import check
from assetmap.disclosure.site_register import SITE_REGISTER
from assetmap.lineage import derive
from assetmap.quality import assess, find_checks
from assetmap.registers.read import REGISTERS, read_lists
from assetmap.registers.site_lists import SITE_LISTS
from assetmap.statements import read_statements
from assetmap.survey.themes import read_themes
from assetmap.warehouse import column_types, create_empty, fetch_table, open_warehouse, write_typed
from tiny import fill, rows_of

RAW = Path(__file__).parents[1] / "data" / "raw"
JOURNALS = Path(__file__).parents[2] / "shared" / "seeds"
CONTRACTS = {register.table: register.contract for register in REGISTERS}
MARTS = {contract.table.removeprefix("pub_"): contract for contract in SITE_REGISTER}
STATEMENTS = {
    name: text
    for folder in ("intermediate", "marts")
    for name, text in read_statements(folder).items()
    if name.removeprefix("mart_") in MARTS
    or name in ("int_site_alias", "int_site_source", "int_site_step")
}
OURS = (
    "milestone_date_impossible",
    "milestone_date_passed",
    "site_register_capacity_disputed",
    "site_register_nobody",
    "site_register_public_without_developer",
)
CHECKS = [check for check in find_checks() if check.id in OURS]
SITE = (
    "site_id VARCHAR, site_name VARCHAR, aliases VARCHAR, local_authority VARCHAR, "
    "register_ref VARCHAR, stated_ha DOUBLE, homes_min_count BIGINT, homes_max_count BIGINT, "
    "location_source VARCHAR, origin VARCHAR, permission_status VARCHAR, "
    "permission_type VARCHAR, permission_date VARCHAR"
)
WHENCE = {"document": "report", "section": "1"}


def stage(con, **tables):
    """Fill staged tables with rows of some columns; the others are NULL."""
    for table, rows in tables.items():
        contract = CONTRACTS[table]
        whole = [{name: row.get(name) for name in contract.names} for row in rows]
        frame = pd.DataFrame(whole, columns=contract.names, dtype=object)
        write_typed(con, table, frame, column_types(contract))


def place(con, *sites):
    """Fill ``int_site`` with rows of some columns."""
    names = [column.split()[0] for column in SITE.split(", ")]
    common = {"local_authority": "Big City", "origin": "site_layer"}
    rows = [(common | {"site_name": s["site_id"].title()} | s) for s in sites]
    fill(con, {"int_site": (SITE, [tuple(row.get(name) for name in names) for row in rows])})


def derived(con):
    for table in STATEMENTS:
        con.execute(f"DROP TABLE IF EXISTS {table}")
    derive(con, STATEMENTS, require_all=True)


def mart(con, name, *columns):
    """Derive and return the rows of a mart as tuples of some columns, in the order of its key."""
    derived(con)
    contract = MARTS[name]
    table = fetch_table(con, f"mart_{name}", order_by=contract.primary_key)
    described = con.execute(f"DESCRIBE mart_{name}").fetchall()
    assert {column: kind for column, kind, *_ in described} == column_types(contract)
    assert table.columns.tolist() == contract.names
    check(table, contract)
    plain = table.astype(object).where(table.notna(), None)
    return [tuple(row) for row in plain[list(columns)].to_numpy()]


def found(con):
    """Derive, and return the messages of the checks that found something, by their id."""
    derived(con)
    return {f.check_id: f.message for f in assess(con, CHECKS) if not f.passed}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        for table, contract in CONTRACTS.items():
            create_empty(con, table, column_types(contract))
        place(con, {"site_id": "mill"})
        stage(
            con,
            stg_organisation=[
                {"organisation_id": "weir", "organisation_name": "Weir Ltd", "sector": "private"},
                {"organisation_id": "town", "organisation_name": "Town", "sector": "public"},
            ],
        )
        yield con


def test_all_our_checks_are_there():
    assert [check.id for check in CHECKS] == sorted(OURS)


@pytest.mark.parametrize("name", sorted(set(MARTS) - {"pipeline"}))
def test_lists_that_are_not_there_give_an_empty_mart(con, name):
    assert mart(con, name) == []


@pytest.mark.parametrize(
    ("date", "first", "last"),
    [
        ("2018", "2018-01-01", "2018-12-31"),
        ("2018-02", "2018-02-01", "2018-02-28"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2018-04-30", "2018-04-30", "2018-04-30"),
        ("2018-02-30", None, None),
        ("unknown", None, None),
        (None, None, None),
    ],
)
def test_a_date_is_the_span_from_its_first_to_its_last_day(con, date, first, last):
    found = con.execute(
        "SELECT first_day_of($d)::VARCHAR, last_day_of($d)::VARCHAR", {"d": date}
    ).fetchone()
    assert found == (first, last)


# --- Names, parts, roles, groups, needs, commitments ---


def test_a_site_has_the_names_of_the_layer_and_of_the_list_once_each(con):
    place(con, {"site_id": "mill", "aliases": "Old Mill; The Mill"}, {"site_id": "yard"})
    named = [("mill", "The Mill"), ("mill", "Corn Mill"), ("lock", "Top Lock")]
    stage(con, stg_site_alias=[{"site_id": s, "alias": a, **WHENCE} for s, a in named])
    derived(con)
    assert rows_of(con, "FROM int_site_alias") == [
        {"site_id": "lock", "aliases": "Top Lock"},
        {"site_id": "mill", "aliases": "Corn Mill;Old Mill;The Mill"},
    ]


def test_a_role_has_the_name_of_its_organisation(con):
    stage(
        con,
        stg_site_role=[
            {"site_id": "mill", "organisation_id": "weir", "role": role, "from_date": "2016"}
            | WHENCE
            for role in ("owner", "developer")
        ],
    )
    assert mart(con, "site_role", "organisation_name", "role", "to_date") == [
        ("Weir Ltd", "developer", None),
        ("Weir Ltd", "owner", None),
    ]


def test_a_group_has_the_titles_of_its_work_packages_in_the_order_of_the_list(con):
    common = {"site_id": "mill", "group_name": "G", "purpose": "p", **WHENCE}
    stage(
        con,
        stg_work_package=[
            {"work_package_id": key, "work_package_title": f"Title {key}", **WHENCE}
            for key in ("wp-a", "wp-b", "wp-c")
        ],
        stg_site_group=[
            common | {"group_id": "g1", "work_packages": "wp-c; wp-a"},
            common | {"group_id": "g2"},
        ],
    )
    assert mart(con, "site_group", "group_id", "work_packages") == [
        ("g1", "Title wp-c;Title wp-a"),
        ("g2", None),
    ]


def test_parts_and_needs_are_as_listed(con):
    stage(
        con,
        stg_site_part=[
            {"part_id": "pool", "site_id": "mill", "part_name": "Pool", "part_kind": "leisure"}
            | WHENCE
        ],
        stg_site_need=[{"site_id": "mill", "theme": "food", "need": "Cooks", **WHENCE}],
    )
    assert mart(con, "site_part", "part_id", "site_id", "note") == [("pool", "mill", None)]
    assert mart(con, "site_need", "theme", "need", "section") == [("food", "Cooks", "1")]


@pytest.mark.parametrize(
    ("target", "actual", "state"),
    [
        (None, None, "no target"),
        (None, 7, "no target"),
        (10, None, "not reported"),
        (10, 0, "not met yet"),
        (10, 9.5, "not met yet"),
        (10, 10, "met"),
        (10, 11, "met"),
    ],
)
def test_a_commitment_is_met_only_where_both_figures_are_there(con, target, actual, state):
    stage(
        con,
        stg_commitment=[
            {"commitment_id": "c", "site_id": "mill", "organisation_id": "weir"}
            | {"commitment": "recruit", "what": "Hire", "target": target, "actual": actual}
            | {"due": "unknown", "as_of": "unknown"}
            | WHENCE
        ],
    )
    assert mart(con, "commitment", "state", "organisation_name") == [(state, "Weir Ltd")]


# --- Engagement ---


def contacts(con, *entries):
    stage(
        con,
        stg_site_engagement=[
            {"event_id": f"e{n}", "site_id": site, "organisation_id": who, "event_date": when}
            | {"event_kind": "meeting", "level": level}
            | WHENCE
            for n, (site, who, when, level) in enumerate(entries, start=1)
        ],
    )
    return mart(con, "site_engagement", "event_id", "level_rank", "is_latest")


def test_the_ladder_has_five_steps_from_nought(con):
    ladder = ("none", "informed", "consulted", "active", "committed")
    rows = contacts(con, *(("mill", "weir", f"201{n}", level) for n, level in enumerate(ladder)))
    assert [rank for _, rank, _ in rows] == [0, 1, 2, 3, 4]
    assert [is_latest for *_, is_latest in rows] == [False] * 4 + [True]


def test_the_last_contact_is_the_one_of_the_latest_date_wherever_it_stands(con):
    rows = contacts(con, ("mill", "weir", "2019-03", "active"), ("mill", "weir", "2018", "none"))
    assert rows == [("e1", 3, True), ("e2", 0, False)]


def test_of_contacts_of_unknown_date_the_last_of_the_list_counts(con):
    rows = contacts(con, *(("mill", "weir", "unknown", level) for level in ("active", "informed")))
    assert rows == [("e1", 3, False), ("e2", 1, True)]


def test_a_contact_of_unknown_date_does_not_outdate_one_that_has_a_date(con):
    rows = contacts(con, ("mill", "weir", "2017", "none"), ("mill", "weir", "unknown", "active"))
    assert rows == [("e1", 0, True), ("e2", 3, False)]


def test_each_organisation_has_a_last_contact_about_each_site(con):
    where = [("mill", "weir"), ("mill", "town"), ("yard", "weir")]
    rows = contacts(con, *((site, who, "2017", "informed") for site, who in where))
    assert [is_latest for *_, is_latest in rows] == [True] * 3


# --- Capacity ---


def capacities(con, *statements, metric="homes"):
    stage(
        con,
        stg_site_capacity=[
            {"site_id": "mill", "metric": metric, "value": value, "bound": bound}
            | {"as_of": "2017", "document": f"report-{n}", "section": "1"}
            for n, (value, bound) in enumerate(statements)
        ],
    )
    rows = mart(con, "site_capacity", "value", "bound", "is_disputed")
    return {f"{bound} {value:g}": is_disputed for value, bound, is_disputed in rows}


@pytest.mark.parametrize(
    ("one", "other", "is_disputed"),
    [
        ((500, "exact"), (500, "exact"), False),
        ((500, "exact"), (360, "exact"), True),
        ((500, "about"), (450, "exact"), False),
        ((500, "about"), (550, "exact"), False),
        ((500, "about"), (449, "exact"), True),
        ((500, "about"), (551, "exact"), True),
        ((500, "about"), (610, "about"), False),
        ((500, "about"), (620, "about"), True),
        ((60, "over"), (60, "exact"), True),
        ((60, "over"), (60, "at_most"), True),
        ((60, "over"), (60.1, "exact"), False),
        ((60, "at_least"), (60, "exact"), False),
        ((60, "at_least"), (59, "exact"), True),
        ((60, "at_least"), (1000, "over"), False),
        ((60, "at_most"), (61, "exact"), True),
        ((60, "at_most"), (0, "exact"), False),
    ],
)
def test_statements_are_disputed_where_both_cannot_be_true(con, one, other, is_disputed):
    assert set(capacities(con, one, other).values()) == {is_disputed}
    if "at_most" not in (one[1], other[1]):  # no claim has this bound
        assert meet(Stated(*one), Stated(*other)) is not is_disputed


def test_only_statements_that_differ_from_another_are_disputed(con):
    states = capacities(con, (500, "exact"), (360, "exact"), (100, "at_least"))
    assert states == {"exact 500": True, "exact 360": True, "at_least 100": False}
    assert found(con)["site_register_capacity_disputed"] == (
        "1 capacities of sites are stated with figures that cannot all be true, e.g. "
        "Mill: 360 or 500 homes; all are kept."
    )


def test_jobs_do_not_dispute_homes(con):
    place(con, {"site_id": "mill", "homes_min_count": 360, "homes_max_count": 360})
    states = capacities(con, (20, "exact"), metric="jobs")
    assert states == {"exact 360": False, "exact 20": False}


REGISTER_SITE = {
    "site_id": "mill",
    "register_ref": "N7; N8",
    "stated_ha": 7.25,
    "homes_min_count": 360,
    "homes_max_count": 360,
    "location_source": "Brownfield land register, Big City, resource date 2020-01-31 (point 1 2)",
}
LISTED = {
    "stg_document": [
        {"document": f"register-{kind}", "document_kind": kind, "publisher": "Big City Council"}
        | {"published": "2020-01-31", "document_title": "t", "period_covered": "p"}
        for kind in ("register", "other")
    ],
    "stg_section": [
        {"document": f"register-{kind}", "section": "N7", "section_title": "t", "state": "present"}
        for kind in ("register", "other")
    ],
}


def test_homes_and_hectares_of_the_site_stand_beside_the_list_with_their_register(con):
    place(con, REGISTER_SITE)
    stage(con, **LISTED)
    capacities(con, (500, "exact"))
    columns = ("metric", "statement_id", "value", "as_of", "document", "section", "is_disputed")
    assert mart(con, "site_capacity", *columns) == [
        ("ha", "1", 7.25, "2020-01-31", "register-register", "N7; N8", False),
        ("homes", "1", 500, "2017", "report-0", "1", True),
        ("homes", "2", 360, "2020-01-31", "register-register", "N7; N8", True),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"local_authority": "Ham"},
        {"register_ref": "N8"},
        {"location_source": "Brownfield land register, Big City, 2019-10-20"},
    ],
)
def test_a_register_that_is_not_listed_is_named_in_the_words_of_the_site(con, change):
    site = REGISTER_SITE | change
    place(con, site)
    stage(con, **LISTED)
    ((document, section), *_) = mart(con, "site_capacity", "document", "section")
    assert (document, section) == (site["location_source"], site["register_ref"])


def test_a_site_that_names_no_source_says_so(con):
    place(con, {"site_id": "mill", "stated_ha": 2.0})
    assert mart(con, "site_capacity", "document", "section", "as_of") == [
        ("site layer", None, "unknown")
    ]


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        (30, 30, {"exact 30": False}),
        (30, 40, {"at_least 30": False, "at_most 40": False}),
        (None, 40, {"at_most 40": False}),
        (30, None, {"at_least 30": False}),
        (40, 30, {"at_least 40": True, "at_most 30": True}),
    ],
)
def test_the_least_and_the_most_homes_are_two_statements(con, least, most, expected):
    place(con, {"site_id": "mill", "homes_min_count": least, "homes_max_count": most})
    assert capacities(con) == expected


# --- Milestones and slippage ---


def entry(basis, earliest, latest=None, recorded_on="2017-12-31", **rest):
    known = {"site_id": "mill", "milestone": "available", "basis": basis, "earliest": earliest}
    return known | {"latest": latest or earliest, "recorded_on": recorded_on} | WHENCE | rest


def milestones(con, *entries):
    """Stage entries under ids e1, e2 … in their order."""
    stage(con, stg_site_milestone=[{"entry_id": f"e{n}"} | e for n, e in enumerate(entries, 1)])


def slippage(con, *entries):
    milestones(con, *entries)
    ((low, high, state),) = mart(con, "site_slippage", "low_months", "high_months", "state")
    return low, high, state


PLAN = entry("planned", "2018-04", "2019-03")


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        # The plan's last month is March 2019, its first April 2018.
        (entry("forecast", "2020-06"), (15, 26, "late")),
        (entry("actual", "2019-04-01"), (1, 12, "late")),
        (entry("actual", "2019-03-31"), (0, 11, "as planned")),
        (entry("actual", "2018-04"), (-11, 0, "as planned")),
        (entry("actual", "2018-03"), (-12, -1, "early")),
        (entry("actual", "2019"), (-2, 20, "may be late")),
        (entry("actual", "2018"), (-14, 8, "as planned")),
        (entry("forecast", "unknown", "2019-02"), (None, 10, "as planned")),
        (entry("forecast", "unknown", "2021"), (None, 44, "may be late")),
        (entry("forecast", "2020", "unknown"), (10, None, "late")),
        (entry("forecast", "2018-06", "unknown"), (-9, None, "may be late")),
        (entry("forecast", "unknown"), (None, None, "no date recorded")),
    ],
)
def test_slippage_is_a_span_of_calendar_months(con, last, expected):
    assert slippage(con, PLAN, last) == expected


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([PLAN], "only the plan"),
        ([entry("planned", "unknown")], "no date recorded"),
        ([entry("planned", "unknown"), entry("actual", "2016")], "no date recorded"),
        ([entry("actual", "2016")], "no plan recorded"),
        ([entry("forecast", "2018"), entry("forecast", "2019")], "no plan recorded"),
    ],
)
def test_there_is_no_slippage_without_a_dated_plan_and_a_later_statement(con, entries, state):
    assert slippage(con, *entries) == (None, None, state)


def test_a_plan_that_moves_slips_against_the_first_one(con):
    moved = entry("planned", "2020-03", recorded_on="2018-06-01")
    assert slippage(con, PLAN, moved) == (12, 23, "late")


def test_a_step_that_was_taken_outweighs_later_forecasts_and_plans(con):
    entries = (
        PLAN,
        entry("actual", "2018-05", recorded_on="2018-06-01"),
        entry("forecast", "2021", recorded_on="2019-01-01"),
        entry("planned", "2022", recorded_on="2020-01-01"),
    )
    assert slippage(con, *entries) == (-10, 1, "as planned")


def test_entries_of_one_day_count_in_the_order_of_the_list(con):
    wrong = entry("forecast", "2030", recorded_on="2018-06-01")
    mended = entry("forecast", "2020-03", recorded_on="2018-06-01")
    assert slippage(con, PLAN, wrong, mended) == (12, 23, "late")


def test_a_later_forecast_changes_slippage_and_not_history(con):
    first = (PLAN, entry("forecast", "2019-06", recorded_on="2018-06-01"))
    later = entry("forecast", "2021-01", recorded_on="2019-06-01")
    columns = ("entry_id", "basis", "earliest", "latest", "recorded_on")
    assert slippage(con, *first) == (3, 14, "late")
    history = mart(con, "site_milestone", *columns)
    assert slippage(con, *first, later) == (22, 33, "late")
    assert mart(con, "site_milestone", *columns) == [
        *history,
        ("e3", "forecast", "2021-01", "2021-01", "2019-06-01"),
    ]


def test_each_step_of_each_site_slips_by_itself(con):
    other = {"site_id": "yard"}
    milestones(
        con,
        PLAN,
        entry("forecast", "2020-06"),
        entry("planned", "2018", milestone="completion"),
        entry("planned", "2018", **other),
        entry("actual", "2018-02", **other),
    )
    columns = ("site_id", "milestone", "milestone_order", "first_latest", "last_basis", "state")
    assert mart(con, "site_slippage", *columns) == [
        ("mill", "available", 4, "2019-03", "forecast", "late"),
        ("mill", "completion", 5, "2018", "planned", "only the plan"),
        ("yard", "available", 4, "2018", "actual", "as planned"),
    ]


def test_a_date_that_passed_is_told_by_the_last_entry_and_not_by_the_clock(con):
    place(con, {"site_id": "mill"}, {"site_id": "yard"})
    news = {"site_id": "yard", "milestone": "completion"}
    milestones(con, PLAN, entry("actual", "2016", recorded_on="2019-03-31", **news))
    assert "milestone_date_passed" not in found(con)
    milestones(con, PLAN, entry("actual", "2016", recorded_on="2019-04-01", **news))
    assert "e.g. Mill: available by 2019-03;" in found(con)["milestone_date_passed"]


def test_a_step_that_was_taken_has_not_passed_unnoticed(con):
    milestones(con, PLAN, entry("actual", "2018-05", recorded_on="2021-01-01"))
    assert found(con).keys() == {"site_register_nobody"}


@pytest.mark.parametrize(
    ("earliest", "latest", "is_found"),
    [
        ("2018-02-30", "2018", True),
        ("2018", "2018-02-30", True),
        ("2019", "2018", True),
        ("2018-12-31", "2018", False),
        ("unknown", "2018", False),
        ("unknown", "unknown", False),
    ],
)
def test_dates_that_cannot_be_are_found(con, earliest, latest, is_found):
    milestones(con, entry("planned", earliest, latest))
    assert ("milestone_date_impossible" in found(con)) == is_found


# --- The pipeline ---


def step(milestone, basis="actual", date="2016", **rest):
    return entry(basis, date, milestone=milestone, **rest)


def stage_of(con, *columns):
    (row,) = mart(con, "pipeline", "stage", *columns)
    return row


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], ("potential", 1)),
        ([step("available")], ("potential", 1)),
        ([step("completion", "planned")], ("potential", 1)),
        ([step("completion", "forecast")], ("potential", 1)),
        ([step("outline_permission")], ("outline", 2)),
        ([step("full_permission"), step("outline_permission")], ("full", 3)),
        ([step("construction_start"), step("available")], ("on_site", 4)),
        ([step("completion"), step("outline_permission")], ("complete", 5)),
    ],
)
def test_the_stage_is_the_furthest_step_that_was_taken(con, steps, expected):
    milestones(con, *steps)
    assert stage_of(con, "stage_order") == expected


@pytest.mark.parametrize(
    ("status", "kind", "expected", "basis"),
    [
        ("permissioned", "full planning permission", "full", ", full planning permission"),
        ("permissioned", "full-planning-permission", "full", ", full planning permission"),
        ("permissioned", "reserved matters approval", "full", ", reserved matters approval"),
        ("permissioned", "outline planning permission", "outline", ", outline planning permission"),
        ("permissioned", "other", "outline", ", other"),
        ("permissioned", None, "outline", ""),
        ("not-permissioned", None, "potential", ""),
        ("pending decision", "full planning permission", "potential", ", full planning permission"),
        (None, "outline planning permission", "potential", ", outline planning permission"),
    ],
)
def test_without_a_step_the_register_says_the_stage(con, status, kind, expected, basis):
    said = (status or "status not stated").replace("-", " ")
    place(
        con,
        REGISTER_SITE
        | {"permission_status": status, "permission_type": kind, "permission_date": "2019-05-06"},
    )
    stage(con, **LISTED)
    assert stage_of(con, "stage_basis", "stage_since", "document", "section") == (
        expected,
        f"brownfield land register: {said}{basis}",
        "2019-05-06" if expected != "potential" else None,
        "register-register",
        "N7; N8",
    )


def test_a_step_that_was_taken_outweighs_the_register(con):
    place(con, REGISTER_SITE | {"permission_status": "permissioned", "permission_type": "full"})
    milestones(con, step("outline_permission", date="2015-03"))
    assert stage_of(con, "stage_basis", "stage_since", "document", "section") == (
        "outline",
        "milestone outline permission (e1)",
        "2015-03",
        "report",
        "1",
    )


@pytest.mark.parametrize(
    ("earliest", "latest", "since"),
    [
        ("2016", "2016", "2016"),
        ("2016", "2017", None),
        ("unknown", "2017", None),
        ("unknown", "unknown", None),
    ],
)
def test_a_stage_has_a_date_only_where_one_is_known(con, earliest, latest, since):
    milestones(con, entry("actual", earliest, latest, milestone="completion"))
    assert stage_of(con, "stage_since") == ("complete", since)


def test_a_site_of_which_nothing_is_known_is_potential_and_says_why(con):
    columns = ("stage_basis", "homes_low", "jobs_low", "hectares_low", "document")
    assert stage_of(con, *columns) == (
        "potential",
        "no step and no permission recorded",
        *(None,) * 4,
    )


def plan_of(con, *values, status="stated"):
    claims = [
        {"claim_id": f"c{n}", "indicator_id": "homes_master_plan", "value": v, "status": status}
        for n, v in enumerate(values)
    ]
    stage(con, stg_claim=claims)


def test_homes_run_from_the_lowest_to_the_highest_statement(con):
    place(con, REGISTER_SITE)
    plan_of(con, 3000)
    capacities(con, (500, "exact"))
    columns = ("homes_low", "homes_high", "homes_share_pct_low", "homes_share_pct_high")
    ((low, high, least, most),) = mart(con, "pipeline", *columns)
    assert (low, high) == (360, 500)
    assert (round(least, 1), round(most, 1)) == (12.0, 16.7)


def test_shares_reach_over_all_figures_of_the_plan_but_those_withdrawn(con):
    capacities(con, (500, "exact"))
    plan_of(con, 2000, 4000)
    columns = ("homes_share_pct_low", "homes_share_pct_high")
    assert mart(con, "pipeline", *columns) == [(12.5, 25.0)]
    plan_of(con, 2000, status="withdrawn")
    assert mart(con, "pipeline", *columns) == [(None, None)]


@pytest.mark.parametrize(("metric", "column"), [("jobs", "jobs"), ("ha", "hectares")])
def test_jobs_and_hectares_run_from_the_lowest_to_the_highest_too(con, metric, column):
    place(con, {"site_id": "mill"})
    capacities(con, (30, "exact"), (20, "about"), metric=metric)
    columns = (f"{column}_low", f"{column}_high", "homes_low")
    assert mart(con, "pipeline", *columns) == [(20, 30, None)]


# --- Checks on who is there ---


def role(organisation_id, name, **rest):
    known = {"site_id": "mill", "organisation_id": organisation_id, "role": name}
    return known | {"from_date": "unknown"} | WHENCE | rest


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], {"site_register_nobody"}),
        ([role("weir", "operator")], {"site_register_nobody"}),
        ([role("weir", "owner", to_date="2018")], {"site_register_nobody"}),
        ([role("weir", "owner")], set()),
        ([role("town", "owner")], {"site_register_public_without_developer"}),
        ([role("town", "joint_venture")], {"site_register_public_without_developer"}),
        ([role("town", "owner"), role("weir", "developer")], set()),
        (
            [role("town", "owner"), role("weir", "developer", to_date="2018")],
            {"site_register_public_without_developer"},
        ),
    ],
)
def test_sites_without_owner_or_developer_are_found(con, roles, expected):
    stage(con, stg_site_role=roles)
    assert found(con).keys() == expected


def test_land_that_is_built_on_already_gives_no_leverage(con):
    stage(con, stg_site_role=[role("town", "owner")])
    milestones(con, step("construction_start"))
    assert found(con) == {}


def test_nobody_is_asked_for_at_sites_that_only_the_register_knows(con):
    place(con, {"site_id": "mill", "origin": "brownfield_register"})
    assert found(con) == {}


# --- The lists that are shipped ---


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    sites = frozenset(site["site_id"] for site in layer())
    known = {"sites": sites, "study_area": frozenset({"greater_icknield"})}
    raw = tmp_path_factory.mktemp("raw")
    for folder in ("claims", "programme", "sites"):
        shutil.copytree(RAW / folder, raw / folder)
    return read_lists(raw, known).frames


def layer():
    starter = json.loads((RAW / "sites" / "sites_starter.geojson").read_text("utf-8"))
    return [
        feature["properties"]
        | {
            "stated_ha": feature["properties"]["hectares"],
            "homes_min_count": feature["properties"]["homes_min"],
            "homes_max_count": feature["properties"]["homes_max"],
        }
        for feature in starter["features"]
    ]


@pytest.fixture
def shipped(con, lists):
    place(con, *layer())
    for table, frame in lists.items():
        write_typed(con, table, frame, column_types(CONTRACTS[table]))
    return con


@pytest.mark.parametrize("register", SITE_LISTS, ids=lambda register: register.filename)
def test_a_shipped_list_is_plain_utf_8_with_the_columns_of_its_contract(register):
    text = (RAW / register.path).read_bytes()
    assert text.split(b"\n")[0].decode() == ",".join(register.contract.names)
    assert b"\r" not in text
    assert text.endswith(b"\n")


def test_every_shipped_list_says_something(lists):
    assert {r.filename for r in SITE_LISTS if lists[r.table].empty} == set()


def test_needs_have_themes_of_the_vocabulary(lists):
    themes = set(read_themes()["theme"])
    assert set(lists["stg_site_need"]["theme"]) <= themes


def test_urban_splash_is_informed_and_the_trust_active(shipped):
    rows = mart(shipped, "site_engagement", "organisation_id", "site_id", "level_rank", "is_latest")
    latest = {(who, site): rank for who, site, rank, is_latest in rows if is_latest}
    assert latest["urban-splash", "icknield-port-loop"] == 1
    assert latest["swbh-nhs-trust", "midland-metropolitan-hospital"] == 3


def test_both_figures_of_spring_hill_are_kept_and_disputed(shipped):
    rows = mart(
        shipped, "site_capacity", "site_id", "metric", "value", "document", "section", "is_disputed"
    )
    assert [row[2:] for row in rows if row[:2] == ("spring-hill", "homes")] == [
        (500, "journal-1", "2.2", True),
        (360, "brownfield-birmingham-2020", "N1061", True),
    ]
    assert [row[:2] for row in rows if row[5]] == [("spring-hill", "homes")] * 2
    assert {row[:3] for row in rows if not row[5]} == {
        ("city-hospital", "ha", 20.64),
        ("city-hospital", "homes", 750),
        ("icknield-port-loop", "ha", 21.7),
        ("icknield-port-loop", "homes", 1150),
        ("midland-metropolitan-hospital", "gbp", 350_000_000),
        ("spring-hill", "ha", 7.2),
    }
    assert {row[3] for row in rows} == {
        "journal-1",
        "brownfield-birmingham-2019",
        "brownfield-birmingham-2020",
    }


def test_the_pipeline_of_the_named_sites(shipped):
    columns = ("site_id", "stage", "stage_since", "homes_low", "homes_high")
    assert mart(shipped, "pipeline", *columns) == [
        ("chamberlain-gardens", "complete", "2016", None, None),
        ("city-hospital", "potential", None, 750, 750),
        ("edgbaston-reservoir", "potential", None, None, None),
        ("icknield-port-loop", "outline", None, 1150, 1150),
        ("midland-metropolitan-hospital", "on_site", "2016", None, None),
        ("spring-hill", "potential", None, 360, 500),
    ]
    shares = mart(shipped, "pipeline", "site_id", "homes_share_pct_low", "homes_share_pct_high")
    (hill,) = [row[1:] for row in shares if row[0] == "spring-hill"]
    assert [round(share, 1) for share in hill] == [12.0, 16.7]


def test_the_steps_of_the_named_sites(shipped):
    columns = ("site_id", "milestone", "last_basis", "state")
    assert mart(shipped, "site_slippage", *columns) == [
        ("chamberlain-gardens", "completion", "actual", "no plan recorded"),
        ("city-hospital", "available", "planned", "only the plan"),
        ("icknield-port-loop", "outline_permission", "actual", "no plan recorded"),
        ("midland-metropolitan-hospital", "construction_start", "actual", "no plan recorded"),
        ("spring-hill", "outline_permission", "planned", "no date recorded"),
    ]


def test_what_the_checks_say_of_the_named_sites(shipped):
    messages = found(shipped)
    assert messages.keys() == {
        "site_register_capacity_disputed",
        "site_register_nobody",
        "site_register_public_without_developer",
    }
    assert "Spring Hill: 360 or 500 homes" in messages["site_register_capacity_disputed"]
    assert messages["site_register_nobody"].startswith("3 sites")
    without = messages["site_register_public_without_developer"]
    assert without.startswith("1 sites")
    assert "City Hospital site" in without


def test_the_parts_of_port_loop_in_the_register_of_2020_hold_1151_homes(lists):
    notes = lists["stg_site_part"].set_index("section")["note"]
    homes = [int(note.split()[0]) for section, note in notes.items() if section[0] == "N"]
    assert (len(homes), sum(homes)) == (10, 1151)


def test_no_commitment_has_a_figure(lists):
    assert lists["stg_commitment"][["target", "actual"]].isna().all(axis=None)


def runs_of_words(text, length=8):
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[at : at + length]) for at in range(len(words) - length + 1)}


@pytest.mark.skipif(not JOURNALS.is_dir(), reason=f"{JOURNALS}, the journals, are not here")
def test_no_sentence_of_the_journals_is_carried_over():
    sources = [path.read_text("utf-8") for path in sorted(JOURNALS.glob("*.txt"))]
    assert len(sources) == 2
    theirs = set().union(*map(runs_of_words, sources))
    cells = [
        cell
        for register in SITE_LISTS
        for row in csv.DictReader((RAW / register.path).open(encoding="utf-8", newline=""))
        for cell in row.values()
    ]
    readme = (RAW / "sites" / "README.md").read_text("utf-8").splitlines()
    ours = set().union(*map(runs_of_words, cells + readme))
    assert len(ours) > 100
    assert ours & theirs == set()
