"""Each statement of ``sql/intermediate`` on tables small enough to work out by hand."""

import re
from pathlib import Path

import pytest

from assetmap.lineage import read_statements
from assetmap.warehouse import open_warehouse
from tiny import fill, rows_of

STATEMENTS = read_statements("intermediate")
L1, L2, L3, L4, L5 = (f"E0100000{n}" for n in range(1, 6))
N1, N2, N3, N4, N5, N6 = (f"E0103000{n}" for n in range(1, 7))
NORTH, SOUTH, CITY, HALF = "E05000001", "E05000002", "E08000001", "E08000002"

CENSUS = {
    "ts001": ("resident_count",),
    "ts004": (
        "birth_country_total_count",
        "born_uk_count",
        "born_eu_count",
        "born_africa_count",
        "born_middle_east_asia_count",
    ),
    "ts029": (
        "aged_3_plus_count",
        "cannot_speak_english_well_count",
        "cannot_speak_english_count",
    ),
    "ts045": ("household_count", "household_no_car_count"),
    "ts062": ("nssec_total_count", "never_worked_count"),
    "ts067": ("aged_16_plus_count", "no_qualifications_count", "level_4_plus_count"),
}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        yield con


def run(con, table, tables):
    fill(con, tables)
    return rows_of(con, STATEMENTS[table])


def lookup(*pairs):
    return ("lsoa11cd VARCHAR, lsoa21cd VARCHAR, chgind VARCHAR", pairs)


def people_of_2015(*rows):
    return ("lsoa11cd VARCHAR, resident_mid2015_count DOUBLE", rows)


CHANGES = {
    "stg_lookup_lsoa11_lsoa21": lookup(
        (L1, N1, "U"),
        (L2, N2, "S"),
        (L2, N3, "S"),
        (L3, N4, "M"),
        (L4, N4, "M"),
        (L4, N5, "X"),
        (L5, N5, "X"),
    ),
    "stg_imd_2019": people_of_2015((L1, 900), (L2, 800), (L3, 300), (L4, 100), (L5, 300)),
}


def test_unchanged_and_split_areas_go_back_whole_and_the_others_by_people(con):
    rows = run(con, "int_lsoa21_to_lsoa11", CHANGES)
    assert [tuple(row.values()) for row in rows] == [
        (N1, L1, "U", 1, False),
        (N2, L2, "S", 1, False),
        (N3, L2, "S", 1, False),
        (N4, L3, "M", 0.75, True),
        (N4, L4, "M", 0.25, True),
        (N5, L4, "X", 0.25, True),
        (N5, L5, "X", 0.75, True),
    ]


def test_the_shares_of_every_area_of_2021_add_up_to_one(con):
    weights = {}
    for row in run(con, "int_lsoa21_to_lsoa11", CHANGES):
        weights.setdefault(row["lsoa21cd"], []).append(row["weight"])
    assert {code: sum(parts) for code, parts in weights.items()} == dict.fromkeys(
        (N1, N2, N3, N4, N5), 1
    )


@pytest.mark.parametrize(
    "people",
    [people_of_2015((L3, 300)), people_of_2015((L3, 300), (L4, None))],
    ids=["no row", "no figure"],
)
def test_where_the_people_of_one_part_are_not_known_no_part_gets_them_all(con, people):
    tables = {
        "stg_lookup_lsoa11_lsoa21": lookup((L3, N4, "M"), (L4, N4, "M")),
        "stg_imd_2019": people,
    }
    assert [row["weight"] for row in run(con, "int_lsoa21_to_lsoa11", tables)] == [None, None]


def test_parts_without_people_have_no_share_rather_than_one_that_is_not_a_number(con):
    tables = {
        "stg_lookup_lsoa11_lsoa21": lookup((L3, N4, "M"), (L4, N4, "M")),
        "stg_imd_2019": people_of_2015((L3, 0), (L4, 0)),
    }
    assert [row["weight"] for row in run(con, "int_lsoa21_to_lsoa11", tables)] == [None, None]


def census(**tables):
    """Return the six census tables; those that are not given hold 1 everywhere."""
    codes = (N1, N2, N3, N4, N5)
    return {
        f"stg_census_2021_{name}": (
            ", ".join(["lsoa21cd VARCHAR", *(f"{column} DOUBLE" for column in columns)]),
            tables.get(name, [(code, *[1] * len(columns)) for code in codes]),
        )
        for name, columns in CENSUS.items()
    }


