"""Files as received, read without guessing: sniffed, decoded once, every row counted.

Belongs here: delimited text. Does not: which files there are (``inputs.py``), layers with
geometry (``layers.py``), workbooks (``workbook.py``), what a column means (``datasets/``), what
a row must satisfy (``contracts.py``).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.archives import GZIP, Fault, gunzip
from assetmap.inputs import refuse
from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    from assetmap.inputs import InputFile


MAX_FIELD: Final = 4_096

_TOTALS: Final = re.compile(r"((grand|column|overall|sub)[ -]?)?totals?:?", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
INVISIBLE: Final = str.maketrans({"\u00a0": " ", "\u200b": None, "\ufeff": None})

csv.field_size_limit(10_000_000)


@dataclass(frozen=True, eq=False)
class RawTable:
    """Rows of one file as text.

    ``frame`` has the publisher's headings; its index is the row number in the file, where
    the heading is row 1 (headerless files start at 1). ``rows_in`` counts every row but the
    heading, blank rows, preamble and footnotes.
    """

    frame: pd.DataFrame
    rows_in: int
    rejects: Rejects = field(default_factory=Rejects)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a delimited file is laid out.

    ``header`` names the columns of a file that comes without a heading. ``heading_cell`` is a
    cell by which the heading is known where a preamble stands above it (Nomis queries).
    ``may_be_empty`` lets a file pass that has a heading and no rows. ``long_columns`` are
    headings, in small letters, below which a cell may be of any length, as outlines are.
    """

    header: tuple[str, ...] | None = None
    heading_cell: str | None = None
    may_be_empty: bool = False
    long_columns: tuple[str, ...] = ()


def read_csv(source: InputFile, layout: Layout) -> RawTable:
    """Read delimited text as the publisher laid it out; every cell stays text.

    Raises
    ------
    UnreadableFileError
        The file is empty, is not delimited text (which gzip may have packed), has no heading
        that can be used, has a heading twice, or leaves a quote open: nothing of it is loaded.
    """
    text, bad_lines, notes = decode(_unpack(source), source.name)
    records, garbled = _parse(text, source.name, bad_lines, layout.heading_cell)
    if layout.header is not None:
        return make_table(list(layout.header), records, garbled, source.name, notes)
    position = _find_heading(records, layout.heading_cell, source.name)
    if records[position][0] in garbled:
        refuse(source.name, "its heading is not in one encoding", "Save it as UTF-8")
    heading = clean_heading(records[position][1], source.name)
    body = records[position + 1 :]
    if not body and layout.may_be_empty:
        return RawTable(pd.DataFrame(columns=heading, dtype=object), 0, notes=notes)
    if layout.heading_cell is not None and position > 0:
        body = _without_footnotes(body)
        notes = (*notes, "preamble and footnotes left out")
    unbounded = layout.long_columns
    return make_table(heading, body, garbled, source.name, notes, long_columns=unbounded)


def _unpack(source: InputFile) -> bytes:
    """Return the content of a file, of one that gzip has packed what was packed."""
    content = source.read()
    if not content.startswith(GZIP):
        return content
    if source.member:
        refuse(source.name, "it is an archive within an archive", "Unpack it yourself")
    unpacked = gunzip(content)
    if isinstance(unpacked, Fault):
        refuse(source.name, unpacked.what, unpacked.do)
    return unpacked


def decode(content: bytes, name: str) -> tuple[str, set[int], tuple[str, ...]]:
    """Return the text of a file, the lines that are in another encoding, and notes.

    A byte-order mark decides; else UTF-8; else Windows-1252 where the whole file reads as
    that; in a file of UTF-8 lines with a few others those lines are numbered (from 1), and
    their odd bytes stand in the text as lone surrogates, so that they cannot pass unseen.
    """
    _require_text(content, name)
    if content.startswith(_UTF16_MARKS):
        return _decode_utf16(content, name), set(), ()
    marked, content = content.startswith(_UTF8_MARK), content.removeprefix(_UTF8_MARK)
    try:
        return content.decode("utf-8"), set(), ()
    except UnicodeDecodeError:
        return _decode_lines(content, is_utf8=marked)


def _decode_utf16(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError:
        refuse(name, "its UTF-16 text is cut short or damaged", "Save it as UTF-8")


def _decode_lines(content: bytes, *, is_utf8: bool) -> tuple[str, set[int], tuple[str, ...]]:
    lines = content.splitlines()
    bad = {number for number, line in enumerate(lines, 1) if not _is_in("utf-8", line)}
    if is_utf8 or any(not line.isascii() for n, line in enumerate(lines, 1) if n not in bad):
        return content.decode("utf-8", "surrogateescape"), bad, ("lines in two encodings",)
    bad = {number for number in bad if not _is_in("cp1252", lines[number - 1])}
    return content.decode("cp1252", "surrogateescape"), bad, ("read as Windows-1252",)


def _is_in(encoding: str, line: bytes) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _require_text(content: bytes, name: str) -> None:
    start = content.removeprefix(_UTF8_MARK).lstrip(b" \t\r\n")[:512].lower()
    if not start:
        refuse(name, "the file is empty", "Download it again")
    if start.startswith(b"<"):
        refuse(name, "it is a web page or XML, not a table", "Download the data file itself")
    if content.startswith((b"PK\x03\x04", GZIP, b"\xd0\xcf\x11\xe0", b"SQLite format 3")):
        refuse(name, "it is a workbook, archive or database, not text", "Save it as CSV")
    if b"\x00" in content and not content.startswith(_UTF16_MARKS):
        refuse(name, "it holds binary data, not text", "Save it as CSV")


def _parse(
    text: str, name: str, bad_lines: set[int], heading_cell: str | None
) -> tuple[list[tuple[int, list[str]]], set[int]]:
    """Return (row number, cells) of every row that is not blank, and the garbled rows' numbers."""
    text = text.translate(INVISIBLE) if not text.isascii() else text
    delimiter = _delimiter(text, heading_cell)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[int, list[str]]] = []
    garbled: set[int] = set()
    end = 0
    try:
        for number, row in enumerate(reader, 1):
            start, end = end + 1, reader.line_num
            if bad_lines and not bad_lines.isdisjoint(range(start, end + 1)):
                garbled.add(number)
            if "".join(row).strip():
                records.append((number, row))
    except csv.Error as fault:
        where = f"near line {reader.line_num} ({fault})"
        refuse(name, f"a quote is left open or broken {where}", "Mend the quote")
    return records, garbled


