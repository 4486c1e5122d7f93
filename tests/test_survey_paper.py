"""The printed questionnaire: every question, every language, no text that acts."""

import dataclasses
import logging
import re
import shutil
import stat
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assetmap.errors import MissingInputError, StorageError
from assetmap.survey.form import ENGLISH, Choice, Form, Question, read_form
from assetmap.survey.kit import write_form_kit
from assetmap.survey.paper import COPIES, find_chromium, render_paper, write_paper

RAW = Path(__file__).parents[1] / "data" / "raw"
DIRECTIONS = {
    "English (en)": "ltr",
    "Urdu (ur)": "rtl",
    "Punjabi (pa)": "ltr",
    "Polish (pl)": "ltr",
}
HOSTILE = "<script>alert(1)</script> & \"x\" {{ 7 * 7 }} {% raw %} </style><b onload='y'>"


@pytest.fixture(scope="module")
def form():
    return read_form(RAW / "survey" / "form.xlsx")


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def _parse(page):
    parsed = _Tags()
    parsed.feed(page)
    return parsed


def _classes(parsed, name):
    return [attrs for _, attrs in parsed.tags if name in (attrs.get("class") or "").split()]


@pytest.fixture
def hostile():
    question = Question(
        name="hostile",
        kind="one",
        labels={ENGLISH: HOSTILE},
        hints={ENGLISH: HOSTILE},
        list_name="l",
    )
    return Form(
        id=HOSTILE,
        title=HOSTILE,
        version=HOSTILE,
        languages=(ENGLISH,),
        questions=(question,),
        groups=(),
        choices={"l": (Choice(name="a", labels={ENGLISH: HOSTILE}),)},
    )


def test_hostile_labels_stay_text(hostile):
    page = render_paper(hostile, ENGLISH)
    parsed = _parse(page)
    assert "script" not in {tag for tag, _ in parsed.tags}
    assert not [attrs for _, attrs in parsed.tags if "onload" in attrs]
    assert "".join(parsed.text).count(HOSTILE) >= 6
    assert page.count("</style>") == 1


@pytest.mark.parametrize("language", DIRECTIONS)
def test_a_page_has_its_language_and_direction_and_loads_nothing(form, language):
    page = render_paper(form, language)
    root = next(attrs for tag, attrs in _parse(page).tags if tag == "html")
    assert root["lang"] in language
    assert root["dir"] == DIRECTIONS[language]
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img", page)


@pytest.mark.parametrize("language", DIRECTIONS)
def test_every_question_and_answer_is_printed(form, language):
    text = "".join(_parse(render_paper(form, language)).text)
    for question in form.questions:
        if question.name != "translation_status":
            copies = COPIES if question.repeat else 1
            assert text.count(question.labels[language]) >= copies, question.name
        for choice in form.choices.get(question.list_name, ()):
            assert choice.labels[language] in text


def test_circles_for_one_answer_and_boxes_for_many(form):
    parsed = _parse(render_paper(form, ENGLISH))
    lists = [attrs["class"].split() for tag, attrs in parsed.tags if tag == "ul"]
    kinds = [COPIES if q.repeat else 1 for q in form.questions if q.kind == "one"]
    assert sum("one" in classes for classes in lists) == sum(kinds)
    assert sum("many" in classes for classes in lists) == 4
    assert ".one .mark { border-radius: 50%; }" in render_paper(form, ENGLISH)


def test_long_answers_have_more_room_and_repeats_three_copies(form):
    parsed = _parse(render_paper(form, ENGLISH))
    assert len(_classes(parsed, "copy")) == 3 * len(form.repeats)
    short = sum(
        COPIES if q.repeat else 1
        for q in form.questions
        if q.kind == "text" and not q.is_long and q.name != "receipt"
    )
    long = sum(q.is_long for q in form.questions)
    assert len(_classes(parsed, "rule")) == short + 4 * long + 2  # two on the slip


def test_paper_is_ticked_as_the_way_of_answering(form):
    page = render_paper(form, ENGLISH)
    assert page.count('class="mark chosen"') == 1
    assert re.search(r'mark chosen"></span><span>On paper<', page)


def test_receipt_number_stands_on_every_page_and_on_the_slip(form):
    page = render_paper(form, ENGLISH)
    head, rest = page.split("</thead>")
    questions, slip = rest.split('<section class="slip">')
    for part in (head, questions, slip):
        assert part.count("<i></i>" * 6) == 1
    for part in (head, slip):
        assert form.id in part
        assert form.version in part
    assert "answers erased" in slip


