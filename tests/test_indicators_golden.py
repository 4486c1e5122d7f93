"""Every indicator against figures that were worked out by hand for a small town.

The town's tables are in ``data/indicators/_town``; beside each ``expected.csv`` a
``working.md`` shows the arithmetic.
"""

import csv
import math
import re
import shutil
from pathlib import Path

import pytest

from assetmap.indicators import expand, find_indicators, measure
from assetmap.warehouse import fetch_table, open_warehouse

GOLDEN = Path(__file__).parent / "data/indicators"
FOLDERS = {path.name for path in GOLDEN.iterdir() if path.is_dir() and path.name != "_town"}
INDICATORS = {indicator.stem: indicator for indicator in find_indicators()}
NUMBERS = ("value", "numerator", "denominator", "low", "high")
COLUMNS = ("indicator_id", "area_code", *NUMBERS, "status", "caveat")


def as_figure(number):
    return None if math.isnan(number) else round(float(number), 6)


def measured(town, stem):
    with open_warehouse(town, read_only=True) as con:
        catchments = tuple(fetch_table(con, "cfg_catchment")["catchment_m"])
        areas = fetch_table(con, "int_area", ["geography", "area_code"])
        rows = measure(con, expand([INDICATORS[stem]], catchments), areas)
    return sorted(
        tuple(as_figure(row[name]) if name in NUMBERS else row[name] for name in COLUMNS)
        for row in rows.to_dict("records")
    )


def altered(town, folder, *changes):
    """Return a copy of the town in which something else is the case."""
    copied = shutil.copy(town, folder / "altered.duckdb")
    with open_warehouse(copied) as con:
        for change in changes:
            con.execute(change)
    return copied


def by_key(rows):
    return {row[:2]: dict(zip(COLUMNS[2:], row[2:], strict=True)) for row in rows}


def require_no_part_sum(before, after, areas):
    """A figure that rests on a hole is gone; none is too small, above or below the line.

    A figure that does not rest on it stays: nobody of an LSOA of decile 1 is in decile 2.
    """
    keys = [key for key in before if key[1] in areas and before[key]["status"] == "published"]
    assert {key[1] for key in keys if after[key]["status"] == "not_measured"} == {
        key[1] for key in keys
    }
    for key in keys:
        for name in ("value", "numerator", "denominator"):
            assert after[key][name] in (None, before[key][name]), (key, name)


def expected(stem):
    with (GOLDEN / stem / "expected.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return sorted(
        tuple(
            (float(row[name]) if row[name] else None) if name in NUMBERS else row[name]
            for name in COLUMNS
        )
        for row in rows
    )


def test_every_indicator_has_a_golden_folder_and_every_folder_an_indicator():
    assert set(INDICATORS) == FOLDERS


@pytest.mark.parametrize("stem", sorted(FOLDERS))
def test_a_golden_folder_shows_how_its_figures_were_worked_out(stem):
    lines = (GOLDEN / stem / "working.md").read_text(encoding="utf-8").splitlines()
    assert 1 <= len(lines) <= 6
    assert any(mark in " ".join(lines) for mark in "+-/=0123456789")


@pytest.mark.parametrize("stem", sorted(INDICATORS))
def test_figures_equal_those_worked_out_by_hand(town, stem):
    assert measured(town, stem) == expected(stem)


def test_the_town_has_a_figure_of_zero_and_figures_that_are_not_measured(town):
    rows = [row for stem in INDICATORS for row in measured(town, stem)]
    by_status = {status: [r for r in rows if r[7] == status] for status in {r[7] for r in rows}}
    assert set(by_status) == {"published", "not_measured"}
    assert any(row[2] == 0 for row in by_status["published"])
    assert all(row[2] is None for row in by_status["not_measured"])


# E01000001 lies in North, the town and the Whole City: a hole there is a hole in all three.
HOLDERS = ("E05000001", "town", "E08000001")
OF_LSOAS = {
    "int_census_2021": "c",
    "int_imd_domain": "d",
    "stg_imd_2019": "i",
}
READERS = [
    (stem, table)
    for stem, indicator in sorted(INDICATORS.items())
    for table in OF_LSOAS
    if f"{table} " in indicator.statement and "site" not in indicator.geographies
]


@pytest.mark.parametrize(("stem", "table"), READERS)
def test_an_lsoa_without_a_row_is_a_hole_and_not_a_nothing(town, tmp_path, stem, table):
    change = f"DELETE FROM {table} WHERE lsoa11cd = 'E01000001'"  # noqa: S608 - names of this file
    after = measured(altered(town, tmp_path, change), stem)
    require_no_part_sum(by_key(measured(town, stem)), by_key(after), HOLDERS)


@pytest.mark.parametrize(("stem", "table"), READERS)
def test_a_withheld_figure_is_a_hole_and_not_a_nothing(town, tmp_path, stem, table):
    before = by_key(measured(town, stem))
    pattern = rf"\b{OF_LSOAS[table]}\.(\w+(?:_count|_score|_decile)|score)\b"
    columns = set(re.findall(pattern, INDICATORS[stem].statement))
    assert columns
    for column in sorted(columns):
        change = f"UPDATE {table} SET {column} = NULL WHERE lsoa11cd = 'E01000001'"  # noqa: S608 - names of this file
        after = measured(altered(town, tmp_path, change), stem)
        require_no_part_sum(before, by_key(after), HOLDERS)


