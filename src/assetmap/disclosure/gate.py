"""The only door to publication: marts of the warehouse in, ``public.duckdb`` out.

Belongs here: deciding whether a table may pass, and copying what may. Does not: making
figures, or anything about pages. The gate fails closed: a table, column or ancestor that it
does not know the class of does not pass.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from assetmap.contracts import Contract, Disclosure
from assetmap.disclosure.people_tables import release_tables
from assetmap.disclosure.released import RELEASED
from assetmap.disclosure.tables import COPIED
from assetmap.errors import DisclosureError
from assetmap.survey.restricted import write_private
from assetmap.warehouse import fetch, fetch_table, list_tables, open_warehouse, write_table

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb
    import pandas as pd

    from assetmap.disclosure.people_tables import Terms

_LOG = logging.getLogger(__name__)

CLASS_TABLE = "run_column"
"""``table_name, column_name, disclosure``: the class of every column of every base table."""
LINEAGE_TABLE = "run_lineage"
"""``table_name, reads``: which tables each derived table was made from."""
INDICATOR_TABLE = "run_indicator"
"""``indicator_id, disclosure``: the class that each indicator's header states."""

OWN_TABLES = frozenset(
    {
        "cfg_benchmark",
        "cfg_catchment",
        "cfg_kind",
        "cfg_register",
        "cfg_study_area",
        "cfg_ward",
        "run_column",
        "run_dataset",
        "run_file",
        "run_held",
        "run_indicator",
        "run_lineage",
        "run_source_mark",
        "run_survey",
        "run_survey_file",
    }
)
"""Settings and accounts that the build itself writes; they hold no value of any input row."""

RECORD = "people_release.json"
"""Record of the release of people, beside the public database until it is published."""

_LONG_TABLE = "mart_indicator"


def pass_gate(
    warehouse: Path,
    public: Path,
    contracts: tuple[Contract, ...] = COPIED,
    *,
    terms: Terms | None = None,
) -> dict[str, int]:
    """Write every published table to a fresh database, or nothing at all.

    Parameters
    ----------
    warehouse
        The restricted database; opened read-only.
    public
        Where the public database goes; written beside it first, then put in its place.
    contracts
        The published tables of nobody: ``pub_<x>`` is a copy of ``mart_<x>``.
    terms
        On what terms people are counted; without them there are no tables of people. The
        record of their release is written beside ``public``, for this user alone.

    Returns
    -------
    Rows written, by table.

    Raises
    ------
    DisclosureError
        A table has a column of class I or S, an undeclared column, or an ancestor with one; or
        a count of people could be worked out from what would be shown.
    ContractError
        A mart breaks the contract of its published table.
    """
    fresh = public.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    try:
        with open_warehouse(warehouse, read_only=True) as source:
            _require_open(source, contracts)
            people, record = release_tables(source, terms) if terms else ({}, "")
            with open_warehouse(fresh) as target:
                counts = {c.table: _copy(source, target, c) for c in contracts}
                counts |= {name: _write(target, name, rows) for name, rows in people.items()}
        if terms:
            write_private(public.with_name(RECORD), record)
        os.replace(fresh, public)  # noqa: PTH105 - the atomic call, named as such
    finally:
        fresh.unlink(missing_ok=True)
    _LOG.info("gate: %d tables, %d rows", len(counts), sum(counts.values()))
    return counts


def mart_of(contract: Contract) -> str:
    """Return the name of the mart that a published table copies."""
    return contract.table.replace("pub_", "mart_", 1)


def _copy(
    source: duckdb.DuckDBPyConnection, target: duckdb.DuckDBPyConnection, contract: Contract
) -> int:
    rows = fetch_table(source, mart_of(contract), contract.primary_key)
    write_table(target, contract, rows)
    return len(rows)


def _write(target: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame) -> int:
    contract = next(c for c in RELEASED if c.table == table)
    write_table(target, contract, rows)
    return len(rows)


