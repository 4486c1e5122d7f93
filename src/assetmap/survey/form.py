"""The questionnaire as data: questions, lists and languages of one XLSForm.

Belongs here: reading ``form.xlsx`` once, through pyxform. Does not: printing it
(``paper.py``), matching an export's headings to it (``exports.py``).
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform
from pyxform.xls2xform import convert

from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.workbook import require_safe_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

QuestionKind = Literal["text", "one", "many", "date", "integer", "note", "geopoint"]
ENGLISH = "English (en)"

_KINDS: Final[dict[str, QuestionKind]] = {
    "text": "text",
    "note": "note",
    "date": "date",
    "integer": "integer",
    "geopoint": "geopoint",
    "select one": "one",
    "select all that apply": "many",
}
_SILENT: Final = frozenset(
    {
        *("start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"),
        *("simserial", "subscriberid", "background-audio", "start-geopoint"),
        *("calculate", "hidden", "xml-external", "csv-external"),
    }
)
"""What a tool fills in by itself: no question, so that the loader drops its column."""

_YES: Final = ("yes", "true", "true()")
_UNNAMED_LANGUAGE: Final = "default"
_CODE: Final = re.compile(r"\(([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)\)$")
_MAX_BYTES: Final = 20_000_000
_UNREADABLE: Final = (
    PyXFormError,
    AttributeError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
)
"""What pyxform and openpyxl raise for a workbook that is not an XLSForm."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer of a list: its code and its label by language."""

    name: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, or one note.

    ``path`` are the groups around it, from the outside in, repeats included; ``repeat`` is the
    innermost repeat that holds it, or "". ``labels`` and ``hints`` go by language, such as
    ``English (en)``.
    """

    name: str
    kind: QuestionKind
    labels: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    repeat: str = ""
    list_name: str = ""
    is_required: bool = False
    is_long: bool = False
    relevant: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A heading of the form; ``is_repeat`` where it is asked again for each item."""

    name: str
    labels: Mapping[str, str]
    path: tuple[str, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, kw_only=True)
class Form:
    """One XLSForm, whole, in the order of its sheet."""

    id: str
    title: str
    version: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    groups: tuple[Group, ...]
    choices: Mapping[str, tuple[Choice, ...]]

    def question(self, name: str) -> Question:
        """Return the question called ``name``; KeyError if there is none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The questions outside repeats that take an answer."""
        return tuple(q for q in self.questions if q.kind != "note" and not q.repeat)

    def asked_in(self, repeat: str) -> tuple[Question, ...]:
        """Return the questions of one repeat."""
        return tuple(q for q in self.questions if q.kind != "note" and q.repeat == repeat)

    @property
    def repeats(self) -> tuple[str, ...]:
        """Names of the repeats, in order."""
        return tuple(group.name for group in self.groups if group.is_repeat)


def language_code(language: str) -> str:
    """Return the code of ``Urdu (ur)``: ``ur``; KeyError where it has none."""
    found = _CODE.search(language)
    if found is None:
        raise KeyError(language)
    return found[1]


def read_form(path: Path) -> Form:
    """Read the XLSForm at ``path``, whole; its order is that of the sheet.

    Raises
    ------
    MissingInputError
        There is no such file.
    UnreadableFileError
        It is no workbook, or pyxform refuses it as a form, or it asks something that the
        loader cannot take: a kind of question besides ours, one name twice, a language
        without its code.
    StorageError
        The disk or the file's rights refuse.
    """
    described = _describe(path)
    items = tuple(_walk(described["children"], (), ""))
    questions = tuple(item for item in items if isinstance(item, Question))
    form = Form(
        id=described["id_string"],
        title=described["title"],
        version=str(described.get("version", "")),
        languages=_languages(described, questions),
        questions=questions,
        groups=tuple(item for item in items if isinstance(item, Group)),
        choices={name: _choices(found) for name, found in described.get("choices", {}).items()},
    )
    faults = (*_unknown(described["children"]), *_faults(form))
    if faults:
        listed = "".join(f"\n  - {fault}" for fault in faults)
        message = f"{path.name} cannot be loaded from:{listed}\nMend that in the workbook."
        raise UnreadableFileError(message)
    return form


def convert_form(path: Path) -> str:
    """Return the form as XForm XML, the language of survey tools; errors as ``read_form``."""
    content = _read_workbook(path)
    try:
        return str(convert(content, validate=False, file_type=".xlsx").xform)
    except _UNREADABLE as fault:
        _refuse_form(path.name, fault)


