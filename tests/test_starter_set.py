"""The shipped starter set: what it holds, and that its figures are the publishers'."""

import csv
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from assetmap.geography import LSOA_PATTERN, to_bng
from assetmap.settings import read_settings

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data/raw"
FACTS = ROOT.parent / "shared/facts"
OFFICIAL = ROOT.parent / "shared/data"

STARTERS = sorted(RAW.rglob("*_starter.*"))
LAD_NAME = "Local Authority District name"
LEFT_OUT_OF_LOOKUP = {"pcd7", "pcd8", "msoa11nm", "ladnm", "ladnmw"}

IMD = "imd_2019/File_7_IoD2019_starter.csv"
WARDS = "lookup_lsoa11_ward17/LSOA11_WD17_LAD17_starter.csv"
EXACT_FIT = "lookup_lsoa11_lsoa21/LSOA11_LSOA21_LAD22_exact_fit_starter.csv"
PLACES = "public_places/public_places_starter.csv"
POSTCODES = "postcodes/postcode_lsoa/PCD_OA_LSOA_MSOA_LAD_MAY22_starter.csv"
CODE_POINT = "postcodes/code_point_open/b_starter.csv"
OUTLINES = "lsoa_2011/LSOA_2011_BSC_starter.geojson"
SITES = "sites/sites_starter.geojson"

PUBLISHERS = {
    "code_point_open": "Ordnance Survey",
    "imd_2019": "Ministry of Housing, Communities and Local Government",
    "sites": "Birmingham City Council",
    "public_places": "Department for Education",
}

# The facts' names of the measures, in the order of the columns that a starter file must have.
CENSUS = {
    "ts001": ["usual_residents"],
    "ts004": [
        "country_of_birth_total",
        "born_uk",
        "born_eu",
        "born_africa",
        "born_middle_east_asia",
    ],
    "ts029": ["aged_3_plus", "cannot_speak_english_well", "cannot_speak_english"],
    "ts045": ["households", "households_no_car"],
    "ts062": ["nssec_16_plus", "never_worked_or_long_term_unemployed"],
    "ts067": ["aged_16_plus", "no_qualifications", "level_4_plus"],
}


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def starter(name):
    return rows_of(RAW / name)


def census(table):
    return starter(f"census_2021_{table}/census2021-{table}-lsoa_starter.csv")


def features(name):
    return json.loads((RAW / name).read_text(encoding="utf-8"))["features"]


def code_point():
    with (RAW / CODE_POINT).open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


@pytest.fixture(scope="module")
def facts():
    if not FACTS.is_dir():
        pytest.skip("../shared/facts is absent: the figures are NOT compared with their source")
    return {path.stem: rows_of(path) for path in FACTS.glob("*.csv")}


@pytest.fixture(scope="module")
def official():
    if not OFFICIAL.is_dir():
        pytest.skip("../shared/data is absent: headings are NOT compared with official files")
    return OFFICIAL


@pytest.fixture(scope="module")
def areas():
    return {row["LSOA code (2011)"] for row in starter(IMD)}


def test_the_set_is_complete_and_small():
    folders = {path.parent.relative_to(RAW).as_posix() for path in STARTERS}
    assert folders == {
        *(f"census_2021_{table}" for table in CENSUS),
        "imd_2019",
        "lookup_lsoa11_lsoa21",
        "lookup_lsoa11_ward17",
        "lsoa_2011",
        "postcodes/code_point_open",
        "postcodes/postcode_lsoa",
        "public_places",
        "sites",
        "survey/margins",
    }
    sizes = [path.stat().st_size for path in STARTERS]
    assert max(sizes) < 1_500_000
    assert sum(sizes) < 2_000_000


@pytest.mark.parametrize("path", STARTERS, ids=lambda path: path.name)
def test_every_file_is_utf8_with_unix_line_ends(path):
    text = path.read_bytes()
    assert not text.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in text
    assert text.endswith(b"\n")
    assert text.decode("utf-8")


