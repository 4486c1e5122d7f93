"""Sites of the layer and those that a register adds: hand-made registers, row by row."""

import pytest

from assetmap.lineage import derive, read_statements
from assetmap.warehouse import open_warehouse
from tiny import fill, rows_of

STATEMENTS = {
    name: text
    for name, text in read_statements("intermediate").items()
    if name in ("int_site", "int_register_site")
}
INSIDE, OUTSIDE, BESIDE = "E01000001", "E01000002", "E01000003"
SHAPE = b"\x01shape"

REGISTER = (
    "register_id VARCHAR, register_ref VARCHAR, organisation VARCHAR, site_address VARCHAR, "
    "homes_min_count BIGINT, homes_max_count BIGINT, stated_ha DOUBLE, permission_status VARCHAR, "
    "permission_type VARCHAR, permission_date VARCHAR, end_date VARCHAR, entry_date VARCHAR, "
    "resource_date VARCHAR, extent_method VARCHAR, easting_m DOUBLE, northing_m DOUBLE, "
    "geom_27700 BLOB"
)
LAYER = (
    "site_id VARCHAR, site_name VARCHAR, aliases VARCHAR, kind VARCHAR, local_authority VARCHAR, "
    "register_ref VARCHAR, extent_method VARCHAR, stated_ha DOUBLE, homes_min_count BIGINT, "
    "homes_max_count BIGINT, location_source VARCHAR, note VARCHAR, easting_m DOUBLE, "
    "northing_m DOUBLE, geom_27700 BLOB"
)


def entry(ref, *, keeper="big", lsoa=INSIDE, **values):
    """Return one entry of a register and the LSOA that holds it, or None."""
    given = {
        "site_address": f"Land at {ref}",
        "homes_min_count": 50,
        "homes_max_count": 50,
        "stated_ha": 1.0,
        "permission_status": "permissioned",
        "permission_type": "outline",
        "permission_date": "2019-05-06",
        "end_date": None,
        "entry_date": "2019-12-31",
        "resource_date": "2020-01-31",
    } | values
    number = f"{keeper}/{ref.lower()}"
    return (number, ref, keeper, *given.values(), "point", 400_000, 290_000, SHAPE), lsoa


def site(site_id, ref, authority="Big City"):
    empty = (None,) * 7
    return (site_id, site_id.title(), None, "housing", authority, ref, "point", *empty, SHAPE)


@pytest.fixture
def con(tmp_path):
    with open_warehouse(tmp_path / "sites.duckdb") as opened:
        yield opened


def run(con, entries, sites=(), least=50):
    places = [(row[0], lsoa) for row, lsoa in entries if lsoa]
    fill(
        con,
        {
            "stg_brownfield_site": (REGISTER, [row for row, _ in entries]),
            "stg_master_plan_site": (LAYER, list(sites)),
            "int_register_site_in_lsoa11": ("register_id VARCHAR, lsoa11cd VARCHAR", places),
            "stg_lookup_lsoa11_ward17": (
                "lsoa11cd VARCHAR, wd17cd VARCHAR, lad17nm VARCHAR",
                [(INSIDE, "W1", "Big City"), (OUTSIDE, "W2", "Big City"), (BESIDE, "W1", "Ham")],
            ),
            "cfg_ward": ("wd17cd VARCHAR", [("W1",)]),
            "cfg_register": ("brownfield_min_homes BIGINT", [(least,)]),
        },
    )
    derive(con, STATEMENTS)
    return {row["site_id"]: row for row in rows_of(con, "FROM int_site")}


def test_an_added_site_says_where_it_comes_from(con):
    (added,) = run(con, [entry("N7")]).values()
    assert {name: value for name, value in added.items() if name != "geom_27700"} == {
        "site_id": "big-city-n7",
        "site_name": "Land at N7",
        "aliases": None,
        "kind": "housing",
        "local_authority": "Big City",
        "register_ref": "N7",
        "extent_method": "point",
        "stated_ha": 1.0,
        "homes_min_count": 50,
        "homes_max_count": 50,
        "location_source": "Brownfield land register, Big City, 2020-01-31",
        "note": None,
        "easting_m": 400_000,
        "northing_m": 290_000,
        "origin": "brownfield_register",
        "permission_status": "permissioned",
        "permission_type": "outline",
        "permission_date": "2019-05-06",
    }


