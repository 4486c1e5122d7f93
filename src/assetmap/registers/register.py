"""One list kept by hand: its file, its columns, and what its columns refer to.

Belongs here: :class:`Register` and :class:`Reference`, and the columns that several lists share.
Does not: any single list (``*_lists.py``), nor reading one (``read.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.contracts import Disclosure
from assetmap.geography import SLUG_PATTERN

if TYPE_CHECKING:
    from assetmap.contracts import Column, Contract

ORGANISATION: Final = Disclosure.ORGANISATION
UNKNOWN: Final = "unknown"
"""Written where nobody knows a date: an empty cell would not say whether somebody looked."""

DATE_PATTERN: Final = r"^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$"
"""A year, a month or a day: as exact as it is known."""
DATE_OR_UNKNOWN: Final = rf"^{UNKNOWN}$|{DATE_PATTERN}"
DAY_PATTERN: Final = r"^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$"
_MOST: Final = 1e15
DATE_PATTERNS: Final = (DATE_PATTERN, DATE_OR_UNKNOWN, DAY_PATTERN)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column whose values must stand in a column of another list.

    ``is_list`` says that a cell holds several values, separated by semicolons. ``also`` names
    what else is allowed: ``sites`` (ids of the site layer) or ``study_area`` (its id).
    """

    column: str
    table: str = ""
    target: str = ""
    is_list: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Register:
    """One list: ``folder`` and ``filename`` below the raw folder, and what its rows must keep.

    A row that breaks the contract refuses the whole list: whoever keeps it can mend it, and a
    list that half loads would say something that nobody wrote. Rows of an ``is_append_only``
    list may never change or go once a build has seen them.
    """

    folder: str
    filename: str
    contract: Contract
    references: tuple[Reference, ...] = ()
    is_append_only: bool = False

    @property
    def table(self) -> str:
        """Name of the staged table."""
        return self.contract.table

    @property
    def path(self) -> str:
        """Path below the raw folder."""
        return f"{self.folder}/{self.filename}"


def key(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a column of ids: small letters, digits, ``-`` and ``_``."""
    return fields.label(
        name, description, about=ORGANISATION, nullable=nullable, pattern=SLUG_PATTERN
    )


def text(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a column of plain text."""
    return fields.label(name, description, about=ORGANISATION, nullable=nullable)


def choice(
    name: str, description: str, allowed: tuple[str, ...], *, nullable: bool = False
) -> Column:
    """Return a column that holds one word of a list."""
    return fields.label(name, description, about=ORGANISATION, allowed=allowed, nullable=nullable)


def number(name: str, description: str, *, unit: str = "", nullable: bool = False) -> Column:
    """Return a column of amounts: none below nought, and none that is beyond any programme."""
    return fields.column(
        "number",
        name,
        description,
        unit=unit,
        nullable=nullable,
        about=ORGANISATION,
        minimum=0,
        maximum=_MOST,
    )


def day(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a column of days, ``YYYY-MM-DD``."""
    return fields.label(
        name, description, about=ORGANISATION, pattern=DAY_PATTERN, nullable=nullable
    )


def date(name: str, description: str, *, nullable: bool = False) -> Column:
    """Return a column of dates as exact as they are known: year, month or day."""
    return fields.label(
        name, description, about=ORGANISATION, pattern=DATE_PATTERN, nullable=nullable
    )


def date_or_unknown(name: str, description: str) -> Column:
    """Return a column of dates in which ``unknown`` is written out."""
    return fields.label(name, description, about=ORGANISATION, pattern=DATE_OR_UNKNOWN)


def whence() -> tuple[Column, Column]:
    """Return the two columns that say where a row is from."""
    return (
        key("document", "Document that says so."),
        text("section", "Section of the document."),
    )


FROM_SECTION: Final = Reference(column="document", table="stg_document", target="document")
"""Each row names its document; its section is checked with it."""