@pytest.mark.parametrize("folder", sorted({p.parent for p in STARTERS}), ids=lambda p: p.name)
def test_every_folder_says_where_its_data_come_from(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    of_the_starter, _, _ = text.partition("\n## ")  # lists kept by hand have a part of their own
    assert 3 <= len(of_the_starter.strip().splitlines()) <= 8
    publisher = PUBLISHERS.get(folder.name, "Office for National Statistics")
    assert re.search(rf"^Publishers?\b[^:]*: {publisher}", text, re.MULTILINE)
    assert re.search(r"^Licence: .*Open Government Licence v3\.0", text, re.MULTILINE)
    for part in ("ource page", "https://", "Attribution: ", "tools/make_starter_set.py"):
        assert part in text
    assert "takes over from the starter file" in text


def test_settings_name_the_three_wards_of_2017(areas):
    settings = read_settings(RAW, ROOT)
    wards = {row["WD17CD"]: row["WD17NM"] for row in starter(WARDS)}
    named = {code: wards[code] for code in settings.study_area.wards}
    assert named == {"E05001193": "Ladywood", "E05001205": "Soho", "E05001277": "Smethwick"}
    assert settings.study_area.id == "greater_icknield"
    assert settings.study_area.catchments_m == (400, 800, 1200)
    assert [(b.code, b.lsoa11_count) for b in settings.study_area.benchmarks] == [
        ("E08000025", 639),
        ("E08000028", 186),
    ]
    assert {row["LAD17CD"] for row in starter(WARDS)} == {"E08000025", "E08000028"}
    assert tomllib.loads((RAW / "policy.toml").read_text(encoding="utf-8"))["max_held_share"] == 0.5
    assert len(areas) == 133


def test_every_table_is_about_the_same_133_areas(areas):
    assert [f["properties"]["LSOA11CD"] for f in features(OUTLINES)] == sorted(areas)
    assert [row["LSOA11CD"] for row in starter(WARDS)] == sorted(areas)
    assert {row["LSOA11CD"] for row in starter(EXACT_FIT)} == areas
    assert {row["lsoa11cd"] for row in starter(POSTCODES)} == areas


def test_names_of_areas_agree_between_tables():
    names = {row["LSOA code (2011)"]: row["LSOA name (2011)"] for row in starter(IMD)}
    for feature in features(OUTLINES):
        assert feature["properties"]["LSOA11NM"] == names[feature["properties"]["LSOA11CD"]]
    for row in starter(WARDS) + starter(EXACT_FIT):
        assert row["LSOA11NM"] == names[row["LSOA11CD"]]
    for row in starter(POSTCODES):
        assert row["lsoa11nm"] == names[row["lsoa11cd"]]
    for row in starter(EXACT_FIT):
        assert row["LSOA21NM"].startswith(f"{row['LAD22NM']} ")


@pytest.mark.parametrize("table", CENSUS)
def test_census_is_about_the_areas_of_the_exact_fit_lookup(table):
    codes = [row["geography code"] for row in census(table)]
    assert len(codes) == 143
    assert codes == sorted(row["LSOA21CD"] for row in starter(EXACT_FIT))
    assert {row["date"] for row in census(table)} == {"2021"}


def test_exact_fit_has_splits_but_no_merges():
    assert Counter(row["CHGIND"] for row in starter(EXACT_FIT)) == {"U": 123, "S": 20}


def test_best_fit_areas_of_the_three_wards():
    counts = Counter(row["WD17NM"] for row in starter(WARDS))
    assert (counts["Ladywood"], counts["Soho"], counts["Smethwick"]) == (22, 15, 8)


def test_population_of_the_45_areas_in_2015():
    wards = set(read_settings(RAW, ROOT).study_area.wards)
    inside = {row["LSOA11CD"] for row in starter(WARDS) if row["WD17CD"] in wards}
    people = "Total population: mid 2015 (excluding prisoners)"
    total = sum(int(r[people]) for r in starter(IMD) if r["LSOA code (2011)"] in inside)
    assert (len(inside), total) == (45, 80_387)


def test_outlines_are_valid_rounded_and_where_the_publisher_says():
    for feature in features(OUTLINES):
        outline = shapely.geometry.shape(feature["geometry"])
        assert outline.is_valid
        corners = shapely.get_coordinates(outline)
        assert (corners.round(6) == corners).all()
        # BNG_E and BNG_N are the publisher's point in the area: outlines are coarse, 500 m is not.
        grid = shapely.transform(outline, _to_grid)
        point = shapely.Point(feature["properties"]["BNG_E"], feature["properties"]["BNG_N"])
        assert grid.distance(point) < 500


def _to_grid(corners):
    eastings, northings = to_bng().transform(corners[:, 0], corners[:, 1])
    return np.column_stack([eastings, northings])


def test_outlines_stand_one_a_line():
    lines = (RAW / OUTLINES).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 133 + 2
    assert all(json.loads(line.rstrip(","))["type"] == "Feature" for line in lines[1:-1])


def test_public_places_by_kind_each_with_an_id():
    places = starter(PLACES)
    assert Counter(row["kind"] for row in places) == {
        "school": 93,
        "gp_practice": 38,
        "library": 8,
        "hospital": 3,
    }
    assert len({row["source_id"] for row in places} - {""}) == 142
    local = [row["kind"] for row in places if row["source_id"].startswith("LOCAL ")]
    assert Counter(local) == {"library": 8, "hospital": 3}
    assert {row["location_precision"] for row in places} == {"premises", "postcode"}


def test_sites_have_a_place_only_where_one_is_recorded():
    methods = {
        f["properties"]["site_id"]: (f["properties"]["extent_method"], f["geometry"] is not None)
        for f in features(SITES)
    }
    assert methods == {
        "chamberlain-gardens": ("unknown", False),
        "city-hospital": ("indicative_disc", True),
        "edgbaston-reservoir": ("unknown", False),
        "icknield-port-loop": ("indicative_disc", True),
        "midland-metropolitan-hospital": ("point", True),
        "spring-hill": ("indicative_disc", True),
    }


def test_positions_of_sites_are_those_of_their_grid_references():
    for feature in features(SITES):
        if feature["geometry"] is None:
            assert feature["properties"]["easting"] is None
            continue
        easting, northing = to_bng().transform(*feature["geometry"]["coordinates"])
        assert abs(easting - feature["properties"]["easting"]) < 0.2
        assert abs(northing - feature["properties"]["northing"]) < 0.2


def test_lookup_of_postcodes_holds_live_and_terminated_ones():
    rows = starter(POSTCODES)
    assert len({row["pcds"] for row in rows}) == len(rows) == 11_970
    assert sum(row["doterm"] == "" for row in rows) == 6_095


def test_code_point_rows_are_as_published_and_in_the_lookup_or_newer():
    lines = (RAW / CODE_POINT).read_text(encoding="utf-8").splitlines()
    assert all(line.startswith('"B') and line.count('"') == 14 for line in lines)
    live = {row[0] for row in code_point()}
    known = {row["pcds"] for row in starter(POSTCODES)}
    assert len(live) == len(lines) == 6_113
    assert (len(live & known), len(live - known)) == (5_966, 147)


def test_every_area_with_residents_has_a_live_postcode(areas):
    live = {row[0] for row in code_point()}
    old = {row["LSOA21CD"]: row["LSOA11CD"] for row in starter(EXACT_FIT)}
    inhabited = {old[r["geography code"]] for r in census("ts001") if int(r[_last(r)]) > 0}
    served = {row["lsoa11cd"] for row in starter(POSTCODES) if row["pcds"] in live}
    assert inhabited == areas
    assert inhabited - served == set()


def _last(row):
    return list(row)[-1]


def test_deprivation_figures_are_the_facts(facts):
    shipped = [
        [value for heading, value in row.items() if not heading.startswith(LAD_NAME)]
        for row in starter(IMD)
    ]
    assert shipped == [list(row.values()) for row in facts["imd_2019_by_lsoa11"]]


@pytest.mark.parametrize("table", CENSUS)
def test_census_figures_are_the_facts(facts, table):
    wanted = ["lsoa21nm", "lsoa21cd", *CENSUS[table]]
    shipped = [list(row.values())[1:] for row in census(table)]
    assert shipped == [[r[name] for name in wanted] for r in facts["census_2021_by_lsoa21"]]


def test_lookups_are_the_facts(facts):
    pairs = {(r["LSOA11CD"], r["LSOA21CD"], r["CHGIND"]) for r in starter(EXACT_FIT)}
    assert pairs == {tuple(row.values()) for row in facts["lsoa11_to_lsoa21"]}
    columns = ["LSOA11CD", "WD17CD", "WD17NM", "LAD17CD", "LAD17NM"]
    wards = [[row[column] for column in columns] for row in starter(WARDS)]
    assert wards == [list(row.values()) for row in facts["lsoa11_to_ward17_best_fit"]]


def test_public_places_are_the_facts_but_for_local_ids(facts):
    def without_local_id(row):
        return tuple("" if value.startswith("LOCAL ") else value for value in row.values())

    shipped = Counter(map(without_local_id, starter(PLACES)))
    assert shipped == Counter(tuple(row.values()) for row in facts["public_places"])


def aliases(site_id, site):
    """Return the aliases of the layer and of the list: no name stands in both."""
    listed = [
        row["alias"] for row in rows_of(RAW / "sites/aliases.csv") if row["site_id"] == site_id
    ]
    own = [name for name in (site["aliases"] or "").split(";") if name]
    assert not set(listed) & set(own)
    return {*listed, *own}


def test_sites_are_the_facts(facts):
    shipped = {f["properties"]["site_id"]: f["properties"] for f in features(SITES)}
    assert len(shipped) == len(facts["sites"]) == 6
    for row in facts["sites"]:
        site = shipped[row["site_id"]]
        assert aliases(row["site_id"], site) == set(filter(None, row["aliases"].split(";")))
        for name in ("kind", "local_authority", "register_ref", "location_source"):
            assert (site[name] or "") == row[name]
        for name in ("easting", "northing", "hectares", "homes_min", "homes_max"):
            assert site[name] == (float(row[name]) if row[name] else None)
        assert site["site_name"] == row["name"]
        assert site["note"] != row["journal_facts"]


def test_deprivation_headings_and_rows_are_official(official):
    rows = {r["LSOA code (2011)"]: r for r in rows_of(_one(official, "imd/*File_7*IoD2019.csv"))}
    headings = list(starter(IMD)[0])
    assert headings == [name for name in next(iter(rows.values())) if name in headings]
    for row in starter(IMD):
        for heading, value in row.items():
            assert _number(value) == _number(rows[row["LSOA code (2011)"]][heading])


def _number(text):
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return text


@pytest.mark.parametrize("table", CENSUS)
def test_census_headings_and_rows_are_official(official, table):
    path = official / f"census2021/census2021-{table}-lsoa.csv"
    rows = {row["geography code"]: row for row in rows_of(path)}
    headings = list(census(table)[0])
    assert headings == [name for name in next(iter(rows.values())) if name in headings]
    for row in census(table):
        assert row == {name: rows[row["geography code"]][name] for name in headings}


@pytest.mark.parametrize(
    ("name", "pattern", "left_out"),
    [
        (EXACT_FIT, "lookups/LSOA11_LSOA21_LAD22_exact_fit*.csv", {"ObjectId"}),
        (WARDS, "lookups/*2011_to_Ward_2017*.csv", {"FID"}),
        (POSTCODES, "postcodes/PCD_OA_LSOA_MSOA_LAD_MAY22*.csv", LEFT_OUT_OF_LOOKUP),
    ],
)
def test_lookup_headings_and_rows_are_official(official, areas, name, pattern, left_out):
    rows = [r for r in rows_of(_one(official, pattern)) if _first_lsoa(r) in areas]
    headings = list(starter(name)[0])
    assert headings == [heading for heading in rows[0] if heading not in left_out]
    shipped = Counter(tuple(row.values()) for row in starter(name))
    assert shipped == Counter(tuple(row[heading] for heading in headings) for row in rows)


def _first_lsoa(row):
    column = "LSOA11CD" if "LSOA11CD" in row else "lsoa11cd"
    return row[column]


def test_code_point_rows_are_official(official):
    published = set(_one(official, "postcodes/codepo_gb_b_*.csv").read_text().splitlines())
    # That file holds the postcodes of two districts; the rest cannot be compared with it.
    shipped = [
        ",".join([f'"{row[0]}"', *row[1:4], *(f'"{value}"' for value in row[4:])])
        for row in code_point()
        if row[8] in {"E08000025", "E08000028"}
    ]
    assert len(shipped) > 6_000
    assert set(shipped) <= published


def _one(folder, pattern):
    (path,) = folder.glob(pattern)
    return path


def test_codes_have_the_shape_of_an_lsoa(areas):
    assert all(re.fullmatch(LSOA_PATTERN, code) for code in areas)
