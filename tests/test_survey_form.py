"""The questionnaire: complete in every language, safe to read, made by its script."""

import importlib.util
import io
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from defusedxml import ElementTree
from openpyxl import Workbook, load_workbook
from pyxform.xls2xform import convert

from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.survey.answers import LISTS
from assetmap.survey.codebook import PUBLISHED_AS, UNDECIDED, codebook_csv, codebook_rows
from assetmap.survey.form import ENGLISH, language_code, read_form
from assetmap.survey.xform import write_xform

ROOT = Path(__file__).parents[1]
FORM = ROOT / "data" / "raw" / "survey" / "form.xlsx"
SCRIPT = ROOT / "tools" / "make_survey_form.py"
CODES = ("en", "ur", "pa", "pl")
SCRIPTS = {"ur": "[\u0600-\u06ff]", "pa": "[\u0a00-\u0a7f]", "pl": "[A-Za-z]"}
IDENTITY = re.compile(r"phone|e_?mail|address|surname|first_?name|device|geo|gps|contact")
LINES = ["type", "name", "label::English (en)"]


@pytest.fixture(scope="module")
def form():
    return read_form(FORM)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_survey_form", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks its own module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def _workbook(path, survey, headings=LINES):
    book = Workbook()
    book.active.title = "survey"
    for row in (headings, *survey):
        book["survey"].append(row)
    book.create_sheet("choices")
    for row in (["list_name", "name", "label::English (en)"], ["yes_no", "yes", "Yes"]):
        book["choices"].append(row)
    book.create_sheet("settings")
    for row in (["form_title", "form_id", "version"], ["Form", "form", "1"]):
        book["settings"].append(row)
    book.save(path)
    return path


