"""The only module that opens DuckDB.

Belongs here: opening a database locked and offline, writing a table by its contract, running
a statement from ``sql/``, reading the published tables. Does not: any statement about data.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import duckdb

from assetmap.contracts import DUCKDB_TYPES, Contract, check
from assetmap.errors import BusyError, MissingInputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

# One thread: sums of floats then always run in one order, so that the same inputs give the
# same bytes. The tables are small; the heavy work is geometry, which is not done here.
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "threads": "1",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "true",
    "python_enable_replacements": "false",
    "lock_configuration": "true",
}

_PARAMETER: Final = re.compile(r"\$[a-z_]+")

_MACROS: Final = (
    # A sum that is NULL where any part is: a figure of an area with a hole is not measured.
    "CREATE OR REPLACE TEMP MACRO sum_all(x) AS CASE WHEN count(*) = count(x) THEN sum(x) END",
    # A share in percent; NULL, not an error, over nothing.
    "CREATE OR REPLACE TEMP MACRO percent(part, whole) AS 100.0 * part / nullif(whole, 0)",
    # The first and the last day of a year, a month or a day; NULL where the date is unknown.
    """CREATE OR REPLACE TEMP MACRO first_day_of(x) AS CASE length(x)
    WHEN 4 THEN try_cast(x || '-01-01' AS DATE)
    WHEN 7 THEN try_cast(x || '-01' AS DATE)
    ELSE try_cast(x AS DATE) END""",
    """CREATE OR REPLACE TEMP MACRO last_day_of(x) AS CASE length(x)
    WHEN 4 THEN try_cast(x || '-12-31' AS DATE)
    WHEN 7 THEN last_day(try_cast(x || '-01' AS DATE))
    ELSE try_cast(x AS DATE) END""",
    # Calendar months between two days: from 31 January to 1 February it is one.
    "CREATE OR REPLACE TEMP MACRO months_between(a, b) AS date_diff('month', a, b)",
)


@contextmanager
def open_warehouse(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file with external access off and its settings locked.

    What is written inside the ``with`` is one transaction: all of it stays, or none.

    Raises
    ------
    BusyError
        Another process has the file open for writing.
    MissingInputError
        ``read_only`` and there is no such file.
    StorageError
        The disk is full or read-only, or a right is missing.
    """
    if read_only and not path.exists():
        message = f"{path} is not there. Run `assetmap build` first."
        raise MissingInputError(message)
    con = _connect(path, read_only=read_only)
    try:
        for macro in _MACROS:
            con.execute(macro)
        con.begin()
        yield con
        con.commit()
    except (duckdb.IOException, duckdb.TransactionException) as fault:
        raise _storage_fault(path, fault) from None
    except RuntimeError as fault:
        if "interrupted" in str(fault).lower():  # how DuckDB hands on Ctrl-C
            raise KeyboardInterrupt from None
        raise
    finally:
        con.close()


@contextmanager
def keep_open(path: Path) -> Iterator[None]:
    """Hold a database open for writing, so that each :func:`open_warehouse` inside is cheap.

    The file itself is opened and closed once; what is written inside is whole after it.
    """
    con = _connect(path, read_only=False)
    try:
        yield
    finally:
        con.close()


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, read_only=read_only, config=_CONFIG)
    except duckdb.IOException as fault:
        raise _storage_fault(path, fault) from None


def _storage_fault(path: Path, fault: duckdb.Error) -> StorageError | BusyError:
    # The words of DuckDB, not just "lock": the message also holds the path.
    said = str(fault).lower()
    if "set lock on file" in said:
        return BusyError(f"{path}: another run has it open. Wait until that run has ended.")
    if "not a valid duckdb" in said or "checksum" in said or "corrupt" in said:
        return StorageError(f"{path}: is damaged. Run `assetmap build` to make it again.")
    return StorageError(f"{path}: cannot be written or read. Check free space and rights.")


def create_empty(con: duckdb.DuckDBPyConnection, table: str, types: Mapping[str, str]) -> None:
    """Replace ``table`` by an empty one; column names and types come from our own constants."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
    con.execute(f'CREATE OR REPLACE TABLE "{table}" ({columns})')


def column_types(contract: Contract) -> dict[str, str]:
    """Return the DuckDB type of each column of a contract."""
    return {column.name: DUCKDB_TYPES[column.kind] for column in contract.columns}


def write_table(con: duckdb.DuckDBPyConnection, contract: Contract, frame: pd.DataFrame) -> None:
    """Check ``frame`` against its contract and write it as the contract's table."""
    check(frame, contract)
    write_typed(con, contract.table, frame, column_types(contract))


def write_typed(
    con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame, types: Mapping[str, str]
) -> None:
    """Replace ``table`` by the columns of ``frame`` that ``types`` names."""
    create_empty(con, table, types)
    append(con, table, frame, types)


