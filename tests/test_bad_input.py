"""The shared corpus of bad input, driven through the reader and a small contract each."""

import csv
import json
import logging
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from assetmap import areas
from assetmap.areas import require_vintages
from assetmap.contracts import Column, Contract, Disclosure
from assetmap.coordinates import Box, place_rows
from assetmap.dataset import Dataset, Source, fold_heading, load
from assetmap.datasets._postcodes import hold_bad_postcodes
from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES
from assetmap.disclosure.people_tables import Terms, release_tables
from assetmap.errors import (
    ConfigError,
    ContractError,
    CRSError,
    MixedVintageError,
    UnreadableFileError,
)
from assetmap.geography import BNG, LSOA_PATTERN
from assetmap.inputs import InputFile, hash_file
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.quarantine import NOTES, REASONS, REFUSALS
from assetmap.readers import Layout, read_csv
from assetmap.settings import read_settings
from assetmap.spatial import site_overlaps_site
from assetmap.survey.facts import survey_facts
from assetmap.survey.load import read_answers
from assetmap.survey.reports import write_reports
from assetmap.survey.staging import Places, place_of
from assetmap.survey.tables import RESTRICTED
from assetmap.warehouse import open_warehouse, write_table, write_typed
from assetmap.workbook import read_sheets
from survey_tree import PLACES as LOOKUPS
from survey_tree import RAW, RULES, conclude_all, make_tree, person, plant
from tiny import fill

CORPUS = Path(__file__).parents[2] / "shared/bad_input"
CASES = json.loads((CORPUS / "corpus.json").read_text())["cases"] if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(
    not CASES, reason="../shared/bad_input is absent: the corpus of bad input is NOT tested"
)

OUR_CODES = {
    "geo/dup_id.geojson": {"duplicate_id": "duplicate_key"},
    "stats/scottish_code.csv": {"outside_study_area": "bad_code"},
}
"""Where the corpus calls one of our reasons by another name."""

WORDS = {
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
    "missing_crs": "its coordinate system is not known and is not guessed",
    "missing_part": r"the archive lacks \.shx beside",
    "corrupt_shapefile": "it is a shapefile that is cut short",
    "corrupt_archive": "the archive is cut short or damaged",
    "truncated_download": "the gzip file is cut short",
    "unsafe_xml": r"a document type declaration, .* \(unsafe_xml\)",
}
"""What the message of each refusal says."""

ICKNIELD = Box(398_000, 283_000, 410_000, 293_000)
"""The area of the corpus: the wards and five kilometres around them."""


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
SHAPES = (key("name"), column(GEOMETRY, "geometry"))
SITES = (key("site_id"), text("name"), column(GEOMETRY, "geometry"))
PLACES = (
    key("asset_id"),
    text("name"),
    column("easting", "number"),
    column("northing", "number"),
)
POSTCODES = (key("response_id"), key("postcode"))
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
    "shp": SHAPES,
    "archive": WARDS,
    "inject": PLACES,
    "coord": PLACES,
    "xml": SHAPES,
    "coord/postcodes.csv": POSTCODES,
    "coord/postcode_terminated.csv": POSTCODES,
    "csv/trailing_total.csv": WARDS,
    "inject/html_js_jinja.geojson": SITES,
    "inject/filename_=1+1';drop.csv": RESPONSES,
    "stats/nomis.csv": NOMIS,
    "stats/excel_date_mangled.csv": AGES,
    "stats/leading_zero_lost.csv": (column("decile", "integer"), column("value", "number")),
    "stats/mixed_vintage.csv": (key("lsoa", pattern=LSOA_PATTERN), column("value", "number")),
    "stats/imd_2011_lsoa.csv": (key("lsoa_code_(2011)"), column("imd_rank", "integer")),
}
"""The columns of the table that a folder, or a file of it, is read into; the first is the key."""


def read_places(source):
    return place_rows(read_csv(source, Layout()), ICKNIELD)


def read_postcodes(source):
    return hold_bad_postcodes(read_csv(source, Layout()), "postcode")