def weights(*rows):
    return ("lsoa21cd VARCHAR, lsoa11cd VARCHAR, weight DOUBLE, is_modelled BOOLEAN", rows)


BACK = weights(
    (N1, L1, 1, False),
    (N2, L2, 1, False),
    (N3, L2, 1, False),
    (N4, L3, 0.75, True),
    (N4, L4, 0.25, True),
    (N5, L4, 0.25, True),
    (N5, L5, 0.75, True),
)


def test_counts_of_2021_are_added_back_and_no_one_is_lost(con):
    counts = [(N1, 1000), (N2, 400), (N3, 600), (N4, 800), (N5, 400)]
    rows = run(con, "int_census_2021", {"int_lsoa21_to_lsoa11": BACK} | census(ts001=counts))
    residents = {row["lsoa11cd"]: row["resident_count"] for row in rows}
    # L2 is both its parts; L3 has 3/4 of N4; L4 1/4 of N4 and of N5; L5 3/4 of N5.
    assert residents == {L1: 1000, L2: 1000, L3: 600, L4: 300, L5: 300}
    assert sum(residents.values()) == sum(count for _, count in counts)
    assert [row["is_modelled"] for row in rows] == [False, False, True, True, True]


def test_every_census_column_is_added_from_its_own_table(con):
    tables, expected = {}, {}
    for number, (name, columns) in enumerate(CENSUS.items(), 1):
        figures = [number * 10 + place for place in range(len(columns))]
        tables[name] = [(N1, *figures)]
        expected |= dict(zip(columns, figures, strict=True))
    back = weights((N1, L1, 1, False))
    (row,) = run(con, "int_census_2021", {"int_lsoa21_to_lsoa11": back} | census(**tables))
    assert row == {"lsoa11cd": L1, "is_modelled": False} | expected


@pytest.mark.parametrize(
    "counts",
    [[(N2, 400), (N3, None)], [(N2, 400)]],
    ids=["withheld", "no row"],
)
def test_a_count_with_a_missing_part_is_missing_and_not_too_small(con, counts):
    back = weights((N2, L2, 1, False), (N3, L2, 1, False))
    (row,) = run(con, "int_census_2021", {"int_lsoa21_to_lsoa11": back} | census(ts001=counts))
    assert row["resident_count"] is None
    assert row["household_count"] == 2


def test_a_count_of_zero_stays_zero(con):
    back = weights((N1, L1, 1, False))
    (row,) = run(con, "int_census_2021", {"int_lsoa21_to_lsoa11": back} | census(ts001=[(N1, 0)]))
    assert row["resident_count"] == 0


WARDS = (
    "lsoa11cd VARCHAR, wd17cd VARCHAR, wd17nm VARCHAR, lad17cd VARCHAR",
    [
        (L1, NORTH, "North", CITY),
        (L2, NORTH, "North", CITY),
        (L3, SOUTH, "South", CITY),
        (L4, "E05000009", "Elsewhere", HALF),
    ],
)


def area_tables(lads):
    return {
        "stg_lookup_lsoa11_ward17": WARDS,
        "cfg_study_area": ("area_code VARCHAR, area_name VARCHAR", [("town", "Town")]),
        "cfg_ward": ("wd17cd VARCHAR", [(NORTH,), (SOUTH,)]),
        "cfg_benchmark": ("lad17cd VARCHAR, lad17nm VARCHAR, lsoa11_count BIGINT", lads),
        "int_site": ("site_id VARCHAR, site_name VARCHAR", [("mill", "Mill")]),
    }


def test_areas_are_wards_of_the_study_area_benchmarks_and_sites(con):
    lads = [(CITY, "City", 3), (HALF, "Half", 2), ("E08000009", "Absent", 5)]
    rows = run(con, "int_area", area_tables(lads))
    assert [tuple(row.values()) for row in rows] == [
        (CITY, "City", "lad", True),
        (HALF, "Half", "lad", False),
        ("E08000009", "Absent", "lad", False),
        ("mill", "Mill", "site", True),
        ("town", "Town", "study_area", True),
        (NORTH, "North", "ward", True),
        (SOUTH, "South", "ward", True),
    ]


