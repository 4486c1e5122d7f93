"""Exports of the survey, whatever tool wrote them, as one canonical form.

Belongs here: one file, and a folder of files, to :class:`RawExport`. Does not: the layouts
(``layouts.py``), what a response is worth (``validation.py``), pseudonyms.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.inputs import InputFile, find_inputs
from assetmap.quarantine import Rejects, reconcile
from assetmap.survey.canonical import (
    PARENT,
    UID,
    find_parents,
    match_responses,
    read_numbered,
    read_repeat,
    read_responses,
    start_reading,
)
from assetmap.survey.entries import ENTRY, pair_entries
from assetmap.survey.headings import fold
from assetmap.survey.layouts import column, read_tables

if TYPE_CHECKING:
    from pathlib import Path

    from assetmap.survey.canonical import Reading
    from assetmap.survey.form import Form
    from assetmap.survey.headings import Matched
    from assetmap.survey.layouts import Tables

_NONE: Final[frozenset[str]] = frozenset()
_TWIN_OF: Final = {"kobo_csv": "kobo_xlsx", "central_csv": "central_zip"}
"""Layouts without repeats, and those of the same tool that have them too."""


@dataclass(frozen=True, eq=False, repr=False)  # a repr would show answers
class RawExport:
    """The answers of one file, all text, before anything is judged.

    ``responses`` has a column for each question outside repeats, ``_uid`` (the tool's number
    of the response, or "") and ``_submitted`` (ISO 8601 in UTC, or ""); its index is the row
    number in the file, where the heading is row 1. Choices are codes, several of them sorted
    and joined by a space; ``?`` stands before an answer that is not on the list, and within
    several ``_`` stands for its spaces. ``repeats`` has the items of each repeat in order,
    with ``_parent``, the index of the response. ``twins`` counts rows that another loaded row
    is known to repeat: of a file with repeats beside this one, or of the first entry.
    ``entries`` has both rows of every questionnaire that was entered twice, with ``entry``.
    ``tags`` are those that the survey tool keeps with its responses (KoboToolbox: ``_tags``).
    ``repeat_rows_in`` and ``repeat_rejects`` count the rows of repeats' own tables.
    """

    layout: str
    responses: pd.DataFrame
    repeats: dict[str, pd.DataFrame]
    rows_in: int
    rejects: Rejects = field(default_factory=Rejects)
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    twins: int = 0
    tags: frozenset[str] = frozenset()
    entries: pd.DataFrame = field(default_factory=pd.DataFrame)
    repeat_rows_in: dict[str, int] = field(default_factory=dict)
    repeat_rejects: dict[str, Rejects] = field(default_factory=dict)

    def reconcile(self, name: str) -> None:
        """Raise ReconciliationError unless rows in = loaded + held + twins, repeats too."""
        reconcile(name, self.rows_in - self.twins, len(self.responses), len(self.rejects))
        for repeat, rows_in in self.repeat_rows_in.items():
            held = len(self.repeat_rejects[repeat])
            reconcile(f"{name}, {repeat}", rows_in, len(self.repeats[repeat]), held)


def find_exports(folder: Path) -> list[InputFile]:
    """Return the exports of a folder in name order, an archive as one file."""
    return _whole_files(find_inputs(folder, "*.csv"))


def read_exports(inputs: list[InputFile], form: Form) -> list[tuple[InputFile, RawExport]]:
    """Read every export; members of one archive count as one file.

    A response that a file without repeats (KoboToolbox CSV, ODK Central CSV) shares by its
    number with a file of the same tool that has them (XLSX, ZIP) is left to the latter, and
    counted as a twin.

    Raises
    ------
    UnreadableFileError
        A file cannot be trusted at all; see :func:`read_export`.
    """
    exports = [(source, read_export(source, form)) for source in _whole_files(inputs)]
    fuller: dict[str, set[str]] = {}
    for _, export in exports:
        fuller.setdefault(export.layout, set()).update(export.responses[UID])
    return [
        (source, _without_twins(export, fuller.get(_TWIN_OF.get(export.layout, ""), set())))
        for source, export in exports
    ]


def read_export(source: InputFile, form: Form) -> RawExport:
    """Read one export of any layout that is known; of an archive, all its tables.

    Raises
    ------
    UnreadableFileError
        The file is damaged or unsafe, has an unknown layout, a heading that stands twice or
        fits two questions, or no column for a required question other than ``researcher``.
        No message holds a cell.
    """
    tables = read_tables(source)
    frame = tables.responses.frame
    reading = start_reading(frame, form, tables.tool, source.path.name)
    matched = match_responses(frame, reading)
    reviewed = _reviewed(tables)
    rejects = tables.responses.rejects + reviewed
    frame = frame.drop(index=list(reviewed.row_numbers))
    export = RawExport(
        layout=_layout(tables),
        responses=_by_paper(read_responses(frame, matched, reading), tables),
        repeats=read_numbered(frame, matched, reading),
        rows_in=tables.responses.rows_in,
        rejects=rejects,
        dropped=matched.dropped,
        tags=frozenset(tags.str.strip()) if (tags := column(frame, "_tags")) is not None else _NONE,
        notes=(*tables.responses.notes, *_remarks(tables, matched, form)),
    )
    if column(frame, ENTRY) is not None and tables.tool.name == "paper":
        export = _without_second_entries(export, frame, form)
    export = _with_repeats(export, tables, frame, reading)
    export.reconcile(source.path.name)
    return export


def _whole_files(inputs: list[InputFile]) -> list[InputFile]:
    return [InputFile(path) for path in dict.fromkeys(source.path for source in inputs)]


def _layout(tables: Tables) -> str:
    name = tables.tool.name
    return f"{name}_{tables.container}" if name in ("kobo", "central") else name


def _reviewed(tables: Tables) -> Rejects:
    """Return the rows that somebody rejected on the server."""
    frame, tool = tables.responses.frame, tables.tool
    review = column(frame, tool.review) if tool.review else None
    if review is None:
        return Rejects()
    is_refused = review.map(fold).isin(tool.refusals)
    return Rejects.of(frame.index[is_refused], "rejected_by_reviewer", str(review.name))


def _by_paper(responses: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    if tables.tool.name != "paper" or "mode" not in responses:
        return responses
    return responses.assign(mode=responses["mode"].replace("", "paper"))


def _remarks(tables: Tables, matched: Matched, form: Form) -> tuple[str, ...]:
    """Return what a reader of the account should know of the file's shape."""
    remarks = []
    missing = [q.name for q in form.asked if q.name not in matched.questions]
    if missing:
        remarks.append(f"no column for {', '.join(missing)}")
    if _layout(tables) in _TWIN_OF and form.repeats:
        remarks.append(f"this layout holds no repeats ({', '.join(form.repeats)})")
    if tables.left_out:
        remarks.append(f"{tables.left_out} other tables of the file left out")
    return tuple(remarks)


