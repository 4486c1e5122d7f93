"""The programme register: each mart by hand, each check by a planted fault, the lists shipped."""

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from assetmap.contracts import check
from assetmap.disclosure.programme import PROGRAMME
from assetmap.lineage import derive
from assetmap.quality import assess, find_checks
from assetmap.registers.names import name_findings, resolve_names
from assetmap.registers.programme_lists import (
    CATEGORIES,
    ORGANISATION_ALIAS,
    PARTNER,
    PROGRAMME_LISTS,
)
from assetmap.registers.read import REGISTERS, read_lists
from assetmap.statements import read_statements
from assetmap.warehouse import column_types, create_empty, fetch_table, open_warehouse, write_typed

JOURNALS = Path(__file__).parents[2] / "shared" / "seeds"
SHIPPED = Path(__file__).parents[1] / "data" / "raw" / "programme"
SITES = frozenset(
    {
        "icknield-port-loop",
        "city-hospital",
        "spring-hill",
        "chamberlain-gardens",
        "edgbaston-reservoir",
        "midland-metropolitan-hospital",
    }
)
CONTRACTS = {register.table: register.contract for register in REGISTERS}
MARTS = {contract.table.removeprefix("pub_"): contract for contract in PROGRAMME}
CHECKS = [check for check in find_checks() if check.id.startswith("programme_")]


def stage(con, **tables):
    """Fill staged tables with rows of some columns; the others are NULL."""
    for table, rows in tables.items():
        contract = CONTRACTS[table]
        whole = [{name: row.get(name) for name in contract.names} for row in rows]
        frame = pd.DataFrame(whole, columns=contract.names, dtype=object)
        write_typed(con, table, frame, column_types(contract))


def derived(con):
    """Make the marts of the register as the build does; return their rows by table."""
    statements = {f"mart_{name}": read_statements("marts")[f"mart_{name}"] for name in MARTS}
    spelling = "int_organisation_spelling"
    statements[spelling] = read_statements("intermediate")[spelling]
    derive(con, statements, require_all=True)


def mart(con, name, *columns):
    """Derive and return the rows of a mart as tuples of some columns, in the order of its key."""
    derived(con)
    contract = MARTS[name]
    table = fetch_table(con, f"mart_{name}", order_by=contract.primary_key)
    assert table.columns.tolist() == contract.names
    check(table, contract)
    plain = table.astype(object).where(table.notna(), None)
    return [tuple(row) for row in plain[list(columns)].to_numpy()]


def found(con):
    """Derive, and return the messages of the checks that found something, by their id."""
    derived(con)
    return {f.check_id: f.message for f in assess(con, CHECKS) if not f.passed}


def claim(claim_id, indicator_id, value, **rest):
    common = {"document": "report", "section": "1", "status": "stated", "role": "state"}
    known = {"claim_id": claim_id, "indicator_id": indicator_id, "value": value, "unit": "count"}
    return common | known | rest


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        for table, contract in CONTRACTS.items():
            create_empty(con, table, column_types(contract))
        yield con


@pytest.mark.parametrize("name", MARTS)
def test_lists_that_are_not_there_give_an_empty_mart(con, name):
    assert mart(con, name) == []


def test_lists_that_are_not_there_give_no_finding(con):
    assert found(con) == {}


ORGANISATIONS = [
    {"organisation_id": "mill", "organisation_name": "Mill Trust", "sector": "third"},
    {"organisation_id": "weir", "organisation_name": "Weir Ltd", "sector": "private"},
]


def test_an_organisation_has_its_confirmed_spellings(con):
    aliases = [{"alias": name, "organisation_id": "mill"} for name in ("The Mill", "MT")]
    stage(con, stg_organisation=ORGANISATIONS, stg_organisation_alias=aliases)
    assert mart(con, "organisation", "organisation_id", "sector", "aliases") == [
        ("mill", "third", "MT;The Mill"),
        ("weir", "private", None),
    ]


