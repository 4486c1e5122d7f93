"""Marts: why a place and a site are linked, word for word, and statements that must be empty.

A statement of :data:`MUST_BE_EMPTY` selects the rows of a mart that are wrong; beside it
stands a fault that it must find when it is planted.
"""

import shutil

import pytest

from assetmap.errors import ConfigError
from assetmap.lineage import derive, read_statements
from assetmap.warehouse import open_warehouse
from tiny import fill, rows_of

STATEMENTS = read_statements("marts")
SHAPE = b"\x01shape"

LINKS = {
    "cfg_catchment": ("catchment_m BIGINT", [(400,), (800,)]),
    "cfg_kind": (
        "kind VARCHAR, kind_label VARCHAR",
        [("gp_practice", "GP practice"), ("school", "school")],
    ),
    "int_asset": (
        "asset_id VARCHAR, asset_name VARCHAR, kind VARCHAR",
        [
            ("gp-1", "Surgery", "gp_practice"),
            ("gp-2", "Other Surgery", "gp_practice"),
            ("school-1", "School", "school"),
            ("school-2", "Other School", "school"),
        ],
    ),
    "int_site": (
        "site_id VARCHAR, site_name VARCHAR, extent_method VARCHAR",
        [("mill", "Old Mill", "point"), ("yard", "Disc Yard", "indicative_disc")],
    ),
    "int_asset_near_site": (
        "asset_id VARCHAR, site_id VARCHAR, distance_m DOUBLE",
        [
            ("gp-1", "yard", 0),
            ("gp-2", "yard", 400),
            ("school-1", "yard", 400.5),
            ("school-2", "yard", 800.1),
            ("gp-1", "mill", 123.5),
            ("school-1", "mill", 700),
            ("school-2", "mill", 700),
        ],
    ),
    "int_asset_nearest_site": (
        "asset_id VARCHAR, site_id VARCHAR, distance_m DOUBLE",
        [
            ("gp-1", "yard", 0),
            ("gp-2", "yard", 400),
            ("school-1", "yard", 400.5),
            ("school-2", "mill", 700),
        ],
    ),
    "int_link_line": (
        "asset_id VARCHAR, site_id VARCHAR, geom_27700 BLOB",
        [
            (asset, site, SHAPE)
            for asset in ("gp-1", "gp-2", "school-1", "school-2")
            for site in ("mill", "yard")
        ],
    ),
}
REASONS = {
    ("gp-1", "yard"): (
        "Lies inside Disc Yard; the nearest GP practice to the site; this is the nearest site to "
        "it."
    ),
    ("gp-2", "yard"): (
        "Lies 400 m in a straight line from the edge of Disc Yard, within its 400 m catchment; "
        "this is the nearest site to it."
    ),
    ("school-1", "yard"): (
        "Lies 400 m in a straight line from the edge of Disc Yard, within its 800 m catchment; "
        "the nearest school to the site; this is the nearest site to it."
    ),
    ("gp-1", "mill"): (
        "Lies 124 m in a straight line from the recorded point of Old Mill, within its 400 m "
        "catchment; the nearest GP practice to the site."
    ),
    ("school-1", "mill"): (
        "Lies 700 m in a straight line from the recorded point of Old Mill, within its 800 m "
        "catchment; the nearest school to the site."
    ),
    ("school-2", "mill"): (
        "Lies 700 m in a straight line from the recorded point of Old Mill, within its 800 m "
        "catchment; this is the nearest site to it."
    ),
}

