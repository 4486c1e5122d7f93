"""Quality checks: each passes on a good small town and finds a fault that is planted."""

import pytest

from assetmap.errors import ConfigError
from assetmap.quality import SEVERITIES, Finding, _parse, as_table, assess, find_checks
from assetmap.warehouse import open_warehouse
from tiny import fill

CHECKS = {check.id: check for check in find_checks()}
SHAPE = b"\x01shape"

GOOD = {
    "cfg_catchment": ("catchment_m BIGINT", [(400,), (800,)]),
    "int_asset": (
        """asset_id VARCHAR, asset_name VARCHAR, kind VARCHAR, postcode VARCHAR,
        easting_m DOUBLE, northing_m DOUBLE""",
        [
            ("a", "School", "school", "B1 1AA", 400000, 290000),
            ("b", "School", "school", "B1 1AB", 400201, 290000),
            ("c", "Surgery", "gp_practice", None, 400000, 290000),
        ],
    ),
    "int_asset_in_lsoa11": (
        "asset_id VARCHAR, lsoa11cd VARCHAR",
        [("a", "E01000001"), ("b", "E01000001"), ("c", "E01000001")],
    ),
    "int_asset_nearest_site": (
        "asset_id VARCHAR, site_id VARCHAR, distance_m DOUBLE",
        [("a", "mill", 0), ("b", "mill", 800.1)],
    ),
    "int_census_2021": (
        """lsoa11cd VARCHAR, resident_count DOUBLE, birth_country_total_count DOUBLE,
        aged_3_plus_count DOUBLE, household_count DOUBLE, nssec_total_count DOUBLE,
        aged_16_plus_count DOUBLE""",
        [("E01000001", 0, 0, 0, 0, 0, 0), ("E01000002", 9, 9, 9, 9, 9, 9)],
    ),
    "int_lsoa11_in_area": (
        "lsoa11cd VARCHAR, area_code VARCHAR, geography VARCHAR",
        [
            ("E01000001", "town", "study_area"),
            ("E01000002", "town", "study_area"),
            ("E01000009", "E08000001", "lad"),
        ],
    ),
    "int_lsoa_overlap_site_catchment": (
        "lsoa11cd VARCHAR, site_id VARCHAR",
        [("E01000001", "mill"), ("E01000002", "mill")],
    ),
    "int_postcode": ("postcode VARCHAR, lsoa11cd VARCHAR", [("B1 1AC", "E01000002")]),
    "int_site_catchment_cover": (
        "site_id VARCHAR, catchment_m BIGINT, covered_share DOUBLE",
        [("mill", 400, 0.99)],
    ),
    "mart_indicator": (
        """indicator_id VARCHAR, geography VARCHAR, area_code VARCHAR, area_name VARCHAR,
        unit VARCHAR, status VARCHAR, value DOUBLE, low DOUBLE, high DOUBLE""",
        [
            ("residents", "study_area", "town", "Town", "count", "published", 30, None, None),
            ("residents", "ward", "E05000001", "North", "count", "published", 10, None, None),
            ("residents", "ward", "E05000002", "South", "count", "published", 20, None, None),
            ("share", "study_area", "town", "Town", "percent", "published", 50, 50, 60),
            ("share", "ward", "E05000001", "North", "percent", "published", 40, 30, 40),
        ],
    ),
    "mart_event": (
        """entry_id VARCHAR, event_id VARCHAR, event_name VARCHAR, event_date VARCHAR,
        weekday_stated VARCHAR, weekday_of_date VARCHAR, is_disputed BOOLEAN,
        weekday_differs BOOLEAN""",
        [
            ("e1", "fair", "Fair", "2019-01-01", "tuesday", "tuesday", False, False),
            ("e2", "fair", "Fair", "unknown", None, None, False, None),
        ],
    ),
    "mart_link": ("asset_id VARCHAR, site_id VARCHAR", [("a", "mill")]),
    "mart_partner": (
        "named_as VARCHAR, category VARCHAR, organisation_id VARCHAR",
        [("Mill Trust", "land_owner", "mill"), ("Mill Trust", "education", "mill")],
    ),
    "mart_partner_count": (
        "category VARCHAR, stated_count DOUBLE, listed_count BIGINT, is_same BOOLEAN",
        [("education", 1, 1, True), ("land_owner", None, 1, None)],
    ),
    "mart_pipeline": (
        "site_id VARCHAR, site_name VARCHAR, stage VARCHAR",
        [("disc", "Disc", "potential"), ("mill", "Mill", "outline")],
    ),
    "mart_sector": (
        "scheme VARCHAR, label VARCHAR, common_sector VARCHAR",
        [("a", "food", "food"), ("b", "catering", "food")],
    ),
    "mart_site_capacity": (
        """site_id VARCHAR, metric VARCHAR, value DOUBLE, is_disputed BOOLEAN, document VARCHAR,
        section VARCHAR""",
        [
            ("mill", "homes", 44, False, "plan", "1"),
            ("mill", "homes", 40, False, "plan", "2"),
            ("mill", "ha", 10, False, "plan", "1"),
        ],
    ),
    "mart_site_milestone": (
        "entry_id VARCHAR, earliest VARCHAR, latest VARCHAR, recorded_on VARCHAR",
        [("e1", "2019", "2019", "2018-05-01"), ("e2", "unknown", "2018-04", "2019-12-31")],
    ),
    "mart_site_role": (
        "site_id VARCHAR, organisation_id VARCHAR, role VARCHAR, to_date VARCHAR",
        [
            ("mill", "town", "owner", None),
            ("mill", "weir", "developer", None),
            ("disc", "weir", "owner", None),
        ],
    ),
    "mart_site_slippage": (
        """site_id VARCHAR, milestone VARCHAR, milestone_order BIGINT, last_basis VARCHAR,
        last_latest VARCHAR""",
        [
            ("mill", "available", 4, "forecast", "2019"),
            ("mill", "completion", 5, "planned", "unknown"),
            ("disc", "available", 4, "actual", "2018-04"),
        ],
    ),
    "run_dataset": ("dataset_id VARCHAR, is_starter BOOLEAN", [("imd_2019", False)]),
    "run_held": ("dataset VARCHAR, file VARCHAR, row_number BIGINT", []),
    "run_source_mark": (
        "dataset VARCHAR, file VARCHAR, row_number BIGINT, column_name VARCHAR",
        [],
    ),
    "stg_census_2021_ts001": (
        "lsoa21cd VARCHAR, resident_count DOUBLE",
        [("E01000001", 1000), ("E01000002", None)],
    ),
    "stg_census_2021_ts004": (
        "lsoa21cd VARCHAR, birth_country_total_count DOUBLE",
        [("E01000001", 1010), ("E01000002", 5)],
    ),
    "stg_claim": (
        """claim_id VARCHAR, indicator_id VARCHAR, value DOUBLE, unit VARCHAR, role VARCHAR,
        area_code VARCHAR, area_type VARCHAR, document VARCHAR, section VARCHAR, status VARCHAR""",
        [
            ("c1", "homes", 44, "homes", "plan", "mill", "site", "plan", "1", "stated"),
            ("c2", "homes", 39, "homes", "plan", "mill", "site", "plan", "3", "stated"),
            ("c3", "homes", 39, "homes", "plan", "mill", "site", "plan", "1", "withdrawn"),
            ("c4", "homes", 12, "homes", "actual", "town", "lad", "plan", "1", "stated"),
        ],
    ),
    "stg_target": (
        """target_id VARCHAR, indicator_id VARCHAR, value DOUBLE, unit VARCHAR, document VARCHAR,
        section VARCHAR""",
        [("t1", "homes", 44, "homes", "plan", "1"), ("t2", "homes", 50, "homes", "plan", "2")],
    ),
    "stg_code_point_open": ("postcode VARCHAR", [("B1 1AA",)]),
    "stg_imd_2019": (
        "lsoa11cd VARCHAR, imd_score DOUBLE",
        [("E01000001", 0), ("E01000002", 5)],
    ),
    "stg_lookup_lsoa11_lsoa21": (
        "lsoa11cd VARCHAR, lsoa21cd VARCHAR, chgind VARCHAR",
        [("E01000001", "E01000001", "U"), ("E01000002", "E01030001", "S")],
    ),
    "stg_lsoa_2011": ("lsoa11cd VARCHAR", [("E01000001",), ("E01000002",)]),
    "int_register_site": (
        (
            "site_id VARCHAR, local_authority VARCHAR, register_ref VARCHAR, is_current BOOLEAN, "
            "edition_rank BIGINT"
        ),
        [("city-n1", "City", "N1", True, 1)],
    ),
    "int_site": (
        (
            "site_id VARCHAR, site_name VARCHAR, extent_method VARCHAR, stated_ha DOUBLE, "
            "geom_27700 BLOB, origin VARCHAR"
        ),
        [
            ("disc", "Disc", "indicative_disc", 9, SHAPE, "brownfield_register"),
            ("mill", "Mill", "surveyed", 10, SHAPE, "site_layer"),
        ],
    ),
    "int_site_extent": ("site_id VARCHAR, drawn_ha DOUBLE", [("disc", 4), ("mill", 11)]),
    "int_site_overlaps_site": (
        "site_id VARCHAR, other_site_id VARCHAR, overlap_m2 DOUBLE",
        [("disc", "mill", 99.9)],
    ),
    "stg_organisation": (
        "organisation_id VARCHAR, sector VARCHAR",
        [("town", "public"), ("weir", "private")],
    ),
    "stg_postcode_lsoa": ("postcode VARCHAR, lsoa11cd VARCHAR", [("B1 1AA", "E01000001")]),
}

