"""Files as received, read without guessing: sniffed, decoded once, every row counted.

Belongs here: which files a dataset folder holds, safe opening of archives, delimited text.
Does not: layers with geometry (``layers.py``), what a column means (``datasets/``), what a
row must satisfy (``contracts.py``).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np
import pandas as pd

from assetmap.errors import MissingInputError, StorageError, UnreadableFileError
from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTER_MARK: Final = "_starter"
"""Files with this mark in their name give way to any other file in the folder."""
SYNTHETIC_MARK: Final = "_synthetic"
"""The same for files about people who were made up."""

MAX_FIELD: Final = 4_096
MAX_MEMBERS: Final = 1_000
MAX_UNPACKED: Final = 500_000_000
MAX_RATIO: Final = 100

_NOT_DATA: Final = (
    *("readme*", "licence*", "license*", "*.toml", ".*", "*.part"),
    *("~$*", "thumbs.db", "desktop.ini", "*.pdf", "*.docx"),
)
_TOTALS: Final = re.compile(r"((grand|column|overall|sub)[ -]?)?totals?:?", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"[^"]*"')
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK_PARTS: Final = {"[Content_Types].xml", "mimetype"}
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for a damaged, encrypted or unheard-of archive."""
_INVISIBLE: Final = str.maketrans({"\u00a0": " ", "\u200b": None, "\ufeff": None})

csv.field_size_limit(10_000_000)


@dataclass(frozen=True)
class InputFile:
    """One file to read: on disk, or a member of a ZIP archive on disk."""

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """File name for messages and the quarantine, without folders."""
        member = PurePosixPath(self.member).name
        return f"{self.path.name}/{member}" if member else self.path.name

    @property
    def is_starter(self) -> bool:
        """True for the extract that the project ships."""
        return _gives_way(self.path)

    @property
    def is_synthetic(self) -> bool:
        """True for a file about people who were made up."""
        return SYNTHETIC_MARK in self.path.name

    def read(self) -> bytes:
        """Return the content; StorageError where the disk refuses."""
        with _allowed(self.path):
            return self._read_member() if self.member else self.path.read_bytes()

    def _read_member(self) -> bytes:
        what = "it is damaged or locked by a password"
        with _undamaged(self.name, what), zipfile.ZipFile(self.path) as archive:
            return archive.read(self.member)


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
    """

    header: tuple[str, ...] | None = None
    heading_cell: str | None = None


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with _allowed(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_inputs(folder: Path, members: str) -> list[InputFile]:
    """Return the data files of a dataset folder, in name order.

    Full files push aside the starter extract; ZIP archives count by those members whose
    name matches the pattern ``members``. An empty list means that there is nothing.
    """
    if not folder.is_dir():
        return []
    with _allowed(folder):
        paths = sorted(p for p in folder.iterdir() if p.is_file() and not _is_note(p.name))
    odd = next((p for p in paths if not _is_text(p.name)), None)
    if odd is not None:
        _refuse(ascii(odd.name), "the file's name is not UTF-8", "Rename it")
    full = [p for p in paths if not _gives_way(p)]
    return [found for path in full or paths for found in _open_archive(path, members)]


def require_inputs(dataset_id: str, folder: Path, members: str, remedy: str) -> list[InputFile]:
    """Return :func:`find_inputs`; MissingInputError that ends with the ``remedy`` if none."""
    inputs = find_inputs(folder, members)
    if inputs:
        return inputs
    lack = "is missing" if not folder.is_dir() else "holds no data file"
    message = f"{dataset_id}: {folder} {lack}. {remedy}"
    raise MissingInputError(message)


def read_csv(source: InputFile, layout: Layout) -> RawTable:
    """Read delimited text as the publisher laid it out; every cell stays text.

    Raises
    ------
    UnreadableFileError
        The file is empty, is not delimited text, has no heading that can be used, has a
        heading twice, or leaves a quote open: nothing of it is loaded.
    """
    text, bad_lines, notes = decode(source.read(), source.name)
    records, garbled = _parse(text, source.name, bad_lines, layout.heading_cell)
    if layout.header is not None:
        return _table(list(layout.header), records, garbled, source.name, notes)
    position = _find_heading(records, layout.heading_cell, source.name)
    if records[position][0] in garbled:
        _refuse(source.name, "its heading is not in one encoding", "Save it as UTF-8")
    heading = _clean_heading(records[position][1], source.name)
    body = records[position + 1 :]
    if layout.heading_cell is not None and position > 0:
        body = _without_footnotes(body)
        notes = (*notes, "preamble and footnotes left out")
    return _table(heading, body, garbled, source.name, notes)


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
        _refuse(name, "its UTF-16 text is cut short or damaged", "Save it as UTF-8")


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
        _refuse(name, "the file is empty", "Download it again")
    if start.startswith(b"<"):
        _refuse(name, "it is a web page or XML, not a table", "Download the data file itself")
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"SQLite format 3")):
        _refuse(name, "it is a workbook, archive or database, not text", "Save it as CSV")
    if b"\x00" in content and not content.startswith(_UTF16_MARKS):
        _refuse(name, "it holds binary data, not text", "Save it as CSV")


@contextmanager
def _allowed(path: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        message = f"{path}: no right to read it. Give this user the right to read it."
        raise StorageError(message) from None
    except OSError as fault:
        message = f"{path}: cannot be read ({fault.strerror}). Check the disk that it is on."
        raise StorageError(message) from None


@contextmanager
def _undamaged(name: str, what: str) -> Iterator[None]:
    try:
        yield
    except PermissionError:
        raise
    except _DAMAGED:
        _refuse(name, what, "Download it again")


def _refuse(name: str, what: str, do: str) -> NoReturn:
    message = f"{name}: {what}. {do}; nothing of this file was loaded."
    raise UnreadableFileError(message)


def _parse(
    text: str, name: str, bad_lines: set[int], heading_cell: str | None
) -> tuple[list[tuple[int, list[str]]], set[int]]:
    """Return (row number, cells) of every row that is not blank, and the garbled rows' numbers."""
    text = text.translate(_INVISIBLE) if not text.isascii() else text
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
        _refuse(name, f"a quote is left open or broken {where}", "Mend the quote")
    return records, garbled


