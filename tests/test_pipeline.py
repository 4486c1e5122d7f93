"""The whole way on real input: what a fault leaves behind, other areas, the published site."""

import json
import os
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from assetmap import pipeline, storage
from assetmap.errors import (
    BusyError,
    ClashError,
    ContractError,
    CRSError,
    MissingInputError,
    MixedVintageError,
    PublishError,
    StorageError,
    UnknownAreaError,
    UnreadableFileError,
)
from assetmap.lock import hold
from assetmap.registers.read import REGISTERS
from assetmap.settings import read_settings

ROOT = Path(__file__).parents[1]
RAW = ROOT / "data" / "raw"
SHARED = ROOT.parent / "shared" / "data"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"full official files are not at {SHARED}: NOT TESTED here"
)


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def only_file(folder):
    return next(path for path in folder.iterdir() if path.suffix in (".csv", ".geojson"))


def rewrite(path, old, new, count=1):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A site that stands already, as a fault would find it."""
    out = tmp_path_factory.mktemp("published")
    settings = read_settings(RAW, out)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)
    return out


def lose_a_file(raw):
    only_file(raw / "imd_2019").unlink()


def empty_a_folder(raw):
    for path in (raw / "public_places").iterdir():
        path.unlink()


def ask_for_a_ward_of_2018(raw):
    rewrite(raw / "study_area.toml", "E05001193", "E05011151")


def put_a_code_of_2021_among_those_of_2011(raw):
    pairs = pd.read_csv(only_file(raw / "lookup_lsoa11_lsoa21"))
    split = pairs.loc[~pairs["LSOA21CD"].isin(pairs["LSOA11CD"])].iloc[0]
    rewrite(only_file(raw / "imd_2019"), f"{split.LSOA11CD},", f"{split.LSOA21CD},")


def state_another_crs(raw):
    crs = '"crs": {"type": "name", "properties": {"name": "EPSG:3857"}},\n"features"'
    rewrite(only_file(raw / "lsoa_2011"), '"features"', crs)


def add_a_second_full_file(raw):
    starter = only_file(raw / "census_2021_ts001")
    shutil.copy(starter, starter.with_name("first.csv"))
    shutil.copy(starter, starter.with_name("second.csv"))


def save_a_web_page_as_csv(raw):
    only_file(raw / "census_2021_ts045").write_text("<!DOCTYPE html><html>Sorry</html>")


def ask_for_a_ward_that_the_extract_holds_in_part(raw):
    text = (raw / "study_area.toml").read_text("utf-8")
    before, rest = text.split("wards = [", 1)
    rest = rest.split("]", 1)[1].replace("lsoa11_count = 45\n", "", 1)
    (raw / "study_area.toml").write_text(f'{before}wards = ["E05001189"]{rest}', "utf-8")


def state_another_count_of_lsoas(raw):
    rewrite(raw / "study_area.toml", "lsoa11_count = 45", "lsoa11_count = 46")


def break_most_codes(raw):
    path = only_file(raw / "census_2021_ts067")
    path.write_text(path.read_text("utf-8").replace("E01", "95A"), "utf-8")


FAULTS = [
    (lose_a_file, MissingInputError, r"imd_2019: no data file in .*imd_2019\. Download it from https://www\.gov\.uk/.* or run `assetmap fetch imd_2019`\."),
    (empty_a_folder, MissingInputError, r"public_places: no data file in .*public_places\. It is put together by hand; its README says how"),
    (ask_for_a_ward_of_2018, UnknownAreaError, r"study_area\.toml: wards has 1 of 3 codes that are not wards in force in 2017, e\.g\. 'E05011151'\..* Use codes of the \d+ wards"),
    (ask_for_a_ward_that_the_extract_holds_in_part, UnknownAreaError, r"study_area\.toml: lookup_lsoa11_ward17 gives the wards \d+ LSOAs of 2011 and lsoa11_count is not given\. The starter extract .* put the full lookup"),
    (state_another_count_of_lsoas, UnknownAreaError, r"gives the wards 45 LSOAs of 2011 and lsoa11_count says 46\."),
    (put_a_code_of_2021_among_those_of_2011, MixedVintageError, r"stg_imd_2019 holds 1 LSOA codes of 2021 where it needs those of 2011, e\.g\. 'E01\d{6}'\. Use the edition"),
    (state_another_crs, CRSError, r"LSOA_2011_BSC_starter\.geojson is in EPSG:3857; assetmap reads EPSG:4326 .* Export the layer in one of these\."),
    (add_a_second_full_file, ClashError, r"census_2021_ts001: first\.csv and second\.csv both hold 143 rows of the same key, e\.g\. 'E01\d{6}'\. Keep one"),
    (save_a_web_page_as_csv, UnreadableFileError, r"census2021-ts045-lsoa_starter\.csv: it is a web page or XML, not a table\."),
    (break_most_codes, ContractError, r"stg_census_2021_ts067 breaks its contract in 1 place:\n  - lsoa21cd does not match .* in 143 of 143 rows \(first: row 2\), e\.g\. '95A"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "kind", "text"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_fault_is_named_and_the_published_site_is_untouched(
    published, tmp_path, harm, kind, text
):
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    harm(raw)
    before = contents(published / "maps")
    public = (published / "data" / "processed" / "public.duckdb").read_bytes()
    with pytest.raises(kind, match=text) as caught:
        pipeline.run_build(read_settings(raw, published))
    assert caught.value.exit_code == 1
    assert contents(published / "maps") == before
    assert (published / "data" / "processed" / "public.duckdb").read_bytes() == public


def test_all_missing_datasets_are_named_at_once(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("study_area.toml", "policy.toml"):
        shutil.copy(RAW / name, raw / name)
    with pytest.raises(
        MissingInputError, match="14 of the required datasets are missing"
    ) as caught:
        pipeline.run_build(read_settings(raw, tmp_path))
    assert str(caught.value).count("or run `assetmap fetch ") == 12
    assert str(caught.value).count("It is put together by hand") == 2
    assert not (tmp_path / "maps").exists()


def test_a_second_run_at_the_same_time_is_told_to_wait(published):
    settings = read_settings(RAW, published)
    before = contents(published / "maps")
    (published / "maps.new").mkdir()  # what the other run is writing
    with hold(settings):
        for run in (pipeline.run_build, pipeline.run_publish):
            with pytest.raises(BusyError, match="another run is writing there") as caught:
                run(settings)
            assert caught.value.exit_code == 75
    assert (published / "maps.new").is_dir()
    assert contents(published / "maps") == before


def test_a_swap_that_fails_half_way_puts_the_old_site_back(published, monkeypatch):
    before, replace = contents(published / "maps"), os.replace

    def fail(source, target):
        if Path(source).name == ".maps.turning":
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(pipeline, "find_same", lambda _store, _fresh: None)
    monkeypatch.setattr(storage.os, "replace", fail)
    said = r"maps: cannot be turned to the new folder \(Permission denied\)\. The last one still"
    with pytest.raises(StorageError, match=said):
        pipeline.run_publish(read_settings(RAW, published), force=True)
    assert contents(published / "maps") == before


def test_a_swap_that_was_cut_off_is_mended_by_the_next_run(published, monkeypatch):
    from assetmap.publish import site

    before = contents(published / "maps")
    stood = (published / "maps").resolve()
    (published / "maps").unlink()
    stood.rename(stood.with_name(".taken"))  # a folder in the pointer's place, when cut off
    message = "map-area: no."

    def fail(_tables, _target):
        raise PublishError(message)

    monkeypatch.setattr(site, "write_site", fail)
    with pytest.raises(PublishError):
        pipeline.run_publish(read_settings(RAW, published), force=True)
    assert contents(published / "maps") == before


def test_a_page_that_fails_leaves_the_last_site(published, monkeypatch):
    from assetmap.publish import site

    def fail(_tables, target):
        (target / "index.html").write_text("half")
        message = "map-area: no."
        raise PublishError(message)

    before = contents(published / "maps")
    monkeypatch.setattr(site, "write_site", fail)
    with pytest.raises(PublishError):
        pipeline.run_publish(read_settings(RAW, published), force=True)
    assert contents(published / "maps") == before


def test_a_story_whose_consent_ended_after_the_build_is_not_published(published, tmp_path):
    shutil.copytree(published / "data", tmp_path / "data")
    settings = read_settings(RAW, tmp_path)
    (settings.processed / "build.json").unlink()  # or the changed tables are seen to be changed
    with duckdb.connect(settings.public) as con:
        for name, until in (("over", "2000-01-01"), ("live", "2999-12-31")):
            row = [name, f"Title {name}", f"Words {name}", None, None, until]
            con.execute("INSERT INTO pub_story VALUES (?, ?, ?, ?, ?, ?)", row)
    pipeline.run_publish(settings)
    holders = {
        words: {path for path, body in contents(settings.maps).items() if words in body}
        for words in (b"Words over", b"Words live")
    }
    assert holders[b"Words over"] == set()
    assert Path("data/stories.csv") in holders[b"Words live"]


def test_publishing_needs_only_the_public_tables(published, tmp_path):
    shutil.copytree(published / "data" / "processed", tmp_path / "data" / "processed")
    (tmp_path / "data" / "processed" / "assetmap.duckdb").unlink()
    pipeline.run_publish(read_settings(RAW, tmp_path))
    assert contents(tmp_path / "maps") == contents(published / "maps")


def test_indicators_csv_has_exactly_the_columns_agreed(published):
    table = pd.read_csv(published / "maps" / "data" / "indicators.csv", dtype=str)
    assert ",".join(table.columns) == (
        "indicator_id,title,unit,geography,area_code,area_name,period,value,numerator,denominator,"
        "low,high,status,caveat,source"
    )
    assert set(table["status"]) <= {"published", "suppressed", "not_measured"}
    assert not table.duplicated(["indicator_id", "area_code"]).any()
    residents = table[table["indicator_id"] == "residents"].set_index("area_code")["value"]
    assert float(residents["greater_icknield"]) == 82298
    assert table.loc[table["status"] == "not_measured", "value"].isna().all()


def test_benchmarks_are_not_available_from_the_starter_extract(published):
    table = pd.read_csv(published / "maps" / "data" / "indicators.csv", dtype=str)
    benchmarks = table[table["geography"] == "lad"]
    assert set(benchmarks["status"]) == {"not_measured"}
    assert benchmarks["caveat"].str.contains("full_files_needed").all()


def test_the_hospital_lies_outside_the_wards_in_sandwell_adjacent(published):
    table = pd.read_csv(published / "maps" / "data" / "site_areas.csv", dtype=str)
    hospital = table[table["site_id"] == "midland-metropolitan-hospital"]
    relations = dict(zip(hospital["area_name"], hospital["relation"], strict=True))
    assert relations == {
        "Greater Icknield": "adjacent",
        "Soho": "adjacent",
        "Ladywood": "outside",
        "Smethwick": "outside",
        "Sandwell": "inside",
    }


def test_the_manifest_hashes_every_published_file_and_every_input(published):
    from assetmap.inputs import hash_file

    site = published / "maps"
    manifest = json.loads((site / "manifest.json").read_text())
    listed = {name: entry["sha256"] for name, entry in manifest["files"].items()}
    found = {
        path.relative_to(site).as_posix(): hash_file(path)
        for path in site.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert listed == found
    assert manifest["inputs"] == {name: hash_file(RAW / name) for name in manifest["inputs"]}
    lists = [name for name in manifest["inputs"] if "_starter" not in name]
    assert len(manifest["inputs"]) - len(lists) == 15
    assert set(lists) == {
        "claims/indicators.toml",
        *(r.path for r in REGISTERS if (RAW / r.path).is_file()),
    }
    assert manifest["crs"]["accuracy_m"] == 2.0


def test_rows_in_are_rows_loaded_plus_rows_held(published):
    report = json.loads((published / "data" / "processed" / "quality.json").read_text())
    for dataset in report["datasets"]:
        assert dataset["row_count"] == dataset["loaded_count"] + dataset["held_count"]
    with duckdb.connect(
        published / "data" / "processed" / "assetmap.duckdb", read_only=True
    ) as con:
        for dataset in report["datasets"]:
            counts = [
                con.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - ours
                for table in find_tables(dataset["dataset_id"])
            ]
            assert sum(counts) == dataset["loaded_count"]


def find_tables(dataset_id):
    from assetmap.datasets import get_dataset

    lists = [r.table for r in REGISTERS if r.folder == dataset_id]
    return lists or [get_dataset(dataset_id).contract.table]


def test_a_bad_row_is_held_with_its_file_row_and_reason(tmp_path):
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    path = only_file(raw / "census_2021_ts001")
    lines = path.read_text("utf-8").splitlines(keepends=True)
    code = lines[5].split(",")[2].strip('"\n')
    lines[5] = lines[5].replace(code, "95AA01S1")
    path.write_text("".join(lines), "utf-8")
    settings = read_settings(raw, tmp_path)
    pipeline.run_build(settings)
    held = pd.read_csv(settings.processed / "quarantine.csv")
    others = held[held["dataset"] != "census_2021_ts001"]
    assert others["dataset"].tolist() == ["public_places"] * 3  # archives and a prison's library
    held = held.drop(others.index)
    assert held.to_dict("records") == [
        {
            "dataset": "census_2021_ts001",
            "file": path.name,
            "row_number": 6,
            "reason": "bad_code",
            "column": "lsoa21cd",
        }
    ]
    checks = json.loads((settings.processed / "quality.json").read_text())["checks"]
    assert {c["name"]: c["finding_count"] for c in checks}["rows_held"] == 4
    assert pipeline.summarise(settings).rows_held == 4


def link_into(raw, folder, *sources):
    target = raw / folder
    target.mkdir(parents=True, exist_ok=True)
    for source in sources:
        (target / Path(source).name).symlink_to(SHARED / source)


@pytest.fixture(scope="module")
def other_area(tmp_path_factory):
    """Two other wards of Birmingham, from the full files, without a change of code."""
    raw, out = tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("out")
    link_into(raw, "imd_2019", "imd/derived_File_7_layout_IoD2019.csv")
    for table in ("ts001", "ts004", "ts029", "ts045", "ts062", "ts067"):
        link_into(raw, f"census_2021_{table}", f"census2021/census2021-{table}-lsoa.csv")
    link_into(
        raw,
        "lsoa_2011",
        "boundaries/LSOA11_BGC_E08000025.geojson",
        "boundaries/LSOA11_BGC_E08000028.geojson",
    )
    link_into(raw, "lookup_lsoa11_lsoa21", "lookups/LSOA11_LSOA21_LAD22_exact_fit_lookup_EW.csv")
    link_into(
        raw,
        "lookup_lsoa11_ward17",
        "lookups/Lower_Layer_Super_Output_Area_2011_to_Ward_2017_Lookup_in_England_and_Wales.csv",
    )
    link_into(raw, "postcodes/code_point_open", "postcodes/codepo_gb_b_E08000025_E08000028.csv")
    link_into(raw, "postcodes/postcode_lsoa", "postcodes/PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.csv")
    link_into(raw, "gp_practices", "assets/epraccur.csv")
    shutil.copytree(RAW / "public_places", raw / "public_places")
    shutil.copy(RAW / "policy.toml", raw / "policy.toml")
    (raw / "study_area.toml").write_text(OTHER_AREA)
    (raw / "sites").mkdir()
    (raw / "sites" / "sites.geojson").write_text(json.dumps(OTHER_SITES))
    settings = read_settings(raw, out)
    pipeline.run_build(settings)
    pipeline.run_publish(settings)
    return settings


OTHER_AREA = """
id = "selly_oak_and_sheldon"
name = "Selly Oak and Sheldon"
wards = ["E05001202", "E05001204"]
catchments_m = [500, 1000]
[[benchmarks]]
code = "E08000025"
name = "Birmingham"
lsoa11_count = 639
"""
OTHER_SITES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": dict.fromkeys(
                ("aliases", "register_ref", "location_source", "note", "extent_method")
            )
            | {"site_id": "brick-field", "site_name": "Brick Field", "kind": "housing"}
            | {"local_authority": "Birmingham", "hectares": 4, "homes_min": 80, "homes_max": 120},
            "geometry": {"type": "Point", "coordinates": [-1.9, 52.44]},
        }
    ],
}


@needs_shared
def test_another_area_works_without_a_change_of_code(other_area):
    table = pd.read_csv(other_area.maps / "data" / "indicators.csv")
    wards = table[table["geography"] == "ward"]["area_name"].unique()
    assert len(wards) == 2
    people = table[table["indicator_id"] == "people_near_site_500_m"].iloc[0]
    assert people["area_code"] == "brick-field"
    assert 0 < people["low"] <= people["value"] <= people["high"]
    assert (other_area.maps / "sites" / "brick-field.html").is_file()


@needs_shared
def test_full_files_give_the_benchmarks(other_area):
    table = pd.read_csv(other_area.maps / "data" / "indicators.csv")
    birmingham = table[table["area_code"] == "E08000025"].set_index("indicator_id")
    assert (birmingham["status"] == "published").all()
    census = pd.read_csv(SHARED / "census2021" / "census2021-ts001-lsoa.csv")
    column = "Residence type: Total; measures: Value"
    of_birmingham = census[census["geography"].str.startswith("Birmingham")][column].sum()
    assert birmingham.loc["residents", "value"] == pytest.approx(of_birmingham, abs=0.001)
    assert "vintage_modelled" in birmingham.loc["residents", "caveat"]


@needs_shared
def test_the_register_of_gp_practices_takes_over_where_it_is_present(other_area):
    places = pd.read_csv(other_area.maps / "data" / "assets.csv")
    assert set(places.loc[places["kind"] == "gp_practice", "register"]) == {"NHS ODS epraccur"}
    assert (places["kind"] == "gp_practice").sum() == 211
