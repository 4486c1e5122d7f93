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

# A band, or a figure that its publisher marked as not to be used.
_BANDED: Final = r"<\s*[0-9]+|[0-9]+\s*[-\u2013]\s*[0-9]+|[0-9][0-9,.]*\s*[*!~]"
_GROUPED: Final = r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_TRUTHS: Final = dict.fromkeys(("true", "yes", "y", "1"), 1.0)
_TRUTHS.update(dict.fromkeys(("false", "no", "n", "0"), 0.0))
_EXACT: Final = 2.0**53
"""Above this a float no longer holds every integer."""

_UNSEEN: Final = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
"""Characters that take no room: a name of these alone is no name."""

MARK_COLUMNS: Final = ["dataset", "file", "row_number", "column", "status"]


def type_columns(
    frame: pd.DataFrame, contract: Contract
) -> tuple[pd.DataFrame, Rejects, pd.DataFrame]:
    """Turn the text cells of ``frame`` into the kinds of ``contract``.

    Columns that the contract does not declare stay text, for ``stage`` to use or drop.

    Returns
    -------
    The typed table without the rejected rows, the rejects (``bad_number``: no number, not
    finite, or not whole in a column of integers; ``bad_category``: neither true nor false),
    and the cells that held a source mark: ``row_number, column, status``.
    """
    typed = frame.copy(deep=False)
    rejects, bad, marks = Rejects(), np.zeros(len(frame), dtype=bool), []
    for column in contract.columns:
        if column.name not in frame.columns or column.kind == "geometry":
            continue
        text = frame[column.name].astype("str").fillna("").str.strip()
        if column.kind == "text":
            is_blank = text.str.replace(_UNSEEN, "", regex=True).str.strip() == ""
            typed[column.name] = text.mask(is_blank, None)
            continue
        is_boolean = column.kind == "boolean"
        numbers = text.str.lower().map(_TRUTHS) if is_boolean else as_numbers(text)
        unreadable, status = _read_odd(text, numbers)
        if column.kind == "integer":
            unreadable |= _is_not_whole(numbers)
        typed[column.name] = _as_kind(numbers.mask(unreadable), column)
        reason = "bad_category" if is_boolean else "bad_number"
        rejects += Rejects.of(frame.index[unreadable & ~bad], reason, column.name)
        bad |= unreadable
        if len(status):
            marks.append(_marks(status, column.name))
    kept = typed.loc[~bad]
    found = pd.concat(marks, ignore_index=True) if marks else _no_marks()
    return kept, rejects, found[found["row_number"].isin(kept.index)]


def as_numbers(text: pd.Series) -> pd.Series:
    """Return the finite numbers of a column; NaN where a cell is none."""
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    if numbers.notna().all():
        return numbers.where(np.isfinite(numbers))
    odd = text[numbers.isna()]
    grouped = odd[odd.str.fullmatch(_GROUPED)]
    numbers.loc[grouped.index] = pd.to_numeric(grouped.str.replace(",", "")).astype(float)
    return numbers.where(np.isfinite(numbers))


def _read_odd(text: pd.Series, numbers: pd.Series) -> tuple[np.ndarray, pd.Series]:
    """Return which cells are neither value nor mark, and the status of those with a mark."""
    if numbers.notna().all():
        return np.zeros(len(text), dtype=bool), pd.Series(dtype=object)
    odd = text[numbers.isna()].str.lower()
    status = odd.map(SOURCE_MARKS).astype(object)
    status = status.mask(odd.str.fullmatch(_BANDED).astype(bool), "suppressed")
    unreadable = text.index.isin(odd.index[status.isna()])
    return unreadable, status.dropna()


def _is_not_whole(numbers: pd.Series) -> np.ndarray:
    values = numbers.to_numpy()
    is_part = (values != np.round(values)) | (np.abs(values) > _EXACT)
    return np.asarray(is_part & ~np.isnan(values), dtype=bool)


def _as_kind(numbers: pd.Series, column: Column) -> pd.Series | np.ndarray:
    if column.kind == "integer":
        return numbers.astype("Int64")
    return numbers.astype("boolean") if column.kind == "boolean" else numbers.to_numpy()


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
