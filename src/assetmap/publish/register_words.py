"""Entries of the registers in words: dates, spans, months of slippage, measures, sources.

Belongs here: how the pages of sites and of the programme both write an entry and list
entries. Does not: formatting of indicators (``tables.py``), or which entry stands where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.publish.page import downloads
from assetmap.publish.tables import Cell, Table, headings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assetmap.publish.model import Published, Row

NOT_STATED: Final = "not stated"

_DATE: Final = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d{2}))?)?")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_BOUNDS: Final = {
    "exact": "",
    "about": "about ",
    "average": "on average ",
    "at_least": "at least ",
    "at_most": "at most ",
    "over": "over ",
}
_EMPTY: Final = Cell(text="")
_METRICS: Final = {"homes": "homes", "jobs": "jobs", "ha": "hectares", "gbp": "value"}


def worded(key: str) -> str:
    """Return a key in words: ``on_site`` is ``On site``."""
    return capital(key.replace("_", " "))


def capital(text: str) -> str:
    """Return ``text`` with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def metric_label(metric: str) -> str:
    """Return what a capacity counts, in words."""
    return _METRICS.get(metric, metric)


def date_words(date: str | None) -> str:
    """Return a date as people write it: ``2018-04`` is ``April 2018``; unknown is not stated."""
    if date in {None, "", "unknown"}:
        return NOT_STATED
    found = _DATE.fullmatch(date or "")
    if found is None:
        return date or ""
    year, month, day = found.groups()
    words = [str(int(day))] if day else []
    return " ".join([*words, *([_MONTHS[int(month) - 1]] if month else []), year])


def span_words(earliest: str | None, latest: str | None) -> str:
    """Return the dates that a statement allows: ``April 2018 to March 2019``, ``2016``."""
    first, last = date_words(earliest), date_words(latest)
    if first == last:
        return first
    if first == NOT_STATED:
        return f"by {last}"
    return f"{first} or later" if last == NOT_STATED else f"{first} to {last}"


def slippage_words(low: float | None, high: float | None) -> str:
    """Return months of slippage: ``2 months early to 11 months late``; ``""`` if not known."""
    if low is None:
        return "" if high is None else f"up to {_late(high)}"
    if high is None:
        return f"{_late(low)} or more"
    if low == high:
        return _late(low) if low else "no slippage"
    if low < 0 < high:
        return f"{_late(low)} to {_late(high)}"
    return f"{low:g} to {_late(high)}" if high > 0 else f"{abs(high):g} to {_late(low)}"


def _late(months: float) -> str:
    count = f"{abs(months):g} month{'' if abs(months) == 1 else 's'}"
    return f"{count} {'early' if months < 0 else 'late'}"


def bounded(text: str, bound: str) -> str:
    """Return a figure with how it limits the truth: ``about 3,000``, ``over 60``."""
    return f"{_BOUNDS.get(bound, f'{bound} ')}{text}"


def quantity(value: float, metric: str) -> str:
    """Return how much a site is to hold, without the noun; hectares have two decimals or none."""
    if metric == "gbp":
        return f"£{value:,.0f}"
    has_decimals = metric == "ha" and not float(value).is_integer()
    return f"{value:,.2f}" if has_decimals else f"{value:,.10g}"


def joined(texts: Sequence[str], *, last: str = "and") -> str:
    """Return texts as a list in a sentence: ``a, b and c``."""
    if len(texts) < 2:  # noqa: PLR2004 - one text needs no joining word
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def listing(
    name: str,
    caption: str,
    heads: Sequence[str],
    rows: Iterable[tuple[Cell, ...]],
    *,
    download: str,
    totals: tuple[tuple[Cell, ...], ...] = (),
) -> Table:
    """Return a table of entries in the order in which they are given.

    A column in which nothing is written is left out.
    """
    body = tuple(rows)
    kept = [n for n in range(len(heads)) if n == 0 or any(row[n] != _EMPTY for row in body)]
    return Table(
        id=name,
        caption=caption,
        headings=headings(*(heads[n] for n in kept)),
        rows=_columns(body, kept),
        totals=_columns(totals, kept),
        downloads=downloads(download),
        is_sortable=False,
    )


def _columns(rows: Sequence[tuple[Cell, ...]], kept: Sequence[int]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(row[n] for n in kept) for row in rows)


@dataclass(frozen=True, kw_only=True)
class RegisterPart:
    """One heading with those of its tables that have rows; ``remarks`` say it in words."""

    id: str
    title: str
    tables: tuple[Table, ...]
    remarks: tuple[str, ...] = ()


def part(name: str, title: str, *tables: Table, remarks: Sequence[str] = ()) -> RegisterPart:
    """Return one heading without the tables that are empty."""
    filled = tuple(table for table in tables if table.rows)
    return RegisterPart(id=name, title=title, tables=filled, remarks=tuple(remarks))


@dataclass(frozen=True)
class Sources:
    """Where entries come from: documents by their titles."""

    titles: Mapping[str, str]

    def cell(self, row: Row) -> Cell:
        """Return the cell that says which document a row is from, and where in it."""
        return Cell(text=self.title(row["document"]), small=_place(row["section"]))

    def words(self, row: Row) -> str:
        """Return the same in one line."""
        place = _place(row["section"])
        return f"{self.title(row['document'])}{f', {place}' if place else ''}"

    def title(self, document: str | None) -> str:
        """Return the title of a document, its id where no title is known."""
        return self.titles.get(document or "", document or NOT_STATED)


def sources(published: Published) -> Sources:
    """Return the sources that the published tables name."""
    return Sources({r["document"]: r["document_title"] for r in published.rows("pub_document")})


def _place(section: str | None) -> str:
    text = section or ""
    return f"section {text}" if text[:1].isdigit() else text
