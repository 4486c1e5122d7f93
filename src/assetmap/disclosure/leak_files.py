"""What is inside a file: its bytes, and those of every archive, stream and table in it.

Belongs here: opening containers by their content, never by their name, within limits.
Does not: the readings of a text (``leak_text.py``). What cannot be opened is reported as a
part with a ``fault``: a scanner that passes over a broken archive would pass a leak.
"""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.leak_tables import (
    Rows,
    TooLargeError,
    is_duckdb,
    read_arrow,
    read_parquet,
    read_sqlite,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_FILE: Final = 256 * 1024 * 1024
"""Bytes of the largest file that is read."""
MAX_UNPACKED: Final = 128 * 1024 * 1024
"""Bytes that all containers of one file may hold together."""
MAX_MEMBERS: Final = 5_000
MAX_NESTING: Final = 6
"""How many containers may lie in each other."""

_CHUNK: Final = 64 * 1024
_LEAST_STREAM: Final = 6


@dataclass(frozen=True)
class Part:
    """A byte string found in a file, or why none could be had.

    ``route`` names the containers around it, outermost first. A part with ``rows`` is a
    table: one line a row in ``data``, geometries and other byte strings beside it.
    """

    route: tuple[str, ...] = ()
    data: bytes = b""
    name: str = ""
    is_rows: bool = False
    geometries: tuple[bytes, ...] = ()
    fault: str = ""


@dataclass
class Budget:
    """Bytes that may still be unpacked from one file."""

    left: int = field(default_factory=lambda: MAX_UNPACKED)

    def spend(self, size: int) -> None:
        """Take ``size`` bytes off; TooLargeError where there are not as many left."""
        if size > self.left:
            raise TooLargeError
        self.left -= size


def unpack(part: Part, budget: Budget) -> Iterator[Part]:
    """Yield ``part`` and everything in it, outer parts first."""
    yield part
    if len(part.route) > MAX_NESTING:
        yield Part(part.route, fault="archives nested too deep")
        return
    kind, opener = _opener(part)
    if opener is not None:
        try:
            for child in opener(part.data, budget):
                inner = replace(child, route=(*part.route, kind, *child.route))
                yield from unpack(inner, budget)
        except TooLargeError:
            yield Part(part.route, fault=f"unreadable: {kind} unpacks beyond the limit")
        except Exception:  # noqa: BLE001 - whatever a broken file does to a decoder, it is unread
            yield Part(part.route, fault=f"unreadable: {kind} is broken or locked")
    elif kind:
        yield Part(part.route, fault=kind)
    yield from _embedded(part, budget)


def _opener(part: Part) -> tuple[str, Callable[[bytes, Budget], Iterator[Part]] | None]:
    """Return what kind of container a part is, and how to open it, or None if nobody can."""
    head = part.data[:64]
    if part.is_rows:
        return "", None
    if is_duckdb(head, part.name):
        return "DuckDB database", None
    for magic, kind, opener in _OPENERS:
        if head.startswith(magic):
            return kind, opener
    if b"PAR1" in (part.data[:4], part.data[-4:]):
        return "Parquet", _open_parquet
    if zipfile.is_zipfile(io.BytesIO(part.data)):  # behind something else
        return "ZIP", _open_zip
    return _closed(part), None


def _closed(part: Part) -> str:
    """Return why a part cannot be opened, or "" if nothing says that it is a container."""
    for magic, kind in _CLOSED:
        if part.data.startswith(magic):
            return f"unreadable: {kind}"
    if part.data.startswith(b"%PDF") and b"/Encrypt" in part.data:
        return "unreadable: an encrypted PDF document"
    # A name that promises a container which the content is not.
    kind = _PROMISED.get(part.name.lower().rpartition(".")[2], "")
    return f"unreadable: {kind} is broken or locked" if kind else ""


def is_container(data: bytes) -> bool:
    """Return whether bytes begin as one of the known containers, readable or not."""
    return bool(_opener(Part(data=data))[0])


def _open_gzip(data: bytes, budget: Budget) -> Iterator[Part]:
    rest = data
    while rest[:2] == b"\x1f\x8b":
        content, used, is_whole = inflate(rest, 0, 31, budget)
        yield Part(data=content)
        if not is_whole:
            raise EOFError
        rest = rest[used:]


def _open_bz2(data: bytes, budget: Budget) -> Iterator[Part]:
    decoder = bz2.BZ2Decompressor()
    yield _finished(decoder, decoder.decompress(data, budget.left + 1), budget)


def _open_xz(data: bytes, budget: Budget) -> Iterator[Part]:
    decoder = lzma.LZMADecompressor(memlimit=MAX_UNPACKED)
    yield _finished(decoder, decoder.decompress(data, budget.left + 1), budget)


def _finished(
    decoder: bz2.BZ2Decompressor | lzma.LZMADecompressor, content: bytes, budget: Budget
) -> Part:
    budget.spend(len(content))
    if not decoder.eof:
        raise EOFError
    return Part(data=content)


def _open_by_arrow(codec: str) -> Callable[[bytes, Budget], Iterator[Part]]:
    def open_stream(data: bytes, budget: Budget) -> Iterator[Part]:
        import pyarrow as pa  # noqa: PLC0415 - slow to import

        content = pa.CompressedInputStream(pa.BufferReader(data), codec).read(budget.left + 1)
        budget.spend(len(content))
        yield Part(data=content)

    return open_stream


def _open_zip(data: bytes, budget: Budget) -> Iterator[Part]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise TooLargeError
        for member in members:
            if member.is_dir():
                continue
            with archive.open(member) as stream:
                content = stream.read(budget.left + 1)
            budget.spend(len(content))
            yield Part(data=content, name=member.filename)


def _open_parquet(data: bytes, budget: Budget) -> Iterator[Part]:
    return _parts(read_parquet(data, budget.left), budget)


def _open_arrow(data: bytes, budget: Budget) -> Iterator[Part]:
    return _parts(read_arrow(data, budget.left), budget)


def _open_sqlite(data: bytes, budget: Budget) -> Iterator[Part]:
    return _parts(read_sqlite(data), budget)


def _parts(tables: Iterator[Rows], budget: Budget) -> Iterator[Part]:
    """Turn tables into parts: their rows as text, and each byte string in a cell."""
    for rows in tables:
        text = "\n".join(rows.lines).encode("utf-8", "replace")
        budget.spend(len(text) + sum(map(len, rows.blobs)))
        yield Part(data=text, is_rows=True, geometries=rows.blobs)
        yield from (Part(data=blob) for blob in rows.blobs if is_container(blob))
        yield Part(data=b"\n".join(rows.blobs), is_rows=True)


def inflate(data: bytes, start: int, wbits: int, budget: Budget) -> tuple[bytes, int, bool]:
    """Return what a deflated stream at ``start`` holds, where it ends, and whether it is whole."""
    decoder, content, position = zlib.decompressobj(wbits), bytearray(), start
    with suppress(zlib.error):
        while not decoder.eof and (decoder.unconsumed_tail or position < len(data)):
            tail = decoder.unconsumed_tail
            chunk = tail or data[position : position + _CHUNK]
            position += 0 if tail else len(chunk)
            content += decoder.decompress(chunk, _CHUNK * 16)
            if len(content) > budget.left:
                raise TooLargeError
    budget.spend(len(content))
    return bytes(content), position - len(decoder.unused_data), decoder.eof


def _embedded(part: Part, budget: Budget) -> Iterator[Part]:
    """Yield the compressed streams inside binary data: those of PDF, PNG and WOFF."""
    if part.is_rows or is_text(part.data):
        return
    position = 1
    try:
        while found := _STREAM.search(part.data, position):
            position = found.start() + 1
            is_gzip = found[0][0] == _GZIP_START
            content, end, is_whole = inflate(
                part.data, found.start(), 31 if is_gzip else 15, budget
            )
            if len(content) >= _LEAST_STREAM:
                position = end if is_whole else position
                route = (*part.route, "gzip" if is_gzip else "zlib stream")
                yield from unpack(Part(route, content), budget)
    except TooLargeError:
        yield Part(part.route, fault="unreadable: zlib streams unpack beyond the limit")


def is_text(data: bytes) -> bool:
    """Return whether bytes are UTF-8 text, and so no container."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _stream_starts() -> bytes:
    """Return a pattern of the two bytes that open a zlib stream, and of gzip's four."""
    pairs = [
        re.escape(bytes((method, flags)))
        for method in (0x48, 0x58, 0x68, 0x78)
        for flags in range(256)
        if (method * 256 + flags) % 31 == 0 and not flags & 0x20  # no preset dictionary
    ]
    return b"\x1f\x8b\x08[\x00-\x1f]|" + b"|".join(pairs)


_GZIP_START: Final = 0x1F
_STREAM: Final = re.compile(_stream_starts(), re.DOTALL)
_OPENERS: Final[tuple[tuple[bytes, str, Callable[[bytes, Budget], Iterator[Part]]], ...]] = (
    (b"\x1f\x8b", "gzip", _open_gzip),
    (b"PK\x03\x04", "ZIP", _open_zip),
    (b"PK\x05\x06", "ZIP", _open_zip),
    (b"SQLite format 3\0", "SQLite", _open_sqlite),
    (b"ARROW1", "Arrow", _open_arrow),
    (b"BZh", "bzip2", _open_bz2),
    (b"\xfd7zXZ\0", "xz", _open_xz),
    (b"\x28\xb5\x2f\xfd", "Zstandard", _open_by_arrow("zstd")),
    (b"\x04\x22\x4d\x18", "LZ4", _open_by_arrow("lz4")),
)
_CLOSED: Final = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PARE", "an encrypted Parquet file"),
    (b"wOF2", "a WOFF2 font"),
)
_PROMISED: Final = {
    "br": "Brotli",
    "gpkg": "SQLite",
    "gz": "gzip",
    "parquet": "Parquet",
    "sqlite": "SQLite",
    "xlsx": "ZIP",
    "docx": "ZIP",
    "zip": "ZIP",
}