def test_an_authority_with_more_areas_than_stated_is_not_complete_either(con):
    rows = run(con, "int_area", area_tables([(CITY, "City", 2)]))
    assert [row["is_complete"] for row in rows if row["geography"] == "lad"] == [False]


def test_best_fit_gives_each_lsoa_to_ward_study_area_and_whole_authority(con):
    tables = {
        "stg_lookup_lsoa11_ward17": WARDS,
        "cfg_ward": ("wd17cd VARCHAR", [(NORTH,), (SOUTH,)]),
        "int_area": (
            "area_code VARCHAR, geography VARCHAR, is_complete BOOLEAN",
            [
                (NORTH, "ward", True),
                (SOUTH, "ward", True),
                ("town", "study_area", True),
                (CITY, "lad", True),
                (HALF, "lad", False),
                ("mill", "site", True),
            ],
        ),
    }
    rows = run(con, "int_lsoa11_in_area", tables)
    assert [(row["area_code"], row["lsoa11cd"]) for row in rows] == [
        (CITY, L1),
        (CITY, L2),
        (CITY, L3),
        ("town", L1),
        ("town", L2),
        ("town", L3),
        (NORTH, L1),
        (NORTH, L2),
        (SOUTH, L3),
    ]


def test_an_area_is_whole_where_every_one_of_its_lsoas_has_an_outline(con):
    tables = {
        "int_lsoa11_in_area": (
            "lsoa11cd VARCHAR, area_code VARCHAR, geography VARCHAR",
            [
                (L1, NORTH, "ward"),
                (L2, NORTH, "ward"),
                (L3, SOUTH, "ward"),
                (L1, "town", "study_area"),
                (L2, "town", "study_area"),
                (L3, "town", "study_area"),
                (L4, CITY, "lad"),
            ],
        ),
        "stg_lsoa_2011": ("lsoa11cd VARCHAR", [(L1,), (L2,), (L5,)]),
    }
    rows = run(con, "int_area_cover", tables)
    assert [tuple(row.values()) for row in rows] == [
        (NORTH, True),
        (SOUTH, False),
        (CITY, False),
        ("town", False),
    ]


def postcodes(positions, lsoas):
    return {
        "stg_code_point_open": (
            "postcode VARCHAR, easting_m DOUBLE, northing_m DOUBLE",
            positions,
        ),
        "stg_postcode_lsoa": (
            "postcode VARCHAR, lsoa11cd VARCHAR, user_type VARCHAR",
            [
                (postcode, lsoa, "0") if not kind else (postcode, lsoa, *kind)
                for postcode, lsoa, *kind in lsoas
            ],
        ),
    }


def test_a_postcode_counts_where_it_is_live_has_a_position_and_a_known_lsoa(con):
    tables = postcodes(
        [
            ("B1 1AA", 400000, 290000),
            ("B1 1AB", 400010, 290000),
            ("B1 1AC", None, None),  # without position
            ("B1 1AD", 400030, 290000),  # newer than the lookup
            ("B1 1AE", 400040, 290000),  # in the lookup without an LSOA
            ("B1 1AF", 400050, 290000),
        ],
        [
            ("B1 1AA", L1),
            ("B1 1AB", L1),
            ("B1 1AC", L1),
            ("B1 1AE", None),
            ("B1 1AF", L2),
            ("B1 1AG", L1),  # terminated: it has no position any more
        ],
    )
    rows = run(con, "int_postcode", tables)
    assert [(row["postcode"], row["lsoa11cd"], row["lsoa_postcode_count"]) for row in rows] == [
        ("B1 1AA", L1, 2),
        ("B1 1AB", L1, 2),
        ("B1 1AF", L2, 1),
    ]


def test_postcodes_of_large_users_are_left_out_but_where_an_lsoa_has_no_other(con):
    codes = ("B1 1AA", "B1 1AB", "B1 1AC", "B2 1AA", "B2 1AB", "B3 1AA")
    tables = postcodes(
        [(code, 400000, 290000) for code in codes],
        [
            ("B1 1AA", L1, "0"),
            ("B1 1AB", L1, "1"),  # offices: nobody lives there
            ("B1 1AC", L1, "0"),
            ("B2 1AA", L2, "1"),  # both are large, and the LSOA's people must be somewhere
            ("B2 1AB", L2, "1"),
            ("B3 1AA", L3, None),  # the lookup does not say
        ],
    )
    rows = run(con, "int_postcode", tables)
    assert [(row["postcode"], row["lsoa11cd"], row["lsoa_postcode_count"]) for row in rows] == [
        ("B1 1AA", L1, 2),
        ("B1 1AC", L1, 2),
        ("B2 1AA", L2, 2),
        ("B2 1AB", L2, 2),
        ("B3 1AA", L3, 1),
    ]


