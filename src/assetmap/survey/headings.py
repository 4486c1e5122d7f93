"""Which question a column of an export answers: headings matched to the form.

Belongs here: every spelling under which a question, a choice or a numbered item may stand as a
heading. Does not: what a cell says (``cells.py``), which tool wrote the file (``layouts.py``).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assetmap.inputs import refuse
from assetmap.readers import INVISIBLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from assetmap.survey.form import Choice, Form, Question

UNKNOWN: Final = "?"
"""Stands before the text of an answer that is not on the list."""

_MARKS: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NUMBERED: Final = re.compile(r"(.+\S) ([1-9]\d?)")


@dataclass(frozen=True)
class Target:
    """What a column holds: a question, or one choice of it, of item ``number`` of a repeat.

    ``choice`` is the choice's code in a column that says 1 or 0, else "". ``number`` is 0
    outside a numbered repeat.
    """

    question: str
    choice: str = ""
    number: int = 0


@dataclass(frozen=True)
class Matched:
    """The columns of one table: what each holds, and those that are left out.

    ``ignored`` are notes of the form and columns that the tool adds.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def questions(self) -> set[str]:
        """Names of the questions that have a column."""
        return {target.question for target in self.targets.values()}


@dataclass(frozen=True)
class Scope:
    """Where headings are looked for: the questions, and how the tool writes paths.

    ``separator`` joins groups to a question; ``is_numbered`` lets questions of repeats stand
    with a number behind them.
    """

    questions: tuple[Question, ...]
    separator: str
    is_numbered: bool = False

    @property
    def repeated(self) -> set[str]:
        """Names of the questions that are asked again for each item."""
        return {question.name for question in self.questions if question.repeat}


def fold(text: str) -> str:
    """Return a heading or label in one spelling: no case, single spaces, no direction marks."""
    shown = _MARKS.sub("", unicodedata.normalize("NFC", text).translate(INVISIBLE))
    return " ".join(shown.split()).casefold()


def match_headings(
    headings: Iterable[str], form: Form, scope: Scope, language: str, name: str
) -> Matched:
    """Return what each heading stands for, where labels are those of ``language``.

    Raises
    ------
    UnreadableFileError
        A heading fits two questions, or two headings fit one question; ``name`` is the file.
    """
    aliases = _aliases(form, scope, language)
    targets: dict[str, Target] = {}
    dropped: list[str] = []
    ignored: list[str] = []
    for heading in headings:
        found = _look_up(fold(heading), aliases, form, scope)
        if len(found) > 1:
            names = " and ".join(sorted({target.question for target in found}))
            refuse(name, f"a heading fits two questions, {names}", "Export XML names instead")
        target = next(iter(found), None)
        if target is None:
            dropped.append(heading)
        elif not target.question:
            ignored.append(heading)
        else:
            targets[heading] = target
    _require_each_once(targets, name)
    return Matched(targets, tuple(dropped), tuple(ignored))


def find_language(headings: Iterable[str], form: Form, scope: Scope) -> str:
    """Return the language whose labels fit most headings; the form's first where all do alike."""
    folded = [fold(heading) for heading in headings]

    def count(language: str) -> int:
        aliases = _aliases(form, scope, language)
        return sum(bool(_look_up(heading, aliases, form, scope)) for heading in folded)

    return max(form.languages, key=count)


def choice_codes(choices: Iterable[Choice], language: str) -> dict[str, str]:
    """Return the code of every folded code and label, those of ``language`` first.

    A label that two choices share in one language is left out: it could be either.
    """
    listed = tuple(choices)
    others = sorted({key for choice in listed for key in choice.labels} - {language})
    codes: dict[str, str] = {}
    for spelling in (language, "", *others):
        for text, found in _spelt(listed, spelling).items():
            if len(found) == 1:
                codes.setdefault(text, found[0])
    return codes


def _spelt(choices: tuple[Choice, ...], language: str) -> dict[str, list[str]]:
    """Return the codes by folded label of ``language``, or by folded code where it is ""."""
    found: dict[str, list[str]] = defaultdict(list)
    for choice in choices:
        text = choice.labels.get(language, "") if language else choice.name
        if text:
            found[fold(text)].append(choice.name)
    return found


def _aliases(form: Form, scope: Scope, language: str) -> dict[str, set[Target]]:
    """Return the targets of every folded heading that the form can lead to."""
    aliases: dict[str, set[Target]] = defaultdict(set)
    for question in scope.questions:
        codes = choice_codes(form.choices.get(question.list_name, ()), language)
        for heading in _spellings(question, form, scope.separator, language):
            aliases[heading].add(Target("" if question.kind == "note" else question.name))
            if question.kind == "many":
                for text, code in codes.items():
                    aliases[f"{heading}/{text}"].add(Target(question.name, code))
    for targets in aliases.values():
        if len(targets) > 1:
            targets.discard(Target(""))  # a note has no answers to be taken for another's
    return aliases


def _spellings(question: Question, form: Form, separator: str, language: str) -> set[str]:
    by_name = [*question.path, question.name]
    labels: Mapping[str, str] = {
        group.name: group.labels.get(language, "") for group in form.groups
    }
    by_label = [*(labels.get(n) or n for n in question.path), question.labels.get(language, "")]
    spelt = set(_tails(by_name, separator))
    if by_label[-1]:
        spelt |= set(_tails(by_label, separator))
    return spelt


def _tails(parts: list[str], separator: str) -> Iterator[str]:
    # With the groups around it, or some, or none: a repeat's table starts within its repeat.
    for start in range(len(parts)):
        yield fold(separator.join(parts[start:]))


def _look_up(
    heading: str, aliases: dict[str, set[Target]], form: Form, scope: Scope
) -> set[Target]:
    found = aliases.get(heading, set())
    if not scope.is_numbered:
        return found or _unlisted_choice(heading, aliases, form)
    once = {target for target in found if target.question not in scope.repeated}
    numbered = _NUMBERED.fullmatch(heading)
    if once or not numbered:
        return once or _unlisted_choice(heading, aliases, form)
    of_repeats = (t for t in aliases.get(numbered[1], ()) if t.question in scope.repeated)
    return {Target(t.question, t.choice, int(numbered[2])) for t in of_repeats}


def _unlisted_choice(heading: str, aliases: dict[str, set[Target]], form: Form) -> set[Target]:
    """Return a column of a choice that the form no longer lists, so that it is not lost."""
    before, _, text = heading.rpartition("/")
    found = [t.question for t in aliases.get(before, ()) if t.question and not t.choice]
    if text and len(found) == 1 and form.question(found[0]).kind == "many":
        return {Target(found[0], UNKNOWN + text.replace(" ", "_"))}
    return set()


def _require_each_once(targets: dict[str, Target], name: str) -> None:
    seen: set[Target] = set()
    for target in targets.values():
        if target in seen:
            what = f"two columns answer the question {target.question}"
            refuse(name, what, "Remove the one that is not to be used")
        seen.add(target)
