"""Answers of one table, one column a question, codes for choices.

Belongs here: pure functions from a table of an export to canonical answers and items of
repeats. Does not: which table of a file is which (``layouts.py``), files (``exports.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.inputs import refuse
from assetmap.quarantine import Rejects
from assetmap.survey.cells import (
    TICKED,
    join_codes,
    read_date,
    read_many,
    read_moment,
    read_one,
    read_text,
)
from assetmap.survey.headings import (
    Matched,
    Scope,
    choice_codes,
    find_language,
    fold,
    match_headings,
)
from assetmap.survey.layouts import IDENTITY, column

if TYPE_CHECKING:
    from collections.abc import Callable

    from assetmap.survey.form import Form, Question
    from assetmap.survey.layouts import Tool

PARENT: Final = "_parent"
UID: Final = "_uid"
SUBMITTED: Final = "_submitted"


@dataclass(frozen=True)
class Reading:
    """What the reading of one file's tables rests on."""

    form: Form
    tool: Tool
    language: str
    name: str

    def scope(self, *, is_repeat: bool) -> Scope:
        """Return the questions that a table of responses, or of a repeat, can hold."""
        return _scope(self.form, self.tool, is_repeat=is_repeat)

    def codes(self, question: Question) -> dict[str, str]:
        """Return the codes of a question's choices by folded code and label."""
        return choice_codes(self.form.choices.get(question.list_name, ()), self.language)


@dataclass(frozen=True, eq=False)
class RepeatRows:
    """The items of one table of a repeat; ``repeat`` is "" where its headings are of none.

    ``rejects`` are rows without a response; ``blank_count`` counts rows without an answer.
    """

    repeat: str
    items: pd.DataFrame
    rejects: Rejects
    blank_count: int


def start_reading(frame: pd.DataFrame, form: Form, tool: Tool, name: str) -> Reading:
    """Return how to read a file, in the language that its responses' headings are in."""
    scope = _scope(form, tool, is_repeat=False)
    return Reading(form, tool, find_language(frame.columns, form, scope), name)


def match_responses(frame: pd.DataFrame, reading: Reading) -> Matched:
    """Return what the columns of the responses hold; see :func:`match_headings`.

    Raises
    ------
    UnreadableFileError
        A required question has no column, where it is not ``researcher``, or a heading fits
        two questions.
    """
    aside = reading.tool.added | IDENTITY
    headings = [heading for heading in frame.columns if fold(heading) not in aside]
    scope = reading.scope(is_repeat=False)
    matched = match_headings(headings, reading.form, scope, reading.language, reading.name)
    required = [q.name for q in reading.form.asked if q.is_required and q.name != "researcher"]
    missing = [name for name in required if name not in matched.questions]
    if missing:
        what = f"it has no column for {', '.join(missing)}, which must be asked"
        refuse(reading.name, what, "Export every question, with the form's own headings")
    about = tuple(heading for heading in frame.columns if fold(heading) in IDENTITY)
    return Matched(matched.targets, (*about, *matched.dropped), matched.ignored)


def read_responses(frame: pd.DataFrame, matched: Matched, reading: Reading) -> pd.DataFrame:
    """Return one column a question outside repeats, then ``_uid`` and ``_submitted``."""
    answers = {
        question.name: _read_question(frame, question, matched, reading)
        for question in reading.form.asked
    }
    submitted = _moments(frame, reading.tool)
    answers |= {UID: _uids(frame, submitted, reading.tool), SUBMITTED: submitted}
    return pd.DataFrame(answers, index=frame.index, dtype=object)


def read_numbered(
    frame: pd.DataFrame, matched: Matched, reading: Reading
) -> dict[str, pd.DataFrame]:
    """Return the items of each repeat that stand in numbered columns of the responses."""
    repeats = {}
    for repeat in reading.form.repeats:
        asked = reading.form.asked_in(repeat)
        names = {question.name for question in asked}
        numbers = sorted({t.number for t in matched.targets.values() if t.question in names})
        parts = [_items(frame, matched, reading, asked, number) for number in numbers]
        repeats[repeat] = _in_order(pd.concat(parts) if parts else _no_items(asked))
    return repeats


def read_repeat(frame: pd.DataFrame, parents: pd.Series, reading: Reading) -> RepeatRows:
    """Return what a table of a repeat holds.

    ``parents`` gives the response of each row (NaN: none, and the row is held). Rows without
    any answer are left out, as a form shows them for an item that was opened and not filled.
    """
    scope = reading.scope(is_repeat=True)
    tool = reading.tool
    headings = [heading for heading in frame.columns if fold(heading) not in tool.added]
    matched = match_headings(headings, reading.form, scope, reading.language, reading.name)
    names = {reading.form.question(name).repeat for name in matched.questions}
    if len(names) > 1:
        refuse(reading.name, f"one table holds {' and '.join(sorted(names))}", "Export it again")
    if not names:
        return RepeatRows("", pd.DataFrame(), Rejects(), 0)
    repeat = names.pop()
    items = _items(frame, matched, reading, reading.form.asked_in(repeat), 0)
    items[PARENT] = parents.loc[items.index]
    orphans = items[PARENT].isna()
    rejects = Rejects.of(items.index[orphans], "no_response")
    return RepeatRows(repeat, _in_order(items.loc[~orphans]), rejects, len(frame) - len(items))