def _packed(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_the_workbook_is_what_the_script_makes(script):
    assert FORM.read_bytes() == script.render()
    assert script.main(["--check"]) == 0


def test_a_stale_workbook_is_found(script, tmp_path, capsys):
    stale = tmp_path / "form.xlsx"
    stale.write_bytes(FORM.read_bytes()[:-1])
    assert script.main(["--check", "--form", str(stale)]) == 1
    assert "is stale" in capsys.readouterr().err


def test_the_workbook_holds_no_clock_and_no_person():
    with zipfile.ZipFile(FORM) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert "created" not in core
    assert "creator" not in core
    assert "modified" not in core


def test_pyxform_accepts_it_without_a_warning():
    warnings = []
    convert(FORM.read_bytes(), warnings=warnings, file_type=".xlsx")
    assert warnings == []


def test_id_version_and_languages(form):
    assert form.id == "assetmap_survey"
    assert re.fullmatch(r"\d{10}", form.version)
    assert tuple(map(language_code, form.languages)) == CODES
    assert form.repeats == ("qualification", "mention")


def test_every_text_is_there_in_every_language(form):
    texts = [q.labels for q in form.questions] + [g.labels for g in form.groups]
    texts += [q.hints for q in form.questions if q.hints]
    texts += [c.labels for choices in form.choices.values() for c in choices]
    assert len(texts) > 150
    for labels in texts:
        assert set(labels) == set(form.languages)
        assert all(text.strip() for text in labels.values())


def test_a_translation_is_in_its_own_script(form):
    languages = {language_code(language): language for language in form.languages}
    for labels in (q.labels for q in form.questions):
        for code, letters in SCRIPTS.items():
            assert re.search(letters, labels[languages[code]])
            assert labels[languages[code]] != labels[ENGLISH]


def test_lists_are_those_of_the_vocabulary_in_its_order(form):
    found = {
        name: {choice.name: choice.labels[ENGLISH] for choice in choices}
        for name, choices in form.choices.items()
    }
    assert found == LISTS
    assert [list(found[name]) for name in LISTS] == [list(LISTS[name]) for name in LISTS]


def test_kinds_groups_and_required_answers(form):
    assert form.question("qual_country").path == ("skills_group", "qualification")
    assert form.question("qual_country").repeat == "qualification"
    assert form.question("skills").kind == "many"
    assert form.question("skills").list_name == "skill"
    assert form.question("sex").kind == "one"
    assert form.question("collected_on").kind == "date"
    assert form.question("idea").is_long
    assert not form.question("researcher").is_long
    required = [question.name for question in form.questions if question.is_required]
    assert required == [
        *("researcher", "receipt", "consent_research", "postcode", "age_band", "skills")
    ]


def test_nothing_asks_who_the_respondent_is(form):
    assert [q.name for q in form.questions if IDENTITY.search(q.name.lower())] == []
    assert "geopoint" not in {question.kind for question in form.questions}
    settings = load_workbook(FORM)["settings"]
    name = dict(zip(*settings.iter_rows(values_only=True), strict=True))["instance_name"]
    assert re.findall(r"\$\{(\w+)\}", name) == ["collected_on", "mode"]


def test_unchecked_translations_say_so(form):
    rows = list(load_workbook(FORM)["translations"].iter_rows(values_only=True))
    status = dict(rows[1:])
    assert set(status) == set(form.languages)
    note = form.question("translation_status").labels
    for language in form.languages[1:]:
        assert status[language] == "unchecked"
        assert note[language].endswith("\nThis translation has not been checked by a speaker.")


def test_a_checked_translation_says_so_too(script):
    texts = script.tomllib.loads(script.TEXTS.read_text(encoding="utf-8"))
    texts["status"]["pl"] = "checked"
    note = script._status_note(texts)
    assert note["pl"].endswith("\nThis translation has been checked by a speaker.")
    assert note["ur"].endswith("\nThis translation has not been checked by a speaker.")


def test_the_consent_text_says_what_people_must_know(form):
    text = form.question("consent_text").labels[ENGLISH]
    for phrase in ("never a number below 10", "never publish your postcode", "receipt number"):
        assert phrase in text
    assert "erased" in text
    assert "under 18 are not asked" in text


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("receipt", ["K7M2QX", "222222"], ["K7M2Q", "K7M2QXX", "k7m2qx", "K7M2Q1", "O7M2QX"]),
        ("postcode", ["B1 1BB", "b11bb", "B66 4AA", "EC1A 1BB"], ["B1", "1BB", "B1 1B", "B1 1BBB"]),
    ],
)
def test_constraints_let_the_right_answers_through(name, good, bad):
    sheet = load_workbook(FORM)["survey"]
    headings, *rows = sheet.iter_rows(values_only=True)
    line = next(dict(zip(headings, row, strict=True)) for row in rows if row[1] == name)
    pattern = re.compile(re.search(r"regex\(\., '(.*)'\)", line["constraint"])[1])
    assert [text for text in good if not pattern.search(text)] == []
    assert [text for text in bad if pattern.search(text)] == []
    assert all(
        line[f"constraint_message::{language}"] for language in ("English (en)", "Urdu (ur)")
    )


def test_the_xform_has_four_translations_and_every_question(form, tmp_path):
    target = write_xform(FORM, tmp_path / "kit" / "form.xml")
    tree = ElementTree.parse(target)
    found = [element.get("lang") for element in tree.iter() if element.tag.endswith("}translation")]
    assert found == list(form.languages)
    bound = {
        element.get("nodeset").rsplit("/", 1)[1]
        for element in tree.iter()
        if element.tag.endswith("}bind")
    }
    assert {question.name for question in form.questions} <= bound


def test_the_xform_does_not_depend_on_the_hash_seed(tmp_path):
    code = (
        "import sys; from pathlib import Path; from assetmap.survey.xform import write_xform;"
        "write_xform(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", code, str(FORM), str(tmp_path / f"{seed}.xml")],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    assert (tmp_path / "1.xml").read_bytes() == (tmp_path / "2.xml").read_bytes()


