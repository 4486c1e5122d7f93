"""The questionnaire as data: questions, lists and languages of one XLSForm.

Belongs here: reading ``form.xlsx`` once, through pyxform. Does not: printing it
(``paper.py``), matching an export's headings to it (``exports.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

QuestionKind = Literal["text", "one", "many", "date", "integer", "note", "geopoint"]
ENGLISH = "English (en)"


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
