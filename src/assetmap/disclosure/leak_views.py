"""Every text that a published file can be read as, and every geometry in it.

Belongs here: from a path to views, by way of its parts and their readings. Does not: what
is looked for in them.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.leak_files import (
    MAX_FILE,
    Budget,
    Part,
    is_container,
    is_text,
    unpack,
)
from assetmap.disclosure.leak_text import Reading, TooManyReadingsError, readings
from assetmap.errors import MissingInputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME: Final = "file name"
"""The route of a view of the name of a file itself."""

_LEAST_BLOB: Final = 65
"""Bytes above the longest digest; shorter byte strings hold no picture."""
_NUL_SHARE: Final = 0.3
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SHORT_RUNS: Final = re.compile(rb"[\t\r\n\x20-\x7e]{6,}")
_LONG_RUNS: Final = re.compile(rb"[\t\r\n\x20-\x7e]{16,}")
_ROW_FILES: Final = (".csv", ".tsv")


@dataclass(frozen=True)
class View:
    """One text of a file, as its readers or their programs may see it.

    ``is_guess`` marks a decoding in which letters may stand by chance; ``is_rows`` a text
    with one record a line. A view with a ``fault`` says why something could not be read.
    """

    route: tuple[str, ...] = ()
    text: str = ""
    is_rows: bool = False
    is_guess: bool = False
    geometries: tuple[bytes, ...] = ()
    fault: str = ""

    @property
    def how(self) -> str:
        """The encodings that hide the text, outermost first."""
        return " > ".join(self.route) or "plain"


def list_files(folder: Path) -> list[tuple[str, Path]]:
    """Return all files below ``folder`` with their relative names, in order of name.

    Raises
    ------
    MissingInputError
        There is no such folder.
    """
    if not folder.is_dir():
        message = f"{folder}: there is no such folder to scan. Publish first."
        raise MissingInputError(message)
    paths = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted((path.relative_to(folder).as_posix(), path) for path in paths)


def read_views(path: Path, name: str) -> Iterator[View]:
    """Yield every view of the file at ``path``, and first of its relative ``name``."""
    yield from _views_of_text(Part((FILE_NAME,)), Reading((), name), Budget())
    fault = _unread(path)
    if fault:
        yield View(fault=fault)
        return
    try:
        data = path.read_bytes()
    except OSError:
        yield View(fault="unreadable: no right to read it")
        return
    yield from _views(Part(data=data, name=name), Budget())


def _unread(path: Path) -> str:
    if path.is_symlink():
        return "unreadable: a link"
    if not path.is_file():
        return "unreadable: not a file"
    return "unreadable: a file too large to scan" if path.stat().st_size > MAX_FILE else ""


def _views(outer: Part, budget: Budget) -> Iterator[View]:
    for part in unpack(outer, budget):
        if part.fault:
            yield View(part.route, fault=part.fault)
            continue
        is_rows = part.is_rows or part.name.lower().endswith(_ROW_FILES)
        if part.geometries:
            yield View(part.route, geometries=part.geometries)
        for text in _texts(part.data):
            yield from _views_of_text(Part(part.route, is_rows=is_rows), text, budget)


def _views_of_text(part: Part, text: Reading, budget: Budget) -> Iterator[View]:
    route = (*part.route, *text.route)
    try:
        for found in [text] if text.is_guess else readings(text.text):
            where = route if found is text else (*route, *found.route)
            yield View(where, found.text, is_rows=part.is_rows, is_guess=found.is_guess)
            for blob in found.blobs:
                if _is_worth_opening(blob):
                    yield from _views(Part(where, blob), budget)
    except TooManyReadingsError:
        yield View(route, fault="unreadable: too many encodings in each other")


def _is_worth_opening(blob: bytes) -> bool:
    # UTF-16 has NUL bytes throughout; noise has few, a picture is long.
    is_wide = blob.count(0) > _NUL_SHARE * len(blob)
    return is_wide or len(blob) >= _LEAST_BLOB or is_container(blob)


def _texts(data: bytes) -> list[Reading]:
    """Return what bytes say in each encoding of characters that they may be in.

    Of binary data only the stretches of plain text are no guess, and so are decoded further.
    """
    if is_text(data):
        return [Reading((), data.decode("utf-8"))]
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return [Reading((codec.upper(),), data.decode(codec, "replace")), *_guesses(data)]
    if b"\0" not in data:
        return [Reading(("Latin-1",), data.decode("latin-1")), *_guesses(data)]
    runs = _SHORT_RUNS if data.startswith(b"SQLite format 3\0") else _LONG_RUNS
    bare = data.replace(b"\0", b"")
    return [
        Reading((), _join(runs, data)),
        Reading(("UTF-16",), _join(_LONG_RUNS, bare)),
        *_guesses(data),
    ]


def _join(runs: re.Pattern[bytes], data: bytes) -> str:
    return b"\n".join(runs.findall(data)).decode("ascii")


def _guesses(data: bytes) -> list[Reading]:
    bare = data.replace(b"\0", b"")
    found = [
        Reading((), data.decode("utf-8", "ignore"), is_guess=True),
        Reading(("Latin-1",), data.decode("latin-1"), is_guess=True),
    ]
    if len(bare) < len(data):
        found.append(Reading(("UTF-16",), bare.decode("latin-1"), is_guess=True))
        found += _wide(data, "utf-16", 2)
    if len(data) - len(bare) > _NUL_SHARE * len(data):
        found += _wide(data, "utf-32", 4)
    return found


def _wide(data: bytes, codec: str, width: int) -> list[Reading]:
    return [
        Reading((codec.upper(),), data[start:].decode(f"{codec}-{order}", "ignore"), is_guess=True)
        for start in range(width)
        for order in ("le", "be")
    ]