def append(
    con: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame, types: Mapping[str, str]
) -> None:
    """Add the rows of ``frame`` to ``table``."""
    if frame.empty:
        return
    casts = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in types.items())
    con.register("incoming", _plain(frame[list(types)]))
    con.execute(f'INSERT INTO "{table}" SELECT {casts} FROM incoming')  # noqa: S608 - own names
    con.unregister("incoming")


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Give text columns Python objects: DuckDB then sees None, never the text 'nan'."""
    plain = frame.copy(deep=False)
    for name in plain.columns:
        if plain[name].dtype.kind not in "biuf" and plain[name].dtype != "Int64":
            values = plain[name].astype(object)
            plain[name] = values.where(values.notna(), None)
    return plain


def create_table(con: duckdb.DuckDBPyConnection, table: str, select: str) -> None:
    """Make ``table`` from a statement of ``sql/``."""
    con.execute(f'CREATE OR REPLACE TABLE "{table}" AS {select}')


def fetch(
    con: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Run a statement with bound values and return its rows; geometry as bytes."""
    rows = con.execute(statement, dict(values)) if values else con.execute(statement)
    return _with_bytes(rows.df())


def fetch_rows(
    con: duckdb.DuckDBPyConnection, statement: str, values: Mapping[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement with bound values; return column names and rows of plain values."""
    result = con.execute(statement, dict(values)) if values else con.execute(statement)
    return [str(column[0]) for column in result.description or ()], result.fetchall()


def fetch_table(
    con: duckdb.DuckDBPyConnection,
    table: str,
    order_by: Sequence[str] = (),
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """Return a whole table, or some of its columns, ordered by ``order_by`` or by all of them."""
    order = ", ".join(f'"{name}"' for name in order_by) or "ALL"
    chosen = ", ".join(f'"{name}"' for name in columns) or "*"
    return fetch(con, f'SELECT {chosen} FROM "{table}" ORDER BY {order}')  # noqa: S608 - own names


def list_tables(con: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the names of the tables."""
    return {str(name) for (name,) in con.execute("SHOW TABLES").fetchall()}


def tables_read_by(con: duckdb.DuckDBPyConnection, statement: str) -> set[str]:
    """Return the tables that a statement reads."""
    return {str(name) for name in con.get_table_names(_PARAMETER.sub("NULL", statement))}


def digest_rows(con: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, int]:
    """Return how many rows a statement gives, and a digest of these in their order.

    DuckDB puts the hashes of columns together by XOR: without a hash around them, what two rows
    have swapped in their last column would cancel out.
    """
    counted = f"SELECT row_number() OVER () AS n, r FROM ({statement}) AS r"  # noqa: S608 - own words
    digest = f"SELECT count(*), bit_xor(hash(hash(n, r))) FROM ({counted})"  # noqa: S608 - own words
    found = con.execute(digest).fetchone()
    return (int(found[0]), int(found[1] or 0)) if found else (0, 0)


def copy_rows(
    source: duckdb.DuckDBPyConnection,
    target: duckdb.DuckDBPyConnection,
    table: str,
    key: tuple[str, str] | None = None,
) -> int:
    """Add the rows of a table to that of another database, in their order; return how many.

    The table is made where it is not there. ``key`` gives a column and the value that the rows
    must have in it.
    """
    described = source.execute(f'DESCRIBE "{table}"').fetchall()
    columns = ", ".join(f'"{name}" {kind}' for name, kind, *_ in described)
    target.execute(f'CREATE TABLE IF NOT EXISTS "{table}" ({columns})')
    where = f' WHERE "{key[0]}" = $value' if key else ""
    values = {"value": key[1]} if key else None
    rows = source.sql(f'SELECT * FROM "{table}"{where}', params=values).to_arrow_table()  # noqa: S608 - own names
    target.register("incoming", rows)
    target.execute(f'INSERT INTO "{table}" SELECT * FROM incoming')  # noqa: S608 - own names
    target.unregister("incoming")
    return int(rows.num_rows)


def sort_rows(con: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Put the rows of a table into the order of one column; those of one value stay as they are."""
    select = f'SELECT * FROM "{table}" ORDER BY "{column}", rowid'  # noqa: S608 - own names
    create_table(con, table, select)


def read_public(path: Path) -> dict[str, pd.DataFrame]:
    """Return every published table by name, ordered by all its columns."""
    with open_warehouse(path, read_only=True) as con:
        names = sorted(name for name in list_tables(con) if name.startswith("pub_"))
        return {name: fetch_table(con, name) for name in names}


def _with_bytes(frame: pd.DataFrame) -> pd.DataFrame:
    # DuckDB hands binary columns over as bytearray, which shapely does not take.
    for name in frame.columns:
        values = frame[name]
        if values.dtype == object and values.map(lambda v: isinstance(v, bytearray)).any():
            frame[name] = values.map(bytes, na_action="ignore").where(values.notna(), None)
    return frame