def test_a_partner_is_named_as_written_and_only_known_names_have_an_organisation(con):
    stage(
        con,
        stg_organisation=ORGANISATIONS,
        stg_organisation_alias=[{"alias": "The Mill", "organisation_id": "mill"}],
        stg_work_package=[{"work_package_id": "wp-a", "work_package_title": "Work"}],
        stg_partner=[
            {"named_as": "Weir Ltd", "category": "private_sector", "leads": "wp-a"},
            {"named_as": "The Mill", "category": "third_sector"},
            {"named_as": "The Mill", "category": "land_owner"},
            {"named_as": "Weir Ltd.", "category": "private_sector"},
        ],
    )
    columns = ("named_as", "category", "organisation_id", "organisation_name", "work_package_title")
    assert mart(con, "partner", *columns) == [
        ("The Mill", "land_owner", "mill", "Mill Trust", None),
        ("The Mill", "third_sector", "mill", "Mill Trust", None),
        ("Weir Ltd", "private_sector", "weir", "Weir Ltd", "Work"),
        ("Weir Ltd.", "private_sector", None, None, None),
    ]
    message = found(con)["programme_name_unresolved"]
    assert message.startswith("1 names of partners ")
    assert "e.g. Weir Ltd.;" in message


TWINS = [
    {"organisation_id": "twin-a", "organisation_name": "Twins", "sector": "other"},
    {"organisation_id": "twin-b", "organisation_name": "Twins", "sector": "other"},
    {"organisation_id": "solo", "organisation_name": "Solo", "sector": "other"},
]


@pytest.mark.parametrize(
    "aliases",
    [
        [],
        [{"alias": "Twins", "organisation_id": "twin-b"}],
        [{"alias": "Solo", "organisation_id": "twin-a"}],
        [{"alias": "solo", "organisation_id": "solo"}],
    ],
)
def test_the_tables_and_the_resolver_agree_on_what_a_name_means(con, aliases):
    names = ["Twins", "Solo", "solo", "SOLO", "Solo "]
    partners = [{"named_as": name, "category": "education"} for name in names]
    stage(con, stg_organisation=TWINS, stg_organisation_alias=aliases, stg_partner=partners)
    by_name = dict(mart(con, "partner", "named_as", "organisation_id"))
    frames = (fetch_table(con, "stg_organisation"), fetch_table(con, "stg_organisation_alias"))
    assert by_name == {r.written: r.organisation_id for r in resolve_names(names, *frames)}
    assert len(by_name) == len(names)


def test_the_number_stated_is_compared_with_the_names_listed(con):
    partners = [("A", "private_sector"), ("B", "private_sector"), ("A", "land_owner")]
    partners += [("C", "third_sector")]
    stage(
        con,
        stg_partner=[{"named_as": name, "category": category} for name, category in partners],
        stg_claim=[
            claim("c1", "partners_private_sector", 3),
            claim("c2", "partners_private_sector", 2, status="withdrawn"),
            claim("c3", "partners_private_sector", 9, role="plan"),
            claim("c4", "partners_land_owner", 1),
            claim("c6", "partners_education", 2),
            claim("c7", "partners_total", 18),
        ],
    )
    columns = ("category", "stated_count", "stated_claim", "listed_count", "is_same")
    assert mart(con, "partner_count", *columns) == [
        ("education", 2, "c6", 0, False),
        ("land_owner", 1, "c4", 1, True),
        ("private_sector", 3, "c1", 2, False),
        ("third_sector", None, None, 1, None),
    ]
    assert found(con)["programme_partner_count"] == (
        "2 groups of partners are counted otherwise than they are listed, "
        "e.g. education: 2 stated, 0 listed."
    )


def test_claims_that_differ_state_no_number(con):
    claims = [claim("c1", "partners_education", 2), claim("c2", "partners_education", 3)]
    stage(con, stg_claim=claims, stg_partner=[{"named_as": "A", "category": "education"}])
    row = mart(con, "partner_count", "stated_count", "stated_claim", "is_same")
    assert row == [(None, "c1;c2", None)]
    assert "programme_partner_count" not in found(con)


def test_every_category_of_partners_is_counted(con):
    partners = [{"named_as": "A", "category": category} for category in CATEGORIES]
    stage(con, stg_partner=partners)
    assert {row[0] for row in mart(con, "partner_count", "category")} == set(CATEGORIES)


