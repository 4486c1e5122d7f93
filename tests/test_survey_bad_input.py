"""What can be wrong around the survey: files, lists, forms, absence; and a whole erasure."""

import codecs
import csv
import io
import json
import os
import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from assetmap import pipeline, survey_step
from assetmap.disclosure.gate import RECORD
from assetmap.errors import ConfigError, MissingInputError, UnreadableFileError
from assetmap.settings import read_settings
from assetmap.survey.erasure import add_erasures, read_erasures
from assetmap.survey.load import read_answers
from assetmap.survey.pseudonyms import SYNTHETIC_KEY
from assetmap.warehouse import fetch_table, list_tables, open_warehouse, read_public
from survey_tree import FORM, LAYOUTS, PLACES, make_tree, person, plant, sheet

CANARY = "Zaphod Canary"
TODAY = date(2026, 11, 22)
ROWS = (
    {
        "notes": f"{CANARY}, caf\u00e9; \u201cquoted\u201d",
        "skills": "cooking;sewing",
        "sex": "female",
    },
    {"receipt": "ABCDEF", "idea": "two\nlines", "qual_title 1": "Diploma", "age_band": "30"},
)
LONG = ("people", "choices", "qualifications", "mentions", "texts")


@pytest.fixture
def tree(tmp_path):
    return make_tree(tmp_path / "raw")


def put(tree, content, name="a_synthetic.csv"):
    path = tree / "survey/exports" / name
    path.write_bytes(content)
    return path


def refusal(tree, kind=UnreadableFileError):
    with pytest.raises(kind) as caught:
        read_answers(tree, PLACES)
    message = str(caught.value)
    assert caught.value.exit_code == 1
    assert "canary" not in message.casefold()
    assert "\n" not in message
    return message


# ------------------------------------------------------------- spellings of one file


def rewritten(delimiter):
    text = io.StringIO()
    rows = list(csv.reader(io.StringIO(sheet(*ROWS), newline="")))
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