def _describe(path: Path) -> dict[str, Any]:
    """Return the form as pyxform describes it, once its conversion has passed every check."""
    content = _read_workbook(path)
    try:
        convert(content, validate=False, file_type=".xlsx")
        described: dict[str, Any] = workbook_to_json(get_xlsform(content, file_type=".xlsx"))
    except _UNREADABLE as fault:
        _refuse_form(path.name, fault)
    return described


def _refuse_form(name: str, fault: Exception) -> NoReturn:
    what = " ".join(str(fault).split())[:300] or type(fault).__name__
    message = (
        f"{name} is not an XLSForm that can be used: {what.rstrip('.')}. "
        "Mend that place in the workbook, or write the project's form anew with "
        "`python tools/make_survey_form.py`."
    )
    raise UnreadableFileError(message) from None


def _read_workbook(path: Path) -> bytes:
    """Return the bytes of a workbook that is safe to parse: limited, and without any DTD."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        message = (
            f"{path} is missing. Copy it from the project's data/raw/survey, or save your own "
            "XLSForm under that name."
        )
        raise MissingInputError(message) from None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check its rights and the disk."
        raise StorageError(message) from None
    if len(content) > _MAX_BYTES:
        _refuse_file(path.name, "it is no workbook of at most 20 MB")
    require_safe_workbook(content, path.name)
    return content


def _refuse_file(name: str, what: str) -> NoReturn:
    message = f"{name}: {what}. Save the XLSForm as .xlsx once more; nothing of it was used."
    raise UnreadableFileError(message)


def _walk(
    items: Iterable[Mapping[str, Any]], path: tuple[str, ...], repeat: str
) -> Iterator[Question | Group]:
    """Yield every group and question below ``items``, in order."""
    for item in items:
        kind, name = item["type"], item["name"]
        if kind in ("group", "repeat") and name != "meta":
            is_repeat = kind == "repeat"
            labels = _by_language(item.get("label"))
            yield Group(name=name, labels=labels, path=path, is_repeat=is_repeat)
            inner = name if is_repeat else repeat
            yield from _walk(item.get("children", ()), (*path, name), inner)
        elif kind in _KINDS:
            yield _question(item, path, repeat)


def _unknown(items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with each question of a kind that the loader does not take."""
    for item in items:
        kind = item["type"]
        if kind in ("group", "repeat"):
            yield from _unknown(item.get("children", ()))
        elif kind not in _KINDS and kind not in _SILENT:
            yield f"{item['name']} is of type {kind!r}, not one of: {', '.join(_KINDS)}"


def _question(item: Mapping[str, Any], path: tuple[str, ...], repeat: str) -> Question:
    bind, control = item.get("bind", {}), item.get("control", {})
    return Question(
        name=item["name"],
        kind=_KINDS[item["type"]],
        labels=_by_language(item.get("label")),
        hints=_by_language(item.get("hint")),
        path=path,
        repeat=repeat,
        list_name=item.get("list_name", ""),
        is_required=str(bind.get("required", "")).lower() in _YES,
        is_long="multiline" in control.get("appearance", ""),
        relevant=bind.get("relevant", ""),
    )


def _choices(found: Iterable[Mapping[str, Any]]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name=str(choice["name"]), labels=_by_language(choice.get("label")))
        for choice in found
    )


def _by_language(labels: Mapping[str, str] | str | None) -> dict[str, str]:
    """Return texts by language; a form without languages is taken to be in English."""
    if not labels:
        return {}
    by_language = {_UNNAMED_LANGUAGE: labels} if isinstance(labels, str) else labels
    return {
        ENGLISH if language == _UNNAMED_LANGUAGE else language: str(text)
        for language, text in by_language.items()
    }


def _languages(described: Mapping[str, Any], questions: Iterable[Question]) -> tuple[str, ...]:
    """Return the languages of all labels, the form's own first."""
    first = described.get("default_language", _UNNAMED_LANGUAGE)
    found = dict.fromkeys(language for question in questions for language in question.labels)
    own = ENGLISH if first == _UNNAMED_LANGUAGE else first
    return (own, *(language for language in found if language != own))


def _faults(form: Form) -> Iterator[str]:
    """Yield every reason for which answers could not be told apart or labelled."""
    names = [question.name for question in form.questions]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"the name {name} is given to two questions"
    for group in form.groups:
        if group.is_repeat and set(group.path) & set(form.repeats):
            yield f"the repeat {group.name} stands inside another repeat"
    for language in form.languages:
        if not _CODE.search(language):
            yield f"the language {language!r} has no code, as in 'Urdu (ur)'"