def test_a_work_package_has_its_leads_and_its_groups(con):
    stage(
        con,
        stg_organisation=ORGANISATIONS,
        stg_work_package=[
            {"work_package_id": name, "work_package_title": name.upper()}
            for name in ("wp-a", "wp-b", "wp-c")
        ],
        stg_partner=[
            {"named_as": "Mill Trust", "category": "third_sector", "leads": "wp-a"},
            {"named_as": "Mill Trust", "category": "land_owner", "leads": "wp-a"},
            {"named_as": "Somebody", "category": "education", "leads": "wp-b"},
            {"named_as": "Weir Ltd", "category": "private_sector", "leads": "wp-b"},
        ],
        stg_site_group=[
            {"group_id": "g1", "group_name": "One", "work_packages": "wp-a; wp-b"},
            {"group_id": "g2", "group_name": "Two", "work_packages": "wp-b"},
            {"group_id": "g3", "group_name": "Three"},
        ],
    )
    assert mart(con, "work_package", "work_package_id", "lead_name", "group_count") == [
        ("wp-a", "Mill Trust", 1),
        ("wp-b", "Somebody;Weir Ltd", 2),
        ("wp-c", None, 0),
    ]


def rule(claim_id, value, **rest):
    return claim(claim_id, "board_meetings", value, role="rule", unit="per_year", **rest)


def body_row(con, held, *rules):
    """Return due, claim, held and state of a board with these meetings and rules."""
    stage(
        con,
        stg_body=[{"body_id": "board", "body_name": "Board", "indicator_id": "board_meetings"}],
        stg_meeting=[{"body_id": "board", "held_on": held_on} for held_on in held],
        stg_claim=list(rules),
    )
    con.execute("UPDATE stg_body SET purpose = 'To decide.'")
    (row,) = mart(con, "body", "due_per_year", "due_claim", "held_count", "state")
    return row


@pytest.mark.parametrize(
    ("held", "held_count", "state"),
    [
        ([], 0, "not reported"),
        (["unknown"], 0, "not reported"),
        (["2017-01-31", "2017-06"], 2, "as due"),
        (["2017", "2017-06", "2017-07"], 3, "as due"),
        (["2017-01-31", "unknown"], 1, "fewer than due"),
        # One year with too many does not make up for the next with too few.
        (["2017-01", "2017-02", "2017-03", "2018-01"], 4, "fewer than due"),
        # Nothing at all in 2018.
        (["2017-01", "2017-02", "2019-01", "2019-02"], 4, "fewer than due"),
    ],
)
def test_a_body_is_judged_by_calendar_years_that_have_meetings(con, held, held_count, state):
    assert body_row(con, held, rule("c1", 2)) == (2, "c1", held_count, state)


def test_a_body_without_a_rule_is_not_judged(con):
    withdrawn = rule("c1", 2, status="withdrawn")
    held = claim("c2", "board_meetings", 4)
    assert body_row(con, ["2017-01"], withdrawn, held) == (None, None, 1, "no rule")


def test_where_rules_differ_no_number_is_due_and_none_is_chosen(con):
    row = body_row(con, ["2017-01"], rule("c2", 2), rule("c1", 1))
    assert row == (None, "c1;c2", 1, "rules differ")


def test_rules_that_agree_are_one(con):
    row = body_row(con, ["2017-01"], rule("c2", 1), rule("c1", 1))
    assert row == (1, "c1;c2", 1, "as due")


def test_a_body_that_names_no_indicator_has_no_rule(con):
    body_row(con, [], rule("c1", 2))
    con.execute("UPDATE stg_body SET indicator_id = NULL")
    con.execute("DROP TABLE mart_body")
    assert mart(con, "body", "due_per_year", "state") == [(None, "no rule")]


def event(entry_id, event_date, weekday=None, event_id="fair"):
    row = {"entry_id": entry_id, "event_id": event_id, "event_date": event_date}
    return row | {"event_name": "Fair", "event_kind": "fair", "weekday_stated": weekday}


# 1 January 2019 and 30 May 2017 were Tuesdays.
@pytest.mark.parametrize(
    ("event_date", "weekday", "weekday_of_date", "differs"),
    [
        ("2019-01-01", "tuesday", "tuesday", False),
        ("2019-01-01", "monday", "tuesday", True),
        ("2017-05-30", None, "tuesday", None),
        ("2017-05", "tuesday", None, None),
        ("2017", "tuesday", None, None),
        ("unknown", "tuesday", None, None),
        # A day that no month has is no weekday, and no crash.
        ("2017-02-30", "tuesday", None, None),
    ],
)
def test_a_weekday_is_computed_of_whole_dates_only(
    con, event_date, weekday, weekday_of_date, differs
):
    stage(con, stg_event=[event("e1", event_date, weekday)])
    assert mart(con, "event", "weekday_of_date", "weekday_differs", "is_disputed") == [
        (weekday_of_date, differs, False)
    ]
    assert ("programme_event_weekday" in found(con)) == bool(differs)


