"""Quality checks: each passes on a good small town and finds a fault that is planted."""

import json

import pandas as pd
import pytest

from assetmap import last_build
from assetmap.datasets import find_datasets
from assetmap.disclosure.quality import SEVERITIES
from assetmap.errors import ConfigError, StorageError
from assetmap.quality import (
    Finding,
    _parse,
    as_records,
    as_table,
    assess,
    find_checks,
    find_failed,
    published,
    read_report,
)
from assetmap.statements import read_statements
from assetmap.warehouse import (
    column_types,
    create_empty,
    create_table,
    fetch_table,
    open_warehouse,
    read_public,
    tables_read_by,
)
from tiny import fill, rows_of

CHECKS = {check.id: check for check in find_checks()}
SHAPE = b"\x01shape"

_DECILE_1, _DECILE_2 = (("residents_in_imd_decile_1",), ("residents_in_imd_decile_2",))

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
    "int_asset_in_area": (
        "asset_id VARCHAR, area_code VARCHAR",
        [("a", "town"), ("b", "town"), ("c", "town"), ("c", "E01000001")],
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
        [("E01000001", 0, 0, 0, 0, 0, 0), ("E01000002", 200, 199, 9, 9, 200, 199)],
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
            ("residents_mid2015", "lad", "E08000001", "City", "count", "published", 9, None, None),
            (*_DECILE_1, "lad", "E08000001", "City", "count", "published", 4, None, None),
            (*_DECILE_2, "lad", "E08000001", "City", "count", "published", 5, None, None),
            ("places_school", "study_area", "town", "Town", "count", "published", 2, None, None),
            ("places_gp", "study_area", "town", "Town", "count", "published", 1, None, None),
            ("share", "study_area", "town", "Town", "percent", "published", 50, 50, 60),
            ("share", "ward", "E05000001", "North", "percent", "published", 40, 30, 40),
        ],
    ),
    "mart_coverage": (
        """dataset_id VARCHAR, area_type VARCHAR, area_count BIGINT, covered_count BIGINT,
        covered_pct DOUBLE""",
        [("imd_2019", "LSOA of 2011", 2, 2, 100.0), ("sites", None, None, None, None)],
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
    "mart_run": (
        "key VARCHAR, value VARCHAR",
        [("data_as_of", "2021-01-01"), ("area_id", "town")],
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
    "run_dataset": (
        """dataset_id VARCHAR, row_count BIGINT, loaded_count BIGINT, held_count BIGINT,
        is_starter BOOLEAN, vintage VARCHAR, as_of VARCHAR, is_listing BOOLEAN""",
        [
            ("imd_2019", 50, 50, 0, False, "LSOAs of 2011", "2016-01-01", False),
            ("lookup_lsoa11_lsoa21", 50, 50, 0, False, "LSOAs of 2011", "2020-01-01", False),
            ("lookup_lsoa11_ward17", 50, 50, 0, False, "LSOAs of 2011", "2020-01-01", False),
            ("census_2021_ts001", 50, 50, 0, False, "LSOAs of 2011", "2020-01-01", False),
            ("sites", 90, 90, 0, False, None, "2016-01-01", True),
        ],
    ),
    "run_held": ("dataset VARCHAR, file VARCHAR, row_number BIGINT, reason VARCHAR", []),
    "run_last_dataset": (
        "dataset_id VARCHAR, loaded_count BIGINT, held_count BIGINT, is_starter BOOLEAN",
        [("imd_2019", 55, 0, False), ("sites", 100, 0, False)],
    ),
    "run_last_limit": ("largest_fall DOUBLE", [(0.5,)]),
    "run_last_note": ("reason VARCHAR", []),
    "run_last_total": (
        "indicator_id VARCHAR, value DOUBLE",
        [("residents", 33), ("places_school", 19)],
    ),
    "run_survey": ("state VARCHAR", [("collected",)]),
    "run_source_mark": (
        "dataset VARCHAR, file VARCHAR, row_number BIGINT, column_name VARCHAR",
        [],
    ),
    "stg_census_2021_ts001": (
        "lsoa21cd VARCHAR, resident_count DOUBLE",
        [("E01000001", 1000), ("E01030001", None)],
    ),
    "stg_census_2021_ts004": (
        """lsoa21cd VARCHAR, birth_country_total_count DOUBLE, born_uk_count DOUBLE,
        born_eu_count DOUBLE, born_africa_count DOUBLE, born_middle_east_asia_count DOUBLE""",
        [("E01000001", 1010, 700, 100, 110, 100), ("E01030001", 5, 5, 0, None, 0)],
    ),
    "stg_census_2021_ts029": (
        """lsoa21cd VARCHAR, aged_3_plus_count DOUBLE, cannot_speak_english_well_count DOUBLE,
        cannot_speak_english_count DOUBLE""",
        [("E01000001", 950, 900, 50)],
    ),
    "stg_census_2021_ts045": (
        "lsoa21cd VARCHAR, household_count DOUBLE, household_no_car_count DOUBLE",
        [("E01000001", 1000, 1000), ("E01030001", 4, None)],
    ),
    "stg_census_2021_ts062": (
        "lsoa21cd VARCHAR, nssec_total_count DOUBLE, never_worked_count DOUBLE",
        [("E01000001", 800, 800), ("E01030001", 3, 3)],
    ),
    "stg_census_2021_ts007a": ("lsoa21cd VARCHAR", []),
    "stg_census_2021_ts067": (
        """lsoa21cd VARCHAR, aged_16_plus_count DOUBLE, no_qualifications_count DOUBLE,
        level_4_plus_count DOUBLE""",
        [("E01000001", 810, 400, 410), ("E01030001", None, 3, 3)],
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
        [("E01000001", "E01000001", "U"), ("E01000002", "E01030001", "U")],
    ),
    "stg_lookup_lsoa11_ward17": (
        "lsoa11cd VARCHAR, wd17cd VARCHAR",
        [("E01000001", "E05000001"), ("E01000002", "E05000002")],
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
    "area_code_unmatched": (
        "UPDATE stg_imd_2019 SET lsoa11cd = 'E01000003' WHERE lsoa11cd = 'E01000002'",
        1,
        "E01000003 of imd_2019",
    ),
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
    "census_16_plus_differ": (
        "UPDATE stg_census_2021_ts062 SET nssec_total_count = 799.5 WHERE lsoa21cd = 'E01000001'",
        1,
        "E01000001",
    ),
    "census_area_totals_differ": (
        "UPDATE int_census_2021 SET birth_country_total_count = 198.9 WHERE resident_count = 200",
        1,
        "residents, TS001 and TS004: 200 and 199",
    ),
    "census_part_above_total": (
        "UPDATE stg_census_2021_ts067 SET level_4_plus_count = 411 WHERE lsoa21cd = 'E01000001'",
        1,
        "qualifications of E01000001",
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
    "coverage_incomplete": (
        "UPDATE mart_coverage SET covered_count = 1, covered_pct = 50 WHERE area_count = 2",
        1,
        "imd_2019 has 1 of 2 areas (LSOA of 2011)",
    ),
    "dataset_undated": (
        "UPDATE run_dataset SET as_of = NULL WHERE dataset_id = 'sites'",
        1,
        "sites",
    ),
    "deciles_against_residents": (
        "UPDATE mart_indicator SET value = 5.01 WHERE indicator_id = 'residents_in_imd_decile_2'",
        1,
        "City",
    ),
    "interval_inverted": (
        "UPDATE mart_indicator SET value = 29.9 WHERE low = 30",
        1,
        "share of North",
    ),
    "last_build_not_compared": (
        "INSERT INTO run_last_note VALUES ('it is damaged')",
        1,
        "it is damaged",
    ),
    "last_build_rows_fell": (
        "UPDATE run_dataset SET loaded_count = 89 WHERE dataset_id = 'sites'",
        1,
        "sites (100, now 89)",
    ),
    "last_build_rows_halved": (
        "UPDATE run_dataset SET loaded_count = 49 WHERE dataset_id = 'sites'",
        1,
        "sites (100, now 49)",
    ),
    "last_build_totals_halved": (
        "UPDATE run_last_total SET value = 61 WHERE indicator_id = 'residents'",
        1,
        "residents (61, now 30)",
    ),
    "last_build_totals_moved": (
        "UPDATE run_last_total SET value = 33.4 WHERE indicator_id = 'residents'",
        1,
        "residents (33.4, now 30)",
    ),
    "listing_stale": (
        "UPDATE run_dataset SET as_of = '2015-12-31' WHERE dataset_id = 'sites'",
        1,
        "sites (2015-12-31)",
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
    "lsoa_without_lookup": (
        "DELETE FROM stg_lookup_lsoa11_lsoa21 WHERE lsoa11cd = 'E01000002'",
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
    "places_against_kinds": (
        "INSERT INTO int_asset_in_area VALUES ('d', 'town')",
        1,
        "Town",
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
    "rows_against_account": (
        "UPDATE run_dataset SET row_count = 51 WHERE dataset_id = 'imd_2019'",
        1,
        "imd_2019 (51 in, 50 loaded, 0 held, 0 in quarantine)",
    ),
    "rows_held": (
        "INSERT INTO run_held VALUES ('imd_2019', 'a.csv', 7, 'bad_code')",
        1,
        "imd_2019 (bad_code)",
    ),
    "rows_repeated": (
        "INSERT INTO run_held VALUES ('imd_2019', 'a.csv', 7, 'duplicate_key')",
        1,
        "imd_2019",
    ),
    "site_area_differs": (
        "UPDATE int_site_extent SET drawn_ha = 11.01",
        1,
        "Mill (drawn 11.0 ha, stated 10.0 ha)",
    ),
    "site_listed_twice": ("UPDATE int_site SET site_name = upper('mill')", 2, "MILL"),
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
        "imd_score of imd_2019",
    ),
    "starter_extracts": (
        "UPDATE run_dataset SET is_starter = dataset_id = 'sites'",
        1,
        "sites",
    ),
    "statistics_old": (
        "UPDATE run_dataset SET as_of = '2015-12-31' WHERE dataset_id = 'imd_2019'",
        1,
        "imd_2019 (2015-12-31)",
    ),
    "survey_made_up": ("UPDATE run_survey SET state = 'synthetic'", 1, "made up"),
    "vintage_split": (
        "UPDATE stg_lookup_lsoa11_lsoa21 SET chgind = 'S' WHERE lsoa11cd = 'E01000002'",
        1,
        "E01000002",
    ),
    "vintages_met": (
        "UPDATE run_dataset SET vintage = 'LSOAs of 2021' WHERE dataset_id = 'census_2021_ts001'",
        1,
        "census_2021_ts001 (LSOAs of 2021)",
    ),
    "vintage_changed": (
        "UPDATE stg_lookup_lsoa11_lsoa21 SET chgind = 'M' WHERE lsoa11cd = 'E01000002'",
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


def finding(check_id, severity="note", *, passed=False, topic="counts"):
    return Finding(
        check_id=check_id,
        title="Rows",
        topic=topic,
        severity=severity,
        owner="nobody",
        passed=passed,
        finding_count=0 if passed else 2,
        message="2 rows are gone.",
    )


def test_failures_come_first_and_the_worst_of_them_at_the_top():
    findings = [
        finding(name, severity, passed=passed)
        for name, severity, passed in (
            ("a", "blocking", True),
            ("b", "note", False),
            ("c", "warning", False),
            ("d", "blocking", False),
        )
    ]
    assert as_table(findings)["check_id"].tolist() == ["d", "c", "b", "a"]


def test_what_compares_with_the_last_build_or_is_about_people_is_not_on_a_page():
    table = as_table([finding("a"), finding("b", topic="last build")])
    assert [record["name"] for record in as_records(table)] == ["a", "b"]
    assert published(table)["check_id"].tolist() == ["a"]
    kept_back = {check.id for check in CHECKS.values() if not check.is_published}
    of_last_build = {name for name in CHECKS if name.startswith("last_build_")}
    assert kept_back == of_last_build | {"survey_made_up"}
    assert len(of_last_build) == 5


def test_only_checks_against_the_last_build_read_its_tables(con):
    reading = {
        check.id
        for check in CHECKS.values()
        if tables_read_by(con, check.statement) & last_build.TABLES.keys()
    }
    assert reading == {check.id for check in CHECKS.values() if check.topic == "last build"}
    assert not [name for name in reading if CHECKS[name].is_published]


def test_the_report_is_read_as_it_was_written(tmp_path):
    records = as_records(as_table([finding("a", "blocking"), finding("b", passed=True)]))
    assert records[0] == {
        "name": "a",
        "title": "Rows",
        "topic": "counts",
        "severity": "blocking",
        "blocking": True,
        "owner": "nobody",
        "passed": False,
        "finding_count": 2,
        "notes": "2 rows are gone.",
    }
    path = tmp_path / "quality.json"
    path.write_text(json.dumps({"checks": records}), "utf-8")
    assert read_report(path) == records
    assert find_failed(records) == records[:1]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[]",
        "{}",
        '{"checks": []}',
        '{"checks": [7]}',
        '{"checks": [{"name": "a", "passed": true}]}',
        '{"checks": [{"name": "a"',
    ],
)
def test_a_report_that_is_missing_or_damaged_says_what_to_do(tmp_path, text):
    path = tmp_path / "quality.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(StorageError, match=r"quality\.json: .* damaged, .* Run `assetmap build`"):
        read_report(path)


def test_a_record_whose_result_is_no_yes_or_no_is_damage(tmp_path):
    (record,) = as_records(as_table([finding("a", "blocking")]))
    path = tmp_path / "quality.json"
    path.write_text(json.dumps({"checks": [record | {"passed": "false"}]}), "utf-8")
    with pytest.raises(StorageError, match="damaged"):
        read_report(path)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_each_header_is_whole(check):
    assert check.severity in SEVERITIES
    assert "{count}" in check.found
    assert check.found.endswith(".")
    assert check.fine.endswith(".")


HEADER = {
    "title": "Rows",
    "topic": "counts",
    "severity": "note",
    "owner": "nobody",
    "found": "{count}.",
    "fine": "Fine.",
}


def header(*more, **changes):
    lines = [f"-- {key}: {value}" for key, value in (HEADER | changes).items() if value]
    return "\n".join([*lines, *more, "SELECT 1 AS example"])


@pytest.mark.parametrize(
    "text",
    [
        *(header(**{key: ""}) for key in HEADER),
        header(severity="grave"),
        header(topic="counting"),
        header(owner="somebody"),
        header("-- owner: survey lead"),
        header("-- remark: this key is not known"),
    ],
)
def test_a_header_that_lacks_repeats_or_invents_something_is_refused(text):
    with pytest.raises(ConfigError, match=r"^example\.sql needs the header lines severity"):
        _parse("example", text)


def test_a_comment_of_a_statement_is_no_header():
    check = _parse("example", header("-- Five years: as long as a plan."))
    assert check.statement == "-- Five years: as long as a plan.\nSELECT 1 AS example"
    assert (check.title, check.topic, check.owner) == ("Rows", "counts", "nobody")


# ---- single rules


@pytest.mark.parametrize(
    ("starters", "count"), [((), 1), (("imd_2019",), 0), (("imd_2019", "lookup_lsoa11_ward17"), 1)]
)
def test_codes_are_compared_only_where_dataset_and_lookup_are_of_one_extent(con, starters, count):
    con.execute("INSERT INTO stg_imd_2019 VALUES ('E01000003', 1)")
    con.execute("UPDATE run_dataset SET is_starter = dataset_id IN ?", [list(starters)])
    (found,) = assess(con, [CHECKS["area_code_unmatched"]])
    assert found.finding_count == count


NOT_COMPARED = {"lookup_lsoa11_ward17", "postcode_lsoa"}
"""The lookup itself, and postcodes, which are told by areas of more countries than the lookup."""


def test_codes_of_every_dataset_of_small_areas_are_compared():
    by_area = {
        key
        for key, dataset in find_datasets().items()
        if {"lsoa11cd", "lsoa21cd"} & set(dataset.contract.names)
    }
    statement = CHECKS["area_code_unmatched"].statement
    assert {
        key for key in by_area if f"'{key}' AS dataset_id" in statement
    } == by_area - NOT_COMPARED


@pytest.mark.parametrize(
    ("check_id", "is_listing"), [("listing_stale", True), ("statistics_old", False)]
)
def test_age_is_measured_against_the_newest_data_and_five_years_are_allowed(
    con, check_id, is_listing
):
    con.execute("UPDATE run_dataset SET is_listing = ?, as_of = '2016-01-01'", [is_listing])
    assert assess(con, [CHECKS[check_id]])[0].passed
    con.execute("UPDATE mart_run SET value = '2021-01-02' WHERE key = 'data_as_of'")
    assert assess(con, [CHECKS[check_id]])[0].finding_count == 5
    con.execute("UPDATE run_dataset SET as_of = NULL")
    assert assess(con, [CHECKS[check_id]])[0].passed


def rows_fell(con, loaded, check_id="last_build_rows_halved"):
    con.execute("UPDATE run_dataset SET loaded_count = ? WHERE dataset_id = 'sites'", [loaded])
    return not assess(con, [CHECKS[check_id]])[0].passed


def test_a_dataset_may_lose_half_of_its_rows_and_no_more(con):
    assert [rows_fell(con, loaded) for loaded in (100, 50, 49)] == [False, False, True]


def test_a_dataset_that_is_gone_lost_all_of_its_rows(con):
    con.execute("DELETE FROM run_dataset WHERE dataset_id = 'sites'")
    (found,) = assess(con, [CHECKS["last_build_rows_halved"]])
    assert "sites (100, now 0)" in found.message


def test_the_policy_can_accept_any_fall_which_stays_a_warning(con):
    con.execute("UPDATE run_last_limit SET largest_fall = 1.0")
    assert not rows_fell(con, 0)
    assert rows_fell(con, 0, "last_build_rows_fell")


@pytest.mark.parametrize(
    ("was_starter", "is_starter", "is_found"),
    [(False, True, False), (False, False, True), (True, True, True), (True, False, True)],
)
def test_only_a_starter_extract_in_place_of_a_full_file_may_be_small(
    con, was_starter, is_starter, is_found
):
    con.execute("UPDATE run_last_dataset SET is_starter = ?", [was_starter])
    con.execute("UPDATE run_dataset SET is_starter = ?", [is_starter])
    assert rows_fell(con, 1) == is_found


def test_totals_of_fewer_than_twenty_may_move_as_places_open_and_close(con):
    for check_id in ("last_build_totals_moved", "last_build_totals_halved"):
        con.execute("UPDATE run_last_total SET value = 19 WHERE indicator_id = 'places_school'")
        assert assess(con, [CHECKS[check_id]])[0].passed
        con.execute("UPDATE run_last_total SET value = 20 WHERE indicator_id = 'places_school'")
        (found,) = assess(con, [CHECKS[check_id]])
        assert "places_school (20, now 2)" in found.message


def test_a_total_that_is_no_longer_measured_is_gone(con):
    con.execute("UPDATE mart_indicator SET value = NULL WHERE indicator_id = 'residents'")
    for check_id in ("last_build_totals_moved", "last_build_totals_halved"):
        (found,) = assess(con, [CHECKS[check_id]])
        assert "residents (33, now none)" in found.message


def test_an_area_whose_deciles_are_not_measured_does_not_add_up(con):
    con.execute("DELETE FROM mart_indicator WHERE indicator_id LIKE 'residents_in_imd%'")
    assert not assess(con, [CHECKS["deciles_against_residents"]])[0].passed


@pytest.mark.parametrize("reason", ["bad_code", "duplicate_key"])
def test_a_row_is_accounted_for_where_it_is_held_and_not_loaded(con, reason):
    con.execute("INSERT INTO run_held VALUES ('sites', 'a.csv', 7, ?)", [reason])
    assert not assess(con, [CHECKS["rows_against_account"]])[0].passed
    con.execute(
        "UPDATE run_dataset SET held_count = 1, loaded_count = 89 WHERE dataset_id = 'sites'"
    )
    assert assess(con, [CHECKS["rows_against_account"]])[0].passed


# ---- coverage and held rows


@pytest.fixture
def staged(tmp_path):
    """A warehouse with every staged table, empty, and two LSOAs of one ward to cover."""
    with open_warehouse(tmp_path / "w.duckdb") as con:
        for dataset in find_datasets().values():
            create_empty(con, dataset.contract.table, column_types(dataset.contract))
        fill(
            con,
            {
                "cfg_ward": ("wd17cd VARCHAR", [("E05000001",)]),
                "int_asset_in_area": ("asset_id VARCHAR, area_code VARCHAR", []),
                "int_lsoa11_in_area": GOOD["int_lsoa11_in_area"],
                "run_dataset": (
                    "dataset_id VARCHAR, vintage VARCHAR, as_of VARCHAR",
                    [(name, None, "2020-01-01") for name in find_datasets()],
                ),
            },
        )
        yield con


def coverage(con):
    """Derive, and return covered areas, areas and share of each dataset that is told by area."""
    create_table(con, "int_dataset_area", read_statements("intermediate")["int_dataset_area"])
    rows = rows_of(con, read_statements("marts")["mart_coverage"])
    return {r["dataset_id"]: tuple(r[n] for n in COVERED) for r in rows}


COVERED = ("area_type", "area_count", "covered_count", "covered_pct")
NOT_BY_AREA = {"brownfield_land", "master_plan_sites"}


def insert(con, table, **row):
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*row.values()])  # noqa: S608 - names of this file


def test_every_dataset_has_a_coverage_or_is_known_not_to_be_told_by_area(staged):
    insert(staged, "stg_lookup_lsoa11_lsoa21", lsoa11cd="E01000001", lsoa21cd="E01000001")
    insert(staged, "stg_postcode_lsoa", lsoa11cd="E01000001", postcode="B1 1AA")
    found = coverage(staged)
    assert found.keys() == find_datasets().keys()
    assert {name for name, row in found.items() if row[0] is None} == NOT_BY_AREA
    # A dataset without any row of the area covers none of it, and does not fall out.
    assert found["imd_2019"] == ("LSOA of 2011", 2, 0, 0.0)


def test_a_dataset_covers_the_areas_for_which_it_has_a_figure(staged):
    insert(staged, "stg_imd_2019", lsoa11cd="E01000001", imd_score=3)
    insert(staged, "stg_imd_2019", lsoa11cd="E01000002", imd_score=None)
    insert(staged, "stg_imd_2019", lsoa11cd="E01000009", imd_score=3)  # outside the study area
    assert coverage(staged)["imd_2019"] == ("LSOA of 2011", 2, 1, 50.0)


def test_census_tables_cover_each_part_of_a_split_area(staged):
    for new in ("E01030001", "E01030002"):
        insert(staged, "stg_lookup_lsoa11_lsoa21", lsoa11cd="E01000001", lsoa21cd=new)
    insert(staged, "stg_census_2021_ts045", lsoa21cd="E01030002", household_count=0)
    found = coverage(staged)
    assert found["census_2021_ts045"] == ("LSOA of 2021", 2, 1, 50.0)
    assert found["lookup_lsoa11_lsoa21"] == ("LSOA of 2011", 2, 1, 50.0)


def test_positions_cover_the_live_postcodes_of_the_study_area(staged):
    for postcode, ended in (("B1 1AA", None), ("B1 1AB", None), ("B1 1AC", "201901")):
        insert(
            staged,
            "stg_postcode_lsoa",
            postcode=postcode,
            lsoa11cd="E01000001",
            terminated_month=ended,
        )
    insert(staged, "stg_code_point_open", postcode="B1 1AA", easting_m=400000)
    insert(staged, "stg_code_point_open", postcode="B1 1AB", easting_m=None)
    found = coverage(staged)
    assert found["code_point_open"] == ("live postcode", 2, 1, 50.0)
    assert found["postcode_lsoa"] == ("LSOA of 2011", 2, 1, 50.0)


def test_lists_of_places_cover_the_wards_in_which_they_have_one(staged):
    insert(staged, "stg_public_place", asset_id="a")
    assert coverage(staged)["public_places"] == ("ward of 2017", 1, 0, 0.0)
    insert(staged, "int_asset_in_area", asset_id="a", area_code="E05000001")
    assert coverage(staged)["public_places"] == ("ward of 2017", 1, 1, 100.0)
    assert coverage(staged)["gp_practices"] == ("ward of 2017", 1, 0, 0.0)


def test_held_rows_are_counted_by_reason_and_an_ended_consent_is_nobodys_business(con):
    con.execute(
        """INSERT INTO run_held VALUES ('a', 'x.csv', 2, 'bad_code'), ('a', 'y.csv', 3, 'bad_code'),
        ('b', 'z.csv', 9, 'bad_code'), ('programme', 'stories.csv', 2, 'consent_not_live')"""
    )
    assert rows_of(con, read_statements("marts")["mart_held"]) == [
        {"dataset_id": "a", "reason": "bad_code", "held_count": 2},
        {"dataset_id": "b", "reason": "bad_code", "held_count": 1},
    ]


def test_the_account_knows_vintage_date_and_kind_of_each_dataset(built):
    with open_warehouse(built.warehouse, read_only=True) as con:
        rows = fetch_table(con, "run_dataset").set_index("dataset_id")
    columns = ["vintage", "as_of", "is_listing"]
    assert rows.loc["imd_2019", columns].tolist() == ["LSOAs of 2011", "2019-09-26", False]
    assert rows.loc["census_2021_ts001", "vintage"] == "LSOAs of 2021"
    assert rows.loc["lookup_lsoa11_ward17", "vintage"] == (
        "LSOAs of 2011, wards of 2017, local authorities of 2017"
    )
    assert rows.loc["master_plan_sites", "is_listing"]
    assert rows.loc["claims", columns[1:]].tolist() == ["2020-01-31", True]
    assert pd.isna(rows.loc["claims", "vintage"])


def test_the_starter_set_covers_its_study_area(built):
    covered = read_public(built.public)["pub_coverage"].set_index("dataset_id")
    for name in ("census_2021_ts001", "imd_2019", "lookup_lsoa11_lsoa21", "lsoa_2011"):
        assert covered.loc[name, "covered_count"] == covered.loc[name, "area_count"] > 40
    assert covered.loc["public_places", "covered_count"] == 3
    assert covered.loc["code_point_open", "area_count"] > 2000
    assert pd.isna(covered.loc["sites", "area_count"])