MUST_BE_EMPTY = {
    "a link beyond its own catchment": (
        "SELECT asset_id FROM mart_link WHERE distance_m > catchment_m OR distance_m < 0",
        "UPDATE mart_link SET distance_m = catchment_m + 1",
    ),
    "a link in a catchment larger than needed": (
        (
            "SELECT l.asset_id FROM mart_link AS l INNER JOIN cfg_catchment AS c "
            "ON c.catchment_m < l.catchment_m AND l.distance_m <= c.catchment_m"
        ),
        "UPDATE mart_link SET catchment_m = 1200",
    ),
    "a link without a reason that ends as a sentence": (
        "SELECT asset_id FROM mart_link WHERE reason IS NULL OR reason NOT LIKE 'Lies %.'",
        "UPDATE mart_link SET reason = NULL",
    ),
    "a link to no asset or no site": (
        (
            "SELECT l.asset_id FROM mart_link AS l WHERE l.asset_id NOT IN (SELECT asset_id FROM "
            "mart_asset) OR l.site_id NOT IN (SELECT site_id FROM mart_site)"
        ),
        "DELETE FROM mart_asset",
    ),
    "an asset with two nearest sites": (
        "SELECT asset_id FROM mart_link WHERE is_nearest_site GROUP BY ALL HAVING count(*) > 1",
        "UPDATE mart_link SET is_nearest_site = TRUE",
    ),
    "a site and kind without or with two first places": (
        (
            "SELECT site_id, kind FROM mart_link GROUP BY site_id, kind "
            "HAVING count(*) FILTER (WHERE kind_rank = 1) <> 1"
        ),
        "UPDATE mart_link SET kind_rank = 1",
    ),
    "a first in reach that is not the nearest of its kind": (
        (
            "SELECT l.site_id FROM mart_link AS l INNER JOIN mart_nearest AS n ON l.site_id = "
            "n.site_id AND l.kind = n.kind AND l.kind_rank = 1 AND n.kind_rank = 1 "
            "WHERE abs(l.distance_m - n.distance_m) > 0.001"
        ),
        "UPDATE mart_nearest SET distance_m = distance_m + 1",
    ),
    "an order of distance that is none": (
        (
            "SELECT a.site_id FROM mart_nearest AS a INNER JOIN mart_nearest AS b ON a.site_id = "
            "b.site_id AND a.kind = b.kind AND a.kind_rank < b.kind_rank "
            "WHERE a.distance_m > b.distance_m"
        ),
        "UPDATE mart_nearest SET distance_m = -kind_rank",
    ),
    "a figure without a status that fits": (
        (
            "SELECT indicator_id FROM mart_indicator "
            "WHERE (value IS NULL) <> (status = 'not_measured')"
        ),
        "UPDATE mart_indicator SET value = NULL",
    ),
    "a figure outside its own bounds": (
        "SELECT indicator_id FROM mart_indicator WHERE value < low OR value > high",
        "UPDATE mart_indicator SET low = value + 1 WHERE low IS NOT NULL",
    ),
    "a missing figure with bounds": (
        (
            "SELECT indicator_id FROM mart_indicator "
            "WHERE value IS NULL AND (low IS NOT NULL OR high IS NOT NULL)"
        ),
        "UPDATE mart_indicator SET low = 0 WHERE value IS NULL",
    ),
    "a share beyond a hundred or below nothing": (
        (
            "SELECT indicator_id FROM mart_indicator "
            "WHERE unit = 'percent' AND (value < 0 OR value > 100)"
        ),
        "UPDATE mart_indicator SET value = 101 WHERE unit = 'percent'",
    ),
    "a share that is not its counts": (
        (
            "SELECT indicator_id FROM mart_indicator WHERE unit = 'percent' AND geography <> 'site'"
            " AND abs(value - 100 * numerator / denominator) > 0.000001"
        ),
        "UPDATE mart_indicator SET numerator = numerator + 1",
    ),
    "a share of the people near a site that is not its rounded counts": (
        (
            "SELECT indicator_id FROM mart_indicator WHERE unit = 'percent' AND geography = 'site' "
            "AND abs(value - 100 * numerator / denominator) > 100.0 / denominator"
        ),
        "UPDATE mart_indicator SET numerator = numerator + 2",
    ),
    "a missing figure that does not say why": (
        (
            "SELECT i.indicator_id FROM mart_indicator AS i WHERE i.value IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM mart_caveat AS c WHERE list_contains(string_split(i.caveat, ';'), "
            "c.caveat) AND (c.meaning LIKE 'Not available%' OR c.meaning LIKE '%no figure%'))"
        ),
        "UPDATE mart_indicator SET caveat = 'best_fit' WHERE value IS NULL",
    ),
    "a caveat without words": (
        (
            "SELECT c.caveat FROM (SELECT DISTINCT unnest(string_split(caveat, ';')) AS caveat FROM"
            " mart_indicator) AS c WHERE c.caveat NOT IN (SELECT caveat FROM mart_caveat)"
        ),
        "DELETE FROM mart_caveat WHERE caveat = 'best_fit'",
    ),
    "a source that is no dataset": (
        (
            "SELECT s.source FROM (SELECT DISTINCT unnest(string_split(source, ';')) AS source FROM"
            " mart_indicator) AS s WHERE s.source NOT IN (SELECT dataset_id FROM mart_dataset)"
        ),
        "DELETE FROM mart_dataset WHERE dataset_id = 'imd_2019'",
    ),
    "an indicator without all areas of its geographies": (
        (
            "SELECT i.indicator_id FROM mart_indicator AS i GROUP BY i.indicator_id, i.geography "
            "HAVING count(*) <> (SELECT count(*) FROM int_area AS a WHERE "
            "a.geography = i.geography)"
        ),
        "DELETE FROM mart_indicator WHERE area_code = 'city-hospital'",
    ),
    "deciles that do not add up to the residents": (
        (
            "SELECT d.area_code FROM mart_indicator AS d INNER JOIN mart_indicator AS r ON "
            "d.area_code = r.area_code AND r.indicator_id = 'residents_mid2015' "
            "WHERE d.indicator_id LIKE 'residents_in_imd_decile_%' AND d.value IS NOT NULL "
            "GROUP BY d.area_code, r.value HAVING sum(d.value) <> r.value"
        ),
        (
            "UPDATE mart_indicator SET value = value + 1 "
            "WHERE indicator_id = 'residents_in_imd_decile_1'"
        ),
    ),
    "a site in an area more than once over": (
        (
            "SELECT site_id FROM mart_site_area WHERE overlap_share NOT BETWEEN 0 AND 1 "
            "OR (relation = 'inside' AND overlap_share < 0.999) OR (distance_m = 0) <> "
            "(relation IN ('inside', 'overlaps'))"
        ),
        "UPDATE mart_site_area SET overlap_share = 2",
    ),
    "a site on the map without a place, or off it with one": (
        "SELECT site_id FROM mart_site WHERE (geom_27700 IS NULL) <> (extent_method = 'unknown')",
        "UPDATE mart_site SET geom_27700 = NULL",
    ),
    "an LSOA without an outline": (
        "SELECT lsoa11cd FROM mart_lsoa WHERE geom_27700 IS NULL OR wd17nm IS NULL",
        "UPDATE mart_lsoa SET wd17nm = NULL",
    ),
    "a ward without an outline, or an authority with one": (
        "SELECT area_code FROM mart_area WHERE (geography = 'lad') <> (geom_27700 IS NULL)",
        "UPDATE mart_area SET geom_27700 = NULL",
    ),
    "an asset of the study area in no ward of it": (
        (
            "SELECT asset_id FROM mart_asset WHERE is_in_study_area "
            "AND (wd17cd IS NULL OR wd17cd NOT IN (SELECT wd17cd FROM cfg_ward))"
        ),
        "UPDATE mart_asset SET wd17cd = NULL",
    ),
}


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "w.duckdb") as con:
        yield con


