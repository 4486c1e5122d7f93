"""The brownfield land register, in both layouts, with the dirt that real ones hold."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from assetmap.dataset import load
from assetmap.datasets import find_datasets
from assetmap.errors import UnreadableFileError
from assetmap.geography import to_bng

DATASET = find_datasets()["brownfield_land"]
OFFICIAL = Path(__file__).parents[2] / "shared/data/development"

EDITION = {
    "resource-date": "2020-01-31",
    "entry-date": "2019-12-31",
    "organisation": "local-authority-eng:XYZ",
    "site": "N1",
    "site-address": "Mill Yard",
    "deliverable": "yes",
    "ownership": "mixed ownership",
    "planning-permission-status": "permissioned",
    "planning-permission-type": "outline planning permission",
    "latitude": "52.48",
    "longitude": "-1.93",
    "hectares": "1",
    "minimum-net-dwellings": "60",
    "maximum-net-dwellings": "80",
    "start-date": "2017-12-19",
    "end-date": "",
    "notes": "call Sam on 07700 900123",
}
PLATFORM = {
    "entity": "1700001",
    "organisation-entity": "999",
    "reference": "N1",
    "point": "POINT (-1.93 52.48)",
    "entry-date": "2024-03-01",
    "minimum-net-dwellings": "60",
}


def read(tmp_path, *rows, layout=EDITION, max_held_share=1):
    folder = tmp_path / "brownfield_land"
    folder.mkdir(exist_ok=True)
    with (folder / "register.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(layout))
        writer.writeheader()
        writer.writerows(layout | row for row in rows)
    return load(DATASET, tmp_path, max_held_share=max_held_share)


def held(loaded):
    return loaded.held[["row_number", "reason", "column"]].to_numpy().tolist()


def test_an_edition_with_latitude_and_longitude_is_staged_whole(tmp_path):
    (row,) = read(tmp_path, {}).table.to_dict("records")
    x, y = to_bng().transform(-1.93, 52.48)
    shape = shapely.from_wkb(row.pop("geom_27700"))
    assert shape.area == pytest.approx(10_000, rel=0.001)
    assert (row.pop("easting_m"), row.pop("northing_m")) == (round(x, 2), round(y, 2))
    assert {key: None if pd.isna(value) else value for key, value in row.items()} == {
        "register_id": "local-authority-eng-xyz/n1",
        "register_ref": "N1",
        "organisation": "local-authority-eng:XYZ",
        "site_address": "Mill Yard",
        "homes_min_count": 60,
        "homes_max_count": 80,
        "stated_ha": 1.0,
        "permission_status": "permissioned",
        "permission_type": "outline planning permission",
        "permission_date": None,
        "deliverable": "yes",
        "ownership": "mixed ownership",
        "start_date": "2017-12-19",
        "end_date": None,
        "entry_date": "2019-12-31",
        "resource_date": "2020-01-31",
        "extent_method": "indicative_disc",
    }


def test_the_platform_s_file_needs_no_optional_column(tmp_path):
    loaded = read(tmp_path, {}, layout=PLATFORM)
    (row,) = loaded.table.to_dict("records")
    assert (row["register_id"], row["homes_min_count"]) == ("999/n1", 60)
    assert row["extent_method"] == "point"
    assert pd.isna(row["stated_ha"])
    assert loaded.notes == ("1 undeclared columns dropped",)


def test_both_layouts_and_both_spellings_of_headings_put_a_site_in_one_place(tmp_path):
    spelt = {name.replace("-", "_"): value for name, value in PLATFORM.items()}
    tables = [read(tmp_path, {}, layout=layout).table for layout in (EDITION, PLATFORM, spelt)]
    places = [table[["easting_m", "northing_m", "register_ref"]] for table in tables]
    assert places[0].equals(places[1])
    assert places[1].equals(places[2])


def test_where_both_names_of_a_column_stand_the_platform_s_counts(tmp_path):
    layout = PLATFORM | {"site": "old", "organisation": "local-authority:XYZ", "ownership": "x"}
    (row,) = read(tmp_path, {}, layout=layout).table.to_dict("records")
    assert row["register_id"] == "local-authority-xyz/n1"
    assert row["ownership"] == "x"


def test_free_notes_do_not_flow_through(tmp_path):
    loaded = read(tmp_path, {})
    assert "07700" not in loaded.table.to_csv()
    assert loaded.notes == ("1 undeclared columns dropped",)


def test_a_site_without_a_place_is_kept_without_one(tmp_path):
    loaded = read(tmp_path, {"latitude": "", "longitude": ""})
    assert loaded.table["extent_method"].tolist() == ["unknown"]
    assert loaded.table["geom_27700"].isna().all()
    assert loaded.held.empty


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"latitude": "-1.93", "longitude": "52.48"}, "coordinates_swapped"),
        ({"latitude": "0", "longitude": "0"}, "bad_coordinate"),
        ({"latitude": "287000", "longitude": "404000"}, "bad_coordinate"),
        ({"latitude": "52°29'N", "longitude": "1°56'W"}, "bad_coordinate"),
        ({"latitude": "NaN", "longitude": "inf"}, "bad_coordinate"),
        ({"latitude": "52.48", "longitude": ""}, "bad_coordinate"),
    ],
)
def test_a_place_that_cannot_be_is_held(tmp_path, cells, reason):
    loaded = read(tmp_path, {"site": "A"}, {"site": "B"} | cells)
    assert held(loaded) == [[3, reason, "geometry"]]
    assert loaded.table["register_ref"].tolist() == ["A"]


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ("POINT (52.48 -1.93)", "coordinates_swapped"),
        ("POINT (-1.93", "invalid_geometry"),
        ("LINESTRING (-1.93 52.48, -1.94 52.48)", "wrong_geometry_type"),
    ],
)
def test_a_point_of_the_platform_that_is_none_is_held(tmp_path, point, reason):
    loaded = read(tmp_path, {}, {"reference": "B", "point": point}, layout=PLATFORM)
    assert held(loaded) == [[3, reason, "geometry"]]


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        ({"minimum-net-dwellings": "-118"}, "out_of_range", "homes_min_count"),
        ({"minimum-net-dwellings": "99"}, "range_inverted", "homes_min_count"),
        ({"minimum-net-dwellings": "some"}, "bad_number", "homes_min_count"),
        ({"hectares": "20000"}, "out_of_range", "stated_ha"),
        ({"start-date": "19/12/2017"}, "bad_code", "start_date"),
        ({"site": "???"}, "bad_code", "register_id"),
        ({"site": "N" * 30}, "bad_code", "register_id"),
        ({"site": ""}, "missing_value", "register_id"),
        ({"site": "a"}, "duplicate_key", "register_id"),
    ],
)
def test_a_row_with_a_wrong_cell_is_held_and_named(tmp_path, cells, reason, column):
    loaded = read(tmp_path, {"site": "A"}, {"site": "B"} | cells)
    assert held(loaded) == [[3, reason, column]]


def scattered(count, **cells):
    """Return entries that lie within two kilometres of each other."""
    return [{"site": f"S{n}", "latitude": f"{52.48 + n / 1000}"} | cells for n in range(count)]


def test_a_point_one_degree_off_is_held_counted_and_named(tmp_path):
    loaded = read(tmp_path, *scattered(20), {"site": "Off", "latitude": "53.48"})
    assert held(loaded) == [[22, "bad_coordinate", "geometry"]]
    assert "1 points far outside the area of their register held, e.g. Off" in loaded.notes


def test_a_large_authority_keeps_its_far_ends(tmp_path):
    # Half of the points lie within 22 km of the middle: 45 km is an end and not a slip.
    rows = [{"site": f"S{n}", "latitude": f"{52.0 + n * 0.04:.2f}"} for n in range(21)]
    assert read(tmp_path, *rows).held.empty


def test_points_within_twenty_five_kilometres_are_never_too_far(tmp_path):
    assert read(tmp_path, *scattered(20), {"site": "End", "latitude": "52.70"}).held.empty


def test_a_register_is_measured_by_its_own_points(tmp_path):
    other = scattered(6, organisation="local-authority-eng:FAR", longitude="0.5")
    assert read(tmp_path, *scattered(20), *other).held.empty


def test_a_register_of_few_points_has_no_middle(tmp_path):
    assert read(tmp_path, *scattered(3), {"site": "Off", "latitude": "53.48"}).held.empty


def test_points_without_a_place_do_not_move_the_middle(tmp_path):
    rows = [*scattered(5), *({"site": f"X{n}", "latitude": "", "longitude": ""} for n in range(9))]
    loaded = read(tmp_path, *rows, {"site": "Off", "latitude": "53.48"})
    assert held(loaded) == [[16, "bad_coordinate", "geometry"]]


@pytest.mark.parametrize(
    ("lacking", "what"),
    [
        ("site", "lacks 1 of"),
        ("organisation", "lacks 1 of"),
        ("minimum-net-dwellings", "lacks 1 of"),
        ("latitude", "neither a column point nor latitude and longitude"),
    ],
)
def test_a_file_that_lacks_what_is_needed_is_refused(tmp_path, lacking, what):
    layout = {name: value for name, value in EDITION.items() if name != lacking}
    with pytest.raises(UnreadableFileError, match=what):
        read(tmp_path, {}, layout=layout)


def test_one_heading_in_two_spellings_is_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="two of its headings differ only in _ and -"):
        read(tmp_path, {}, layout=EDITION | {"start_date": ""})


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    files = sorted(OFFICIAL.glob("brownfield-land_*.csv"))
    if not files:
        pytest.skip("../shared/data/development is absent: real registers are NOT read")
    raw = tmp_path_factory.mktemp("registers")
    (raw / "brownfield_land").mkdir()
    for path in files:
        shutil.copy(path, raw / "brownfield_land")
    return load(DATASET, raw, max_held_share=0.1)


def test_of_the_registers_of_2020_every_row_is_loaded_or_held_for_its_reason(official):
    assert (official.rows_in, len(official.table), len(official.held)) == (1305, 1247, 58)
    counts = official.held.groupby(["file", "reason", "column"]).size()
    birmingham, sandwell = sorted(set(official.held["file"]))
    assert counts.to_dict() == {
        (birmingham, "bad_coordinate", "geometry"): 1,
        (birmingham, "out_of_range", "homes_min_count"): 52,
        (sandwell, "bad_coordinate", "geometry"): 5,
    }
    assert official.table["geom_27700"].isna().sum() == 9


def test_of_the_registers_of_2020_misplaced_points_are_named(official):
    said = [note for note in official.notes if "far outside" in note]
    assert "e.g. SHA0167" in said[0]
    assert "5 points" in said[1]
    assert set(said[1].partition("e.g. ")[2].split(", ")) == {
        *("2227", "2919", "5648", "6076", "SHA0810"),
    }


def test_of_the_registers_of_2020_the_sites_of_the_starter_layer_are_where_it_says(official):
    sites = official.table.set_index("register_ref")
    found = sites.loc[["N490", "N717", "N1061"], ["homes_max_count", "stated_ha"]]
    np.testing.assert_allclose(found.astype(float), [[750, 20.64], [1150, 21.7], [360, 7.2]])
