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
import zipfile
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

MAX_FIELD: Final = 10_000
MAX_MEMBERS: Final = 1_000
MAX_UNPACKED: Final = 2_000_000_000
MAX_RATIO: Final = 100

_NOT_DATA: Final = ("readme*", "licence*", "license*", "*.toml", ".*", "*.part")
_TOTALS: Final = re.compile(r"(grand )?totals?:?", re.IGNORECASE)
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
        return (
            f"{self.path.name}/{PurePosixPath(self.member).name}" if self.member else self.path.name
        )

    @property
    def is_starter(self) -> bool:
        """True for the extract that the project ships."""
        return STARTER_MARK in self.path.name

    def read(self) -> bytes:
        """Return the content; StorageError where the disk refuses."""
        try:
            if not self.member:
                return self.path.read_bytes()
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(self.member)
        except (zipfile.BadZipFile, EOFError) as fault:
            message = f"{self.path}: {self.member} in it is damaged ({fault}). Download it again."
            raise UnreadableFileError(message) from None
        except PermissionError:
            message = f"{self.path}: no right to read it. Give this user the right to read it."
            raise StorageError(message) from None


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
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def find_inputs(folder: Path, members: str) -> list[InputFile]:
    """Return the data files of a dataset folder, in name order.

    Full files push aside the starter extract; ZIP archives count by those members whose
    name matches the pattern ``members``. An empty list means that there is nothing.
    """
    if not folder.is_dir():
        return []
    paths = sorted(p for p in folder.iterdir() if p.is_file() and not _is_note(p.name))
    full = [p for p in paths if STARTER_MARK not in p.name]
    return [found for path in full or paths for found in _open_archive(path, members)]


def require_inputs(dataset_id: str, folder: Path, members: str, where_from: str) -> list[InputFile]:
    """Return :func:`find_inputs`, or raise :class:`MissingInputError` that says where to get them."""
    inputs = find_inputs(folder, members)
    if inputs:
        return inputs
    lack = "is missing" if not folder.is_dir() else "holds no data file"
    message = (
        f"{dataset_id}: {folder} {lack}. Download it from {where_from} and save it there, "
        f"or run `assetmap fetch {dataset_id}`."
    )
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
    records, rejects = _parse(text, source.name, bad_lines)
    if layout.header is not None:
        return _table(list(layout.header), records, rejects, source.name, notes)
    position = _find_heading(records, layout.heading_cell, source.name)
    heading = _clean_heading(records[position][1], source.name)
    body = records[position + 1 :]
    if layout.heading_cell is not None and position > 0:
        body = _without_footnotes(body)
        notes = (*notes, "preamble and footnotes left out")
    return _table(heading, body, rejects, source.name, notes)


def decode(content: bytes, name: str) -> tuple[str, set[int], tuple[str, ...]]:
    """Return the text of a file, the lines that are in another encoding, and notes.

    A byte-order mark decides; else UTF-8; else Windows-1252 where the whole file reads as
    that; a file of UTF-8 lines with a few others has those lines marked.
    """
    _require_text(content, name)
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(encoding), set(), ()
    try:
        return content.decode("utf-8"), set(), ()
    except UnicodeDecodeError:
        return _decode_lines(content)


def _decode_lines(content: bytes) -> tuple[str, set[int], tuple[str, ...]]:
    lines = content.splitlines(keepends=True)
    bad = {number for number, line in enumerate(lines, 1) if not _is_utf8(line)}
    has_utf8_text = any(not line.isascii() for n, line in enumerate(lines, 1) if n not in bad)
    text = content.decode("cp1252", errors="replace")
    if not has_utf8_text:
        return text, set(), ("read as Windows-1252",)
    kept = [b"\n" if number in bad else line for number, line in enumerate(lines, 1)]
    return b"".join(kept).decode("utf-8"), bad, ("lines in two encodings",)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _require_text(content: bytes, name: str) -> None:
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        _refuse(name, "the file is empty", "Download it again")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        _refuse(name, "it is a web page or XML, not a table", "Download the data file itself")
    if content.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"SQLite format 3")):
        _refuse(name, "it is a workbook, archive or database, not text", "Save it as CSV")
    if b"\x00" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse(name, "it holds binary data, not text", "Save it as CSV")


def _refuse(name: str, what: str, do: str) -> NoReturn:
    message = f"{name}: {what}. {do}; nothing of this file was loaded."
    raise UnreadableFileError(message)