def find_parents(
    frame: pd.DataFrame, responses: pd.DataFrame, uids: pd.Series, tool: Tool
) -> pd.Series:
    """Return, for each row of a repeat's table, the index of its response; NaN for none.

    ``responses`` are those that were loaded, as exported; ``uids`` their numbers.
    """
    numbers, own = column(frame, "_parent_index"), column(responses, "_index")
    if numbers is not None and own is not None:
        return numbers.str.strip().map(_first(own.str.strip()))
    key = column(frame, "parent_key" if tool.name == "central" else "_submission__uuid")
    if key is None:
        return pd.Series(index=frame.index, dtype=float)
    return key.map(lambda text: _bare(text).partition("/")[0]).map(_first(uids))


def _first(keys: pd.Series) -> dict[str, int]:
    """Return the index of the first row of each key."""
    known = keys.loc[(keys != "") & ~keys.duplicated()]
    return dict(zip(known, known.index.astype(int), strict=True))


def _scope(form: Form, tool: Tool, *, is_repeat: bool) -> Scope:
    wanted = [question for question in form.questions if question.kind != "geopoint"]
    if is_repeat or not tool.is_numbered:
        wanted = [question for question in wanted if bool(question.repeat) is is_repeat]
    return Scope(tuple(wanted), tool.path_separator, tool.is_numbered and not is_repeat)


def _read_question(
    frame: pd.DataFrame, question: Question, matched: Matched, reading: Reading, number: int = 0
) -> pd.Series:
    """Return the canonical answers to one question, "" where it has no column."""
    wanted = {
        target.choice: heading
        for heading, target in matched.targets.items()
        if (target.question, target.number) == (question.name, number)
    }
    joined = frame[wanted.pop("")] if "" in wanted else pd.Series("", frame.index, dtype=object)
    if question.kind != "many":
        return _map(joined, _reader(question, reading))
    codes, separator = reading.codes(question), reading.tool.separator
    chosen = _map(joined, lambda text: join_codes(read_many(text, codes, separator)))
    return _ticked(frame, wanted, chosen) if wanted else chosen


def _reader(question: Question, reading: Reading) -> Callable[[str], str]:
    if question.kind == "one":
        codes = reading.codes(question)
        return lambda text: read_one(text, codes)
    return read_date if question.kind == "date" else read_text


def _ticked(frame: pd.DataFrame, columns: dict[str, str], joined: pd.Series) -> pd.Series:
    """Return the choices of columns that say 1 or 0; what only the joined cell has is kept.

    A row without any mark takes its joined cell: its form may have had no such columns.
    """
    marks = (frame[heading].str.strip().str.casefold() for heading in columns.values())
    rows = []
    for listed, *cells in zip(joined.str.split(), *marks, strict=True):
        ticked = [code for code, cell in zip(columns, cells, strict=True) if cell in TICKED]
        odd = [code for code in listed if code not in columns]
        rows.append(join_codes([*ticked, *odd] if any(cells) else listed))
    return pd.Series(rows, frame.index, dtype=object)


def _items(
    frame: pd.DataFrame,
    matched: Matched,
    reading: Reading,
    asked: tuple[Question, ...],
    number: int,
) -> pd.DataFrame:
    """Return one item of each row that has any answer to it; the parent is the row itself."""
    answers = {q.name: _read_question(frame, q, matched, reading, number) for q in asked}
    items = pd.DataFrame(answers, index=frame.index, dtype=object)
    items = items.loc[(items != "").any(axis=1)]
    return items.assign(**{PARENT: items.index})


def _no_items(asked: tuple[Question, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=[*(question.name for question in asked), PARENT], dtype=object)


def _in_order(items: pd.DataFrame) -> pd.DataFrame:
    ordered = items.assign(**{PARENT: items[PARENT].astype("int64")})
    return ordered.sort_values(PARENT, kind="stable", ignore_index=True)


def _moments(frame: pd.DataFrame, tool: Tool) -> pd.Series:
    texts = column(frame, tool.submitted) if tool.submitted else None
    if texts is None:
        return pd.Series("", frame.index, dtype=object)
    return _map(texts, lambda text: read_moment(text, tool.zone))


def _uids(frame: pd.DataFrame, submitted: pd.Series, tool: Tool) -> pd.Series:
    texts = column(frame, tool.uid) if tool.uid else None
    if texts is None:
        return pd.Series("", frame.index, dtype=object)
    if tool.name == "ms_forms":  # counts from 1 in every form: with its moment it is one response
        return texts.str.strip().str.cat(submitted, sep="@")
    return _map(texts, _bare)


def _bare(uid: str) -> str:
    return uid.strip().removeprefix("uuid:")


def _map(cells: pd.Series, read: Callable[[str], str]) -> pd.Series:
    known = {text: read(text) for text in cells.unique()}
    return cells.map(known).astype(object)