SPELLINGS = {
    "byte-order mark": codecs.BOM_UTF8 + sheet(*ROWS).encode(),
    "UTF-16": sheet(*ROWS).encode("utf-16"),
    "Windows-1252": sheet(*ROWS).encode("cp1252"),
    "semicolons": rewritten(";"),
    "tabs": rewritten("\t"),
    "headings in capitals": sheet(*ROWS).replace("postcode", " POSTCODE ", 1).encode(),
    "no newline at the end": sheet(*ROWS).rstrip().encode(),
    "blank lines": sheet(*ROWS).replace("\n", "\n\n", 1).encode() + b"\n,,,\n",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_same_sheet_gives_the_same_tables_however_it_is_saved(tree, name):
    plant(tree, "a_synthetic.csv", *ROWS)
    expected = read_answers(tree, PLACES)
    put(tree, SPELLINGS[name])
    found = read_answers(tree, PLACES)
    assert len(found.people) == 2
    for part in LONG:
        pd.testing.assert_frame_equal(getattr(found, part), getattr(expected, part))


# ------------------------------------------------------------- files that are not to be trusted

BODY = sheet(*ROWS).encode()
REFUSED = {
    "empty": (b"", "the file is empty"),
    "heading alone": (BODY.split(b"\n")[0] + b"\n", "a heading and no rows"),
    "web page": (b"<!DOCTYPE html><p>" + CANARY.encode(), "it is a web page"),
    "no headings": (f"{CANARY},{CANARY} two\n1,2\n".encode(), "of no layout that is known"),
    "open quote": (BODY + b'"' + CANARY.encode() * 9, "a quote is left open"),
    "heading twice": (BODY.replace(b"notes", b"postcode", 1), "have the same heading"),
    "no consent asked": (
        BODY.replace(b"consent_research", b"agreed", 1),
        "it has no column for consent_research, which must be asked",
    ),
    "archive cut short": ((LAYOUTS / "central.zip").read_bytes()[:900], "cut short or damaged"),
    "workbook cut short": ((LAYOUTS / "kobo.xlsx").read_bytes()[:3000], "cut short or damaged"),
    "locked workbook": (b"\xd0\xcf\x11\xe0" + bytes(600), "it is a workbook, archive or database"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_whole_with_what_to_do(tree, name):
    content, why = REFUSED[name]
    plant(tree, "b_synthetic.csv", *ROWS)
    put(tree, content)
    message = refusal(tree)
    assert message.startswith("a_synthetic.csv")
    assert why in message
    assert message.endswith(".")


def test_rows_that_cannot_be_read_are_held_and_the_others_load(tree):
    extra = b"ZZZZZZ" + b"," * 40 + b"\n"
    heading, first, rest = BODY.split(b"\n", 2)
    long = first.replace(b"R07", b"R" * 5_000).replace(b"K7M2QX", b"LLLLLL")
    put(tree, b"\n".join([heading, first, heading, extra.strip(), long, rest]))
    found = read_answers(tree, PLACES)
    reasons = dict(found.held[["row_number", "reason"]].to_numpy())
    assert reasons == {3: "repeated_header", 4: "wrong_field_count", 5: "field_too_long"}
    (account,) = found.accounts
    assert (account.rows_in, account.loaded, account.held) == (5, 2, 3)


# ------------------------------------------------------------- lists of erasures


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("erasures.csv", b"\xff\xfe\x00\xd8", "it is no CSV file in UTF-8"),
        ("erasures.csv", b"pseudonym;added_on\np_1;2026\n", "1 of 1 rows hold no pseudonym"),
        ("erasures.csv", b"", "it has no column pseudonym"),
        ("erasures.csv", b"number\n", "it has no column pseudonym"),
        ("Erasures.CSV", b"pseudonym\nK7M2QX\n", "1 of 1 rows hold no pseudonym"),
        ("erasures.xlsx", b"PK\x03\x04", "is no CSV file, so that nobody on it would be left out"),
        ("erasures.txt", b"pseudonym\n", "is no CSV file"),
    ],
)
def test_a_list_of_erasures_is_never_passed_over(tree, name, content, why):
    plant(tree, "a_synthetic.csv", *ROWS)
    folder = tree / "survey/erasures"
    folder.mkdir()
    (folder / name).write_bytes(content)
    message = refusal(tree, ConfigError)
    assert message.startswith(str(folder / name))
    assert why in message
    assert "K7M2QX" not in message


def test_notes_beside_the_lists_are_left_alone(tree):
    add_erasures(tree, ["ABCDEF"], SYNTHETIC_KEY, TODAY)
    for name in ("README.md", ".gitkeep", "~$erasures.xlsx", "erasures.csv.part"):
        (tree / "survey/erasures" / name).write_text("…")
    assert read_erasures(tree) == {person("ABCDEF")}


# ------------------------------------------------------------- the questionnaire


@pytest.fixture
def step(built, tmp_path):
    """Return what runs the survey's step of a build on another tree folder."""
    shutil.copy(built.warehouse, tmp_path / "w.duckdb")

    def run(tree):
        settings = replace(read_settings(built.raw, tmp_path), raw=tree)
        with open_warehouse(tmp_path / "w.duckdb") as con:
            survey_step.prepare_survey(con)
        return survey_step.load_survey(settings, tmp_path / "w.duckdb", tmp_path / "lists")

    return run


@pytest.mark.parametrize(
    "content",
    [b"", b"no workbook", FORM.read_bytes()[:5_000], (LAYOUTS / "kobo.xlsx").read_bytes()],
    ids=["empty", "text", "cut short", "another workbook"],
)
def test_a_broken_questionnaire_is_one_clear_message(tree, step, content):
    plant(tree, "a_synthetic.csv", *ROWS)
    (tree / "survey/form.xlsx").write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        step(tree)
    message = str(caught.value)
    assert message.startswith("form.xlsx")
    assert "Traceback" not in message
    assert "canary" not in message.casefold()
    assert len(message) < 600


def test_responses_without_a_questionnaire_are_not_passed_over(tree, step):
    plant(tree, "a_synthetic.csv", *ROWS)
    (tree / "survey/form.xlsx").unlink()
    with pytest.raises(MissingInputError, match=r"form\.xlsx"):
        step(tree)


def test_the_state_is_that_of_what_was_loaded_whatever_the_folder_holds_later(tree, step, tmp_path):
    plant(tree, "a_synthetic.csv", *ROWS)
    step(tree)
    plant(tree, "real.csv", *ROWS)
    with open_warehouse(tmp_path / "w.duckdb", read_only=True) as con:
        assert survey_step.find_state(con) == "synthetic"


def test_without_questionnaire_and_responses_the_step_does_nothing(tmp_path, step):
    (tmp_path / "raw").mkdir()
    assert step(tmp_path / "raw") == {"loaded": 0, "held": 0}
    with open_warehouse(tmp_path / "w.duckdb", read_only=True) as con:
        assert survey_step.find_state(con) == "none"
    assert len(survey_step.read_codebook(tmp_path / "raw")) == 0
    assert not (tmp_path / "lists").exists()


def test_the_step_counts_what_loaded_and_what_is_held(tree, step):
    plant(tree, "a_synthetic.csv", *ROWS, {"receipt": "CCCCCC", "consent_research": "no"})
    assert step(tree) == {"loaded": 2, "held": 1}


# ------------------------------------------------------------- no survey at all


def copy_raw(built, tmp_path):
    return shutil.copytree(built.raw, tmp_path / "raw")


@pytest.mark.parametrize("has_form", [False, True], ids=["no survey folder", "no exports"])
def test_a_site_without_a_survey_is_whole_and_says_so(built, tmp_path, has_form):
    tree = copy_raw(built, tmp_path)
    shutil.rmtree(tree / "survey/exports" if has_form else tree / "survey")
    if has_form:
        (tree / "survey/exports").mkdir()
    settings = read_settings(tree, tmp_path)
    pipeline.run_build(settings)
    index = pipeline.run_publish(settings)
    assert index.is_file()
    tables = read_public(settings.public)
    for name in ("pub_people", "pub_people_table", "pub_survey"):
        assert len(tables[name]) == 0
    assert (len(tables["pub_codebook"]) > 0) == has_form
    facts = dict(tables["pub_run"][["key", "value"]].to_numpy())
    assert facts["survey_state"] == "none"
    assert (settings.processed / RECORD).read_text() == ""
    assert {path.name for path in settings.releases.iterdir()} == {
        settings.register_record.name,
        "erased.txt",
        "published.json",
    }
    assert settings.lists.exists() == has_form
    assert sorted(page_names(settings)) == sorted(page_names(built))
    page = (settings.maps / "survey.html").read_text("utf-8")
    assert "no responses" in page.casefold() or "no survey" in page.casefold()
    assert page != (built.maps / "survey.html").read_text("utf-8")


def page_names(settings):
    return [path.relative_to(settings.maps).as_posix() for path in settings.maps.rglob("*.html")]


# ------------------------------------------------------------- a whole erasure


def sample_rows(tree):
    path = next((tree / "survey/exports").glob("*_synthetic.csv"))
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


@pytest.fixture(scope="module")
def chosen(built):
    """Return receipt and a free answer, nobody else's, of a respondent who counts."""
    with open_warehouse(built.warehouse, read_only=True) as con:
        counted = set(fetch_table(con, "int_person")["person_id"])
        texts = fetch_table(con, "stg_survey_text")
    once = set(texts["text"].value_counts().loc[lambda counts: counts == 1].index)
    own = texts[texts["text"].isin(once) & texts["respondent"].isin(counted)]
    receipts = {person(row["receipt"]): row["receipt"] for row in sample_rows(built.raw)}
    longest = own.loc[own["text"].str.len().sort_values(kind="stable").index[-1]]
    return receipts[longest["respondent"]], longest["respondent"], longest["text"]


@pytest.fixture(scope="module")
def erased(built, chosen, tmp_path_factory):
    """Return settings of a build and a site after an erasure, under an open mask of modes."""
    folder = tmp_path_factory.mktemp("erased")
    tree = copy_raw(built, folder)
    shutil.copytree(built.out / "data", folder / "data")
    shutil.copytree(built.maps, folder / "maps")
    add_erasures(tree, [chosen[0]], SYNTHETIC_KEY, TODAY)
    settings = read_settings(tree, folder)
    before = os.umask(0)
    try:
        pipeline.run_build(settings)
        pipeline.run_publish(settings)
    finally:
        os.umask(before)
    return settings


def files_with(folder, text):
    wanted = text.encode()
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in paths if wanted in path.read_bytes()}