def _parse(
    text: str, name: str, bad_lines: set[int]
) -> tuple[list[tuple[int, list[str]]], Rejects]:
    """Return (row number, cells) of every row that is not blank, and rows in a bad encoding."""
    text = text.translate(_INVISIBLE) if not text.isascii() else text
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        rows = list(enumerate(reader, 1))
    except csv.Error as fault:
        _refuse(
            name,
            f"a quote is left open or broken near line {reader.line_num} ({fault})",
            "Mend the quote",
        )
    return [(number, row) for number, row in rows if any(row)], Rejects.of(
        sorted(bad_lines), "bad_encoding"
    )


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0].split("\r", 1)[0]
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
        _refuse(
            name, f"column {heading.index('') + 1} has no heading", "Give every column its heading"
        )
    folded = [cell.lower() for cell in heading]
    twice = next((cell for cell in heading if folded.count(cell.lower()) > 1), None)
    if twice is not None:
        _refuse(name, f"the heading {twice[:60]!r} stands there twice", "Rename or remove one")
    return heading


def _without_footnotes(body: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    # A Nomis query ends in notes whose first cell is empty or which stand alone in their row.
    return [(n, cells) for n, cells in body if cells[0] and len(cells) > 1]


def _table(
    heading: list[str],
    body: list[tuple[int, list[str]]],
    rejects: Rejects,
    name: str,
    notes: tuple[str, ...],
) -> RawTable:
    if not body and not rejects:
        _refuse(name, "it has a heading and no rows", "Download it again")
    numbers = np.array([number for number, _ in body], dtype="int64")
    held = np.zeros(len(body), dtype=bool)
    for reason, broken in _row_faults(heading, body):
        rejects += Rejects.of(numbers[broken & ~held], reason)
        held |= broken
    kept = [cells for (_, cells), out in zip(body, held, strict=True) if not out]
    columns = zip(*kept, strict=True) if kept else ((),) * len(heading)
    frame = pd.DataFrame(
        {
            title: np.array(cells, dtype=object)
            for title, cells in zip(heading, columns, strict=True)
        },
        index=pd.Index(numbers[~held], name="row_number"),
    )
    return RawTable(frame, len(kept) + len(rejects), rejects, notes)


def _row_faults(
    heading: list[str], body: list[tuple[int, list[str]]]
) -> Iterator[tuple[str, np.ndarray]]:
    width = len(heading)
    rows = [cells for _, cells in body]
    yield "wrong_field_count", np.array([len(cells) != width for cells in rows], dtype=bool)
    yield "repeated_header", np.array([cells == heading for cells in rows], dtype=bool)
    yield "totals_row", np.array([_is_total(cells) for cells in rows], dtype=bool)
    longest = (max(map(len, cells)) for cells in rows)
    yield "field_too_long", np.array([length > MAX_FIELD for length in longest], dtype=bool)


def _is_total(cells: list[str]) -> bool:
    return any(_TOTALS.fullmatch(cell.strip()) for cell in cells[:3])


def _is_note(name: str) -> bool:
    return any(fnmatch(name.lower(), pattern) for pattern in _NOT_DATA)


def _open_archive(path: Path, members: str) -> list[InputFile]:
    with path.open("rb") as stream:
        is_zip = stream.read(4) == b"PK\x03\x04"
    if not is_zip or path.suffix.lower() == ".xlsx":
        return [InputFile(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile:
        _refuse(path.name, "the archive is cut short or damaged", "Download it again")
    _require_safe(path.name, infos)
    wanted = sorted(i.filename for i in infos if fnmatch(i.filename.lower(), members))
    if not wanted:
        _refuse(
            path.name, f"no member of the archive matches {members}", "Put in the data file itself"
        )
    return [InputFile(path, member) for member in wanted]


def _require_safe(name: str, infos: list[zipfile.ZipInfo]) -> None:
    names = [info.filename for info in infos]
    if len(names) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_UNPACKED:
        _refuse(
            name,
            f"the archive unpacks to more than {MAX_MEMBERS:,} files or 2 GB",
            "Unpack what you need",
        )
    if len(set(names)) < len(names):
        _refuse(name, "the archive holds a name twice", "Make it again")
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/"))
        is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
        if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0] or is_link:
            _refuse(name, "the archive holds a path that leads outside it", "Do not use this file")
        if info.file_size > MAX_RATIO * max(info.compress_size, 1) and info.file_size > 10**7:
            _refuse(name, "a member unpacks to more than 100 times its size", "Unpack it yourself")