def reader_of(case):
    columns = COLUMNS.get(case["file"], COLUMNS[case["category"]])
    by_columns = {PLACES: read_places, POSTCODES: read_postcodes, SHAPES: read_polygons}
    if case["category"] in ("inject", "xml") and columns in (SITES, SHAPES):
        return read_sites
    return read_polygons if columns == SITES else by_columns.get(columns)


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
        members="*.shp" if case["category"] == "shp" else "*",
    )


def place(case, raw):
    folder = raw / "case"
    folder.mkdir()
    return Path(shutil.copy(CORPUS / case["file"], folder))


WORKBOOK = "xml/xxe.xlsx"
CONFIG = "inject/config.toml"
VINTAGES = "stats/mixed_vintage.csv"
OF_SURVEY = [case for case in CASES if case["category"] == "survey"]
OF_FILES = [
    case
    for case in CASES
    if case["category"] != "survey" and case["file"] not in (WORKBOOK, CONFIG, VINTAGES)
]


def case_of(name):
    (case,) = [case for case in CASES if case["file"] == name]
    return case


@pytest.mark.parametrize("case", OF_FILES, ids=lambda case: case["file"])
def test_the_verdict_is_the_expected_one(tmp_path, case):
    path = place(case, tmp_path)
    if case["verdict"] == "reject":
        assert_refused(case, tmp_path)
    else:
        assert_loaded(case, load(dataset_of(case), tmp_path, max_held_share=1))
    assert hash_file(path) == case["sha256"]


def assert_refused(case, raw):
    with pytest.raises((UnreadableFileError, ContractError, CRSError)) as caught:
        load(dataset_of(case), raw, max_held_share=1)
    (reason,) = case["reasons"]
    assert re.search(WORDS[reason], str(caught.value))
    assert Path(case["file"]).name in str(caught.value)
    assert "\n" not in str(caught.value)


def assert_loaded(case, loaded):
    counts = (loaded.rows_in, len(loaded.table), len(loaded.held))
    assert counts == (case["rows_in"], case["loaded"], case["quarantined"])
    ours = OUR_CODES.get(case["file"], {})
    noted = set(case["reasons"]) & SHOWN.keys()
    assert {ours.get(reason, reason) for reason in set(case["reasons"]) - noted} == set(
        loaded.held["reason"]
    )
    for reason in noted:
        SHOWN[reason](loaded)
    if case["category"] == "shp":
        assert loaded.table["name"].tolist() == ["Café site"]


def show_marks(loaded):
    assert len(loaded.marks) > 0
    marked = loaded.table[loaded.marks["column"].iloc[0]]
    assert marked.isna().sum() == (loaded.marks["column"] == loaded.marks["column"].iloc[0]).sum()
    assert 0 not in marked.dropna().tolist()


def show_dropped_column(loaded):
    assert "1 undeclared columns dropped" in loaded.notes
    assert "07700" not in loaded.table.to_csv()


def show_heights(loaded):
    assert loaded.notes == ("heights dropped",)


def show_precision(loaded):
    said = "1 positions with two decimals of a degree or fewer, good to a kilometre"
    assert loaded.notes == (said,)


def show_overlap(loaded):
    table = loaded.table.set_index("site_id")
    sites = gpd.GeoSeries(shapely.from_wkb(table[GEOMETRY]), index=table.index, crs=BNG)
    (pair,) = site_overlaps_site(sites).to_dict("records")
    assert (pair["site_id"], pair["other_site_id"]) == ("s1", "s2")
    assert pair["overlap_m2"] / sites.area["s1"] == pytest.approx(0.5, abs=0.001)


def show_terminated(loaded):
    postcodes = loaded.table["postcode"]
    row = {"postcode": "B19 9ZZ", "lsoa11cd": "E01000001", "terminated_month": "201906"}
    wards = pd.DataFrame({"lsoa11cd": ["E01000001"], "wd17cd": ["E05000001"]})
    for rows, status in (([row], "in_area"), ([], "not_in_lookup")):
        lookup = pd.DataFrame(rows, columns=list(row), dtype=object)
        places = Places(lookup, wards, ("E05000001",))
        (found,) = place_of(postcodes, places).to_dict("records")
        assert found["place_status"] == status
        assert found["is_terminated_postcode"] == (status == "in_area")