PLANTED = {
    "asset_listed_twice": (
        "UPDATE int_asset SET asset_name = 'SCHOOL', easting_m = 400200 WHERE asset_id = 'b'",
        2,
        "School",
    ),
    "asset_outline_against_postcode": (
        "UPDATE stg_postcode_lsoa SET lsoa11cd = 'E01000002'",
        1,
        "School",
    ),
    "asset_outside_outlines": (
        "DELETE FROM int_asset_in_lsoa11 WHERE asset_id = 'c'",
        1,
        "Surgery",
    ),
    "asset_without_place": (
        "UPDATE int_asset SET easting_m = NULL WHERE asset_id = 'c'",
        1,
        "Surgery",
    ),
    "assets_against_links": (
        "UPDATE int_asset_nearest_site SET distance_m = 800 WHERE asset_id = 'b'",
        1,
        "b",
    ),
    "catchment_beyond_data": (
        "UPDATE int_site_catchment_cover SET covered_share = 0.98",
        1,
        "mill 400 m",
    ),
    "census_totals_differ": (
        "UPDATE stg_census_2021_ts001 SET resident_count = 999 WHERE lsoa21cd = 'E01000001'",
        1,
        "E01000001",
    ),
    "claim_against_capacity": (
        "UPDATE mart_site_capacity SET value = 45 WHERE value = 44",
        1,
        "c1: 44 against 45 homes",
    ),
    "claim_against_target": (
        "UPDATE stg_target SET value = 45 WHERE target_id = 't1'",
        1,
        "t1: 45 against 44",
    ),
    "interval_inverted": (
        "UPDATE mart_indicator SET value = 29.9 WHERE low = 30",
        1,
        "share of North",
    ),
    "lsoa_without_census": (
        "UPDATE int_census_2021 SET aged_16_plus_count = NULL WHERE lsoa11cd = 'E01000002'",
        1,
        "E01000002",
    ),
    "lsoa_without_deprivation": (
        "DELETE FROM stg_imd_2019 WHERE lsoa11cd = 'E01000002'",
        1,
        "E01000002",
    ),
    "lsoa_without_outline": (
        "DELETE FROM stg_lsoa_2011 WHERE lsoa11cd = 'E01000001'",
        1,
        "E01000001",
    ),
    "lsoa_without_postcode": ("DELETE FROM int_postcode", 1, "E01000002"),
    "milestone_date_impossible": (
        "UPDATE mart_site_milestone SET earliest = '2020' WHERE entry_id = 'e1'",
        1,
        "e1 (2020 to 2019)",
    ),
    "milestone_date_passed": (
        "UPDATE mart_site_milestone SET recorded_on = '2020-01-01' WHERE entry_id = 'e2'",
        1,
        "Mill: available by 2019",
    ),
    "postcode_without_lsoa": ("UPDATE stg_postcode_lsoa SET lsoa11cd = NULL", 1, "B1 1AA"),
    "programme_event_disputed": (
        "UPDATE mart_event SET is_disputed = TRUE, event_date = '2019-01-0' || entry_id[2:]",
        1,
        "Fair: 2019-01-01 or 2019-01-02",
    ),
    "programme_event_weekday": (
        """UPDATE mart_event SET weekday_stated = 'monday', weekday_differs = TRUE
        WHERE entry_id = 'e1'""",
        1,
        "e1: 2019-01-01 is a tuesday, not a monday",
    ),
    "programme_name_unresolved": (
        "UPDATE mart_partner SET organisation_id = NULL",
        1,
        "Mill Trust",
    ),
    "programme_partner_count": (
        """UPDATE mart_partner_count SET listed_count = 0, is_same = FALSE
        WHERE category = 'education'""",
        1,
        "education: 1 stated, 0 listed",
    ),
    "programme_taxonomies_differ": (
        "INSERT INTO mart_sector VALUES ('b', 'arts', 'arts')",
        1,
        "arts in 1 of 2 lists",
    ),
    "rows_held": ("INSERT INTO run_held VALUES ('imd_2019', 'a.csv', 7)", 1, ""),
    "site_area_differs": (
        "UPDATE int_site_extent SET drawn_ha = 11.01",
        1,
        "Mill (drawn 11.0 ha, stated 10.0 ha)",
    ),
    "site_overlaps": (
        "UPDATE int_site_overlaps_site SET overlap_m2 = 100",
        1,
        "Disc and Mill (indicative)",
    ),
    "site_register_capacity_disputed": (
        "UPDATE mart_site_capacity SET is_disputed = TRUE WHERE metric = 'homes'",
        1,
        "Mill: 40 or 44 homes",
    ),
    "site_register_nobody": (
        "UPDATE mart_site_role SET role = 'operator' WHERE site_id = 'mill'",
        1,
        "Mill",
    ),
    "site_register_public_without_developer": (
        "DELETE FROM mart_site_role WHERE role = 'developer'",
        1,
        "Mill",
    ),
    "site_register_superseded": (
        "UPDATE int_register_site SET is_current = FALSE",
        1,
        "City N1",
    ),
    "site_without_place": (
        "UPDATE int_site SET geom_27700 = NULL WHERE site_id = 'mill'",
        1,
        "Mill",
    ),
    "source_marks": (
        "INSERT INTO run_source_mark VALUES ('imd_2019', 'a.csv', 7, 'imd_score')",
        1,
        "",
    ),
    "starter_extracts": ("UPDATE run_dataset SET is_starter = TRUE", 1, "imd_2019"),
    "vintage_changed": (
        "UPDATE stg_lookup_lsoa11_lsoa21 SET chgind = 'M' WHERE chgind = 'S'",
        1,
        "E01000002 to E01030001",
    ),
    "wards_against_study_area": (
        "UPDATE mart_indicator SET value = 20.5 WHERE area_code = 'E05000002'",
        1,
        "residents",
    ),
}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        fill(con, GOOD)
        yield con


