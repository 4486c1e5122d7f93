"""The shared corpus of bad input, driven through the reader and a small contract each."""

import csv
import json
import logging
import re
import shutil
from pathlib import Path

import pytest

from assetmap.contracts import Column, Contract, Disclosure
from assetmap.dataset import Dataset, Source, fold_heading, load
from assetmap.disclosure.facts import FACT_TABLE, FACT_TYPES
from assetmap.disclosure.people_tables import Terms, release_tables
from assetmap.errors import ContractError, CRSError, UnreadableFileError
from assetmap.inputs import InputFile, hash_file
from assetmap.layers import GEOMETRY, read_polygons, read_sites
from assetmap.quarantine import REASONS
from assetmap.readers import Layout
from assetmap.settings import read_settings
from assetmap.survey.facts import survey_facts
from assetmap.survey.load import read_answers
from assetmap.survey.reports import write_reports
from assetmap.survey.tables import RESTRICTED
from assetmap.warehouse import open_warehouse, write_table, write_typed
from assetmap.workbook import read_sheets
from survey_tree import PLACES as POSTCODES
from survey_tree import RAW, RULES, conclude_all, make_tree, person, plant
from tiny import fill

CORPUS = Path(__file__).parents[2] / "shared/bad_input"
CASES = json.loads((CORPUS / "corpus.json").read_text())["cases"] if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(
    not CASES, reason="../shared/bad_input is absent: the corpus of bad input is NOT tested"
)

LATER = {
    "stats/mixed_vintage.csv": "vintages are told apart by the lookup (areas.py), not by a reader",
    "geo/sliver.geojson": "slivers have no reason code yet: such an outline loads",
    "inject/config.toml": "settings are no dataset (settings.py)",
    **{
        f"xml/{name}.kml": "KML has no reader yet: such a file is refused"
        for name in ("ok", "xxe", "xxe_param", "lol")
    },
}
"""Single files that a reader and a contract cannot decide, and why."""

LATER_FOLDERS = {
    "coord": "points in latitude and longitude, and postcodes, have no reader yet",
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
    "missing_crs": "its coordinate system is not known and is not guessed",
    "missing_part": r"the archive lacks \.shx beside",
    "corrupt_shapefile": "it is a shapefile that is cut short",
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
SHAPES = (key("name"), column(GEOMETRY, "geometry"))
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
    "shp": SHAPES,
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
    if case["category"] == "shp":
        return read_polygons
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
        members="*.shp" if case["category"] == "shp" else "*",
    )


def place(case, raw):
    folder = raw / "case"
    folder.mkdir()
    return Path(shutil.copy(CORPUS / case["file"], folder))


WORKBOOK = "xml/xxe.xlsx"
OF_DATASETS = [c for c in CASES if c["category"] != "survey" and c["file"] != WORKBOOK]


@pytest.mark.parametrize("case", OF_DATASETS, ids=lambda case: case["file"])
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
    with pytest.raises((UnreadableFileError, ContractError, CRSError)) as caught:
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
    if case["category"] == "shp":
        assert loaded.table["name"].tolist() == ["Café site"]
    if "z_dropped" in case["reasons"]:
        assert loaded.notes == ("heights dropped",)


def test_every_case_is_decided_or_named_as_later():
    decided = {case["category"] for case in CASES} - LATER_FOLDERS.keys()
    assert decided == {"csv", "stats", "geo", "archive", "inject", "shp", "survey", "xml"}
    assert LATER.keys() <= {case["file"] for case in CASES}
    of_xml = {case["file"] for case in CASES if case["category"] == "xml"}
    assert of_xml - LATER.keys() == {WORKBOOK}
    assert {case["file"] for case in OF_SURVEY} == STATUSES.keys()


FORMATS_LATER = [case for case in CASES if case["category"] == "xml"]


@pytest.mark.parametrize("columns", ["geo", "csv"])
@pytest.mark.parametrize("case", FORMATS_LATER, ids=lambda case: case["file"])
def test_a_format_without_a_reader_is_refused_not_half_read(tmp_path, case, columns):
    place(case, tmp_path)
    as_other = case | {"category": columns, "file": "a.json" if columns == "geo" else "a.csv"}
    with pytest.raises(UnreadableFileError):
        load(dataset_of(as_other), tmp_path, max_held_share=1)


# From here on: workbooks, and the survey through its own reader, stage and gate.


def test_a_workbook_with_a_document_type_is_refused_unopened(tmp_path):
    (case,) = [case for case in CASES if case["file"] == WORKBOOK]
    path = place(case, tmp_path)
    with pytest.raises(UnreadableFileError, match="unsafe_xml") as caught:
        read_sheets(InputFile(path))
    assert str(caught.value).startswith(path.name)
    raw = make_tree(tmp_path / "raw")
    shutil.copy(path, raw / "survey/exports/kobo_synthetic.xlsx")
    with pytest.raises(UnreadableFileError, match=r"kobo_synthetic\.xlsx: .*\(unsafe_xml\)"):
        read_answers(raw, POSTCODES)


OF_SURVEY = [case for case in CASES if case["category"] == "survey"]
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
        answers = read_answers(raw, POSTCODES)
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


def case_of(name):
    (case,) = [case for case in OF_SURVEY if case["file"] == f"survey/{name}.csv"]
    return case


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
    _, answers, concluded = survey(case_of("rare_skill"))
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
    _, answers, concluded = survey(case_of("pii_in_notes"))
    notes = answers.texts[answers.texts["question"] == "notes"]
    assert len(notes) == 5
    for name, table in concluded.tables.items():
        found = [text for text in notes["text"] if text in table.to_csv()]
        assert (len(found) == 5) == (name == "stg_survey_text"), name
