"""The shared corpus of bad input, driven through the reader and a small contract each."""

import json
import re
import shutil
from pathlib import Path

import pytest

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source, fold_heading, load
from assetmap.errors import ContractError, UnreadableFileError
from assetmap.inputs import hash_file
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.quarantine import REASONS
from assetmap.readers import Layout

CORPUS = Path(__file__).parents[2] / "shared/bad_input"
CASES = json.loads((CORPUS / "corpus.json").read_text())["cases"] if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(
    not CASES, reason="../shared/bad_input is absent: the corpus of bad input is NOT tested"
)

LATER = {
    "stats/mixed_vintage.csv": "vintages are told apart by the lookup (areas.py), not by a reader",
    "geo/sliver.geojson": "slivers have no reason code yet: such an outline loads",
    "inject/config.toml": "settings are no dataset (settings.py)",
}
"""Single files that a reader and a contract cannot decide, and why."""

LATER_FOLDERS = {
    "coord": "points in latitude and longitude, and postcodes, have no reader yet",
    "shp": "shapefiles have no reader yet: an archive of one is refused",
    "xml": "KML and XLSX have no reader yet: such a file is refused",
    "survey": "consent and age are rules of the survey, not of a reader",
}

OUR_CODES = {"duplicate_id": "duplicate_key"}
"""Where the corpus calls one of our reasons by another name."""

REFUSALS = {
    "malformed_csv": "a quote is left open",
    "duplicate_header": "have the same heading",
    "missing_column": "lacks 4 of 7 columns|has no heading",
    "empty_file": "the file is empty",
    "no_rows": "a heading and no rows",
    "not_csv": "it is a web page|the archive is cut short or damaged",
    "malformed_json": "it is not GeoJSON",
    "unsupported_format": "it is Topology, not|it is XML",
    "unsafe_member": "a path that leads outside it",
    "archive_too_large": "unpacks to more than",
    "corrupt_archive": "the archive is cut short or damaged",
    "truncated_download": "it is a workbook, archive or database, not text",
}


def text(name, **rules):
    return column(name, "text", nullable=True, **rules)


def column(name, kind, **rules):
    rules = {"description": "", "disclosure": Disclosure.BASE} | rules
    return Column(name=name, kind=kind, **rules)


def key(name, **rules):
    return column(name, "text", **rules)


RESPONSES = (
    key("response_id"),
    *map(text, ("postcode", "skill", "qualification", "country", "consent", "notes")),
)
WARDS = (key("ward_code"), text("ward"), column("residents", "integer"))
SITES = (key("site_id"), text("name"), column(GEOMETRY, "geometry"))
PLACES = (key("asset_id"), text("name"), column("lat", "number"), column("lon", "number"))
VALUES = (
    key("lsoa21cd", pattern=r"^[EW]01\d{6}$"),
    column("value", "number", nullable=True, minimum=0),
)
NOMIS = (
    key("mnemonic", pattern=r"^[EW]01\d{6}$"),
    text("2021_super_output_area_-_lower_layer"),
    column("2021", "number", nullable=True),
    column("%", "number", nullable=True),
)
AGES = (
    key("age_band", allowed=("0-4", "5-9", "10-14")),
    column("value", "number"),
)
COLUMNS = {
    "csv": RESPONSES,
    "stats": VALUES,
    "geo": SITES,
    "archive": WARDS,
    "inject": PLACES,
    "csv/trailing_total.csv": WARDS,
    "inject/html_js_jinja.geojson": SITES,
    "inject/filename_=1+1';drop.csv": RESPONSES,
    "stats/nomis.csv": NOMIS,
    "stats/excel_date_mangled.csv": AGES,
    "stats/leading_zero_lost.csv": (column("decile", "integer"), column("value", "number")),
    "stats/imd_2011_lsoa.csv": (key("lsoa_code_(2011)"), column("imd_rank", "integer")),
}
"""The columns of the table that a folder, or a file of it, is read into; the first is the key."""


def reader_of(case):
    if not case["file"].endswith("json"):
        return None
    return read_sites if case["category"] == "inject" else read_polygons


def dataset_of(case):
    columns = COLUMNS.get(case["file"], COLUMNS[case["category"]])
    names = tuple(item.name for item in columns)
    return Dataset(
        id="case",
        source=Source(publisher="", title="", url="", licence="", period="", as_of=""),
        contract=Contract(table="t", row_is="", primary_key=names[:1], columns=columns),
        headings=dict(zip(names, names, strict=True)),
        layout=Layout(heading_cell="mnemonic"),
        fold=lambda heading: fold_heading(heading).replace(" ", "_"),
        read=reader_of(case),
        members="*",
    )


def place(case, raw):
    folder = raw / "case"
    folder.mkdir()
    return Path(shutil.copy(CORPUS / case["file"], folder))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_the_verdict_is_the_expected_one(tmp_path, case):
    why = LATER.get(case["file"]) or LATER_FOLDERS.get(case["category"])
    if why:
        pytest.skip(f"NOT tested here: {why}")
    path = place(case, tmp_path)
    if case["verdict"] == "reject":
        assert_refused(case, tmp_path)
    else:
        assert_loaded(case, load(dataset_of(case), tmp_path, max_held_share=1))
    assert hash_file(path) == case["sha256"]


def assert_refused(case, raw):
    with pytest.raises((UnreadableFileError, ContractError)) as caught:
        load(dataset_of(case), raw, max_held_share=1)
    (reason,) = case["reasons"]
    assert re.search(REFUSALS[reason], str(caught.value))
    assert Path(case["file"]).name in str(caught.value)
    assert "\n" not in str(caught.value)


def assert_loaded(case, loaded):
    counts = (loaded.rows_in, len(loaded.table), len(loaded.held))
    assert counts == (case["rows_in"], case["loaded"], case["quarantined"])
    known = {OUR_CODES.get(reason, reason) for reason in case["reasons"]} & REASONS.keys()
    assert known <= set(loaded.held["reason"])
    if "suppressed_source_value" in case["reasons"]:
        assert len(loaded.marks) > 0
        marked = loaded.table[loaded.marks["column"].iloc[0]]
        assert (
            marked.isna().sum() == (loaded.marks["column"] == loaded.marks["column"].iloc[0]).sum()
        )
        assert 0 not in marked.dropna().tolist()
    if "unexpected_column_dropped" in case["reasons"]:
        assert "1 undeclared columns dropped" in loaded.notes
        assert "07700" not in loaded.table.to_csv()
    if "z_dropped" in case["reasons"]:
        assert loaded.notes == ("heights dropped",)


def test_every_case_is_decided_or_named_as_later():
    decided = {case["category"] for case in CASES} - LATER_FOLDERS.keys()
    assert decided == {"csv", "stats", "geo", "archive", "inject"}
    assert LATER.keys() <= {case["file"] for case in CASES}


FORMATS_LATER = [case for case in CASES if case["category"] in ("shp", "xml")]


@pytest.mark.parametrize("columns", ["geo", "csv"])
@pytest.mark.parametrize("case", FORMATS_LATER, ids=lambda case: case["file"])
def test_a_format_without_a_reader_is_refused_not_half_read(tmp_path, case, columns):
    place(case, tmp_path)
    as_other = case | {"category": columns, "file": "a.json" if columns == "geo" else "a.csv"}
    with pytest.raises(UnreadableFileError):
        load(dataset_of(as_other), tmp_path, max_held_share=1)
