"""Excel workbooks as received, read as text without trusting them.

Belongs here: checks before a workbook is opened, and cells as text. Does not: delimited text
(``readers.py``), what a sheet means (``datasets/``, ``survey/``).
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError

import openpyxl
import pandas as pd
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from assetmap.archives import read_member
from assetmap.inputs import refuse, require_safe, undamaged
from assetmap.readers import INVISIBLE, RawTable, clean_heading, make_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from openpyxl.workbook import Workbook

    from assetmap.inputs import InputFile

MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 2_000

_CONTENT_TYPES: Final = "[Content_Types].xml"
_DAMAGED: Final = "the workbook is cut short or damaged"
_AGAIN: Final = "Download or save it again"
_CONTROL: Final = re.compile(r"_x00(0[9AD])_")
"""How Excel writes a tab, line feed or carriage return that it could not write as such."""
_FAULTS: Final = (
    *(ParseError, KeyError, TypeError, AttributeError, IndexError, AssertionError),
    *(OverflowError, RecursionError, ArithmeticError),
)
"""What openpyxl raises, besides zipfile's errors, for a workbook that is not one."""


def is_workbook(content: bytes) -> bool:
    """Return True for an archive that has the parts of an Excel workbook."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _CONTENT_TYPES in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return content.find(_CONTENT_TYPES.encode()) in range(4_096)


def read_sheets(source: InputFile) -> dict[str, RawTable]:
    """Return the sheets that have a heading, by name, in the workbook's order; cells are text.

    Dates come as ISO 8601 text, whole numbers without a fraction, formulas as the value that
    was saved with them. The index of a table is Excel's row number, less the blank rows above
    the heading, which is row 1. Blank rows do not count; a sheet of nothing else is left out.

    Raises
    ------
    UnreadableFileError
        The file is no workbook, is damaged or locked, could unpack to too much, holds a
        document type declaration, or a sheet has no heading that can be used.
    """
    content = source.read()
    require_safe_workbook(content, source.name)
    tables = {}
    with warnings.catch_warnings(), undamaged(source.name, _DAMAGED):
        warnings.simplefilter("ignore")  # openpyxl's warnings can quote a cell
        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            rows = {sheet: list(_rows(book, sheet, source.name)) for sheet in _sheets(book)}
        except _FAULTS:
            refuse(source.name, _DAMAGED, _AGAIN)
    for sheet, numbered in rows.items():
        if numbered:
            where = source.name if len(rows) == 1 else f"{source.name}, sheet {sheet[:31]}"
            tables[sheet] = _table(numbered, where)
    return tables


def require_safe_workbook(content: bytes, name: str) -> None:
    """Raise UnreadableFileError unless ``content`` is a workbook that may be opened."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        what = "it is locked by a password, or has the format of Excel before 2007"
        refuse(name, what, "Save it as .xlsx without a password")
    if not content.startswith(b"PK\x03\x04"):
        refuse(name, "it is no Excel workbook", "Save it as .xlsx")
    with undamaged(name, _DAMAGED), zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
        require_safe(name, infos)
        if _CONTENT_TYPES not in archive.namelist():
            refuse(name, "it is an archive, but no Excel workbook", "Save it as .xlsx")
        for info in infos:
            part = read_member(archive, info)  # all of it: openpyxl believes what is stated
            if part[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
                _require_no_dtd(io.BytesIO(part), name)


def _require_no_dtd(stream: io.BytesIO, name: str) -> None:
    # A declaration stands before the first element, so that no more needs parsing.
    try:
        next(iter(iterparse(stream, events=("start",), forbid_dtd=True)), None)
    except DefusedXmlException:
        what = "it holds a document type declaration, which no workbook needs (unsafe_xml)"
        refuse(name, what, "Do not use this file")
    except (ParseError, LookupError):
        refuse(name, _DAMAGED, _AGAIN)


def _sheets(book: Workbook) -> list[str]:
    return [sheet.title for sheet in book.worksheets]


def _rows(book: Workbook, sheet: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of every row that is not blank."""
    worksheet = book[sheet]
    worksheet.reset_dimensions()  # the stated size may be wrong, and would cut rows off
    above = 0
    is_below_heading = False
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), 1):
        texts = _texts(cells)
        if number > MAX_ROWS or len(texts) > MAX_COLUMNS:
            what = f"a sheet has more than {MAX_ROWS:,} rows or {MAX_COLUMNS:,} columns"
            refuse(name, what, "Remove what is empty")
        if texts:
            above = above if is_below_heading else number - 1
            is_below_heading = True
            yield number - above, texts


def _texts(cells: Iterable[object]) -> list[str]:
    """Return a row's cells as text, without the empty ones at its end."""
    texts = [cell_text(cell) for cell in cells]
    while texts and not texts[-1].strip():
        texts.pop()
    return texts


def cell_text(cell: object) -> str:
    """Return a cell as text: dates in ISO 8601, a moment at midnight as its date."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**15 else repr(cell)
    if isinstance(cell, datetime):
        # Excel counts days in binary fractions: a second may come as 0.9999995 of one.
        moment = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return moment.date().isoformat() if moment.time() == time() else moment.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return _CONTROL.sub(_control, str(cell)).translate(INVISIBLE)


def _control(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _table(rows: list[tuple[int, list[str]]], where: str) -> RawTable:
    heading = clean_heading(rows[0][1], where)
    width = len(heading)
    body = [(number, cells + [""] * (width - len(cells))) for number, cells in rows[1:]]
    if not body:
        return RawTable(pd.DataFrame(columns=heading, dtype=object), 0)
    return make_table(heading, body, set(), where, ())