def test_every_check_has_a_planted_fault_and_every_fault_a_check():
    assert set(PLANTED) == set(CHECKS)


def test_a_good_town_passes_every_check(con):
    findings = assess(con, list(CHECKS.values()))
    assert [finding for finding in findings if not finding.passed] == []
    assert [finding.message for finding in findings] == [check.fine for check in CHECKS.values()]


@pytest.mark.parametrize("check_id", sorted(CHECKS))
def test_a_planted_fault_is_found_by_its_check_and_named(con, check_id):
    plant, count, example = PLANTED[check_id]
    con.execute(plant)
    (finding,) = assess(con, [CHECKS[check_id]])
    assert (finding.passed, finding.finding_count) == (False, count)
    assert finding.message.startswith(f"{count} ")
    assert example in finding.message
    assert finding.severity == CHECKS[check_id].severity


def test_places_without_a_postcode_are_not_claimed_to_be_compared(con):
    # The surgery "c" has no postcode: whether its outline is right cannot be told.
    check = CHECKS["asset_outline_against_postcode"]
    con.execute("UPDATE int_asset_in_lsoa11 SET lsoa11cd = 'E01000009' WHERE asset_id = 'c'")
    (finding,) = assess(con, [check])
    assert finding.passed
    assert "every place that has a postcode" in finding.message
    con.execute("UPDATE stg_postcode_lsoa SET lsoa11cd = 'E01000002'")
    (finding,) = assess(con, [check])
    assert finding.message.startswith("1 of the places with a postcode ")


