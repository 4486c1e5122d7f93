"""Positions in a table: put on the grid, or held with the reason why they cannot be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetmap.coordinates import (
    GREAT_BRITAIN,
    KILOMETRE,
    Box,
    from_degrees,
    from_metres,
    place_rows,
)
from assetmap.dataset import load
from assetmap.datasets import get_dataset
from assetmap.geography import to_wgs84
from assetmap.quarantine import REASONS
from assetmap.readers import RawTable

ICKNIELD = Box(398_000, 283_000, 410_000, 293_000)
"""The three wards and five kilometres around them."""


def texts(*cells):
    return pd.Series(cells, dtype="str", index=range(2, len(cells) + 2))


@pytest.mark.parametrize(
    ("latitude", "longitude", "fault"),
    [
        ("52.4900", "-1.9300", ""),
        (" 52.4900 ", "-1.9300", ""),
        ("", "", ""),
        ("..", "n/a", ""),
        ("52.49", "", "bad_coordinate"),
        ("52°29'24\"N", "1°55'48\"W", "bad_coordinate"),
        ("NaN", "-1.93", "bad_coordinate"),
        ("52.49", "inf", "bad_coordinate"),
        ("1e400", "-1.93", "bad_coordinate"),
        ("288100", "404900", "bad_coordinate"),
        ("52.49", "404900", "bad_coordinate"),
        ("90.001", "-1.93", "bad_coordinate"),
        ("52.49N", "1.93W", "bad_coordinate"),
        ("-1.93", "52.49", "coordinates_swapped"),
        ("0", "0", "outside_study_area"),
        ("48.8567", "2.3508", "outside_study_area"),
        ("52.49", "179.9", "outside_study_area"),
        ("-90", "0", "outside_study_area"),
        ("51.5000", "-0.1200", ""),
    ],
)
def test_degrees_have_a_place_in_great_britain_or_a_fault(latitude, longitude, fault):
    found = from_degrees(texts(latitude), texts(longitude))
    assert found.faults.tolist() == [fault]
    is_placed = np.isfinite(found.easting_m) & np.isfinite(found.northing_m)
    assert is_placed.tolist() == [fault == "" and any(c.isdigit() for c in latitude)]
    assert fault == "" or fault in REASONS


def test_degrees_come_out_in_metres_of_the_grid():
    found = from_degrees(texts("52.4900", "52.4901"), texts("-1.9300", "-1.9301"))
    # The second point is 0.0001 degrees of each farther: 11.1 m north, 6.8 m west.
    assert found.easting_m == pytest.approx([404_850.06, 404_843.24], abs=0.05)
    assert found.northing_m == pytest.approx([288_011.84, 288_022.95], abs=0.05)


@given(
    easting=st.floats(1_000, 699_000),
    northing=st.floats(1_000, 1_200_000),
)
def test_a_point_of_the_grid_comes_back_from_degrees_to_the_centimetre(easting, northing):
    longitude, latitude = to_wgs84().transform(easting, northing)
    found = from_degrees(texts(f"{latitude:.9f}"), texts(f"{longitude:.9f}"))
    assert found.faults.tolist() == [""]
    assert found.easting_m[0] == pytest.approx(easting, abs=0.02)
    assert found.northing_m[0] == pytest.approx(northing, abs=0.02)


@pytest.mark.parametrize(
    ("easting", "northing", "fault"),
    [
        ("404900", "288100", ""),
        ("404,900", "288,100", ""),
        ("404901.0", "288101.00", ""),
        ("", "", ""),
        ("-", "-", ""),
        ("404900", "", "bad_coordinate"),
        ("SP 049 881", "", "bad_coordinate"),
        ("SP 049 881", "SP 049 881", "bad_coordinate"),
        ("NaN", "288100", "bad_coordinate"),
        ("0", "0", "bad_coordinate"),
        ("1.93", "52.49", "bad_coordinate"),
        ("-404900", "288100", "bad_coordinate"),
        ("404900", "2881000", "bad_coordinate"),
    ],
)
def test_metres_are_a_place_on_the_grid_or_have_a_fault(easting, northing, fault):
    assert from_metres(texts(easting), texts(northing)).faults.tolist() == [fault]


def test_what_is_outside_the_box_is_held_in_metres_and_in_degrees_alike():
    in_metres = from_metres(texts("404900", "530591"), texts("288100", "179571"), ICKNIELD)
    in_degrees = from_degrees(texts("52.49", "51.5"), texts("-1.93", "-0.12"), ICKNIELD)
    for found in (in_metres, in_degrees):
        assert found.faults.tolist() == ["", "outside_study_area"]
    assert GREAT_BRITAIN.west_m < ICKNIELD.west_m


@pytest.mark.parametrize(
    ("latitude", "longitude", "is_coarse"),
    [
        ("52.49", "-1.93", True),
        ("52", "-2", True),
        ("52.49", "-1.9", True),
        ("52.490", "-1.93", False),
        ("52.49", "-1.930", False),
        ("", "", False),
        ("0", "0", False),
    ],
)
def test_two_decimals_are_good_to_a_kilometre(latitude, longitude, is_coarse):
    assert from_degrees(texts(latitude), texts(longitude)).is_coarse.tolist() == [is_coarse]


def table(**columns):
    frame = pd.DataFrame({name: texts(*cells) for name, cells in columns.items()})
    return RawTable(frame, len(frame), notes=("before",))


def test_columns_of_degrees_give_way_to_metres_and_rows_without_a_place_stay():
    given = table(
        name=("Hall", "Club", "Shed", "Park"),
        lat=("52.4900", "-1.93", "", "52.49"),
        lon=("-1.9300", "52.49", "", "-1.93"),
        location_precision=("address", "address", "none", "address"),
    )
    found = place_rows(given)
    assert found.frame.to_dict("list") == {
        "name": ["Hall", "Shed", "Park"],
        "location_precision": ["address", "none", KILOMETRE],
        "easting": ["404850.06", "", "404850.06"],
        "northing": ["288011.84", "", "288011.84"],
    }
    assert found.rejects.row_numbers == (3,)
    assert found.rejects.reasons == ("coordinates_swapped",)
    assert found.rejects.columns == ("lat",)
    assert found.rows_in == len(found.frame) + len(found.rejects)
    assert found.notes == (
        "before",
        "1 positions with two decimals of a degree or fewer, good to a kilometre",
    )
    assert given.frame.columns.tolist() == ["name", "lat", "lon", "location_precision"]


def test_metres_count_where_a_file_has_both_and_stay_as_they_are_written():
    given = table(
        easting=("404,900", "SP 04"), northing=("288100", "88"), latitude=("0", "0"), longitude="00"
    )
    found = place_rows(given)
    assert found.frame["easting"].tolist() == ["404,900"]
    assert found.rejects.reasons == ("bad_coordinate",)
    assert found.rejects.columns == ("easting",)
    assert found.notes == ("before",)


def test_a_table_without_a_pair_of_columns_is_left_alone():
    given = table(latitude=("52.49",), easting=("404900",))
    assert place_rows(given) is given


# Places that somebody added by hand, in a file of their own beside the register's.

REGISTER = """source_id,name,kind,detail,easting,northing,postcode,register,location_precision
1,Town Library,library,,400000,290000,B1 1AA,list,postcode
"""
BY_HAND = """Source_ID,Name,Kind,Detail,Latitude,Longitude,Postcode,Register,Location_Precision
,Corner School,school,,52.490000,-1.930000,B18 4BJ,own list,address
,Far Hospital,hospital,,51.5,-0.12,,own list,address
,Turned School,school,,-1.93,52.49,,own list,address
,Sea School,school,,0,0,,own list,address
9,Unplaced School,school,,,,,own list,unknown
"""


def test_a_file_of_places_in_degrees_loads_beside_one_in_metres(tmp_path):
    folder = tmp_path / "public_places"
    folder.mkdir()
    (folder / "a.csv").write_text(REGISTER, encoding="utf-8")
    (folder / "b.csv").write_text(BY_HAND, encoding="utf-8")
    loaded = load(get_dataset("public_places"), tmp_path, max_held_share=0.5)
    assert (loaded.rows_in, len(loaded.table), len(loaded.held)) == (6, 4, 2)
    places = loaded.table.set_index("asset_name")
    at = places[["easting_m", "northing_m"]]
    assert at.loc["Town Library"].tolist() == [400_000, 290_000]
    assert at.loc["Corner School"].tolist() == [404_850.06, 288_011.84]
    assert at.loc["Unplaced School"].isna().all()
    assert places.loc["Corner School", "asset_id"] == ("school-corner-school-404850-06-288011-84")
    assert places["location_precision"].to_dict() == {
        "Corner School": "address",
        "Far Hospital": KILOMETRE,
        "Town Library": "postcode",
        "Unplaced School": "unknown",
    }
    assert loaded.held[["file", "row_number", "reason", "column"]].to_numpy().tolist() == [
        ["b.csv", 4, "coordinates_swapped", "latitude"],
        ["b.csv", 5, "outside_study_area", "latitude"],
    ]
    assert loaded.notes == (
        "1 positions with two decimals of a degree or fewer, good to a kilometre",
    )