def show_vintage(loaded):
    codes = loaded.table["lsoa_code_(2011)"]
    with warehouse_of("stg_imd_2019", codes) as con:
        require_vintages(con)
    with warehouse_of("stg_census_2021_ts001", codes) as con, pytest.raises(MixedVintageError):
        require_vintages(con)


SHOWN = {
    "suppressed_source_value": show_marks,
    "unexpected_column_dropped": show_dropped_column,
    "z_dropped": show_heights,
    "low_precision": show_precision,
    "overlapping_sites": show_overlap,
    "terminated_postcode": show_terminated,
    "vintage_2011": show_vintage,
}
"""What loads although it is odd, and how that is said."""

OF_2011, OF_2021 = "E01008881", "E01033561"


@contextmanager
def warehouse_of(table, codes):
    """Open a warehouse with the codes in one table; of two LSOAs each is in one census only."""
    tables = (*areas._OF_2011, *areas._OF_2021)
    assert table in tables
    lookup = ("lsoa11cd VARCHAR, lsoa21cd VARCHAR", [(OF_2011, "E01099998"), (None, OF_2021)])
    empty = {name: ("lsoa11cd VARCHAR, lsoa21cd VARCHAR", []) for name in tables}
    rows = [(code, code) for code in codes]
    with tempfile.TemporaryDirectory() as folder, open_warehouse(Path(folder) / "w.duckdb") as con:
        fill(con, empty | {"stg_lookup_lsoa11_lsoa21": lookup, table: (empty[table][0], rows)})
        yield con


@pytest.mark.parametrize("table", ["stg_imd_2019", "stg_census_2021_ts001"])
def test_codes_of_two_censuses_are_refused_once_the_repeated_one_is_held(tmp_path, table):
    case = case_of(VINTAGES)
    place(case, tmp_path)
    loaded = load(dataset_of(case), tmp_path, max_held_share=1)
    assert loaded.held["reason"].tolist() == ["duplicate_key"]
    assert set(case["reasons"]) == {"duplicate_key", "mixed_vintage"}
    stranger = OF_2021 if table == "stg_imd_2019" else OF_2011
    said = rf"{table} holds 1 LSOA codes of .* where it needs those of .*, e\.g\. '{stranger}'"
    with (
        warehouse_of(table, loaded.table["lsoa"]) as con,
        pytest.raises(MixedVintageError, match=said),
    ):
        require_vintages(con)


@pytest.mark.parametrize("name", ["study_area.toml", "policy.toml"])
def test_settings_of_another_kind_are_refused(tmp_path, name):
    raw = tmp_path / "raw"
    raw.mkdir()
    for path in (RAW / "study_area.toml", RAW / "policy.toml"):
        shutil.copy(path, raw)
    shutil.copy(CORPUS / CONFIG, raw / name)
    assert case_of(CONFIG)["reasons"] == ["bad_config"]
    with pytest.raises(ConfigError, match=rf"{name} has \d wrong settings:") as caught:
        read_settings(raw, tmp_path)
    for table in ("tables", "paths", "publish"):
        assert f"\n  - {table}: Extra inputs are not permitted" in str(caught.value)
    assert "evil" not in str(caught.value)


def test_every_case_is_decided():
    decided = [*OF_FILES, *OF_SURVEY, *map(case_of, (WORKBOOK, CONFIG, VINTAGES))]
    assert sorted(case["file"] for case in decided) == sorted(case["file"] for case in CASES)
    assert {case["category"] for case in OF_FILES} <= COLUMNS.keys()
    assert {case["file"] for case in OF_SURVEY} == STATUSES.keys()