@pytest.fixture(scope="module")
def copied(built, tmp_path_factory):
    """Return a copy of the built warehouse, into which a test may plant a fault."""
    return shutil.copy(built.warehouse, tmp_path_factory.mktemp("marts") / "w.duckdb")


@pytest.fixture
def links(con):
    fill(con, LINKS)
    return {(row["asset_id"], row["site_id"]): row for row in rows_of(con, STATEMENTS["mart_link"])}


@pytest.mark.parametrize("pair", [("gp-1", "mill"), ("school-1", "yard")], ids=" to ".join)
def test_a_distance_is_rounded_in_a_reason_as_it_is_on_a_page(links, pair):
    # 123.5 and 400.5: a half goes to the even number in both places.
    assert f"Lies {links[pair]['distance_m']:,.0f} m in" in links[pair]["reason"]


@pytest.mark.parametrize("pair", sorted(REASONS), ids=" to ".join)
def test_a_link_says_why_in_one_sentence(links, pair):
    assert links[pair]["reason"] == REASONS[pair]


def test_places_within_the_largest_catchment_are_linked_and_no_others(links):
    assert set(links) == set(REASONS)
    assert {pair: row["catchment_m"] for pair, row in links.items()} == {
        ("gp-1", "yard"): 400,
        ("gp-2", "yard"): 400,
        ("school-1", "yard"): 800,
        ("gp-1", "mill"): 400,
        ("school-1", "mill"): 800,
        ("school-2", "mill"): 800,
    }


def test_places_at_one_distance_are_ranked_by_their_ids(links):
    assert links["school-1", "mill"]["kind_rank"] == 1
    assert links["school-2", "mill"]["kind_rank"] == 2


