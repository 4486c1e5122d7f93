"""Derived tables in the order of their needs, and the record of what was made from what.

Belongs here: running each statement of ``sql/intermediate`` and ``sql/marts`` once its inputs
exist, writing ``run_lineage``. Does not: any statement about data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.errors import ConfigError
from assetmap.linking import PLACED, TABLES
from assetmap.statements import read_statements
from assetmap.warehouse import create_table, list_tables, tables_read_by, write_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from assetmap.carry import Kept

_MADE_FROM_ACCOUNTS: Final[dict[str, set[str]]] = {
    "mart_caveat": set(),
    "mart_codebook": set(),
    "mart_dataset": {"run_dataset"},
    "mart_indicator_meta": set(),
    "mart_input": {"run_file"},
    "mart_run": {"run_dataset", "run_file", "run_survey", "run_survey_file"},
}
"""Marts that Python fills from the account of the run and from texts of ours."""


def derive(
    con: duckdb.DuckDBPyConnection,
    statements: Mapping[str, str],
    *,
    require_all: bool = False,
    kept: Kept | None = None,
) -> list[str]:
    """Run every statement whose inputs exist, in the order of their needs.

    Statements whose table is there already are left out, and of one that reads nothing but what
    the last build held too, the table is taken from there (``kept``). Returns the tables that are
    there now; with ``require_all``, a statement that cannot run raises ConfigError.
    """
    known = list_tables(con)
    reads = {table: tables_read_by(con, text) for table, text in statements.items()}
    waiting = {table: reads[table] for table in sorted(statements) if table not in known}
    made: list[str] = []
    while ready := [table for table, needs in waiting.items() if needs <= known]:
        for table in ready:
            _make(con, table, statements[table], kept)
            del waiting[table]
        known |= set(ready)
        made += ready
    if waiting and require_all:
        table, needs = next(iter(waiting.items()))
        message = (
            f"{table}.sql and {len(waiting) - 1} others cannot run: it reads "
            f"{', '.join(sorted(needs - known))}, which nothing makes. Mend its FROM clause."
        )
        raise ConfigError(message)
    return made


def _make(con: duckdb.DuckDBPyConnection, table: str, statement: str, kept: Kept | None) -> None:
    if kept and kept.holds(tables_read_by(con, statement)):
        kept.take([table])
        return
    create_table(con, table, statement)
    if kept:
        kept.note([table])


def write_lineage(
    con: duckdb.DuckDBPyConnection,
    statements: Mapping[str, str],
    marts: Mapping[str, list[str]],
) -> None:
    """Write ``run_lineage``: one row for each derived table and each table that it reads.

    ``marts`` gives the tables that Python fills from many statements.
    """
    reads = {table: tables_read_by(con, text) for table, text in statements.items()}
    for table, texts in marts.items():
        reads[table] = set().union(*(tables_read_by(con, text) for text in texts))
    for folder, tables in (("placing", PLACED), ("layers", TABLES)):
        needs = [tables_read_by(con, text) for text in read_statements(folder).values()]
        reads |= dict.fromkeys(tables, set().union(*needs))
    reads |= _MADE_FROM_ACCOUNTS
    rows = [(table, read) for table in sorted(reads) for read in sorted(reads[table]) or [""]]
    frame = pd.DataFrame(rows, columns=["table_name", "reads"])
    write_typed(con, "run_lineage", frame, {"table_name": "VARCHAR", "reads": "VARCHAR"})