@pytest.mark.parametrize(
    ("one", "other", "is_disputed"),
    [
        ("2017-05-30", "2017-05-31", True),
        ("2017-05", "2017-06", True),
        ("2017-05", "2017-06-01", True),
        ("2017-05", "2017-05-31", False),
        ("2017", "2017-05-31", False),
        ("2017-05-30", "2017-05-30", False),
        ("2017-05-30", "unknown", False),
        ("unknown", "unknown", False),
    ],
)
def test_two_dates_of_one_event_are_disputed(con, one, other, is_disputed):
    apart = event("e3", "1999", event_id="other")
    stage(con, stg_event=[event("e1", one), event("e2", other), apart])
    assert mart(con, "event", "is_disputed") == [(is_disputed,), (is_disputed,), (False,)]
    messages = found(con)
    if is_disputed:
        assert messages["programme_event_disputed"] == (
            f"1 events have statements that give different dates, e.g. Fair: {one} or {other}."
        )
    else:
        assert messages == {}


def test_a_channel_has_a_row_for_each_claim_and_none_is_chosen(con):
    stage(
        con,
        stg_channel=[
            {"channel_id": "chat", "channel_name": "Chat", "indicator_id": "followers_chat"},
            {"channel_id": "leaflet", "channel_name": "Leaflet", "document": "report"},
            {"channel_id": "radio", "channel_name": "Radio", "indicator_id": "followers_radio"},
        ],
        stg_claim=[
            claim("c2", "followers_chat", 250, as_of="2018-02", section="2.2"),
            claim("c1", "followers_chat", 251, as_of="2018-02"),
            claim("c3", "followers_chat", 300, as_of="unknown", document="other"),
            claim("c4", "followers_chat", 999, as_of="2019", role="plan"),
            claim("c5", "followers_radio", 999, as_of="2019", status="withdrawn"),
        ],
    )
    columns = ("channel_id", "as_of", "followers", "claim_id", "document", "section")
    assert mart(con, "channel", *columns) == [
        ("chat", "2018-02", 251, "c1", "report", "1"),
        ("chat", "2018-02", 250, "c2", "report", "2.2"),
        ("chat", "unknown", 300, "c3", "other", "1"),
        ("leaflet", "", None, "", "report", None),
        ("radio", "", None, "", None, None),
    ]


def test_the_budget_implies_a_rate_where_both_currencies_stand(con):
    def budget(claim_id, value, unit, document, **rest):
        found = {"value": value, "unit": unit, "document": document}
        return claim(claim_id, "programme_budget", **found, **rest)

    stage(
        con,
        stg_claim=[
            budget("c1", 400, "gbp", "first"),
            budget("c2", 400, "gbp", "first", section="2"),
            budget("c3", 500, "eur", "first"),
            budget("c4", 400, "gbp", "second"),
            budget("c5", 600, "eur", "third"),
            budget("c6", 700, "eur", "third"),
            budget("c7", 999, "gbp", "third", status="withdrawn"),
            claim("c8", "other_budget", 1, unit="gbp"),
        ],
    )
    columns = ("document", "gbp", "eur", "implied_rate", "claims")
    assert mart(con, "budget", *columns) == [
        ("first", 400, 500, 1.25, "c1;c2;c3"),
        ("second", 400, None, None, "c4"),
        ("third", None, None, None, "c5;c6"),
    ]


def sector(scheme, common, label=None):
    return {"scheme": scheme, "label": label or common, "common_sector": common}


def test_lists_of_sectors_that_differ_are_found(con):
    sectors = [sector("a", "food"), sector("b", "food"), sector("b", "arts", "the arts")]
    stage(con, stg_sector=sectors)
    assert mart(con, "sector", "scheme", "label", "common_sector") == [
        ("a", "food", "food"),
        ("b", "food", "food"),
        ("b", "the arts", "arts"),
    ]
    assert found(con) == {
        "programme_taxonomies_differ": (
            "1 sectors do not stand in every list of sectors, e.g. arts in 1 of 2 lists."
        )
    }


def test_lists_of_sectors_with_other_words_for_the_same_do_not_differ(con):
    stage(con, stg_sector=[sector("a", "food"), sector("b", "food", "catering")])
    assert found(con) == {}


