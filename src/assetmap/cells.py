"""Cells of a table that somebody will open in a spreadsheet.

Belongs here: what makes a cell harmless, for published and restricted files alike. Does not:
text on a page or a map (``publish/encode.py``).
"""

from __future__ import annotations

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_cell(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value
