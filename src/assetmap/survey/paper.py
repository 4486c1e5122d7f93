"""The questionnaire on paper: one set of A4 pages for each language, with a slip to keep.

Belongs here: laying out the form for print, and a PDF of it where a Chromium is found. Does
not: wording (``form.xlsx``, ``templates/words.toml``), reading what comes back (``exports``).
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import tempfile
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from assetmap.errors import StorageError
from assetmap.survey.form import ENGLISH, language_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from assetmap.survey.form import Form, Question

COPIES: Final = 3
"""How many times the questions of a repeat are printed."""
STATUS_NOTE: Final = "translation_status"
"""The note of the form that says whether a translation has been checked."""
CHROMIUM_NAMES: Final = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "msedge",
)

_LOG = logging.getLogger(__name__)
_RECEIPT: Final = "receipt"
_MARKED: Final = {"mode": "paper"}
_LONG_RULES: Final = 4
_NARROW, _WIDE = 18, 30
_RIGHT_TO_LEFT: Final = frozenset(("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
_SECONDS: Final = 120


@dataclass(frozen=True, kw_only=True)
class PrintedAnswer:
    """One answer to choose; ``is_marked`` where paper leaves no other."""

    label: str
    is_marked: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedQuestion:
    """One question or note in one language.

    ``shape`` is one, many, note, receipt, date or text; ``rules`` are lines to write on.
    """

    number: int
    name: str
    label: str
    hint: str
    shape: str
    is_required: bool = False
    answers: tuple[PrintedAnswer, ...] = ()
    rules: int = 1

    @property
    def width(self) -> str:
        """How much room the longest answer needs."""
        longest = max((len(answer.label) for answer in self.answers), default=0)
        return "" if longest <= _NARROW else "wide" if longest <= _WIDE else "widest"


@dataclass(frozen=True, kw_only=True)
class Section:
    """Questions under one heading, printed ``copies`` times; ``title`` heads each copy."""

    headings: tuple[str, ...]
    title: str
    questions: tuple[PrintedQuestion, ...]
    copies: int = 1


def find_chromium() -> str | None:
    """Return the path of an installed Chromium or its kin, or None."""
    found = (shutil.which(name) for name in CHROMIUM_NAMES)
    return next((path for path in found if path), None)


def write_paper(form: Form, folder: Path, *, chromium: str | None) -> list[Path]:
    """Write ``form_<code>.html`` for each language, and its PDF; return the files that exist now.

    Without ``chromium``, or where it fails, the PDF is missing in what is returned and a
    warning says so: the HTML can be printed from any browser.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    if chromium is None:
        _LOG.warning(
            "no Chromium found: printed forms are HTML only. Install chromium, or print "
            "the HTML files from a browser."
        )
    written: list[Path] = []
    for language in form.languages:
        page = folder / f"form_{language_code(language)}.html"
        written.append(write_page(page, render_paper(form, language)))
        pdf = page.with_suffix(".pdf")
        pdf.unlink(missing_ok=True)
        if chromium is not None and _print_pdf(page, pdf, chromium):
            written.append(pdf)
    return written


def render_paper(form: Form, language: str) -> str:
    """Return the printed form in one language, as one HTML page that loads nothing."""
    code = language_code(language)
    status = next((q for q in form.questions if q.name == STATUS_NOTE), None)
    page = template_environment().get_template("paper.html.j2")
    return page.render(
        form=form,
        code=code,
        direction="rtl" if code.split("-")[0] in _RIGHT_TO_LEFT else "ltr",
        words=_words(code),
        status="" if status is None or language == ENGLISH else _in(status.labels, language),
        sections=tuple(_sections(form, language)),
    )


def template_environment() -> Environment:
    """Return the survey's templates; every value that they print is escaped."""
    return Environment(
        loader=PackageLoader("assetmap.survey"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _words(code: str) -> dict[str, str]:
    """Return what the page says besides the questions; English fills what is missing."""
    source = files("assetmap.survey").joinpath("templates", "words.toml")
    words = tomllib.loads(source.read_text(encoding="utf-8"))
    return {**words["en"], **words.get(code, {})}


def _in(labels: Mapping[str, str], language: str, *, otherwise: str = "") -> str:
    return labels.get(language) or labels.get(ENGLISH) or otherwise


def _sections(form: Form, language: str) -> Iterator[Section]:
    """Yield runs of questions that stand in the same group or repeat, numbered throughout."""
    numbers = {q.name: n for n, q in enumerate((q for q in form.questions if _takes(q)), start=1)}
    shown = [q for q in form.questions if q.name != STATUS_NOTE]
    labels = {(*g.path, g.name): _in(g.labels, language) for g in form.groups}
    opened: set[tuple[str, ...]] = set()
    for (path, repeat), questions in groupby(shown, key=_place):
        above = [path[:depth] for depth in range(1, len(path) + (not repeat))]
        fresh = [group for group in above if group not in opened and labels.get(group)]
        opened.update(above)
        yield Section(
            headings=tuple(labels[group] for group in fresh),
            title=labels.get(path, ""),
            questions=tuple(_printed(form, q, numbers.get(q.name, 0), language) for q in questions),
            copies=COPIES if repeat else 1,
        )


def _place(question: Question) -> tuple[tuple[str, ...], str]:
    """Return where a question stands; all questions of a repeat stand in it."""
    if not question.repeat:
        return question.path, ""
    return question.path[: question.path.index(question.repeat) + 1], question.repeat


def _takes(question: Question) -> bool:
    return question.kind != "note"


def _printed(form: Form, question: Question, number: int, language: str) -> PrintedQuestion:
    marked = _MARKED.get(question.name)
    answers = tuple(
        PrintedAnswer(
            label=_in(choice.labels, language, otherwise=choice.name),
            is_marked=choice.name == marked,
        )
        for choice in form.choices.get(question.list_name, ())
    )
    return PrintedQuestion(
        number=number,
        name=question.name,
        label=_in(question.labels, language, otherwise=question.name),
        hint=_in(question.hints, language),
        shape=_RECEIPT if question.name == _RECEIPT else question.kind,
        is_required=question.is_required,
        answers=answers,
        rules=_LONG_RULES if question.is_long else 1,
    )


def write_page(path: Path, text: str) -> Path:
    """Write ``text`` to ``path`` and return it; StorageError where the disk refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        message = f"{path}: cannot be written ({fault.strerror}). Check free space and rights."
        raise StorageError(message) from None
    return path


def _print_pdf(page: Path, pdf: Path, chromium: str) -> bool:
    """Return True where Chromium printed ``page``; it runs with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            chromium,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            *(["--no-sandbox"] if _is_root() else []),
            f"--print-to-pdf={pdf.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            subprocess.run(  # noqa: S603 - a list without a shell; every part is ours
                command, check=True, capture_output=True, timeout=_SECONDS
            )
        except (OSError, subprocess.SubprocessError) as fault:
            _LOG.warning(
                "%s: Chromium could not print it (%s). Print the HTML file from a browser.",
                page.name,
                type(fault).__name__,
            )
            return False
    return pdf.is_file()


def _is_root() -> bool:
    """Return True for the superuser, as whom Chromium's sandbox cannot start."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
