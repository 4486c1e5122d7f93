"""Every dataset has a small stand-in in tests/data/raw, in its publisher's layout, that loads."""

from pathlib import Path

import pytest

from assetmap.contracts import check
from assetmap.dataset import load
from assetmap.datasets import find_datasets
from assetmap.sources import read_sources

ROOT = Path(__file__).parents[1]
STAND_INS = ROOT / "tests" / "data" / "raw"


@pytest.mark.parametrize("dataset", find_datasets().values(), ids=list(find_datasets()))
def test_the_stand_in_loads_whole_and_keeps_the_contract(dataset):
    loaded = load(dataset, STAND_INS, max_held_share=0)
    assert len(loaded.table) == loaded.rows_in >= 2
    assert loaded.held.empty
    check(loaded.table, dataset.contract)


@pytest.mark.parametrize("dataset", find_datasets().values(), ids=list(find_datasets()))
def test_a_dataset_is_found_under_its_own_name_with_its_source_in_full(dataset):
    source = dataset.source
    assert all((source.publisher, source.title, source.licence, source.period))
    assert source.url.startswith("https://")
    assert dataset.contract.table.startswith("stg_")
    assert set(dataset.contract.primary_key) <= set(dataset.contract.names)


def test_no_stand_in_is_left_without_its_dataset():
    folders = {p.parent.relative_to(STAND_INS).as_posix() for p in STAND_INS.rglob("*.*")}
    known = {dataset.folder_in(Path()).as_posix() for dataset in find_datasets().values()}
    assert folders == known


def test_both_layouts_of_the_register_of_practices_come_out_alike():
    table = load(find_datasets()["gp_practices"], STAND_INS, max_held_share=0).table
    kept = table.set_index("asset_id")[["status_code", "prescribing_setting"]]
    assert kept.to_dict("index") == {
        "ods-x00001": {"status_code": "A", "prescribing_setting": "4"},
        "ods-x00002": {"status_code": "C", "prescribing_setting": "4"},
        "ods-x00003": {"status_code": "A", "prescribing_setting": "4"},
        "ods-x00004": {"status_code": "C", "prescribing_setting": "RO177|RO80"},
    }
    assert "01210000000" not in table.to_csv()


LIBRARIES = """source_id,name,kind,detail,easting,northing,postcode,register,location_precision
1,Town Library,library,Static Library,400000,290000,B1 1AA,list,postcode
2,Prison Library,library,Prison Library,400000,290000,B1 1AA,list,postcode
3,Archive,library,Archive,400000,290000,B1 1AA,list,postcode
4,Old Town,library,Static Local History Library,400000,290000,B1 1AA,list,postcode
5,Library Without Detail,library,,400000,290000,B1 1AA,list,postcode
6,Archive,school,Archive,400000,290000,B1 1AA,list,postcode
"""


def test_libraries_that_are_not_open_to_all_are_held_and_not_counted(tmp_path):
    folder = tmp_path / "public_places"
    folder.mkdir()
    (folder / "places.csv").write_text(LIBRARIES, encoding="utf-8")
    loaded = load(find_datasets()["public_places"], tmp_path, max_held_share=0.5)
    assert loaded.table["asset_id"].tolist() == ["1", "5", "6"]
    assert loaded.held[["reason", "column"]].drop_duplicates().to_numpy().tolist() == [
        ["bad_category", "kind"]
    ]
    assert loaded.held["row_number"].tolist() == [3, 4, 5]  # lines of the file


def test_the_starter_set_holds_three_such_libraries():
    loaded = load(find_datasets()["public_places"], ROOT / "data/raw", max_held_share=0.5)
    assert loaded.table["kind"].value_counts().to_dict() == {
        "school": 93,
        "gp_practice": 38,
        "library": 5,
        "hospital": 3,
    }
    assert loaded.held["reason"].tolist() == ["bad_category"] * 3


def test_sources_toml_knows_every_dataset_and_its_folder():
    sources = read_sources(ROOT / "data" / "raw" / "sources.toml")
    folders = {key: source.folder for key, source in sources.items()}
    datasets = find_datasets().values()
    assert folders == {d.id: d.folder_in(Path()).as_posix() for d in datasets}
