"""Cells of a table that somebody will open in a spreadsheet.

Belongs here: what makes a cell harmless, for published and restricted files alike. Does not:
text on a page or a map (``publish/encode.py``).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a formula begins, in half and in full width: spreadsheets in some languages take both."""


def csv_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV for a spreadsheet: marked as UTF-8, no cell a formula.

    Text is quoted, since a bare carriage return within a cell would end its row for many
    readers; the mark in front tells Excel the encoding: names come in many alphabets.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(heading)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return f"\ufeff{text.getvalue()}"
