"""A naive search for canaries, which leans on nothing of the project's own leak scan.

Belongs here: opening what is published in the plainest ways (text, entities, escapes, base64,
gzip, ZIP, SQLite, Parquet) and looking for invented stems and whole words. Does not: judging.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import html
import io
import re
import sqlite3
import zipfile
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

STEMS = ("zqxvj", "07700900", "c0ffee99")
"""In every invented word; in every telephone number; in every number of a submission."""

_INSURANCE = re.compile(r"qq\d{4}37c")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
_WORD = re.compile(r"[a-z0-9]+")
_LETTERS = re.compile(r"[^a-z0-9]+")


def search(folder: Path, words: Iterable[str]) -> list[str]:
    """Return ``file: what`` for every stem, and every whole word of ``words``, in a folder."""
    wanted = {_LETTERS.sub("", word.lower()) for word in words}
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file():
            found += [f"{name}: {what}" for what in search_bytes(path.read_bytes(), wanted)]
        found += [f"{name}: in its name" for _ in search_text(name, wanted)]
    return found


def search_bytes(data: bytes, wanted: set[str]) -> list[str]:
    """Return what of the canaries stands in some bytes, in any plain disguise."""
    found: dict[str, None] = {}
    for text in views(data):
        found |= dict.fromkeys(search_text(text, wanted))
    return list(found)


def search_text(text: str, wanted: set[str]) -> list[str]:
    """Return the stems in a text, and how many of the wanted words it holds."""
    small = text.lower()
    close = _LETTERS.sub("", small)
    found = [stem for stem in STEMS if stem in close]
    found += ["insurance"] * bool(_INSURANCE.search(close))
    tokens = _WORD.findall(small)
    # A postcode is two words, a receipt one.
    pairs = (a + b for a, b in pairwise(tokens) if len(a) + len(b) < 8)
    return found + ["a code"] * bool(wanted & ({*tokens} | {*pairs}))


def views(data: bytes, depth: int = 0) -> Iterator[str]:
    """Yield every plain reading of some bytes."""
    text = data.decode("utf-8", "replace")
    yield text
    if b"\0" in data[:4000]:
        yield data.replace(b"\0", b"").decode("latin-1")
    for undo in (html.unescape, _unescape, unquote):
        other = undo(text)
        if other != text:
            yield other
    if depth == 0:
        runs = {run for run in _RUN.findall(data) if len(run) < 2_000_000}
        for offset in range(4):
            yield b"\n".join(_unbase(run, offset) for run in runs).decode("latin-1")
    for inner in _contents(data):
        yield from views(inner, depth + 1)


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)), text)


def _unbase(run: bytes, offset: int) -> bytes:
    body = run.rstrip(b"=")[offset:].translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(body[: len(body) // 4 * 4])
    except binascii.Error:
        return b""


def _contents(data: bytes) -> Iterator[bytes]:
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    with contextlib.suppress(zlib.error):
        if data[:1] == b"\x78":
            yield zlib.decompress(data)
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    if data.startswith(b"SQLite format 3"):
        yield sqlite_text(data).encode()
    if data[:4] == b"PAR1":
        yield parquet_text(data).encode()


def sqlite_text(data: bytes) -> str:
    """Return everything in a SQLite file: statements, tables of metadata, rows."""
    con = sqlite3.connect(":memory:")
    con.deserialize(data)
    con.text_factory = lambda raw: raw.decode("utf-8", "replace")
    try:
        tables = con.execute("SELECT name, sql FROM sqlite_master").fetchall()
        parts = [repr(tables)]
        for name, statement in tables:
            if statement and statement.upper().startswith("CREATE TABLE"):
                parts.append(repr(con.execute(f'SELECT * FROM "{name}"').fetchall()))  # noqa: S608 - a name out of the file's own list
    finally:
        con.close()
    return "\n".join(parts)


def parquet_text(data: bytes) -> str:
    """Return everything in a Parquet file: schema, metadata of file and columns, rows."""
    file = pq.ParquetFile(io.BytesIO(data))
    kept = file.metadata
    groups = [kept.row_group(n).to_dict() for n in range(kept.num_row_groups)]
    rows = file.read().to_pylist()
    return repr((kept.metadata, file.schema_arrow.metadata, kept.created_by, groups, rows))