def test_an_outcome_keeps_its_context_and_mechanism(con):
    row = {"outcome_id": "o", "context": "c", "mechanism": "m", "outcome": "r"}
    stage(con, stg_outcome=[row | {"indicator_id": "people_identified"}])
    columns = ("outcome_id", "context", "mechanism", "outcome", "indicator_id")
    assert mart(con, "outcome", *columns) == [("o", "c", "m", "r", "people_identified")]


def test_a_story_whose_consent_was_withdrawn_is_in_no_mart(con):
    story = {"story_title": "T", "story": "S", "consent_until": "2099-12-31"}
    stage(
        con,
        stg_story=[
            story | {"story_id": "live", "consent": "given", "theme": "food"},
            story | {"story_id": "gone", "consent": "withdrawn"},
        ],
    )
    assert mart(con, "story", "story_id", "theme", "consent_until") == [
        ("live", "food", "2099-12-31")
    ]


# The lists that are shipped


def rows_shipped(register):
    with (SHIPPED / register.filename).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """Return the shipped lists as the build reads them, with the claims that they refer to."""
    raw = tmp_path_factory.mktemp("raw")
    for folder in ("claims", "programme"):
        shutil.copytree(SHIPPED.parent / folder, raw / folder)
    known = {"sites": SITES, "study_area": frozenset({"greater_icknield"})}
    return read_lists(raw, known).frames


@pytest.fixture
def shipped(con, lists):
    for table, contract in CONTRACTS.items():
        write_typed(con, table, lists[table], column_types(contract))
    return con


def test_the_shipped_lists_keep_their_contracts(lists):
    missing = {r.table for r in PROGRAMME_LISTS if lists[r.table].empty}
    assert missing == {"stg_meeting", "stg_story"}


@pytest.mark.parametrize("register", PROGRAMME_LISTS, ids=lambda register: register.filename)
def test_the_shipped_headings_stand_in_the_order_of_the_contract(register):
    text = (SHIPPED / register.filename).read_bytes()
    assert text.split(b"\n")[0].decode() == ",".join(register.contract.names)
    assert b"\r" not in text
    assert text.endswith(b"\n")


def test_seven_private_partners_are_stated_and_six_listed(shipped):
    columns = ("category", "stated_count", "listed_count", "is_same")
    assert mart(shipped, "partner_count", *columns) == [
        ("education", 2, 2, True),
        ("infrastructure_provider", 1, 1, True),
        ("land_owner", 3, 3, True),
        ("local_authority", 2, 2, True),
        ("private_sector", 7, 6, False),
        ("third_sector", 4, 4, True),
    ]
    assert found(shipped)["programme_partner_count"].endswith(
        "e.g. private_sector: 7 stated, 6 listed."
    )


def test_every_partner_is_an_organisation_and_sixteen_are_different(shipped):
    rows = mart(shipped, "partner", "named_as", "organisation_id")
    assert len(rows) == 18
    assert all(organisation for _, organisation in rows)
    assert len({organisation for _, organisation in rows}) == 16


def test_each_work_package_has_one_lead(shipped):
    assert mart(shipped, "work_package", "work_package_id", "lead_name") == [
        ("wp-communication", "Birmingham City University"),
        ("wp-coordination", "Birmingham City Council"),
        ("wp-enterprise", "Initiative for Social Entrepreneurs"),
        ("wp-matching", "Sandwell Metropolitan Borough Council"),
        ("wp-research", "University of Birmingham"),
    ]


def test_the_drop_in_has_two_dates_whose_weekdays_both_fit(shipped):
    rows = mart(shipped, "event", "event_id", "event_date", "weekday_differs", "is_disputed")
    assert [row[1:] for row in rows if row[0] == "learning-works-drop-in"] == [
        ("2017-05-31", False, True),
        ("2017-05-30", False, True),
    ]
    assert sum(row[3] for row in rows) == 2
    assert "2017-05-30 or 2017-05-31" in found(shipped)["programme_event_disputed"]


def test_the_three_lists_of_sectors_differ(shipped):
    assert "programme_taxonomies_differ" in found(shipped)
    assert mart(shipped, "sector", "scheme") == (
        [("journal-1-a",)] * 5 + [("journal-1-b",)] * 5 + [("journal-1-c",)] * 5
    )


def test_no_meeting_is_reported_with_a_date(shipped):
    assert mart(shipped, "body", "body_id", "due_per_year", "state") == [
        ("development-board", None, "no rule"),
        ("enterprise-management", 12, "not reported"),
        ("enterprise-network", 6, "not reported"),
        ("enterprise-planning", 1, "not reported"),
        ("jobs-and-skills-board", None, "no rule"),
        ("project-board", 12, "not reported"),
        ("steering-group", 2, "not reported"),
        ("work-package-meetings", None, "no rule"),
    ]