def _delimiter(text: str, heading_cell: str | None) -> str:
    # Only what stands outside quotes in the heading tells: a title above it, and quoted
    # headings, may hold any punctuation.
    lines = text[:100_000].lstrip().splitlines()[:40]
    is_heading = (line for line in lines if heading_cell and heading_cell in line.lower())
    first = _QUOTED.sub("", next(is_heading, lines[0] if lines else ""))
    return max(",;\t", key=first.count)


def _find_heading(records: list[tuple[int, list[str]]], heading_cell: str | None, name: str) -> int:
    if not records:
        _refuse(name, "the file holds no rows", "Download it again")
    if heading_cell is None:
        return 0
    for position, (_, cells) in enumerate(records[:40]):
        if any(cell.strip().lower() == heading_cell for cell in cells):
            return position
    return 0


def _clean_heading(cells: list[str], name: str) -> list[str]:
    heading = [" ".join(cell.split()) for cell in cells]
    if not all(heading):
        what = f"column {heading.index('') + 1} has no heading"
        _refuse(name, what, "Give every column its heading")
    folded = [cell.lower() for cell in heading]
    twice = next((n for n, cell in enumerate(folded) if cell in folded[:n]), None)
    if twice is not None:
        # Not the heading itself: in a file without one it would be somebody's answer.
        first = folded.index(folded[twice])
        what = f"columns {first + 1} and {twice + 1} have the same heading"
        _refuse(name, what, "Rename or remove one")
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


def _table(
    heading: list[str],
    body: list[tuple[int, list[str]]],
    garbled: set[int],
    name: str,
    notes: tuple[str, ...],
) -> RawTable:
    if not body:
        _refuse(name, "it has a heading and no rows", "Download it again")
    folded = _fold(heading)
    faults = ["bad_encoding" if n in garbled else _fault(cells, folded) for n, cells in body]
    kept = [record for record, fault in zip(body, faults, strict=True) if not fault]
    held = {number: fault for (number, _), fault in zip(body, faults, strict=True) if fault}
    columns = zip(*(cells for _, cells in kept), strict=True) if kept else ((),) * len(heading)
    cells_of = {title: np.array(c, dtype=object) for title, c in zip(heading, columns, strict=True)}
    index = pd.Index([number for number, _ in kept], dtype="int64", name="row_number")
    rejects = Rejects(tuple(held), tuple(held.values()), ("",) * len(held))
    return RawTable(pd.DataFrame(cells_of, index=index), len(body), rejects, notes)


def _fault(cells: list[str], folded: list[str]) -> str:
    """Return why a row cannot be one of the table's, or an empty text."""
    if len(cells) != len(folded):
        return "wrong_field_count"
    if cells[0].strip().lower() == folded[0] and _fold(cells) == folded:
        return "repeated_header"
    if _is_total(cells):
        return "totals_row"
    return "field_too_long" if max(map(len, cells)) > MAX_FIELD else ""


def _fold(cells: list[str]) -> list[str]:
    return [" ".join(cell.split()).lower() for cell in cells]


def _is_total(cells: list[str]) -> bool:
    return any(_TOTALS.fullmatch(cell.strip()) for cell in cells[:3])


def _gives_way(path: Path) -> bool:
    return STARTER_MARK in path.name or SYNTHETIC_MARK in path.name


def _is_text(name: str) -> bool:
    return name.encode("utf-8", "replace").decode("utf-8") == name


def _is_note(name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in _NOT_DATA)


def _open_archive(path: Path, members: str) -> list[InputFile]:
    with _allowed(path), path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    if not is_zip or path.suffix.lower() == ".xlsx":
        return [InputFile(path)]
    what = "the archive is cut short or damaged"
    with _undamaged(path.name, what), zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if _WORKBOOK_PARTS & {info.filename for info in infos}:
        return [InputFile(path)]  # its reader refuses it as the workbook that it is
    _require_safe(path.name, infos)
    wanted = sorted(i.filename for i in infos if _is_member(i.filename, members))
    if not wanted:
        what = f"no member of the archive matches {members}"
        _refuse(path.name, what, "Put in the data file itself")
    return [InputFile(path, member) for member in wanted]


def _is_member(filename: str, members: str) -> bool:
    name = "" if filename.endswith("/") else PurePosixPath(filename).name
    return name != "" and not _is_note(name) and fnmatch(filename.lower(), members)


def _require_safe(name: str, infos: list[zipfile.ZipInfo]) -> None:
    names = {info.filename for info in infos}
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        what = f"the archive unpacks to more than {MAX_MEMBERS:,} files or 500 MB"
        _refuse(name, what, "Unpack what you need")
    if len(names) < len(infos):
        _refuse(name, "the archive holds a name twice", "Make it again")
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        is_link = stat.S_ISLNK(info.external_attr >> 16)
        if parts[0] == "" or ".." in parts or ":" in parts[0] or is_link:
            _refuse(name, "the archive holds a path that leads outside it", "Do not use this file")
        if info.file_size > MAX_RATIO * max(info.compress_size, 1) and info.file_size > 10**7:
            _refuse(name, "a member unpacks to more than 100 times its size", "Unpack it yourself")
