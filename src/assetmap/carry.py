"""What of the last warehouse still holds, and taking it over into the one that grows.

Belongs here: whether a table is what it was in the last build, and copying one. Does not: which
inputs changed (``reuse.py``), the order of the steps (``build.py``).

A warehouse always grows in a fresh file, and tables are copied into it by their rows: what was
erased or withdrawn is in no table that is copied, and so in no byte of the new file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assetmap.warehouse import copy_rows, digest_rows, fetch_table, list_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb
    import pandas as pd


class Kept:
    """The last warehouse beside the one that grows; without a last one, nothing holds.

    ``same`` names tables that are known to be those of the last build, ``anew`` what was made.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        last: duckdb.DuckDBPyConnection | None = None,
        same: Iterable[str] = (),
    ) -> None:
        self._con = con
        self._last = last
        self._tables = list_tables(last) if last else set()
        self.same = set(same)
        self.anew: list[str] = []

    def holds(self, tables: Iterable[str]) -> bool:
        """Return True where each of ``tables`` has the rows of the last build, in their order."""
        return self._last is not None and all(self._is_same(table) for table in tables)

    def gives_same(self, statements: Mapping[str, str]) -> bool:
        """Return True where each statement gives the rows that it gave in the last build."""
        last = self._last
        return last is not None and all(
            digest_rows(self._con, text) == digest_rows(last, text) for text in statements.values()
        )

    def take(self, tables: Iterable[str]) -> dict[str, int]:
        """Take over whole tables, which are empty or not there yet; return their row counts."""
        counts = {table: self._copy(table) for table in tables}
        self.same |= set(counts)
        return counts

    def take_rows(self, table: str, column: str, value: str) -> None:
        """Add those rows of the last build's table that have ``value`` in ``column``."""
        self._copy(table, (column, value))

    def read(self, table: str) -> pd.DataFrame:
        """Return a table of the last build."""
        return fetch_table(self._require_last(), table)

    def note(self, names: Iterable[str]) -> None:
        """Note what was made anew: tables, or steps by a name of their own.

        A table that came out as it was in the last build counts as the same: what reads it need
        not be made again.
        """
        for name in names:
            self.anew.append(name)
            self.same.discard(name)
            if self._last and name in self._tables and self._is_same(name):
                self.same.add(name)

    def _is_same(self, table: str) -> bool:
        if table in self.same:
            return True
        if table not in self._tables:
            return False
        whole = f'FROM "{table}"'
        return digest_rows(self._con, whole) == digest_rows(self._require_last(), whole)

    def _copy(self, table: str, key: tuple[str, str] | None = None) -> int:
        return copy_rows(self._require_last(), self._con, table, key)

    def _require_last(self) -> duckdb.DuckDBPyConnection:
        if self._last is None:
            message = "there is no last build to take anything from"
            raise LookupError(message)
        return self._last