def test_an_xform_that_cannot_be_written_is_a_storage_fault(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_xform(FORM, tmp_path / "file" / "form.xml")


def test_a_missing_form_says_what_to_do(tmp_path):
    with pytest.raises(MissingInputError, match=r"form\.xlsx is missing\. Copy it"):
        read_form(tmp_path / "form.xlsx")


TYPES = {"[Content_Types].xml": "<a/>"}


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"notes.txt": "x"}, "no Excel workbook"),
        (
            {
                "xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "[Content_Types].xml": "<a/>",
            },
            "document type declaration",
        ),
        ({"xl/workbook.xml": "<!DOCTYPE a><a/>", **TYPES}, "document type declaration"),
        ({"xl/workbook.xml": "<a", **TYPES}, "damaged"),
        ({"xl/workbook.xml": "<a/>", "../x.xml": "<a/>", **TYPES}, "leads outside"),
        ({"xl/workbook.xml": "<a/>", **TYPES}, "not an XLSForm"),
    ],
)
def test_an_unsafe_or_false_workbook_is_refused(tmp_path, members, words):
    with pytest.raises(UnreadableFileError, match=words) as fault:
        read_form(_packed(tmp_path / "form.xlsx", members))
    assert "form.xlsx" in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"type,name\ntext,a\n", b"PK\x03\x04 and no more"])
def test_what_is_no_workbook_is_refused(tmp_path, content):
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"form\.xlsx"):
        read_form(path)


def test_a_dtd_in_another_encoding_is_found_too(tmp_path):
    sheet = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    members = {"xl/workbook.xml": sheet.encode("utf-16"), **TYPES}
    with pytest.raises(UnreadableFileError, match="document type declaration"):
        read_form(_packed(tmp_path / "form.xlsx", members))


def test_a_form_that_pyxform_refuses_says_where(tmp_path):
    path = _workbook(tmp_path / "own.xlsx", [["select_one nowhere", "a", "A?"]])
    with pytest.raises(UnreadableFileError, match=r"own\.xlsx is not an XLSForm.*nowhere"):
        read_form(path)


def test_what_the_loader_cannot_take_is_all_in_one_message(tmp_path):
    path = _workbook(
        tmp_path / "own.xlsx",
        [
            *(["begin_group", "g", "G"], ["text", "a", "A?"], ["end_group", "", ""]),
            *(["begin_repeat", "r", "R"], ["text", "a", "A?"]),
            *(["begin_repeat", "s", "S"], ["image", "b", "B?"]),
            *(["end_repeat", "", ""], ["end_repeat", "", ""]),
        ],
    )
    with pytest.raises(UnreadableFileError) as fault:
        read_form(path)
    assert "the name a is given to two questions" in str(fault.value)
    assert "b is of type 'photo'" in str(fault.value)
    assert "the repeat s stands inside another repeat" in str(fault.value)


def test_a_language_without_its_code_is_refused(tmp_path):
    headings = ["type", "name", "label::Urdu"]
    path = _workbook(tmp_path / "own.xlsx", [["text", "a", "A?"]], headings=headings)
    with pytest.raises(UnreadableFileError, match=r"'Urdu' has no code"):
        read_form(path)


def test_a_form_without_languages_is_in_english_and_drops_what_a_tool_fills_in(tmp_path):
    path = _workbook(
        tmp_path / "own.xlsx",
        [["deviceid", "device", ""], ["start", "begun", ""], ["text", "a", "A?"]],
        headings=["type", "name", "label"],
    )
    own = read_form(path)
    assert own.languages == (ENGLISH,)
    assert [question.labels for question in own.questions] == [{ENGLISH: "A?"}]


def test_the_codebook_says_of_every_question_what_becomes_of_it(form):
    rows = codebook_rows(form)
    assert list(rows["question"]) == [q.name for q in form.questions if q.kind != "note"]
    assert set(rows["question"]) == set(PUBLISHED_AS)
    assert UNDECIDED not in set(rows["published_as"])
    assert list(rows["order"]) == list(range(1, len(rows) + 1))


def test_the_codebook_lists_answers_by_language(form):
    row = codebook_rows(form).set_index("question").loc["consent_map"]
    assert row["answers"] == "yes no"
    assert row["answers_en"] == "yes = Yes; no = No"
    assert row["answers_pl"] == "yes = Tak; no = Nie"
    assert row["group"] == "Before we start"


def test_an_unknown_question_is_not_published(tmp_path):
    own = read_form(_workbook(tmp_path / "own.xlsx", [["text", "shoe_size", "-2+3"]]))
    assert list(codebook_rows(own)["published_as"]) == [UNDECIDED]
    assert ",'-2+3," in codebook_csv(own)
    assert io.StringIO(codebook_csv(own)).readline().startswith("order,question,kind,group,repeat,")
