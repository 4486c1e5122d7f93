"""Every dataset reads its publisher's file as it was published."""

import importlib
import zipfile
from pathlib import Path

import pytest
import shapely

from assetmap import fields
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, load
from assetmap.datasets import find_datasets, get_dataset
from assetmap.datasets._census_2021 import census_dataset
from assetmap.errors import ClashError, ConfigError, UnreadableFileError
from assetmap.layers import GEOMETRY

SHARED = Path(__file__).parents[2] / "shared/data"
BIRMINGHAM, SANDWELL = "E08000025", "E08000028"
STUDY_WARDS = ["E05001193", "E05001205", "E05001277"]
WARD_LOOKUP = (
    "lookups/Lower_Layer_Super_Output_Area_2011_to_Ward_2017_Lookup_in_England_and_Wales.csv"
)
IMD_FILE_7 = "imd/derived_File_7_layout_IoD2019.csv"
TS001 = "census2021/census2021-ts001-lsoa.csv"
OUTLINES = [f"boundaries/LSOA11_BGC_{code}.geojson" for code in (BIRMINGHAM, SANDWELL)]


@pytest.fixture
def read(tmp_path):
    """Return a function that loads a dataset from files of the shared folder."""
    if not SHARED.is_dir():
        pytest.skip("../shared/data is absent: the publishers' full files are NOT tested")

    def load_shared(dataset, *files):
        dataset = get_dataset(dataset) if isinstance(dataset, str) else dataset
        folder = dataset.folder_in(tmp_path)
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            link = folder / Path(file).name
            if not link.exists():
                link.symlink_to(SHARED / file)
        return load(dataset, tmp_path, max_held_share=0.5)

    return load_shared


def census_table(code):
    return importlib.import_module(f"assetmap.datasets.census_2021_{code}").TABLE


def counts(loaded):
    return loaded.rows_in, len(loaded.table), len(loaded.held)


# Birmingham and Sandwell


def test_deprivation_of_all_lsoas_of_the_two_authorities(read):
    loaded = read("imd_2019", IMD_FILE_7)
    assert counts(loaded) == (825, 825, 0)
    assert loaded.table["lad19cd"].value_counts().to_dict() == {BIRMINGHAM: 639, SANDWELL: 186}
    assert loaded.table["imd_decile"].between(1, 10).all()
    assert loaded.marks.empty
    assert not loaded.is_starter


def test_outlines_of_the_two_authorities_come_in_two_files_that_do_not_clash(read):
    loaded = read("lsoa_2011", *OUTLINES)
    assert counts(loaded) == (639 + 186, 825, 0)
    assert [Path(name).name for name, _ in loaded.files] == [Path(f).name for f in OUTLINES]
    outlines = shapely.from_wkb(loaded.table[GEOMETRY].to_numpy())
    assert shapely.is_valid(outlines).all()
    # Birmingham has 267.8 km2 and Sandwell 85.6 km2.
    assert shapely.area(outlines).sum() / 1e6 == pytest.approx(353.4, rel=0.001)


def test_two_layers_of_the_same_outlines_clash(read):
    with pytest.raises(ClashError, match="both hold 186 rows of the same key"):
        read("lsoa_2011", OUTLINES[1], f"boundaries/LSOA11_gen_{SANDWELL}.geojson")


def test_the_three_invalid_outlines_of_the_generalised_layer_are_held(read):
    files = [f"boundaries/LSOA11_gen_{code}.geojson" for code in (BIRMINGHAM, SANDWELL)]
    loaded = read("lsoa_2011", *files)
    assert counts(loaded) == (825, 822, 3)
    assert set(loaded.held["reason"]) == {"invalid_geometry"}
    assert set(loaded.held["column"]) == {"geometry"}


