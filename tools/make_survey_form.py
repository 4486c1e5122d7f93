"""Write data/raw/survey/form.xlsx, the questionnaire as an XLSForm.

Belongs here: which questions there are, in which order, of which kind. Does not: wording
(``survey_form_texts.toml`` beside this file) and the answers that a list offers
(``assetmap.survey.answers``).

::

    python tools/make_survey_form.py            write the form
    python tools/make_survey_form.py --check    exit 1 where the form is stale

Change ``VERSION`` with every change: an export names the version that it was collected with.
The same texts give the same bytes: the workbook holds no clock, user or machine.
"""

from __future__ import annotations

import argparse
import io
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from assetmap.survey.answers import LISTS, UNDER_AGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

FORM: Final = Path(__file__).parents[1] / "data" / "raw" / "survey" / "form.xlsx"
TEXTS: Final = Path(__file__).with_name("survey_form_texts.toml")
FORM_ID: Final = "assetmap_survey"
VERSION: Final = "2026112201"
LANGUAGES: Final = {
    "en": "English (en)",
    "ur": "Urdu (ur)",
    "pa": "Punjabi (pa)",
    "pl": "Polish (pl)",
}

STATUS_NOTE: Final = "translation_status"

_AGREED: Final = "${consent_research} = 'yes'"
_ADULT: Final = f"{_AGREED} and ${{age_band}} != '{UNDER_AGE}'"
_POSTCODE: Final = r"regex(., '^\s*[A-Za-z]{1,2}[0-9][A-Za-z0-9]?\s*[0-9][A-Za-z]{2}\s*$')"
_RECEIPT: Final = "regex(., '^[A-HJ-NP-Z2-9]{6}$')"
_NONE_ALONE: Final = "not(selected(., 'none') and count-selected(.) > 1)"
_SAME_WORDS: Final = {"qual_country": "country_group"}
_COLUMN_KINDS: Final = {
    "label": "label",
    "hint": "hint",
    "guidance_hint": "guidance",
    "constraint_message": "message",
}
_WIDTHS: Final = {"type": 30, "name": 24, "list_name": 22}
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_NO_PROPERTIES: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>'
)


@dataclass(frozen=True)
class Line:
    """One line of the sheet ``survey``."""

    type: str
    name: str = ""
    relevant: str = ""
    constraint: str = ""
    is_required: bool = False
    appearance: str = ""