@pytest.mark.parametrize("change", ["value = 40.1", "low = 41, value = NULL"])
def test_a_figure_above_its_bounds_or_bounds_the_wrong_way_round_are_found(con, change):
    con.execute(f"UPDATE mart_indicator SET {change} WHERE high = 40")  # noqa: S608 - names of this file
    (finding,) = assess(con, [CHECKS["interval_inverted"]])
    assert finding.finding_count == 1


@pytest.mark.parametrize("change", ["U", "S"])
def test_unchanged_and_split_areas_are_no_finding(con, change):
    con.execute("UPDATE stg_lookup_lsoa11_lsoa21 SET chgind = ?", [change])
    (finding,) = assess(con, [CHECKS["vintage_changed"]])
    assert finding.passed


def test_a_ward_without_a_figure_does_not_add_up(con):
    con.execute("UPDATE mart_indicator SET value = NULL WHERE area_code = 'E05000001'")
    (finding,) = assess(con, [CHECKS["wards_against_study_area"]])
    assert not finding.passed


@pytest.mark.parametrize(
    ("method", "drawn_ha", "passed"),
    [
        ("surveyed", 9, True),
        ("surveyed", 8.99, False),
        ("digitised", 11.01, False),
        ("indicative_disc", 5, True),
        ("point", 0, True),
    ],
)
def test_only_an_outline_that_was_drawn_is_compared_with_the_stated_size(
    con, method, drawn_ha, passed
):
    con.execute("UPDATE int_site SET extent_method = ? WHERE site_id = 'mill'", [method])
    con.execute("UPDATE int_site_extent SET drawn_ha = ? WHERE site_id = 'mill'", [drawn_ha])
    (finding,) = assess(con, [CHECKS["site_area_differs"]])
    assert finding.passed == passed