def test_every_reason_of_the_corpus_is_one_of_ours():
    reasons = {reason for case in CASES for reason in case["reasons"]}
    assert reasons <= REASONS.keys() | REFUSALS.keys() | NOTES.keys()
    assert reasons & REFUSALS.keys() == WORDS.keys() | {"bad_config", "mixed_vintage"}
    of_survey = {reason for case in OF_SURVEY for reason in case["reasons"]}
    assert reasons & NOTES.keys() == SHOWN.keys() | (of_survey & NOTES.keys())


OF_XML = [case for case in CASES if case["category"] == "xml"]
NOT_XML = [
    *((case, "csv") for case in OF_XML),
    *((case, "geo") for case in OF_XML if case["verdict"] == "reject"),
]


@pytest.mark.parametrize(("case", "columns"), NOT_XML, ids=lambda value: str(value)[:32])
def test_markup_is_never_half_read_as_something_else(tmp_path, case, columns):
    place(case, tmp_path)
    as_other = case | {"category": columns, "file": "a.json" if columns == "geo" else "a.csv"}
    with pytest.raises(UnreadableFileError):
        load(dataset_of(as_other), tmp_path, max_held_share=1)


# From here on: workbooks, and the survey through its own reader, stage and gate.


def test_a_workbook_with_a_document_type_is_refused_unopened(tmp_path):
    path = place(case_of(WORKBOOK), tmp_path)
    with pytest.raises(UnreadableFileError, match="unsafe_xml") as caught:
        read_sheets(InputFile(path))
    assert str(caught.value).startswith(path.name)
    raw = make_tree(tmp_path / "raw")
    shutil.copy(path, raw / "survey/exports/kobo_synthetic.xlsx")
    with pytest.raises(UnreadableFileError, match=r"kobo_synthetic\.xlsx: .*\(unsafe_xml\)"):
        read_answers(raw, LOOKUPS)


OF_FORM = {
    "response_id": "receipt",
    "collected_by": "researcher",
    "method": "mode",
    "age": "age_band",
    "skill": "skills",
    "qualification": "qual_title 1",
    "country": "qual_country 1",
}
"""The corpus' columns are generic: the form's own names for them; the others are the same."""

REST = {
    "sex": "female",
    "country_group": "africa",
    "qualification_level": "level_4_plus",
    "enterprise_interest": "maybe",
}
"""Two questionnaires that share fewer than five answers tell nothing: the rest of this one."""

MORE = {"survey/near_duplicate.csv": REST}
STATUSES = {
    "survey/dup_uuid.csv": [("validated", "")],
    "survey/near_duplicate.csv": [("validated", ""), ("unvalidated", "possible_duplicate")],
    "survey/no_consent.csv": [("validated", "")],
    "survey/pii_in_notes.csv": [("validated", "")] * 5,
    "survey/rare_skill.csv": [("validated", "")] * 15,
    "survey/child.csv": [],
    "survey/ok.csv": [("validated", "")],
}
"""Status of each response that loads, in the order of the file."""

SAID = re.compile(
    "tailoring|harpsichord|organology|07700|900123|amina|zzyzx|qq123456c|zebedee|quux|"
    "b18 ?4bj|ghana",
    re.IGNORECASE,
)
"""What respondents of the corpus wrote."""


def plant_case(case, raw):
    """Put a case into the exports as a paper entry sheet, and return its receipts."""
    with (CORPUS / case["file"]).open(encoding="utf-8", newline="") as stream:
        rows = [
            {OF_FORM.get(name, name): text for name, text in row.items()}
            | MORE.get(case["file"], {})
            for row in csv.DictReader(stream)
        ]
    # The register has codes of another shape.
    plant(raw, "sheet_synthetic.csv", *(row | {"researcher": "R07"} for row in rows))
    return [row["receipt"] for row in rows]


