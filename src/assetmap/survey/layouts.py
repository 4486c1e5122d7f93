"""Which tool wrote an export, and how that tool lays out what is not a question.

Belongs here: the marks of KoboToolbox, ODK Central, Google Forms, Microsoft Forms and the paper
entry sheet, and finding the tables of a file. Does not: matching questions (``headings.py``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, timezone
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from assetmap.inputs import InputFile, open_archive, refuse
from assetmap.readers import Layout, read_csv
from assetmap.survey.cells import HOME
from assetmap.survey.headings import fold
from assetmap.workbook import is_workbook, read_sheets

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pandas as pd

    from assetmap.readers import RawTable


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One tool's layout; headings are folded.

    ``marks`` are the headings that tell it. ``separator`` parts joined choices, and
    ``path_separator`` groups from their question. ``added`` are columns that the tool adds and
    nobody needs. A row whose cell under ``review`` is one of ``refusals`` was rejected there.
    """

    name: str
    marks: frozenset[str]
    separator: re.Pattern[str]
    uid: str = ""
    submitted: str = ""
    zone: timezone | ZoneInfo = UTC
    path_separator: str = "/"
    is_numbered: bool = False
    added: frozenset[str] = frozenset()
    review: str = ""
    refusals: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of one file: the responses, and those of repeats; ``left_out`` counts others."""

    tool: Tool
    responses: RawTable
    container: str
    repeats: dict[str, RawTable] = field(default_factory=dict)
    left_out: int = 0


IDENTITY: Final = frozenset(
    {
        *("email", "e-mail", "email address", "e-mail address", "name", "full name"),
        *("username", "user name", "user", "phone", "phonenumber", "phone number", "telephone"),
        *("deviceid", "device id", "subscriberid", "simserial", "imei", "ip address"),
        *("submitterid", "submittername", "submitter", "_submitted_by"),
        *("_submission__submitted_by", "start", "end"),
    }
)
"""Columns about the person or the device, dropped in every table of responses."""

_PARENTS: Final = frozenset({"parent_key", "_parent_index", "_submission__uuid"})
_KOBO_ADDED: Final = (
    *("_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status"),
    *("__version__", "_tags"),
)

TOOLS: Final = (
    Tool(
        name="kobo",
        marks=frozenset({"_uuid", "_submission_time"}),
        uid="_uuid",
        submitted="_submission_time",
        separator=re.compile(" "),
        added=frozenset(
            {
                *_KOBO_ADDED,
                *(f"_submission_{heading}" for heading in _KOBO_ADDED),
                *("_index", "_parent_index", "_parent_table_name", "today", "audit"),
                *("meta/instanceid", "meta/instancename", "meta/rootuuid", "formhub/uuid"),
            }
        ),
        review="_validation_status",
        refusals=frozenset({"not approved", "validation_status_not_approved"}),
    ),
    Tool(
        name="central",
        marks=frozenset({"submissiondate", "key"}),
        uid="key",
        submitted="submissiondate",
        separator=re.compile(" "),
        path_separator="-",
        added=frozenset(
            {
                *("submissiondate", "key", "parent_key", "attachmentspresent", "status"),
                *("attachmentsexpected", "reviewstate", "edits", "formversion"),
                *("instanceid", "instancename", "meta-instanceid", "meta-instancename"),
            }
        ),
        review="reviewstate",
        refusals=frozenset({"rejected"}),
    ),
    Tool(
        name="ms_forms",
        marks=frozenset({"id", "start time", "completion time"}),
        uid="id",
        submitted="completion time",
        zone=HOME,
        separator=re.compile(r"\s*;\s*"),
        is_numbered=True,
        added=frozenset({"id", "start time", "completion time", "last modified time", "language"}),
    ),
    Tool(
        name="google_forms",
        marks=frozenset({"timestamp"}),
        submitted="timestamp",
        zone=HOME,
        separator=re.compile(r"\s*;\s*|,\s+"),
        is_numbered=True,
        added=frozenset({"timestamp"}),
    ),
    Tool(
        name="paper",
        marks=frozenset({"receipt"}),
        separator=re.compile(r"\s*[;,]\s*|\s+"),
        is_numbered=True,
        added=frozenset({"entry"}),
    ),
)
"""Every layout that is known, the most telling marks first."""


def read_tables(source: InputFile) -> Tables:
    """Return the tables of the file or archive that ``source`` stands in.

    Raises
    ------
    UnreadableFileError
        The file cannot be read, or none of its tables, or several, are responses of a tool
        that is known. No cell is quoted: in a file without headings it would be an answer.
    """
    name = source.path.name
    container, tables = _read_all(source)
    repeats = {key: table for key, table in tables.items() if _is_of_repeat(table.frame)}
    others = {key: table for key, table in tables.items() if key not in repeats}
    found = [(find_tool(table.frame), table) for table in others.values()]
    known = [(tool, table) for tool, table in found if tool is not None]
    if not known:
        what = (
            "its headings are those of no layout that is known (KoboToolbox, ODK Central, Google "
            "Forms, Microsoft Forms, paper entry sheet)"
        )
        refuse(name, what, "Export it again with headings, as docs/survey.md says")
    if len(known) > 1:
        refuse(name, f"{len(known)} of its tables hold responses", "Save each in its own file")
    tool, responses = known[0]
    if not responses.rows_in:
        refuse(name, "it has a heading and no rows", "Export it again")
    return Tables(tool, responses, container, repeats, len(others) - 1)


def find_tool(frame: pd.DataFrame) -> Tool | None:
    """Return the tool whose marks stand among the headings, or None."""
    folded = set(map(fold, frame.columns))
    return next((tool for tool in TOOLS if tool.marks <= folded), None)


def column(frame: pd.DataFrame, folded: str) -> pd.Series | None:
    """Return the column whose heading folds to ``folded``, or None."""
    for heading in frame.columns:
        if fold(heading) == folded:
            return frame[heading]
    return None


def _read_all(source: InputFile) -> tuple[str, dict[str, RawTable]]:
    """Return the kind of file, and its tables by sheet or member."""
    whole = InputFile(source.path)
    content = whole.read()
    if is_workbook(content):
        return "xlsx", read_sheets(whole)
    if not content.startswith(b"PK\x03\x04"):
        return "csv", {"": read_csv(whole, Layout())}
    layout = Layout(may_be_empty=True)  # nobody may have filled a repeat
    members = [m for m in open_archive(source.path, "*.csv") if not _is_media(m.member)]
    return "zip", {member.member: read_csv(member, layout) for member in members}


def _is_media(member: str) -> bool:
    return PurePosixPath(member).parts[:1] == ("media",)


def _is_of_repeat(frame: pd.DataFrame) -> bool:
    return not _PARENTS.isdisjoint(map(fold, frame.columns))