@pytest.mark.parametrize("column", ["by_postcode_count", "imd_decile"])
def test_a_hole_near_a_site_leaves_its_share_without_a_figure(town, tmp_path, column):
    change = f"UPDATE int_site_catchment_lsoa11 SET {column} = NULL WHERE lsoa11cd = 'E01000001'"  # noqa: S608 - names of this file
    stem = "most_deprived_tenth_near_site_share"
    after = measured(altered(town, tmp_path, change), stem)
    require_no_part_sum(by_key(measured(town, stem)), by_key(after), ("disc-yard",))


def test_an_area_without_any_place_has_none_and_no_share_of_none(town, tmp_path):
    emptied = altered(town, tmp_path, "DELETE FROM int_asset_in_area")
    places = by_key(measured(emptied, "places"))
    assert {(row["status"], row["value"], row["numerator"]) for row in places.values()} == {
        ("published", 0, 0)
    }
    shares = by_key(measured(emptied, "assets_in_reach_share"))
    assert {(row["status"], row["denominator"]) for row in shares.values()} == {("not_measured", 0)}
    assert all(row["caveat"].endswith(";nothing_to_divide") for row in shares.values())


COUNTS_OF_PLACES = ("places", "places_per_1000_residents", "assets_in_reach_share")


@pytest.mark.parametrize("stem", COUNTS_OF_PLACES)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE int_area_cover SET is_whole = FALSE WHERE area_code IN ('E05000001', 'town')",
        "DELETE FROM int_area_cover WHERE area_code IN ('E05000001', 'town')",
    ],
    ids=["an outline is missing", "no LSOA at all"],
)
def test_places_of_an_area_are_not_counted_where_its_outlines_are_not_all_there(
    town, tmp_path, stem, change
):
    before = by_key(measured(town, stem))
    after = by_key(measured(altered(town, tmp_path, change), stem))
    require_no_part_sum(before, after, ("E05000001", "town"))
    broken = {key: row for key, row in after.items() if key[1] in ("E05000001", "town")}
    assert all(row["numerator"] is None for row in broken.values())
    assert all("missing_parts" in row["caveat"].split(";") for row in broken.values())
    assert all(after[key] == before[key] for key in before if key not in broken)


def test_an_area_without_outlines_and_places_is_no_share_of_nothing(town, tmp_path):
    changes = ("DELETE FROM int_asset_in_area", "UPDATE int_area_cover SET is_whole = FALSE")
    rows = by_key(measured(altered(town, tmp_path, *changes), "assets_in_reach_share"))
    assert all(row["caveat"].endswith(";missing_parts") for row in rows.values())


@pytest.mark.parametrize(
    "change",
    ["UPDATE int_site SET geom_27700 = NULL", "DELETE FROM int_site"],
    ids=["none on the map", "no sites"],
)
def test_where_no_site_has_a_place_nothing_is_known_to_be_in_or_out_of_reach(
    town, tmp_path, change
):
    emptied = altered(town, tmp_path, "DELETE FROM int_asset_near_site", change)
    rows = by_key(measured(emptied, "assets_in_reach_share"))
    assert {(row["status"], row["value"], row["numerator"]) for row in rows.values()} == {
        ("not_measured", None, None)
    }
    assert all(row["caveat"].endswith(";no_site_with_place") for row in rows.values())


@pytest.mark.parametrize(
    ("kept", "extra"),
    [
        ("disc-yard", ["indicative_disc"]),
        ("point-mill", ["point_site"]),
    ],
)
def test_the_share_in_reach_says_only_what_is_so_of_the_sites(town, tmp_path, kept, extra):
    change = f"DELETE FROM int_site WHERE site_id <> '{kept}'"  # noqa: S608 - names of this file
    rows = by_key(measured(altered(town, tmp_path, change), "assets_in_reach_share"))
    conditional = {"indicative_disc", "point_site", "sites_without_place"}
    for row in rows.values():
        assert [key for key in row["caveat"].split(";") if key in conditional] == extra


def test_a_site_that_states_only_its_fewest_homes_states_a_number(town, tmp_path):
    change = "UPDATE int_site SET homes_min_count = 60 WHERE site_id = 'point-mill'"
    rows = by_key(measured(altered(town, tmp_path, change), "homes_planned"))
    mill, whole = rows["homes_planned", "point-mill"], rows["homes_planned", "town"]
    assert (mill["value"], mill["low"], mill["high"]) == (60, 60, 60)
    assert (whole["value"], whole["low"], whole["high"]) == (250, 200, 250)
    assert mill["caveat"] == whole["caveat"] == "stated_by_register"


@pytest.mark.parametrize("stem", ["places", "places_per_1000_residents", "nearest_place_distance"])
def test_figures_of_schools_say_which_schools_and_no_others_do(town, stem):
    said = {
        row[0].removeprefix(f"{stem}_")
        for row in measured(town, stem)
        if "schools_of_all_kinds" in row[8].split(";")
    }
    assert said == {"school"}


@pytest.mark.parametrize("stem", ["homes_planned", "hectares_planned"])
def test_where_no_site_states_a_number_the_sum_is_not_stated_either(town, tmp_path, stem):
    columns = ("stated_ha", "homes_min_count", "homes_max_count")
    nothing = [f"UPDATE int_site SET {column} = NULL" for column in columns]  # noqa: S608 - names of this file
    rows = by_key(measured(altered(town, tmp_path, *nothing), stem))
    assert {(row["status"], row["caveat"]) for row in rows.values()} == {
        ("not_measured", "stated_by_register;not_stated")
    }
    assert {(row["low"], row["high"]) for row in rows.values()} == {(None, None)}