@pytest.mark.parametrize(
    ("code", "column", "total"),
    [
        ("ts001", "resident_count", None),
        ("ts004", "birth_country_total_count", None),
        ("ts029", "aged_3_plus_count", None),
        ("ts045", "household_count", None),
        ("ts062", "nssec_total_count", None),
        ("ts067", "aged_16_plus_count", 889_631),
    ],
)
def test_census_tables_hold_every_lsoa_of_2021(read, code, column, total):
    loaded = read(f"census_2021_{code}", f"census2021/census2021-{code}-lsoa.csv")
    assert counts(loaded) == (849, 849, 0)
    assert loaded.table["lsoa21cd"].is_unique
    assert loaded.table.notna().all(axis=None)
    if total:
        in_birmingham = loaded.table["lsoa21nm"].str.startswith("Birmingham")
        assert loaded.table.loc[in_birmingham, column].sum() == total


def test_every_category_of_a_census_table_is_no_more_than_its_total(read):
    for code in ("ts004", "ts029", "ts045", "ts062", "ts067"):
        table = read(f"census_2021_{code}", f"census2021/census2021-{code}-lsoa.csv").table
        total, *parts = table.columns[2:]
        assert parts
        for part in parts:
            assert (table[part] <= table[total]).all(), (code, part)


def test_the_lookups_hold_every_lsoa(read):
    wards = read("lookup_lsoa11_ward17", WARD_LOOKUP)
    assert counts(wards) == (825, 825, 0)
    assert wards.table["lad17cd"].value_counts().to_dict() == {BIRMINGHAM: 639, SANDWELL: 186}
    in_area = wards.table[wards.table["wd17cd"].isin(STUDY_WARDS)]
    assert in_area["wd17cd"].value_counts().to_dict() == dict(
        zip(STUDY_WARDS, (22, 15, 8), strict=True)
    )
    pairs = read("lookup_lsoa11_lsoa21", "lookups/LSOA11_LSOA21_LAD22_exact_fit_lookup_EW.csv")
    assert counts(pairs) == (850, 850, 0)
    assert pairs.table["lsoa11cd"].nunique() == 825
    assert pairs.table["lsoa21cd"].nunique() == 849


def test_postcode_positions_come_without_a_heading(read):
    loaded = read("code_point_open", "postcodes/codepo_gb_b_E08000025_E08000028.csv")
    assert counts(loaded) == (26_954, 26_954, 0)
    assert loaded.table["easting_m"].dropna().between(390_000, 420_000).all()
    assert loaded.table["northing_m"].dropna().between(270_000, 310_000).all()
    has_none = loaded.table["positional_quality"] == 90
    assert (loaded.table["easting_m"].isna() == has_none).all()


def test_the_postcode_lookup_keeps_terminated_postcodes(read):
    loaded = read("postcode_lsoa", "postcodes/PCD_OA_LSOA_MSOA_LAD_MAY22_UK_LU.csv")
    assert counts(loaded) == (44_007, 44_007, 0)
    terminated = loaded.table["terminated_month"].notna()
    assert 0 < terminated.sum() < 44_007
    assert loaded.table["lsoa11cd"].nunique() == 825


def test_practices_come_without_a_heading_and_without_their_telephone_numbers(read):
    loaded = read("gp_practices", "assets/epraccur.csv")
    assert counts(loaded) == (536, 536, 0)
    assert loaded.notes == ("22 undeclared columns dropped",)
    assert set(loaded.table["status_code"]) <= {"A", "C", "D", "P"}
    assert "0121" not in loaded.table.to_csv()


# Census by output area, as a Nomis query gives it


@pytest.mark.parametrize(
    ("code", "file", "column", "total"),
    [
        ("ts045", "TS045_Car", "household_count", None),
        ("ts067", "TS067_Education", "aged_16_plus_count", 889_737),
    ],
)
def test_a_query_download_loses_its_preamble_and_footnotes_only(read, code, file, column, total):
    dataset = census_dataset(census_table(code), level="oa21")
    loaded = read(dataset, f"census2021/nomis_query_OA_{BIRMINGHAM}/{file}.csv")
    assert loaded.notes[0] == "preamble and footnotes left out"
    assert counts(loaded) == (3_325, 3_325, 0)
    assert loaded.table["oa21cd"].str.match(r"E00\d{6}$").all()
    assert loaded.table[column].notna().all()
    if total:
        assert loaded.table[column].sum() == total


