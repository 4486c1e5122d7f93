"""Tables inside published files: every row, column name, statistic and note of them.

Belongs here: reading Parquet, Arrow and SQLite (GeoPackage) from bytes in memory. Does not:
deciding what is a leak. A table comes back as lines of text, one a row, cells by tabs.
"""

from __future__ import annotations

import io
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa

MAX_CELLS: Final = 20_000_000
"""Cells of the largest table that is read; run-length coding packs millions in a few bytes."""

_BATCH: Final = 10_000
_MAX_STEPS: Final = 2_000
_STEP: Final = 1_000_000
"""Instructions of SQLite between two looks at the clock of steps."""
_VIRTUAL: Final = re.compile(r"\s*CREATE\s+VIRTUAL", re.IGNORECASE)
_WAL_VERSION: Final = b"\x02\x02"


class TooLargeError(Exception):
    """What a container holds is beyond the limits."""


@dataclass(frozen=True)
class Rows:
    """Some rows of a table: a line each, and the byte strings of their cells."""

    lines: tuple[str, ...]
    blobs: tuple[bytes, ...] = ()


def is_duckdb(head: bytes, name: str) -> bool:
    """Return whether a file is a DuckDB database, by its first bytes or its name."""
    return head[8:12] == b"DUCK" or name.lower().endswith((".duckdb", ".duckdb.wal"))


def read_sqlite(data: bytes) -> Iterator[Rows]:
    """Yield every table of a SQLite database, the ones about itself too.

    Pages that no table reaches, with deleted rows, are in the bytes of the file itself.
    """
    page, pages = int.from_bytes(data[16:18]), int.from_bytes(data[28:32])
    if len(data) < (65_536 if page == 1 else page) * pages:
        raise EOFError
    with closing(sqlite3.connect(":memory:")) as con:
        con.text_factory = lambda text: text.decode("utf-8", "replace")
        # A log beside the file cannot be read here; the main file alone is what is published.
        con.deserialize(data[:18] + data[18:20].replace(_WAL_VERSION, b"\x01\x01") + data[20:])
        steps = iter(range(_MAX_STEPS))
        con.set_progress_handler(lambda: next(steps, -1) < 0, _STEP)
        schema = con.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        yield _rows(schema)
        for kind, name, statement in schema:
            if kind == "table":
                yield from _read_table(con, name, is_virtual=bool(_VIRTUAL.match(statement or "")))


def _read_table(con: sqlite3.Connection, name: str, *, is_virtual: bool) -> Iterator[Rows]:
    quoted = name.replace('"', '""')
    try:
        cursor = con.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - quoted, in a copy in memory
    except sqlite3.OperationalError:
        if is_virtual:  # its module is not here; its rows stand in tables of their own
            return
        raise
    while batch := cursor.fetchmany(_BATCH):
        yield _rows(batch)


def read_parquet(data: bytes, limit: int) -> Iterator[Rows]:
    """Yield the notes and statistics of a Parquet file, then its rows."""
    import pyarrow.parquet as pq  # noqa: PLC0415 - slow to import

    file = pq.ParquetFile(io.BytesIO(data), page_checksum_verification=True)
    about = file.metadata
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    _require_small(
        about.num_rows * about.num_columns, sum(g.total_byte_size for g in groups), limit
    )
    yield _rows(_notes(about.metadata))
    yield _rows([(str(file.schema_arrow), str(about.created_by))])
    yield _rows(_statistics(group) for group in groups)
    for batch in file.iter_batches(batch_size=_BATCH):
        yield _batch_rows(batch)


def read_arrow(data: bytes, limit: int) -> Iterator[Rows]:
    """Yield the notes and the rows of an Arrow (Feather) file."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import

    file = pa.ipc.open_file(pa.BufferReader(data))
    yield _rows(_notes(file.schema.metadata))
    yield _rows([(str(file.schema),)])
    for number in range(file.num_record_batches):
        batch = file.get_batch(number)
        _require_small(batch.num_rows * batch.num_columns, batch.nbytes, limit)
        yield _batch_rows(batch)


def _require_small(cells: int, size: int, limit: int) -> None:
    if cells > MAX_CELLS or size > limit:
        raise TooLargeError


def _notes(metadata: dict[bytes, bytes] | None) -> list[tuple[str, str]]:
    pairs = (metadata or {}).items()
    return [
        (key.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for key, value in pairs
    ]


def _statistics(group: Any) -> list[object]:
    columns = [group.column(number) for number in range(group.num_columns)]
    found = [column.statistics for column in columns if column.is_stats_set]
    return [bound for each in found if each.has_min_max for bound in (each.min, each.max)]


def _batch_rows(batch: pa.RecordBatch) -> Rows:
    return _rows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _rows(rows: Iterable[Iterable[object]]) -> Rows:
    """Return rows as lines; a cell of bytes stands beside them, not in them."""
    lines, blobs = [], []
    for row in rows:
        cells = list(row)
        lines.append("\t".join("" if c is None or isinstance(c, bytes) else str(c) for c in cells))
        blobs += [cell for cell in cells if isinstance(cell, bytes)]
    return Rows(tuple(lines), tuple(blobs))