def _require_open(source: duckdb.DuckDBPyConnection, contracts: tuple[Contract, ...]) -> None:
    """Raise one DisclosureError with every reason why something may not pass."""
    known = list_tables(source)
    _require_records(known)
    closed = _closed_tables(source)
    lineage = _read_lineage(source)
    reasons = [
        reason
        for contract in contracts
        for reason in _reasons_against(contract, source, known, closed, lineage)
    ]
    reasons += _closed_indicators(source, known)
    if reasons:
        listed = "".join(f"\n  - {reason}" for reason in reasons)
        message = (
            f"the gate refuses {len(reasons)} times, so nothing is published:{listed}\n"
            "Take the column or table out of what is published, or put people's answers through "
            "a gated table of counts."
        )
        raise DisclosureError(message)


def _require_records(known: set[str]) -> None:
    absent = sorted({CLASS_TABLE, LINEAGE_TABLE, INDICATOR_TABLE} - known)
    if absent:
        message = (
            f"the gate refuses: the warehouse has no {', '.join(absent)}, so what its tables hold "
            "is not known and nothing is published. Run `assetmap build` again."
        )
        raise DisclosureError(message)


def _reasons_against(
    contract: Contract,
    source: duckdb.DuckDBPyConnection,
    known: set[str],
    closed: dict[str, str],
    lineage: dict[str, set[str]],
) -> list[str]:
    mart = mart_of(contract)
    reasons = [
        f"{contract.table}.{column.name} is declared of class {column.disclosure}"
        for column in contract.columns
        if not column.disclosure.is_public
    ]
    if mart not in known or mart not in lineage:
        return [*reasons, f"{contract.table} has no mart of known origin ({mart})"]
    present = [str(row[0]) for row in source.execute(f'DESCRIBE "{mart}"').fetchall()]
    stray = sorted(set(present) - set(contract.names))
    reasons += [f"{mart}.{name} is not declared in {contract.table}" for name in stray]
    for ancestor in sorted(_ancestors(mart, lineage)):
        reason = _closed_because(ancestor, closed, lineage)
        reasons += [f"{mart} derives from {ancestor}, {reason}"] if reason else []
    return reasons


def _closed_because(table: str, closed: dict[str, str], lineage: dict[str, set[str]]) -> str:
    # The recorded class comes first: no name and no lineage opens a table that it closes.
    if table in closed:
        return closed[table]
    is_own = table in lineage or table in OWN_TABLES
    return "" if is_own else "whose columns have no disclosure class"


def _closed_tables(source: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return each base table with "" where all its columns are public, else the reason."""
    classed = fetch_table(source, CLASS_TABLE)
    present = fetch(source, "SELECT table_name, column_name FROM duckdb_columns() ORDER BY ALL")
    present = present[present["table_name"].isin(classed["table_name"])]
    rows = classed.merge(present, how="outer", on=["table_name", "column_name"])
    closed = dict.fromkeys(rows["table_name"], "")
    for table, column, disclosure in rows[["table_name", "column_name", "disclosure"]].to_numpy():
        if not _is_public(disclosure) and not closed[table]:
            closed[table] = f"which holds {column} of {_class_name(disclosure)}"
    return closed


def _closed_indicators(source: duckdb.DuckDBPyConnection, known: set[str]) -> list[str]:
    rows = fetch_table(source, INDICATOR_TABLE)
    if _LONG_TABLE in known:
        measured = fetch_table(source, _LONG_TABLE, columns=("indicator_id",)).drop_duplicates()
        rows = rows.merge(measured, how="outer", on="indicator_id").sort_values("indicator_id")
    return [
        f"indicator {name} is of {_class_name(disclosure)}"
        for name, disclosure in rows[["indicator_id", "disclosure"]].to_numpy()
        if not _is_public(disclosure)
    ]


def _is_public(disclosure: str) -> bool:
    return disclosure in tuple(Disclosure) and Disclosure(disclosure).is_public


def _class_name(disclosure: str) -> str:
    known = disclosure in tuple(Disclosure)
    return f"class {disclosure}" if known else "no known class"


def _read_lineage(source: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    rows = fetch_table(source, LINEAGE_TABLE)
    lineage: dict[str, set[str]] = {}
    for table, read in rows[["table_name", "reads"]].to_numpy():
        lineage.setdefault(table, set()).update({read} - {""})
    return lineage


def _ancestors(table: str, lineage: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = {table}
    while ahead:
        found |= ahead
        ahead = set().union(*(lineage.get(name, set()) for name in ahead)) - found
    return found - {table}