@pytest.mark.parametrize(
    ("values", "is_added"),
    [
        ({}, True),
        ({"homes_min_count": 10}, True),
        ({"homes_min_count": 50, "homes_max_count": None}, True),
        ({"homes_min_count": 49, "homes_max_count": 49}, False),
        ({"homes_min_count": None, "homes_max_count": None}, False),
        ({"lsoa": OUTSIDE}, False),
        ({"lsoa": None}, False),
        ({"end_date": "2019-01-01"}, False),
    ],
)
def test_a_register_adds_what_lies_in_the_area_and_is_large_enough(con, values, is_added):
    # The other entry, outside the area, tells whose register it is.
    sites = run(con, [entry("N7", **values), entry("N8", lsoa=OUTSIDE)])
    assert list(sites) == ["big-city-n7"] * is_added


@pytest.mark.parametrize(("least", "is_added"), [(9, True), (10, False)])
def test_the_least_number_of_homes_is_a_setting(con, least, is_added):
    sites = run(con, [entry("N7", homes_max_count=9, homes_min_count=9)], least=least)
    assert bool(sites) == is_added


@pytest.mark.parametrize(
    ("ref", "is_added"),
    [
        ("N7", False),
        ("N7B", False),
        ("N8", False),
        ("N8C", False),
        ("N77", True),
        ("N7BC", True),
        ("N", True),
    ],
)
def test_what_the_layer_has_is_not_added_nor_are_parts_of_it(con, ref, is_added):
    sites = run(con, [entry(ref)], [site("mill", "N7; N8")])
    assert set(sites) == {"mill"} | ({f"big-city-{ref.lower()}"} if is_added else set())


def test_a_reference_of_another_authority_is_another_site(con):
    sites = run(con, [entry("N7")], [site("mill", "N7", authority="Ham")])
    assert set(sites) == {"mill", "big-city-n7"}
    assert sites["mill"]["permission_status"] is None


def test_a_site_of_the_layer_that_has_the_id_already_stays_alone(con):
    sites = run(con, [entry("N7")], [site("big-city-n7", None)])
    assert [row["origin"] for row in sites.values()] == ["site_layer"]


def test_a_site_of_the_layer_takes_its_permission_from_the_register(con):
    sites = run(con, [entry("N7", homes_max_count=1, homes_min_count=1)], [site("mill", "N7;N8")])
    assert list(sites) == ["mill"]
    assert sites["mill"]["origin"] == "site_layer"
    assert sites["mill"]["permission_date"] == "2019-05-06"
    assert sites["mill"]["stated_ha"] is None


def test_a_site_of_the_layer_takes_the_permission_of_the_latest_edition(con):
    entries = [
        entry("N7", keeper="old", resource_date="2019-01-01", permission_status="pending"),
        entry("N7", keeper="new", resource_date="2020-01-01", permission_status="permissioned"),
    ]
    sites = run(con, entries, [site("mill", "N7")])
    assert [row["permission_status"] for row in sites.values()] == ["permissioned"]


def test_a_register_belongs_to_the_authority_in_which_most_of_it_lies(con):
    entries = [entry("A"), entry("B"), entry("C", lsoa=BESIDE)]
    assert {row["local_authority"] for row in run(con, entries).values()} == {"Big City"}


def test_an_entry_that_only_an_earlier_edition_has_adds_nothing(con):
    entries = [entry("CC7", resource_date="2019-10-20"), entry("C7")]
    assert list(run(con, entries)) == ["big-city-c7"]
    current = rows_of(con, "SELECT register_ref, is_current FROM int_register_site ORDER BY ALL")
    assert [tuple(row.values()) for row in current] == [("C7", True), ("CC7", False)]


def test_a_file_without_a_date_of_its_edition_is_the_latest(con):
    entries = [
        entry("N7", keeper="44", resource_date=None, entry_date="2018-01-01", homes_max_count=70),
        entry("N7", keeper="big"),
        entry("N9", keeper="big"),
    ]
    sites = run(con, entries)
    assert {key: row["homes_max_count"] for key, row in sites.items()} == {"big-city-n7": 70}
    assert sites["big-city-n7"]["location_source"].endswith("Big City, 2018-01-01")


def test_the_edition_of_one_authority_does_not_age_that_of_another(con):
    entries = [
        entry("A", resource_date="2018-01-01"),
        entry("B", keeper="ham", lsoa=BESIDE, resource_date="2020-01-01"),
    ]
    assert set(run(con, entries)) == {"big-city-a", "ham-b"}


def test_a_site_without_an_address_is_named_by_its_reference(con):
    (added,) = run(con, [entry("N7", site_address=None)]).values()
    assert added["site_name"] == "Site N7"


def test_without_a_register_the_sites_are_those_of_the_layer(con):
    sites = run(con, [], [site("mill", "N7"), site("lost", None)])
    assert {key: row["origin"] for key, row in sites.items()} == {
        "lost": "site_layer",
        "mill": "site_layer",
    }
