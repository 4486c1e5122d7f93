"""The questionnaire, question by question.

Belongs here: the page of ``pub_codebook``. Does not: the form itself, or any answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from assetmap.publish.model import split_keys
from assetmap.publish.page import Page, downloads

if TYPE_CHECKING:
    from assetmap.publish.model import Published, Row

UNCHECKED_KEY: Final = "translations_unchecked"
"""Fact of the run: languages that nobody has checked, separated by semicolons; optional."""

_LANGUAGES: Final = "form_languages"
"""Fact of the survey whose note says how far translations can be trusted."""

_NO_GROUP: Final = "General questions"
_KINDS: Final = {
    "one": "one of the answers below",
    "many": "any of the answers below",
    "text": "words",
    "integer": "a whole number",
    "date": "a date",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question as the page shows it."""

    name: str
    label: str
    kind: str
    asked: str
    answers: tuple[str, ...]
    published_as: str


@dataclass(frozen=True, kw_only=True)
class QuestionGroup:
    """Questions under one heading of the form."""

    title: str
    questions: tuple[Question, ...]


def codebook_page(published: Published) -> Page:
    """Return the page of the questionnaire."""
    return Page(
        path="codebook.html",
        template="codebook.html.j2",
        title="The questionnaire",
        summary="Every question of the survey with its answers, when it is asked, and what "
        "becomes of it.",
        content={
            "groups": _groups(published),
            "unchecked": split_keys(published.run.get(UNCHECKED_KEY)),
            "languages": published.survey_facts.get(_LANGUAGES),
            "files": downloads("codebook"),
        },
    )


def _groups(published: Published) -> list[QuestionGroup]:
    rows = sorted(published.rows("pub_codebook"), key=lambda r: (r["sort_order"], r["question"]))
    return [
        QuestionGroup(title=title, questions=tuple(_question(row) for row in own))
        for title, own in groupby(rows, key=lambda row: row["group_label"] or _NO_GROUP)
    ]


def _question(row: Row) -> Question:
    return Question(
        name=row["question"],
        label=row["label"],
        kind=str(_KINDS.get(row["kind"], row["kind"])),
        asked=_asked(row),
        answers=split_keys(row["answers"]),
        published_as=row["published_as"],
    )


def _asked(row: Row) -> str:
    parts = [f"Only if: {row['relevant']}" if row["relevant"] else "Always"]
    if row["is_repeated"]:
        parts.append("for each of several")
    parts.append("an answer is required" if row["is_required"] else "may be left out")
    return "; ".join(parts)
