"""Tables of people as pages show them: categories down, areas across.

Belongs here: which declared table has which rows and columns, the words for a withheld
count, the bars. Does not: what may be shown (the gate has settled that), whole pages.
Rows stand in the order that was declared, never in the order of their counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.fields import SYNTHETIC
from assetmap.publish.model import split_keys
from assetmap.publish.page import downloads
from assetmap.publish.tables import (
    NOT_AVAILABLE,
    SUPPRESSED,
    Bar,
    Cell,
    Heading,
    Table,
    headings,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assetmap.publish.model import Published, Row

ALL: Final = "all"
"""The category that is everyone of an area."""

WEIGHTED: Final = "weighted, non-probability sample"

_AREA_LABELS: Final = {"ward": "{} ward", "study_area": "{} (study area)"}


@dataclass(frozen=True, kw_only=True)
class PeopleArea:
    """One column of a table of people."""

    code: str
    name: str
    geography: str

    @property
    def label(self) -> str:
        """The name with the kind of area."""
        return _AREA_LABELS[self.geography].format(self.name)


@dataclass(frozen=True, kw_only=True)
class PeopleSection:
    """One declared table under its heading; ``table`` is None where nothing is released."""

    id: str
    title: str
    is_sensitive: bool
    table: Table | None


def declared(published: Published, population: str) -> list[Row]:
    """Return the declared tables of one population, in the order that was declared."""
    metas = [m for m in published.rows("pub_people_table") if m["population"] == population]
    return sorted(metas, key=lambda m: (m["sort_order"], m["table_id"]))


def rows_of(published: Published, table_id: str) -> list[Row]:
    """Return the rows of one declared table, in the order that was declared."""
    rows = [row for row in published.rows("pub_people") if row["table_id"] == table_id]
    return sorted(rows, key=lambda row: (row["sort_order"], row["category"]))


def areas_of(rows: Iterable[Row]) -> list[PeopleArea]:
    """Return the areas of ``rows``: the study area first, then wards by name."""
    found = {
        PeopleArea(code=r["area_code"], name=r["area_name"], geography=r["geography"]) for r in rows
    }
    return sorted(found, key=lambda a: (a.geography != "study_area", a.name, a.code))


def labelled(published: Published, caption: str) -> str:
    """Return a caption that says so where the people are made up."""
    is_synthetic = published.survey_state == SYNTHETIC
    return f"{caption} (synthetic data)" if is_synthetic else caption


def is_shown(row: Row | None) -> bool:
    """Return True where the count of ``row`` may be read; all else is treated as withheld."""
    return row is not None and row["status"] == "published" and row["count"] is not None


def percentage(value: int | None) -> str:
    """Return a whole percentage, or ``""`` where none is given."""
    return "" if value is None else f"{value}%"


def count_cell(row: Row | None, *, longest: int | None = None) -> Cell:
    """Return a count with its share; ``longest`` is the count of the longest bar, if drawn."""
    is_drawn = longest is not None
    if row is None:
        return Cell(text=NOT_AVAILABLE)
    if not is_shown(row):
        return Cell(text=SUPPRESSED, bar=Bar(is_withheld=True) if is_drawn else None)
    bar = Bar(length=round(100 * row["count"] / max(longest or 0, 1))) if is_drawn else None
    return Cell(text=whole(row["count"]), small=percentage(row["share_pct"]), bar=bar)


def longest_bar(rows: Iterable[Row]) -> int:
    """Return the largest released count of the study area: withheld ones set no scale."""
    counts = [
        row["count"]
        for row in rows
        if row["geography"] == "study_area" and row["category"] != ALL and is_shown(row)
    ]
    return max(counts, default=0)


def section(published: Published, meta: Row, place: int) -> PeopleSection:
    """Return one declared table with its heading; ``place`` numbers it on its page."""
    return PeopleSection(
        id=f"people-{place}",
        title=meta["title"],
        is_sensitive=meta["is_sensitive"],
        table=people_table(published, meta, table_id=f"people-{place}"),
    )


def people_table(
    published: Published, meta: Row, *, table_id: str, only: PeopleArea | None = None
) -> Table | None:
    """Return one declared table, or None where nothing is released of it.

    ``only`` keeps one area and names it in the caption.
    """
    every = rows_of(published, meta["table_id"])
    rows = every if only is None else [r for r in every if r["area_code"] == only.code]
    if not rows:
        return None
    grid = _Grid(rows)
    body, totals = grid.split([c for c in grid.labels if c != ALL]), grid.split([ALL])
    return Table(
        id=table_id,
        caption=labelled(published, _caption(meta, rows, only)),
        headings=(*headings(meta["attribute_labels"] or "People"), *grid.headings),
        rows=body or totals,
        totals=totals if body else (),
        downloads=downloads("people", published.survey_state),
        remark=_remark(meta),
        is_sortable=len(body) > 1,
    )


class _Grid:
    """Rows of one table by category and area, with a column for each figure."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.areas = areas_of(rows)
        self.labels = {row["category"]: row["category_label"] for row in rows}
        self._cells: Mapping[tuple[str, str], Row] = {
            (row["category"], row["area_code"]): row for row in rows
        }
        self._longest = longest_bar(rows)
        self._is_weighted = any(row["weighted_pct"] is not None for row in rows)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """A heading for each area, and one for the weighted share of the study area."""
        texts: list[str] = []
        for area in self.areas:
            texts.append(f"#{area.label}")
            if self._has_weighted(area):
                texts.append(f"#{area.name}: {WEIGHTED}")
        return headings(*texts)

    def split(self, categories: Iterable[str]) -> tuple[tuple[Cell, ...], ...]:
        """Return the rows of ``categories`` that there are."""
        return tuple(self._row(category) for category in categories if category in self.labels)

    def _has_weighted(self, area: PeopleArea) -> bool:
        return self._is_weighted and area.geography == "study_area"

    def _row(self, category: str) -> tuple[Cell, ...]:
        cells = [Cell(text=self.labels[category])]
        for area in self.areas:
            row = self._cells.get((category, area.code))
            is_drawn = area.geography == "study_area" and category != ALL
            cells.append(count_cell(row, longest=self._longest if is_drawn else None))
            if self._has_weighted(area):
                cells.append(_weighted_cell(row) if category != ALL else Cell(text=""))
        return tuple(cells)


def _weighted_cell(row: Row | None) -> Cell:
    if row is None or (is_shown(row) and row["weighted_pct"] is None):
        return Cell(text=NOT_AVAILABLE)
    return Cell(text=percentage(row["weighted_pct"]) if is_shown(row) else SUPPRESSED)


def _caption(meta: Row, rows: Sequence[Row], only: PeopleArea | None) -> str:
    title = str(meta["title"])
    if only is not None:
        return f"{title}: {only.label}, not the site or its surroundings"
    has_shares = any(row["share_pct"] is not None for row in rows)
    return f"{title}: number of people{', and per cent of all in the area' * has_shares}"


def _remark(meta: Row) -> str:
    texts = []
    if meta["is_sensitive"]:
        texts.append(
            "This is sensitive, so it is shown for the study area only, and counts below "
            f"{meta['threshold']} are withheld."
        )
    if not meta["is_exclusive"] and split_keys(meta["attributes"]):
        texts.append(
            "One person can stand in several rows, so the rows can add up to more than all."
        )
    return " ".join(texts)
