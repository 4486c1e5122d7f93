"""The codebook: every question with its codes and wording, and what becomes of the answer.

Belongs here: the rows, and the statement of what is published of each question. Does not: the
rules that keep it so (``disclosure/``), laying out a page of the site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.cells import csv_cell
from assetmap.survey.form import ENGLISH, language_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.survey.form import Form, Question

_WARD: Final = "number of people by ward and for the study area"
_AREA: Final = "number of people for the study area only"
_THEME: Final = "number of people by theme, by ward and for the study area"
_UNDECLARED: Final = "not published, unless the policy declares a table for the study area"
_WORDS: Final = "never published; read by the project's own staff only"
_KEPT: Final = "not published"

PUBLISHED_AS: Final[dict[str, str]] = {
    "researcher": "not published; becomes the researcher's code on the register",
    "receipt": "not published; becomes a pseudonym at reading and is then dropped",
    "collected_on": "not published; kept as a month",
    "mode": _KEPT,
    "consent_research": "not published; anything but yes drops the response at reading",
    "consent_map": "not published; kept beside the response",
    "postcode": "dropped at reading, once it has led to a ward",
    "age_band": f"{_WARD}; a person under 18 is dropped at reading",
    "sex": _WARD,
    "country_group": _AREA,
    "languages": _UNDECLARED,
    "languages_other": _WORDS,
    "qualification_level": _WARD,
    "skills": _THEME,
    "skills_other": _WORDS,
    "construction_experience": _KEPT,
    "business_experience": _KEPT,
    "qual_title": _WORDS,
    "qual_country": "only whether a qualification is from overseas, with qual_uk_status",
    "qual_medical": _KEPT,
    "qual_uk_status": f"{_WARD}, as overseas qualification recognised or not",
    "enterprise_interest": _WARD,
    "idea_themes": _THEME,
    "idea": _WORDS,
    "passions": _KEPT,
    "mention_kind": _KEPT,
    "mention_name": "never published as written; compared with the list of public places",
    "development_feeling": _WARD,
    "feeling_text": _WORDS,
    "follow_up": _KEPT,
    "notes": _WORDS,
}
"""What becomes of each answer of the project's form, for people who ask before they answer."""

UNDECIDED: Final = "not published; the project has no rule for this question"


def codebook_rows(form: Form) -> pd.DataFrame:
    """Return one row for each question that takes an answer, in the order of the form.

    Columns: order, question, kind, group, repeat, ``label_<code>`` for each language,
    ``answers`` (codes with a space between), ``answers_<code>`` for each language
    (``code = label``, with ``; `` between), is_required, relevant, published_as. A label that
    a language lacks is "". Repeats have their rows too.
    """
    return pd.DataFrame(
        [_row(form, question, order) for order, question in enumerate(_asked(form), start=1)]
    )


def codebook_entries(form: Form) -> list[dict[str, object]]:
    """Return the same questions as a page lays them out: labels and answers by language."""
    return [
        {
            **_row(form, question, order),
            "codes": [choice.name for choice in form.choices.get(question.list_name, ())],
            "languages": [_wording(form, question, language) for language in form.languages],
        }
        for order, question in enumerate(_asked(form), start=1)
    ]


def codebook_csv(form: Form) -> str:
    """Return the rows as CSV for a spreadsheet; a text that looks like a formula gets a ``'``."""
    rows = codebook_rows(form)
    texts = [name for name in rows.columns if name not in ("order", "is_required")]
    safe = rows.assign(**{name: rows[name].map(csv_cell) for name in texts})
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _asked(form: Form) -> list[Question]:
    """Return every question that takes an answer, those of repeats too, in order."""
    return [question for question in form.questions if question.kind != "note"]


def _row(form: Form, question: Question, order: int) -> dict[str, object]:
    codes = [language_code(language) for language in form.languages]
    languages = list(zip(codes, form.languages, strict=True))
    choices = form.choices.get(question.list_name, ())
    return {
        "order": order,
        "question": question.name,
        "kind": question.kind,
        "group": _heading(form, question),
        "repeat": question.repeat,
        **{f"label_{code}": question.labels.get(name, "") for code, name in languages},
        "answers": " ".join(choice.name for choice in choices),
        **{
            f"answers_{code}": "; ".join(f"{c.name} = {c.labels.get(name, '')}" for c in choices)
            for code, name in languages
        },
        "is_required": question.is_required,
        "relevant": question.relevant,
        "published_as": PUBLISHED_AS.get(question.name, UNDECIDED),
    }


def _heading(form: Form, question: Question) -> str:
    """Return the English heading of the outermost group, or its name."""
    if not question.path:
        return ""
    group = next(g for g in form.groups if (*g.path, g.name) == question.path[:1])
    return group.labels.get(ENGLISH) or group.name


def _wording(form: Form, question: Question, language: str) -> Mapping[str, object]:
    choices = form.choices.get(question.list_name, ())
    return {
        "name": language,
        "code": language_code(language),
        "label": question.labels.get(language, ""),
        "answers": {choice.name: choice.labels.get(language, "") for choice in choices},
    }
