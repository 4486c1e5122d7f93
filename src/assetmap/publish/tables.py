"""Figures and words as a reader sees them, and the tables that pages show.

Belongs here: formatting of one value, and :class:`Table`, the view model that the table
template draws. Does not: which figures stand on which page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from assetmap import fields
from assetmap.publish.encode import plain

if TYPE_CHECKING:
    from assetmap.publish.model import Row

NOT_AVAILABLE: Final = "not available"
NOT_RECORDED: Final = "not recorded"
SUPPRESSED: Final = "[c]"
STEPS: Final = 5
"""Steps of a ladder that a cell draws: stages of a site, levels of engagement."""

_CAPITALS: Final = {"gp": "GP", "nhs": "NHS", "vcs": "VCS"}
_HISSING: Final = ("s", "x", "ch", "sh")


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar beside a count, ``length`` of 0 to 100.

    A withheld one is a hatched box of one size: nothing of it may hang on the count.
    """

    length: int = 0
    is_withheld: bool = False


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table.

    ``href`` is relative to the site's root, or another host's where ``is_external``;
    ``sort`` is what the column sorts by where the text would mislead; ``show`` is the id
    of a feature on the page's map that a button shows; ``notes`` are numbers of notes;
    ``steps`` is how many of :data:`STEPS` boxes are filled, 0 for none drawn; ``anchor`` is the
    id of a row, given by its first cell, that links lead to.
    """

    text: str
    small: str = ""
    href: str = ""
    sort: str = ""
    show: str = ""
    is_external: bool = False
    is_download: bool = False
    notes: tuple[int, ...] = ()
    bar: Bar | None = None
    steps: int = 0
    anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The heading of one column."""

    text: str
    is_number: bool = False
    notes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Download:
    """One file that holds the data of a table; ``href`` is relative to the site's root."""

    href: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as the template draws it; the first cell of a row is its heading.

    ``totals`` are rows at the foot, which sorting and filtering leave there; a caption that
    ``is_headed`` says what the heading above it says, so it is for screen readers only.
    """

    id: str
    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[tuple[Cell, ...], ...] = ()
    downloads: tuple[Download, ...] = ()
    filter_label: str = ""
    remark: str = ""
    is_headed: bool = False
    is_sortable: bool = field(default=True)


def headings(*texts: str) -> tuple[Heading, ...]:
    """Return headings; a text that starts with ``#`` heads a column of numbers."""
    return tuple(Heading(text=t.removeprefix("#"), is_number=t.startswith("#")) for t in texts)


def whole(value: float | None, *, missing: str = NOT_AVAILABLE) -> str:
    """Return a whole number with thousands separators."""
    return missing if value is None else f"{_no_minus_zero(round(value)):,.0f}"


def metres(value: float | None) -> str:
    """Return a distance in whole metres, with its unit."""
    return NOT_AVAILABLE if value is None else f"{whole(value)} m"


def percent(share: float) -> str:
    """Return a share of 0 to 1 as a whole percentage; what is above 0 is never shown as 0%."""
    if 0 < share < 0.005:  # noqa: PLR2004 - half of one per cent, where rounding gives 0
        return "less than 1%"
    return f"{100 * share:.0f}%"


def number(value: float, *, unit: str, decimals: int) -> str:
    """Return a figure with the decimals of its indicator; metres and counts are whole."""
    places = 0 if unit in {"m", "count", "homes"} else max(decimals, 0)
    text = f"{value:,.{places}f}"
    if text.lstrip("-0.,") == "":
        text = text.lstrip("-")
    return f"{text}%" if unit == "percent" else text


def figure(row: Row | None, *, decimals: int) -> str:
    """Return what stands in a table for one row of ``pub_indicator``."""
    if row is None or row["status"] == "not_measured":
        return NOT_AVAILABLE
    if row["status"] == "suppressed":
        return SUPPRESSED
    if row["value"] is None:
        return NOT_AVAILABLE
    return number(row["value"], unit=row["unit"], decimals=decimals)


def interval(row: Row | None, *, decimals: int) -> str:
    """Return ``low to high`` of one row of ``pub_indicator``, or ``""`` if it has none."""
    if row is None or row["status"] != "published" or row["low"] is None or row["high"] is None:
        return ""
    low, high = (number(row[k], unit=row["unit"], decimals=decimals) for k in ("low", "high"))
    return f"{low} to {high}" if low != high else ""


def unit_label(unit: str) -> str:
    """Return a unit in words."""
    return {"percent": "%", "m": "metres", "ha": "hectares"}.get(unit, unit)


def kind_label(kind: str) -> str:
    """Return the name of a kind in the singular: ``gp_practice`` is ``GP practice``.

    A kind outside :data:`assetmap.fields.KINDS` is read from its id, so that a site or a
    place of a new kind still has a name.
    """
    if kind in fields.KINDS:
        return _capital(fields.KINDS[kind][0])
    words = [_CAPITALS.get(word, word) for word in plain(kind).replace("_", " ").split()]
    return _capital(" ".join(words))


def kind_plural(kind: str) -> str:
    """Return the name of a kind in the plural."""
    if kind in fields.KINDS:
        return fields.KINDS[kind][1]
    label = kind_label(kind)
    if re.search(r"[^aeiou]y$", label):
        return f"{label[:-1]}ies"
    return f"{label}es" if label.endswith(_HISSING) else f"{label}s"


def counted(count: int, singular: str, plural: str = "") -> str:
    """Return a count with its noun: ``1 site``, ``6 sites``."""
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"


def homes(row: Row) -> str:
    """Return the homes planned on a site: one figure, a range, or not recorded."""
    low, high = row["homes_min_count"], row["homes_max_count"]
    known = sorted({n for n in (low, high) if n is not None})
    return " to ".join(f"{n:,}" for n in known) if known else NOT_RECORDED


def file_size(size_bytes: int) -> str:
    """Return a file size in the unit that suits it."""
    kilobyte, megabyte = 1_000, 1_000_000
    if size_bytes >= megabyte:
        return f"{size_bytes / megabyte:.1f} MB"
    return f"{max(1, round(size_bytes / kilobyte))} KB"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _no_minus_zero(value: int) -> int:
    return value or 0