@pytest.fixture
def survey(tmp_path, caplog):
    """Return what takes a case of the survey all the way, with nothing of it in any log."""
    caplog.set_level(logging.DEBUG)

    def run(case):
        raw = make_tree(tmp_path / "raw")
        receipts = plant_case(case, raw)
        answers = read_answers(raw, LOOKUPS)
        concluded = conclude_all(answers)
        write_reports(tmp_path / "lists", answers, concluded)
        return receipts, answers, concluded

    yield run
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert logged
    assert not SAID.search("\n".join(logged))
    for path in (tmp_path / "lists").iterdir():
        assert not SAID.search(path.read_text("utf-8")), path.name


@pytest.mark.parametrize("case", OF_SURVEY, ids=lambda case: case["file"])
def test_the_verdict_on_responses_is_the_expected_one(survey, case):
    receipts, answers, concluded = survey(case)
    (account,) = answers.accounts
    counts = (account.rows_in, account.loaded, account.held)
    assert counts == (case["rows_in"], case["loaded"], case["quarantined"])
    if case["verdict"] == "quarantine":
        assert set(answers.held["reason"]) == set(case["reasons"])
    else:
        assert answers.held.empty
    status = concluded.tables["int_survey_status"].set_index("respondent")
    pairs = dict(
        zip(status.index, zip(status["status"], status["reason"], strict=True), strict=True)
    )
    given = [pairs[name] for name in dict.fromkeys(map(person, receipts)) if name in pairs]
    assert given == STATUSES[case["file"]]


def publish(tmp_path, answers, concluded):
    """Return every published table of people, as the gate would make it."""
    settings = read_settings(RAW, tmp_path)
    with open_warehouse(tmp_path / "w.duckdb") as con:
        for contract in RESTRICTED:
            write_table(con, contract, concluded.tables[contract.table])
        facts = survey_facts(answers.form, concluded, RULES)
        write_typed(con, FACT_TABLE, facts, FACT_TYPES)
        wards = [(ward, ward) for ward in settings.study_area.wards]
        area = (settings.study_area.id, settings.study_area.name)
        margin = "dimension VARCHAR, category VARCHAR, area_code VARCHAR, people_count DOUBLE"
        fill(
            con,
            {
                "int_census_margin": (margin, []),
                "int_area": ("area_code VARCHAR, area_name VARCHAR", [area, *wards]),
            },
        )
        return release_tables(con, Terms.of(settings, "synthetic"))


@pytest.mark.parametrize("case", OF_SURVEY, ids=lambda case: case["file"])
def test_nothing_that_was_written_is_published_or_kept_for_the_next_release(survey, tmp_path, case):
    _, answers, concluded = survey(case)
    tables, record = publish(tmp_path, answers, concluded)
    people = set(answers.people["respondent"])
    for text in (record, *(table.to_csv() for table in tables.values())):
        assert not SAID.search(text)
        assert not [name for name in people if name in text]


def test_the_rare_skill_is_in_no_published_table_at_any_geography(survey, tmp_path):
    _, answers, concluded = survey(case_of("survey/rare_skill.csv"))
    texts = answers.texts
    assert texts["text"].str.contains("harpsichord").sum() == 1  # it is there, and restricted
    tables, _ = publish(tmp_path, answers, concluded)
    rows = tables["pub_people"]
    skills = rows[rows["table_id"] == "skills"].set_index(["geography", "category"])
    of_area = skills.loc["study_area", "count"]
    assert (of_area["all"], of_area["other"]) == (15, 15)
    shown = rows.loc[rows["status"] == "published", "count"]
    assert shown.min() >= RULES_OF_PEOPLE.threshold
    assert not rows["category"].str.contains("harpsichord|tailoring").any()


RULES_OF_PEOPLE = read_settings(RAW, RAW).policy.people


def test_contact_data_stands_in_the_restricted_text_alone(survey):
    _, answers, concluded = survey(case_of("survey/pii_in_notes.csv"))
    notes = answers.texts[answers.texts["question"] == "notes"]
    assert len(notes) == 5
    for name, table in concluded.tables.items():
        found = [text for text in notes["text"] if text in table.to_csv()]
        assert (len(found) == 5) == (name == "stg_survey_text"), name
