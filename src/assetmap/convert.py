"""Text cells to typed values, with the marks that publishers leave in place of a figure.

Belongs here: parsing numbers and booleans, telling a suppressed figure from a missing one.
Does not: limits and patterns (``contracts.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    from assetmap.contracts import Column, Contract

SOURCE_MARKS: Final[dict[str, str]] = {
    "": "missing",
    "-": "missing",
    ".": "missing",
    "..": "missing",
    "n/a": "missing",
    "na": "missing",
    "null": "missing",
    ":": "not_available",
    "z": "not_applicable",
    "[z]": "not_applicable",
    "*": "suppressed",
    "~": "suppressed",
    "!": "suppressed",
    "c": "suppressed",
    "[c]": "suppressed",
    "x": "suppressed",
    "[x]": "not_available",
}
"""What stands in official tables where a figure is not: never 0, always NULL with a status."""

_BANDED: Final = r"<\s*\d+|\d+\s*[-\u2013]\s*\d+"
_GROUPED: Final = r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?"

MARK_COLUMNS: Final = ["dataset", "file", "row_number", "column", "status"]


def type_columns(
    frame: pd.DataFrame, contract: Contract
) -> tuple[pd.DataFrame, Rejects, pd.DataFrame]:
    """Turn the text cells of ``frame`` into the kinds of ``contract``.

    Columns that the contract does not declare stay text, for ``stage`` to use or drop.

    Returns
    -------
    The typed table without the rejected rows, the rejects (``bad_number``), and the cells
    that held a source mark: ``row_number, column, status``.
    """
    typed = frame.copy(deep=False)
    rejects, bad, marks = Rejects(), np.zeros(len(frame), dtype=bool), []
    for column in contract.columns:
        if column.name not in frame.columns or column.kind == "geometry":
            continue
        text = frame[column.name].astype("str").str.strip()
        if column.kind == "text":
            typed[column.name] = text.where(text != "", None)
            continue
        values, unreadable, status = _parse_numbers(text)
        typed[column.name] = _as_kind(values, column)
        rejects += Rejects.of(frame.index[unreadable & ~bad], "bad_number", column.name)
        bad |= unreadable
        marks.append(_marks(status, column.name))
    kept = typed.loc[~bad]
    found = pd.concat(marks, ignore_index=True) if marks else _no_marks()
    return kept, rejects, found[found["row_number"].isin(kept.index)]


def _parse_numbers(text: pd.Series) -> tuple[np.ndarray, np.ndarray, pd.Series]:
    """Return values (NaN where none), where a cell is no number, and the status of marks."""
    numbers = pd.to_numeric(text, errors="coerce")
    odd = text[numbers.isna()]
    if odd.empty:
        return numbers.to_numpy(dtype=float), np.zeros(len(text), dtype=bool), odd
    folded = odd.str.lower()
    status = folded.map(SOURCE_MARKS)
    status = status.where(~folded.str.fullmatch(_BANDED), "suppressed")
    grouped = odd.str.fullmatch(_GROUPED)
    ungrouped = pd.to_numeric(odd[grouped].str.replace(",", ""))
    numbers = numbers.astype(float)
    numbers.loc[ungrouped.index] = ungrouped.astype(float)
    unreadable = pd.Series(False, index=text.index)
    unreadable.loc[odd.index[status.isna() & ~grouped]] = True
    return numbers.to_numpy(), unreadable.to_numpy(), status.dropna()


def _as_kind(values: np.ndarray, column: Column) -> pd.Series | np.ndarray:
    if column.kind != "integer":
        return values
    whole = np.where(np.isfinite(values), np.round(values), np.nan)
    return (
        pd.array(whole, dtype="Int64") if np.array_equal(whole, values, equal_nan=True) else values
    )


def _marks(status: pd.Series, column: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row_number": status.index.to_numpy(dtype="int64"),
            "column": np.full(len(status), column, dtype=object),
            "status": status.to_numpy(dtype=object),
        }
    )


def _no_marks() -> pd.DataFrame:
    return pd.DataFrame({"row_number": pd.array([], dtype="int64"), "column": [], "status": []})