_LINES: Final = (
    Line("begin_group", "intro"),
    Line("note", STATUS_NOTE),
    Line("note", "welcome"),
    Line("text", "researcher", is_required=True),
    Line("text", "receipt", constraint=_RECEIPT, is_required=True),
    Line("date", "collected_on", constraint=". <= today()"),
    Line("select_one mode", "mode"),
    Line("note", "consent_text"),
    Line("select_one yes_no", "consent_research", is_required=True),
    Line("select_one yes_no", "consent_map"),
    Line("note", "no_consent", "${consent_research} = 'no'"),
    Line("end_group"),
    Line("begin_group", "person", _AGREED),
    Line("text", "postcode", constraint=_POSTCODE, is_required=True),
    Line("select_one age_band", "age_band", is_required=True),
    Line("note", "under_age", f"${{age_band}} = '{UNDER_AGE}'"),
    Line("select_one sex", "sex"),
    Line("select_one country_group", "country_group"),
    Line("select_multiple language", "languages"),
    Line("text", "languages_other", "selected(${languages}, 'other')"),
    Line("end_group"),
    Line("begin_group", "skills_group", _ADULT),
    Line("select_one qualification_level", "qualification_level"),
    Line("select_multiple skill", "skills", is_required=True),
    Line("text", "skills_other", "selected(${skills}, 'other')"),
    Line("select_one yes_no", "construction_experience"),
    Line("select_one yes_no", "business_experience"),
    Line("begin_repeat", "qualification"),
    Line("text", "qual_title"),
    Line("select_one qual_country", "qual_country"),
    Line("select_one yes_no", "qual_medical"),
    Line("select_one uk_status", "qual_uk_status"),
    Line("end_repeat"),
    Line("end_group"),
    Line("begin_group", "ideas_group", _ADULT),
    Line("select_one interest", "enterprise_interest"),
    Line("select_multiple idea_theme", "idea_themes", constraint=_NONE_ALONE),
    Line("text", "idea", appearance="multiline"),
    Line("select_multiple passion", "passions", constraint=_NONE_ALONE),
    Line("end_group"),
    Line("begin_group", "places_group", _ADULT),
    Line("begin_repeat", "mention"),
    Line("select_one mention_kind", "mention_kind"),
    Line("text", "mention_name"),
    Line("end_repeat"),
    Line("end_group"),
    Line("begin_group", "feelings_group", _ADULT),
    Line("select_one feeling", "development_feeling"),
    Line("text", "feeling_text", appearance="multiline"),
    Line("end_group"),
    Line("begin_group", "closing", _ADULT),
    Line("select_one yes_no", "follow_up"),
    Line("text", "notes", appearance="multiline"),
    Line("end_group"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the form, or with ``--check`` compare it; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the questionnaire as an XLSForm.")
    parser.add_argument("--check", action="store_true", help="exit 1 where the form is stale")
    parser.add_argument("--form", type=Path, default=FORM, help="the workbook")
    options = parser.parse_args(argv)
    content = render()
    if not options.check:
        options.form.parent.mkdir(parents=True, exist_ok=True)
        options.form.write_bytes(content)
        print(f"{options.form}: {len(content)} bytes, version {VERSION}")
        return 0
    if options.form.is_file() and options.form.read_bytes() == content:
        return 0
    sys.stderr.write(
        f"{options.form} is stale. Run `python tools/make_survey_form.py` and commit it.\n"
    )
    return 1


def render() -> bytes:
    """Return the workbook."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    book = Workbook()
    book.remove(book.active)
    _fill(book.create_sheet("survey"), _survey(texts))
    _fill(book.create_sheet("choices"), _choices(texts["choices"]))
    _fill(book.create_sheet("settings"), _settings(texts["title"]))
    _fill(book.create_sheet("translations"), _translations(texts["status"]))
    packed = io.BytesIO()
    book.save(packed)
    return _without_clock(packed.getvalue())


def _survey(texts: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of the sheet ``survey``; a text that is missing stops the script."""
    for line in _LINES:
        yield {
            "type": line.type,
            "name": line.name,
            **_by_language(_words(line, texts)),
            "required": "yes" if line.is_required else "",
            "relevant": line.relevant,
            "constraint": line.constraint,
            "appearance": line.appearance,
        }


def _words(line: Line, texts: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
    """Return label, hint, guidance and message of one line; an end of a group has none."""
    if line.type.startswith("end_"):
        return {}
    if line.type.startswith("begin_"):
        return {"label": texts["groups"][line.name]}
    if line.name == STATUS_NOTE:
        return {"label": _status_note(texts)}
    words: Mapping[str, Mapping[str, str]] = texts["questions"][line.name]
    return words


def _status_note(texts: Mapping[str, Any]) -> dict[str, str]:
    """Return what each language says of its translation: in itself, then in English."""
    lines = {code: texts["status_note"][texts["status"][code]] for code in LANGUAGES}
    return {
        code: by_code["en"] if code == "en" else f"{by_code[code]}\n{by_code['en']}"
        for code, by_code in lines.items()
    }


def _by_language(words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    return {
        f"{column}::{language}": words[part][code] if part in words else ""
        for column, part in _COLUMN_KINDS.items()
        for code, language in LANGUAGES.items()
    }


def _choices(words: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the rows of the sheet ``choices``, in the order of ``answers.LISTS``."""
    for list_name, labels in LISTS.items():
        translated = words[_SAME_WORDS.get(list_name, list_name)]
        for choice, english in labels.items():
            by_code = {"en": english, **translated[choice]}
            yield {
                "list_name": list_name,
                "name": choice,
                **{f"label::{language}": by_code[code] for code, language in LANGUAGES.items()},
            }


def _settings(title: str) -> Iterator[dict[str, str]]:
    yield {
        "form_title": title,
        "form_id": FORM_ID,
        "version": VERSION,
        "default_language": LANGUAGES["en"],
        "instance_name": "concat('Questionnaire ', ${collected_on}, ' ', ${mode})",
    }


def _translations(status: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for code, language in LANGUAGES.items():
        yield {"language": language, "status": status[code]}


def _fill(sheet: Worksheet, rows: Iterator[dict[str, str]]) -> None:
    """Write ``rows`` as text under a bold heading that stays in view."""
    listed = list(rows)
    for number, heading in enumerate(listed[0], start=1):
        sheet.cell(1, number, heading).font = Font(bold=True)
        letter = sheet.cell(1, number).column_letter
        sheet.column_dimensions[letter].width = _WIDTHS.get(heading, 36)
    for row_number, row in enumerate(listed, start=2):
        for number, value in enumerate(row.values(), start=1):
            if value:
                cell = sheet.cell(row_number, number, value)
                cell.number_format = "@"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "C2"


def _without_clock(content: bytes) -> bytes:
    """Return the workbook with fixed times and no properties; stored, as zlib's bytes vary."""
    fresh = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(fresh, "w", zipfile.ZIP_STORED) as target,
    ):
        for name in source.namelist():
            data = _NO_PROPERTIES if name == "docProps/core.xml" else source.read(name)
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            target.writestr(info, data)
    return fresh.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