def test_a_query_and_a_bulk_file_say_the_same(read, tmp_path):
    dataset = census_dataset(census_table("ts067"), level="oa21")
    query = read(dataset, f"census2021/nomis_query_OA_{BIRMINGHAM}/TS067_Education.csv")
    next(dataset.folder_in(tmp_path).iterdir()).unlink()
    bulk = read(dataset, f"census2021/census2021-ts067-oa_{BIRMINGHAM}.csv")
    measures = ["oa21cd", "aged_16_plus_count", "no_qualifications_count", "level_4_plus_count"]
    assert bulk.table[measures].equals(query.table[measures])


def make_bulk(folder, *members):
    folder.mkdir()
    with zipfile.ZipFile(folder / "census2021-ts067.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in members:
            archive.write(SHARED / file, name)
        archive.writestr("metadata/ts067-2021-1.txt", "notes")


@pytest.mark.parametrize(("level", "count"), [("lsoa21", 849), ("oa21", 3_325)])
def test_a_zipped_bulk_download_is_read_at_the_level_that_is_wanted(read, tmp_path, level, count):
    dataset = census_dataset(census_table("ts067"), level=level)
    make_bulk(
        dataset.folder_in(tmp_path),
        ("census2021-ts067-lsoa.csv", "census2021/census2021-ts067-lsoa.csv"),
        ("census2021-ts067-msoa.csv", "census2021/census2021-ts001-lsoa.csv"),
        ("census2021-ts067-oa.csv", f"census2021/census2021-ts067-oa_{BIRMINGHAM}.csv"),
    )
    loaded = read(dataset)
    assert counts(loaded) == (count, count, 0)
    assert [name for name, _ in loaded.files] == [f"{dataset.id}/census2021-ts067.zip"]


# Marks of the publisher: byte-order mark, thousands separators


def denominators():
    heading = "Total population: mid 2015 (excluding prisoners)"
    people = fields.count("resident_count", "Residents.")
    contract = Contract(
        table="stg_population", row_is="one LSOA", primary_key=("lsoa11cd",),
        columns=(fields.LSOA11CD, people),
    )  # fmt: skip
    return Dataset(
        id="population",
        source=get_dataset("imd_2019").source,
        contract=contract,
        headings={"LSOA code (2011)": "lsoa11cd", heading: "resident_count"},
    )


def test_thousands_separators_are_read_and_the_area_has_its_published_population(read):
    people = read(denominators(), "imd/File_6_-_IoD2019_Population_Denominators.csv").table
    wards = read("lookup_lsoa11_ward17", WARD_LOOKUP).table
    codes = wards.loc[wards["wd17cd"].isin(STUDY_WARDS), "lsoa11cd"]
    in_area = people["lsoa11cd"].isin(codes)
    assert (len(people), in_area.sum()) == (825, 45)
    assert people.loc[in_area, "resident_count"].sum() == 80_387


def test_ranks_with_a_separator_are_integers(read):
    rank = Column(
        name="imd_rank", kind="integer", description="", disclosure=Disclosure.BASE, minimum=1,
        maximum=32_844,
    )  # fmt: skip
    contract = Contract(
        table="t", row_is="one LSOA", primary_key=("lsoa11cd",), columns=(fields.LSOA11CD, rank)
    )
    dataset = Dataset(
        id="file_1",
        source=get_dataset("imd_2019").source,
        contract=contract,
        headings={
            "LSOA code (2011)": "lsoa11cd",
            "Index of Multiple Deprivation (IMD) Rank": "imd_rank",
        },
    )
    ranks = read(dataset, "imd/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv").table
    assert ranks["imd_rank"].dtype == "Int64"
    assert ranks.set_index("lsoa11cd")["imd_rank"]["E01008881"] == 3_924
    whole = read("imd_2019", IMD_FILE_7).table
    assert ranks["imd_rank"].tolist() == whole["imd_rank"].tolist()


@pytest.mark.parametrize(
    ("dataset", "file", "example"),
    [
        ("imd_2019", "imd/File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv", "Score"),
        ("imd_2019", "imd/derived_File_7_layout_IoD2025_partial.csv", "2011"),
        ("census_2021_ts001", "census2021/census2021-ts004-lsoa.csv", "Total"),
        ("lookup_lsoa11_ward17", "lookups/ward_all_codes_since_2015.csv", "LSOA11CD"),
    ],
)
def test_a_file_of_another_layout_is_refused_with_what_it_lacks(read, dataset, file, example):
    with pytest.raises(UnreadableFileError) as caught:
        read(dataset, file)
    assert f"{dataset}: {Path(file).name} lacks " in str(caught.value)
    assert example in str(caught.value)


# England


def test_deprivation_of_england(read):
    loaded = read("imd_2019", "national/derived_File_7_layout_IoD2019.csv")
    assert counts(loaded) == (32_844, 32_844, 0)
    # Ties share a rank, so not every rank is given.
    ranks = loaded.table["imd_rank"]
    assert (ranks.min(), ranks.max()) == (1, 32_844)
    assert ranks.nunique() > 32_000


@pytest.mark.filterwarnings("error")
def test_outlines_of_england_and_wales_in_a_geopackage(read):
    loaded = read("lsoa_2011", "national/geographr_boundaries_lsoa11.gpkg")
    assert counts(loaded) == (34_753, 34_752, 1)
    assert loaded.held["reason"].tolist() == ["invalid_geometry"]


def test_residents_of_england_and_wales(read):
    loaded = read("census_2021_ts001", "national/census2021-ts001-lsoa.csv")
    assert counts(loaded) == (35_672, 35_672, 0)
    # Census 2021: 59.6 million usual residents.
    assert loaded.table["resident_count"].sum() == pytest.approx(59.6e6, rel=0.001)


def test_wards_of_england_and_wales(read):
    loaded = read("lookup_lsoa11_ward17", "national/LSOA11_WD17.csv")
    assert counts(loaded) == (34_753, 34_753, 0)


# The datasets themselves


def test_every_dataset_is_found_by_its_module_and_bears_its_name():
    datasets = find_datasets()
    folder = Path(importlib.import_module("assetmap.datasets").__file__).parent
    assert set(datasets) == {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")}
    assert all(dataset.id == name for name, dataset in datasets.items())


def test_an_unknown_dataset_is_told_with_those_there_are():
    with pytest.raises(ConfigError, match=r"'imd_2020' is no dataset\. Use one of: .*imd_2019"):
        get_dataset("imd_2020")


@pytest.mark.parametrize("name", sorted(find_datasets()))
def test_every_heading_leads_to_a_column_that_stage_or_contract_uses(name):
    dataset = get_dataset(name)
    assert set(dataset.headings.values()) <= set(dataset.contract.names)
    assert set(dataset.contract.primary_key) <= set(dataset.contract.names)
    assert all(column.description for column in dataset.contract.columns)
    folded = {dataset.fold(theirs): ours for theirs, ours in dataset.headings.items()}
    assert len(folded) == len(dataset.headings)


def test_a_postcode_without_position_has_no_coordinates(tmp_path):
    dataset = get_dataset("code_point_open")
    folder = dataset.folder_in(tmp_path)
    folder.mkdir(parents=True)
    rest = "E92000001,,E18000005,,E08000025,E05011120"
    rows = ["B1  1AA,90,0,0", "B11AB,10,406500,286900", "B1 1AC,,406500,286900", "XX,10,1,1"]
    (folder / "b.csv").write_text("".join(f"{row},{rest}\n" for row in rows))
    loaded = load(dataset, tmp_path, max_held_share=0.5)
    assert loaded.table["postcode"].tolist() == ["B1 1AA", "B1 1AB"]
    assert loaded.table["easting_m"].fillna(-1).tolist() == [-1, 406_500]
    assert loaded.held[["row_number", "reason", "column"]].to_numpy().tolist() == [
        [3, "missing_value", "positional_quality"],
        [4, "bad_postcode", "postcode"],
    ]