def test_an_lsoa_is_shown_in_the_study_area_or_near_a_site(con):
    fill(
        con,
        {
            "stg_lsoa_2011": (
                "lsoa11cd VARCHAR, lsoa11nm VARCHAR, geom_27700 BLOB",
                [(f"E0100000{n}", f"Town {n}", SHAPE) for n in (1, 2, 3)],
            ),
            "int_lsoa11_in_area": (
                "lsoa11cd VARCHAR, geography VARCHAR",
                [("E01000001", "study_area"), ("E01000001", "ward"), ("E01000003", "lad")],
            ),
            "int_lsoa_overlap_site_catchment": (
                "lsoa11cd VARCHAR, site_id VARCHAR",
                [("E01000001", "mill"), ("E01000002", "mill"), ("E01000002", "yard")],
            ),
            "stg_lookup_lsoa11_ward17": (
                "lsoa11cd VARCHAR, wd17cd VARCHAR, wd17nm VARCHAR",
                [("E01000001", "E05000001", "North")],
            ),
            "stg_imd_2019": (
                "lsoa11cd VARCHAR, imd_decile BIGINT, imd_score DOUBLE, imd_rank BIGINT",
                [("E01000001", 1, 50, 7)],
            ),
            "int_census_2021": ("lsoa11cd VARCHAR, resident_count DOUBLE", [("E01000001", 0)]),
        },
    )
    kept = ("lsoa11cd", "wd17cd", "wd17nm", "is_in_study_area", "imd_rank", "resident_count")
    rows = rows_of(con, STATEMENTS["mart_lsoa"])
    assert [tuple(row[name] for name in kept) for row in rows] == [
        ("E01000001", "E05000001", "North", True, 7, 0),
        ("E01000002", None, "not in the lookup", False, None, None),
    ]


def test_an_authority_is_listed_for_a_site_only_where_the_site_lies_in_it(con):
    fill(
        con,
        {
            "int_area": (
                "area_code VARCHAR, area_name VARCHAR, geography VARCHAR",
                [("E08000001", "City", "lad"), ("E08000002", "Half", "lad"), ("t", "T", "ward")],
            ),
            "int_site_in_area": (
                """site_id VARCHAR, area_code VARCHAR, relation VARCHAR, distance_m DOUBLE,
                overlap_share DOUBLE""",
                [
                    ("mill", "E08000001", "overlaps", 0, 0.5),
                    ("mill", "E08000002", "outside", 900, 0),
                    ("mill", "t", "outside", 900, 0),
                ],
            ),
        },
    )
    rows = rows_of(con, STATEMENTS["mart_site_area"])
    assert [row["area_code"] for row in rows] == ["E08000001", "t"]


def test_an_authority_has_no_outline_for_only_part_of_it_may_be_loaded(con):
    fill(
        con,
        {
            "int_area": (
                "area_code VARCHAR, area_name VARCHAR, geography VARCHAR, is_complete BOOLEAN",
                [
                    ("E05000001", "North", "ward", True),
                    ("E08000001", "City", "lad", False),
                    ("mill", "Mill", "site", True),
                ],
            ),
            "int_area_outline": (
                "area_code VARCHAR, geom_27700 BLOB",
                [("E05000001", SHAPE), ("E08000001", SHAPE)],
            ),
        },
    )
    rows = rows_of(con, STATEMENTS["mart_area"])
    assert [(row["area_code"], row["geom_27700"]) for row in rows] == [
        ("E05000001", SHAPE),
        ("E08000001", None),
    ]


def test_a_statement_whose_inputs_nothing_makes_is_named(con):
    with pytest.raises(ConfigError, match=r"^mart_x\.sql and 0 others cannot run: it reads stg_no"):
        derive(con, {"mart_x": "SELECT a.b FROM stg_no AS a"}, require_all=True)


@pytest.mark.parametrize("fault", MUST_BE_EMPTY)
def test_no_row_of_a_mart_is_wrong(built, fault):
    with open_warehouse(built.warehouse, read_only=True) as con:
        assert rows_of(con, MUST_BE_EMPTY[fault][0]) == []


@pytest.mark.parametrize("fault", MUST_BE_EMPTY)
def test_a_planted_fault_of_a_mart_is_found(copied, fault):
    statement, plant = MUST_BE_EMPTY[fault]
    with open_warehouse(copied) as con:
        con.execute(plant)
        found = rows_of(con, statement)
        con.rollback()
        con.begin()
    assert found