def test_who_is_erased_is_in_no_table_of_the_warehouse(built, erased, chosen):
    _, name, text = chosen

    def tables_with(settings):
        with open_warehouse(settings.warehouse, read_only=True) as con:
            found = {table: fetch_table(con, table).to_csv() for table in list_tables(con)}
        return {table for table, rows in found.items() if name in rows or text in rows}

    before = tables_with(built)
    assert {"stg_survey_response", "stg_survey_text", "int_person", "int_survey_status"} <= before
    assert tables_with(erased) == set()


def test_who_is_erased_is_in_no_byte_of_what_was_built(built, erased, chosen):
    receipt, name, text = chosen
    assert built.warehouse.name in files_with(built.processed, name)  # they were there
    assert built.warehouse.name in files_with(built.processed, text)
    for folder in (erased.processed, erased.releases, erased.maps):
        for value in (receipt, name, text):
            assert files_with(folder, value) == set(), folder


def test_after_one_erasure_the_published_figures_stay(built, erased):
    before, after = read_public(built.public), read_public(erased.public)
    for name in ("pub_people", "pub_survey"):
        pd.testing.assert_frame_equal(after[name], before[name])
    run_ids = [
        json.loads((s.maps / "manifest.json").read_text())["run_id"] for s in (built, erased)
    ]
    assert run_ids[0] != run_ids[1]  # and it is another run all the same