PLACES = (
    """asset_id VARCHAR, asset_name VARCHAR, kind VARCHAR, detail VARCHAR, postcode VARCHAR,
    register VARCHAR, location_precision VARCHAR, easting_m DOUBLE, northing_m DOUBLE""",
    [
        ("p-1", "Old Surgery", "gp_practice", None, "B1 1AA", "list", "postcode", 400000, 290000),
        ("p-2", "School", "school", "Primary", "B1 1AB", "list", "address", 400010, 290000),
    ],
)


def practices(*rows):
    return {
        "stg_public_place": PLACES,
        "stg_gp_practice": (
            """asset_id VARCHAR, asset_name VARCHAR, postcode VARCHAR, status_code VARCHAR,
            prescribing_setting VARCHAR""",
            rows,
        ),
        "stg_code_point_open": (
            "postcode VARCHAR, easting_m DOUBLE, northing_m DOUBLE",
            [("B1 1AA", 400001, 290001)],
        ),
    }


def test_without_the_register_of_practices_the_assembled_list_stands(con):
    assert [row["asset_id"] for row in run(con, "int_asset", practices())] == ["p-1", "p-2"]


def test_the_register_of_practices_takes_the_place_of_those_in_the_list(con):
    rows = run(
        con,
        "int_asset",
        practices(
            ("ods-a", "Open Surgery", "B1 1AA", "A", "4"),
            ("ods-b", "Closed Surgery", "B1 1AA", "C", "4"),
            ("ods-c", "Walk-In Centre", "B1 1AA", "A", "2"),
            ("ods-d", "Surgery Without Position", "B9 9ZZ", "A", "4"),
            ("ods-e", "Setting Not Stated", "B1 1AA", "A", None),
        ),
    )
    assert [row["asset_id"] for row in rows] == ["ods-a", "ods-d", "p-2"]
    opened = rows[0]
    assert (opened["kind"], opened["easting_m"], opened["location_precision"]) == (
        "gp_practice",
        400001,
        "postcode",
    )
    assert (rows[1]["easting_m"], rows[1]["northing_m"]) == (None, None)


def test_a_place_is_in_its_lsoa_and_in_what_that_lsoa_belongs_to(con):
    tables = {
        "int_asset_in_lsoa11": ("asset_id VARCHAR, lsoa11cd VARCHAR", [("a", L1), ("b", L4)]),
        "int_lsoa11_in_area": (
            "lsoa11cd VARCHAR, area_code VARCHAR, geography VARCHAR",
            [(L1, NORTH, "ward"), (L1, "town", "study_area"), (L2, NORTH, "ward")],
        ),
    }
    rows = run(con, "int_asset_in_area", tables)
    assert [tuple(row.values()) for row in rows] == [
        ("a", L1, "lsoa11"),
        ("a", "town", "study_area"),
        ("a", NORTH, "ward"),
        ("b", L4, "lsoa11"),
    ]


def test_each_domain_keeps_its_own_score_and_decile_and_the_people_it_is_about(con):
    domains = (
        "barriers",
        "crime",
        "education",
        "employment",
        "health",
        "idaci",
        "idaopi",
        "income",
        "living_environment",
    )
    columns = ["lsoa11cd VARCHAR"]
    columns += [f"{domain}_score DOUBLE, {domain}_decile BIGINT" for domain in domains]
    people = ("resident", "child", "aged_60_plus", "working_age")
    columns += [f"{group}_mid2015_count DOUBLE" for group in people]
    figures = [figure for n in range(1, 10) for figure in (n / 10, n)]
    tables = {"stg_imd_2019": (", ".join(columns), [(L1, *figures, 1000, 200, 150, 600)])}
    rows = run(con, "int_imd_domain", tables)
    about = {"employment": 600, "idaci": 200, "idaopi": 150}
    assert [tuple(row.values()) for row in rows] == [
        (L1, domain, n / 10, n, about.get(domain, 1000)) for n, domain in enumerate(domains, 1)
    ]