def test_the_back_of_the_slip_holds_no_answers(form):
    page = render_paper(form, ENGLISH)
    assert re.search(r'<p class="blank">[^<]+</p>\s*<section class="slip">', page)
    assert re.search(r"\.blank \{ break-before: page", page)
    assert re.search(r"\.slip \{ break-before: page", page)


@pytest.mark.parametrize("language", [name for name in DIRECTIONS if name != ENGLISH])
def test_an_unchecked_translation_says_so_in_both_languages(form, language):
    text = "".join(_parse(render_paper(form, language)).text)
    own, english = form.question("translation_status").labels[language].split("\n")
    assert english == "This translation has not been checked by a speaker."
    assert text.count(f"{own}\n{english}") == 2  # first page and slip


def test_the_english_form_has_no_such_line(form):
    assert "translation" not in "".join(_parse(render_paper(form, ENGLISH)).text).lower()


def test_a_language_without_words_of_ours_prints_them_in_english(form):
    somali = "Somali (so)"
    other = dataclasses.replace(form, languages=(*form.languages, somali))
    page = render_paper(other, somali)
    assert '<html lang="so" dir="ltr">' in page
    assert "Choose one answer" in page
    assert "How old are you?" in page


def test_without_chromium_there_is_html_only_and_a_warning(form, tmp_path, caplog):
    (tmp_path / "form_en.pdf").write_text("of an older form")
    with caplog.at_level(logging.WARNING):
        written = write_paper(form, tmp_path, chromium=None)
    assert [path.name for path in written] == [f"form_{c}.html" for c in ("en", "ur", "pa", "pl")]
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert "no Chromium found" in caplog.text


def test_a_chromium_that_fails_leaves_html_and_a_warning(form, tmp_path, caplog):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    written = write_paper(form, tmp_path / "kit", chromium=str(broken))
    assert {path.suffix for path in written} == {".html"}
    assert "form_ur.html: Chromium could not print it" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_storage_fault(form, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        write_paper(form, tmp_path / "file", chromium=None)


def test_the_same_form_gives_the_same_pages(form):
    again = read_form(RAW / "survey" / "form.xlsx")
    assert [render_paper(form, x) for x in DIRECTIONS] == [
        render_paper(again, x) for x in DIRECTIONS
    ]


def test_pdf_of_each_language_with_its_fonts(form, tmp_path):
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("NO BROWSER: install chromium, or printing stays untested")
    pdfs = [p for p in write_paper(form, tmp_path, chromium=chromium) if p.suffix == ".pdf"]
    assert [path.name for path in pdfs] == [f"form_{c}.pdf" for c in ("en", "ur", "pa", "pl")]
    assert all(path.read_bytes().startswith(b"%PDF-") for path in pdfs)
    pdffonts, fc_list = shutil.which("pdffonts"), shutil.which("fc-list")
    if pdffonts is None or fc_list is None:
        pytest.skip("NO POPPLER: install poppler-utils and fontconfig to test fonts in print")
    installed = subprocess.run([fc_list], capture_output=True, text=True, check=True).stdout
    for pdf, font in ((pdfs[1], "NotoNastaliqUrdu"), (pdfs[2], "NotoSansGurmukhi")):
        if font not in installed:
            pytest.skip(f"NO FONT: install fonts-noto-core; {font} is missing")
        run = [pdffonts, str(pdf)]
        assert font in subprocess.run(run, capture_output=True, text=True, check=True).stdout


def test_the_kit_holds_everything(tmp_path, monkeypatch):
    monkeypatch.setattr("assetmap.survey.kit.find_chromium", lambda: None)
    written = write_form_kit(RAW, tmp_path)
    assert [path.name for path in written] == [
        "form.xml",
        *(f"form_{code}.html" for code in ("en", "ur", "pa", "pl")),
        "codebook.csv",
        "codebook.html",
    ]
    book = (tmp_path / "codebook.html").read_text(encoding="utf-8")
    assert "What becomes of it" in book
    assert 'lang="ur" dir="auto"' in book
    assert (tmp_path / "codebook.csv").read_bytes().startswith(b"\xef\xbb\xbforder,question,")


def test_the_kit_needs_the_form(tmp_path):
    with pytest.raises(MissingInputError, match=r"form\.xlsx is missing"):
        write_form_kit(tmp_path, tmp_path / "kit")