def test_the_record_of_the_release_forgets_who_was_erased(built, erased):
    def members(settings):
        (path,) = settings.releases.glob("people*.json")
        release = json.loads(json.loads(path.read_text())["release"])
        return set(release["records"]["respondent"]["members"])

    gone = members(built) - members(erased)
    assert len(gone) == 1
    assert members(erased) - members(built) == {"gone 1"}


def test_rows_of_erased_people_are_counted_and_nothing_else(built, erased, chosen):
    before, after = (
        pd.read_csv(settings.lists / "status.csv").set_index("status").loc["erased"]
        for settings in (built, erased)
    )
    rows = [row for row in sample_rows(erased.raw) if row["receipt"] == chosen[0]]
    assert after["count"] == before["count"] + len(rows) > before["count"]
    assert after["meaning"] == "the person asked to be left out"


@pytest.mark.skipif(os.name != "posix", reason="modes of files are NOT tested here")
def test_everything_that_was_built_is_for_its_owner_alone_whatever_the_mask(erased):
    for folder in (erased.processed, erased.releases):
        assert folder.stat().st_mode & 0o777 == 0o700
        paths = [path for path in folder.rglob("*") if path.name != ".lock"]
        modes = {str(path): path.stat().st_mode & 0o777 for path in paths}
        open_to_others = [
            path
            for path, mode in modes.items()
            if mode != (0o700 if os.path.isdir(path) else 0o600)  # noqa: PTH112 - names
        ]
        assert open_to_others == []
        assert len(paths) >= (2 if folder == erased.releases else 10) - 1
    assert (erased.builds / ".lock").stat().st_size == 0