def _delimiter(text: str, heading_cell: str | None) -> str:
    # Only what stands outside quotes in the heading tells: a title above it, and quoted
    # headings, may hold any punctuation.
    lines = text[:100_000].lstrip().splitlines()[:40]
    is_heading = (line for line in lines if heading_cell and heading_cell in line.lower())
    first = _QUOTED.sub("", next(is_heading, lines[0] if lines else ""))
    if '"' in first and heading_cell is None:  # a heading with a line break in it
        first = next(iter(_QUOTED.sub("", text[:100_000].lstrip()).splitlines()), "")
    return max(",;\t", key=first.count)


def _find_heading(records: list[tuple[int, list[str]]], heading_cell: str | None, name: str) -> int:
    if not records:
        refuse(name, "the file holds no rows", "Download it again")
    if heading_cell is None:
        return 0
    for position, (_, cells) in enumerate(records[:40]):
        if any(cell.strip().lower() == heading_cell for cell in cells):
            return position
    return 0


def clean_heading(cells: list[str], name: str) -> list[str]:
    """Return headings with single spaces; refuse one that is empty or stands twice."""
    heading = [" ".join(cell.split()) for cell in cells]
    if not all(heading):
        what = f"column {heading.index('') + 1} has no heading"
        refuse(name, what, "Give every column its heading")
    folded = [cell.lower() for cell in heading]
    twice = next((n for n, cell in enumerate(folded) if cell in folded[:n]), None)
    if twice is not None:
        # Not the heading itself: in a file without one it would be somebody's answer.
        first = folded.index(folded[twice])
        what = f"columns {first + 1} and {twice + 1} have the same heading"
        refuse(name, what, "Rename or remove one")
    return heading


def _without_footnotes(body: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    # Notes end a Nomis query: after a blank line, rows with one cell filled. A short row among
    # the data, or right below it, is no note but a fault to be counted.
    end = len(body)
    for position in range(len(body) - 1, 0, -1):
        number, cells = body[position]
        if sum(map(bool, cells)) > 1:
            break
        if number > body[position - 1][0] + 1:
            end = position
    return body[:end]


def make_table(
    heading: list[str],
    body: list[tuple[int, list[str]]],
    garbled: set[int],
    name: str,
    notes: tuple[str, ...],
    *,
    long_columns: tuple[str, ...] = (),
) -> RawTable:
    """Return the table of numbered rows; rows that cannot be the table's are rejects.

    ``garbled`` are the numbers of rows that could not be decoded; ``long_columns`` those of
    :class:`Layout`.
    """
    if not body:
        refuse(name, "it has a heading and no rows", "Download it again")
    folded = _fold(heading)
    long = tuple(n for n, title in enumerate(folded) if title in long_columns)
    faults = ["bad_encoding" if n in garbled else _fault(cells, folded, long) for n, cells in body]
    kept = [record for record, fault in zip(body, faults, strict=True) if not fault]
    held = {number: fault for (number, _), fault in zip(body, faults, strict=True) if fault}
    columns = zip(*(cells for _, cells in kept), strict=True) if kept else ((),) * len(heading)
    cells_of = {title: np.array(c, dtype=object) for title, c in zip(heading, columns, strict=True)}
    index = pd.Index([number for number, _ in kept], dtype="int64", name="row_number")
    rejects = Rejects(tuple(held), tuple(held.values()), ("",) * len(held))
    return RawTable(pd.DataFrame(cells_of, index=index), len(body), rejects, notes)


def _fault(cells: list[str], folded: list[str], long: tuple[int, ...]) -> str:
    """Return why a row cannot be one of the table's, or an empty text.

    ``long`` are the positions of cells of any length.
    """
    if len(cells) != len(folded):
        return "wrong_field_count"
    if cells[0].strip().lower() == folded[0] and _fold(cells) == folded:
        return "repeated_header"
    if _is_total(cells):
        return "totals_row"
    too_long = max(map(len, cells)) > MAX_FIELD and any(
        len(cell) > MAX_FIELD for n, cell in enumerate(cells) if n not in long
    )
    return "field_too_long" if too_long else ""


def _fold(cells: list[str]) -> list[str]:
    return [" ".join(cell.split()).lower() for cell in cells]


def _is_total(cells: list[str]) -> bool:
    return any(_TOTALS.fullmatch(cell.strip()) for cell in cells[:3])