def overlap(*rows):
    return (
        """lsoa11cd VARCHAR, site_id VARCHAR, catchment_m BIGINT, area_share DOUBLE,
        overlap_m2 DOUBLE""",
        rows,
    )


def test_cover_is_the_share_of_the_catchment_that_outlines_fill(con):
    tables = {
        "int_site_catchment": (
            "site_id VARCHAR, catchment_m BIGINT, catchment_m2 DOUBLE",
            [("mill", 400, 1000), ("mill", 800, 4000), ("yard", 400, 500)],
        ),
        "int_lsoa_overlap_site_catchment": overlap(
            (L1, "mill", 400, 0.1, 600),
            (L2, "mill", 400, 0.2, 400),
            (L1, "mill", 800, 0.3, 3000),
        ),
    }
    rows = run(con, "int_site_catchment_cover", tables)
    assert [tuple(row.values()) for row in rows] == [
        ("mill", 400, 1),
        ("mill", 800, 0.75),
        ("yard", 400, 0),
    ]


def catchment_tables(**others):
    tables = {
        "cfg_catchment": ("catchment_m BIGINT", [(400,), (800,)]),
        "int_postcode": (
            "postcode VARCHAR, lsoa11cd VARCHAR, lsoa_postcode_count BIGINT",
            [("A", L1, 4), ("B", L1, 4), ("C", L1, 4), ("D", L1, 4), ("E", L2, 1)],
        ),
        "int_postcode_in_site_catchment": (
            "postcode VARCHAR, site_id VARCHAR, distance_m DOUBLE",
            [("A", "mill", 0), ("B", "mill", 400), ("C", "mill", 400.5), ("E", "mill", 700)],
        ),
        "int_lsoa_overlap_site_catchment": overlap(
            (L1, "mill", 400, 0.1, 1),
            (L1, "mill", 800, 0.6, 1),
            (L3, "mill", 800, 0.5, 1),
        ),
        "int_census_2021": (
            "lsoa11cd VARCHAR, resident_count DOUBLE, is_modelled BOOLEAN",
            [(L1, 1000, False), (L2, 200, True), (L3, 300, False)],
        ),
        "stg_imd_2019": ("lsoa11cd VARCHAR, imd_decile BIGINT", [(L1, 1), (L2, 5)]),
    }
    return tables | others


def test_people_of_a_catchment_by_postcodes_and_by_area(con):
    rows = run(con, "int_site_catchment_lsoa11", catchment_tables())
    kept = ("catchment_m", "lsoa11cd", "by_postcode_count", "by_area_count", "imd_decile")
    assert [tuple(row[name] for name in kept) for row in rows] == [
        (400, L1, 500, 100, 1),  # 2 of 4 postcodes, 400 m included; a tenth of the area
        (800, L1, 750, 600, 1),  # 3 of 4 postcodes
        (800, L2, 200, 0, 5),  # its only postcode, though the outline is not touched
        (800, L3, 0, 150, None),  # touched, but no postcode is inside
    ]
    assert [row["is_modelled"] for row in rows] == [False, False, True, False]


def test_people_that_are_not_known_are_not_taken_for_none(con):
    unknown = ("lsoa11cd VARCHAR, resident_count DOUBLE, is_modelled BOOLEAN", [(L1, None, False)])
    rows = run(con, "int_site_catchment_lsoa11", catchment_tables(int_census_2021=unknown))
    assert {row["by_postcode_count"] for row in rows} == {None}
    assert {row["by_area_count"] for row in rows} == {None}


def test_every_statement_is_tested_here():
    text = Path(__file__).read_text(encoding="utf-8")
    elsewhere = {
        "int_census_margin",
        "int_dataset_area",
        "int_organisation_spelling",
        "int_register_site",
        "int_site",
        "int_site_alias",
        "int_site_source",
        "int_site_step",
    }  # _survey_margins, _quality, _programme_register, _sql_sites, _site_register
    tested = set(re.findall(r'run\(\s*con,\s*"(int_\w+)"', text))
    assert tested == set(STATEMENTS) - elsewhere