def test_two_drawn_sites_that_overlap_are_not_called_indicative(con):
    con.execute("UPDATE int_site SET extent_method = 'digitised' WHERE site_id = 'disc'")
    con.execute("UPDATE int_site_overlaps_site SET overlap_m2 = 5000")
    (finding,) = assess(con, [CHECKS["site_overlaps"]])
    assert "e.g. Disc and Mill; what" in finding.message


def test_an_example_with_braces_is_shown_as_it_is(con):
    con.execute("UPDATE int_site SET geom_27700 = NULL, site_name = '{count} {x}'")
    (finding,) = assess(con, [CHECKS["site_without_place"]])
    assert "{count} {x}" in finding.message


def test_failures_come_first_and_the_worst_of_them_at_the_top():
    findings = [
        Finding(check_id=name, severity=severity, passed=passed, finding_count=1, message="")
        for name, severity, passed in (
            ("a", "blocking", True),
            ("b", "note", False),
            ("c", "warning", False),
            ("d", "blocking", False),
        )
    ]
    assert as_table(findings)["check_id"].tolist() == ["d", "c", "b", "a"]


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_each_header_is_whole(check):
    assert check.severity in SEVERITIES
    assert "{count}" in check.found
    assert check.found.endswith(".")
    assert check.fine.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "-- severity: note\n-- fine: Fine.\nSELECT 1 AS example",
        "-- severity: grave\n-- found: {count}.\n-- fine: Fine.\nSELECT 1 AS example",
    ],
    ids=["no found", "unknown severity"],
)
def test_a_header_that_lacks_something_is_refused(text):
    with pytest.raises(ConfigError, match=r"^example\.sql needs the header lines severity"):
        _parse("example", text)