def test_followers_stand_at_their_date_and_other_channels_have_none(shipped):
    rows = mart(shipped, "channel", "channel_id", "as_of", "followers")
    assert [row for row in rows if row[1]] == [
        ("facebook", "2018-02", 350),
        ("instagram", "2018-02", 100),
        ("twitter", "2018-02", 250),
    ]
    assert ("youtube", "", None) in rows


def test_the_two_journals_imply_two_rates_of_the_euro(shipped):
    # 3.54 / 3.13 and 3.56 / 3.13.
    rows = mart(shipped, "budget", "document", "implied_rate")
    assert [(name, round(rate, 3)) for name, rate in rows] == [
        ("journal-1", 1.131),
        ("journal-2", 1.137),
    ]


@pytest.mark.parametrize("table", ["stg_body", "stg_channel", "stg_outcome"])
def test_every_indicator_that_a_list_names_has_a_claim(lists, table):
    named = set(lists[table]["indicator_id"].dropna())
    assert named
    assert named <= set(lists["stg_claim"]["indicator_id"])


VARIANTS = {
    "Karis Neighbour Scheme": "karis",
    "Kariss Neighbourhood Scheme": "karis",
    "Citizen Couching": "citizen-coaching",
    "Citizen Coaching": "citizen-coaching",
    "Citizen Coaching CIC": "citizen-coaching",
    "Co-operative Futures": "co-operative-futures",
    "CO-OP Futures": "co-operative-futures",
    "Sandwell MBV": "sandwell-mbc",
    "Sandwell MBC": "sandwell-mbc",
    "Chamber of Commerce of Birmingham": "birmingham-chamber",
    "Birmingham Chamber of Commerce": "birmingham-chamber",
    "Canal & River Trust": "canal-river-trust",
    "Canal and Rivers Trust": "canal-river-trust",
    "BVSC": "bvsc",
    "Birmingham Voluntary Services Council": "bvsc",
    "Initiative for Social Entrepreneurs": "ise",
    "iSE": "ise",
}


@pytest.mark.parametrize(("written", "organisation_id"), VARIANTS.items())
def test_each_spelling_of_the_journals_is_resolved(lists, written, organisation_id):
    known = (lists["stg_organisation"], lists["stg_organisation_alias"])
    (resolved,) = resolve_names([written], *known)
    assert resolved.organisation_id == organisation_id


@pytest.mark.parametrize(
    ("written", "candidate_id"),
    [
        ("Karis Neighbours Scheme", "karis"),
        ("Canal & Rivers Trust", "canal-river-trust"),
        ("Citizens Coaching CIC", "citizen-coaching"),
        ("Sandwell MBX", "sandwell-mbc"),
    ],
)
def test_a_new_misspelling_is_asked_about(lists, written, candidate_id):
    known = (lists["stg_organisation"], lists["stg_organisation_alias"])
    (resolved,) = resolve_names([written], *known)
    assert (resolved.state, resolved.organisation_id) == ("to_confirm", None)
    assert resolved.candidate_id == candidate_id


def test_no_name_of_the_shipped_partners_waits_for_confirmation(lists):
    tables = ("stg_partner", "stg_organisation", "stg_organisation_alias")
    assert len(name_findings(*(lists[table] for table in tables))) == 0


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
        for register in PROGRAMME_LISTS
        for row in rows_shipped(register)
        for cell in row.values()
    ]
    readme = (SHIPPED / "README.md").read_text("utf-8").splitlines()
    ours = set().union(*map(runs_of_words, cells + readme))
    assert len(ours) > 100
    assert ours & theirs == set()


@pytest.mark.skipif(not JOURNALS.is_dir(), reason=f"{JOURNALS}, the journals, are not here")
def test_each_name_of_a_partner_and_each_alias_stands_in_a_journal():
    text = " ".join(path.read_text("utf-8") for path in sorted(JOURNALS.glob("*.txt")))
    read = " ".join(text.split())
    named = [row["named_as"] for row in rows_shipped(PARTNER)]
    named += [row["alias"] for row in rows_shipped(ORGANISATION_ALIAS)]
    # The text breaks this one at the end of a line and loses its hyphen.
    assert {name for name in named if name not in read} == {"CO-OP Futures"}