def _with_repeats(
    export: RawExport, tables: Tables, frame: pd.DataFrame, reading: Reading
) -> RawExport:
    """Add the items of repeats that have tables of their own."""
    responses = export.responses
    loaded = frame.loc[responses.index]
    repeats = dict(export.repeats)
    rows_in: dict[str, int] = {}
    rejects: dict[str, Rejects] = {}
    unknown = 0
    for table in tables.repeats.values():
        parents = find_parents(table.frame, loaded, responses[UID], tables.tool)
        found = read_repeat(table.frame, parents, reading)
        name = found.repeat
        if not name:
            unknown += 1
            continue
        repeats[name] = pd.concat([repeats[name], found.items], ignore_index=True)
        rejects[name] = rejects.get(name, Rejects()) + table.rejects + found.rejects
        rows_in[name] = rows_in.get(name, 0) + table.rows_in - found.blank_count
    notes = export.notes
    if unknown:
        notes = (*notes, f"{unknown} tables of repeats that the form does not have left out")
    return replace(
        export, repeats=repeats, notes=notes, repeat_rows_in=rows_in, repeat_rejects=rejects
    )


def _without_second_entries(export: RawExport, frame: pd.DataFrame, form: Form) -> RawExport:
    entered = _entered(export, frame)
    loose = {question.name for question in form.questions if question.kind == "text"}
    loose |= {name for name in entered.columns if name.rpartition(" ")[0] in loose}
    entries = pair_entries(entered, loose)
    repeats = {
        repeat: items.loc[items[PARENT].isin(entries.kept)].reset_index(drop=True)
        for repeat, items in export.repeats.items()
    }
    notes = export.notes
    if entries.single_count:
        notes = (*notes, f"{entries.single_count} questionnaires with one of two entries only")
    return replace(
        export,
        responses=export.responses.loc[list(entries.kept)],
        repeats=repeats,
        rejects=export.rejects + entries.rejects,
        notes=notes,
        twins=entries.merged,
        entries=entries.pairs,
    )


def _entered(export: RawExport, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the answers with ``entry``, and the items of repeats as numbered columns."""
    entry = column(frame, ENTRY)
    entered = export.responses.drop(columns=[UID, "_submitted"]).assign(**{ENTRY: entry})
    for items in export.repeats.values():
        number = items.groupby(PARENT).cumcount() + 1
        for count in sorted(number.unique()):
            of_number = items.loc[number == count].set_index(PARENT)
            of_number.columns = [f"{name} {count}" for name in of_number.columns]
            entered = entered.join(of_number)
    return entered.fillna("")


def _without_twins(export: RawExport, uids: set[str]) -> RawExport:
    is_twin = export.responses[UID].isin(uids - {""})
    count = int(is_twin.sum())
    if not count:
        return export
    return replace(
        export,
        responses=export.responses.loc[~is_twin],
        twins=export.twins + count,
        notes=(*export.notes, f"{count} rows stand with their repeats in another file"),
    )
