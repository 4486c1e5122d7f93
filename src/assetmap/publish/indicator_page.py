"""The page of area figures, and the tables of computed indicators by topic.

Belongs here: which indicator stands in which row and column, notes, and the topics that a
site's page shows. Does not: any calculation, nor targets (``dashboard_page.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from assetmap.publish.model import split_keys
from assetmap.publish.page import Notes, Page, downloads
from assetmap.publish.tables import (
    Cell,
    Heading,
    Table,
    figure,
    headings,
    interval,
    unit_label,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row

MAX_SITE_COLUMNS: Final = 8

_REGISTER_CAVEAT: Final = "stated_by_register"
_REGISTER_ONLY: Final = (
    "By one register alone. What every document states is under “What is recorded of the site”."
)


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Tables under one heading."""

    title: str
    tables: tuple[Table, ...]

    @property
    def table(self) -> Table:
        """The first table."""
        return self.tables[0]


@dataclass(frozen=True, kw_only=True)
class _Column:
    code: str
    name: str


def areas_page(published: Published) -> Page:
    """Return the page of all computed indicators, by area and by site."""
    notes = Notes(published.caveats)
    areas = [_Column(code=r["area_code"], name=r["area_name"]) for r in published.areas]
    sites = [_Column(code=r["site_id"], name=r["site_name"]) for r in published.sites]
    topics = []
    for place, (topic, metas) in enumerate(_topics(published), start=1):
        by_area = [m for m in metas if _has_any(published, m, areas)]
        by_site = [m for m in metas if _has_any(published, m, sites)]
        tables = [
            _matrix(
                published, by_area, areas, notes=notes, name=(f"{topic}, by area", f"area-{place}")
            )
            if by_area
            else None,
            _sites_as_rows(
                _matrix(
                    published,
                    by_site,
                    sites,
                    notes=notes,
                    name=(f"{topic}, by site", f"site-{place}"),
                )
            )
            if by_site
            else None,
        ]
        topics.append(Topic(title=topic, tables=tuple(t for t in tables if t)))
    return Page(
        path="areas.html",
        template="areas.html.j2",
        title="Area figures",
        summary="What the figures say about the study area, its wards and its sites, beside the "
        "local authorities that they lie in.",
        content={"topics": topics, "about": _about(published), "notes": notes.texts},
    )


def site_topics(published: Published, site: Row, notes: Notes) -> list[Topic]:
    """Return the indicators of one site by topic, as tables with one row per indicator."""
    topics = []
    for place, (topic, metas) in enumerate(_topics(published), start=1):
        found = [(m, published.figures.get((m["indicator_id"], site["site_id"]))) for m in metas]
        known = [(meta, row) for meta, row in found if row is not None]
        rows = [_site_row(meta, row, notes) for meta, row in known] if _says_much(known) else []
        if rows:
            name = (f"{topic}: {site['site_name']}", f"topic-{place}")
            table = _site_table(rows, name, remark=_remark([meta for meta, _ in known]))
            topics.append(Topic(title=topic, tables=(table,)))
    return topics


def _site_table(rows: Sequence[tuple[Cell, ...]], name: tuple[str, str], *, remark: str) -> Table:
    shared, body = hoisted(rows)
    caption, table_id = name
    return Table(
        id=table_id,
        caption=caption,
        headings=(
            Heading(text="Indicator", notes=shared),
            *headings("#Figure", "Interval", "Unit", "Period"),
        ),
        rows=body,
        downloads=downloads("indicators"),
        remark=remark,
        is_headed=True,
        is_sortable=False,
    )


def _remark(metas: Sequence[Row]) -> str:
    """Return what must stand above figures that rest on one register alone."""
    is_register = all(_REGISTER_CAVEAT in split_keys(meta["caveat"]) for meta in metas)
    return _REGISTER_ONLY if is_register else ""


def hoisted(
    rows: Sequence[tuple[Cell, ...]],
) -> tuple[tuple[int, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the notes that every row carries, for the heading, and the rows without them."""
    if len(rows) < 2:  # noqa: PLR2004 - the notes of one row are nobody else's
        return (), tuple(rows)
    shared = set.intersection(*(set(row[0].notes) for row in rows))
    body = tuple(
        (replace(first, notes=tuple(n for n in first.notes if n not in shared)), *others)
        for first, *others in rows
    )
    return tuple(sorted(shared)), body


def _says_much(rows: Sequence[tuple[Row, Row]]) -> bool:
    # A site without a place has nothing but gaps: one notice says so better than ten rows.
    return any(row["status"] != "not_measured" for _, row in rows)


def _site_row(meta: Row, row: Row, notes: Notes) -> tuple[Cell, ...]:
    decimals = meta["decimals"]
    caveats = dict.fromkeys((*split_keys(meta["caveat"]), *split_keys(row["caveat"])))
    return (
        Cell(text=meta["title"], notes=notes.number(caveats)),
        Cell(text=figure(row, decimals=decimals)),
        Cell(text=interval(row, decimals=decimals) or _no_interval(meta, row)),
        Cell(text=unit_label(row["unit"])),
        Cell(text=row["period"]),
    )


def _no_interval(meta: Row, row: Row) -> str:
    """Return why a figure has no interval: its ends are one figure, or its method has none."""
    is_one = row["status"] == "published" and row["low"] is not None and row["low"] == row["high"]
    return "none: low and high are the same" if is_one else str(meta["interval"])


def _topics(published: Published) -> list[tuple[str, list[Row]]]:
    topics: dict[str, list[Row]] = {}
    order = sorted(
        published.rows("pub_indicator_meta"), key=lambda m: (m["sort_order"], m["indicator_id"])
    )
    for meta in order:
        topics.setdefault(meta["topic"], []).append(meta)
    return list(topics.items())


def _has_any(published: Published, meta: Row, columns: Sequence[_Column]) -> bool:
    return any((meta["indicator_id"], column.code) in published.figures for column in columns)


def _matrix(
    published: Published,
    metas: Sequence[Row],
    columns: Sequence[_Column],
    *,
    notes: Notes,
    name: tuple[str, str],
) -> Table:
    grid = [[published.figures.get((m["indicator_id"], c.code)) for c in columns] for m in metas]
    firsts = [_row_heading(meta, notes) for meta in metas]
    by_column = [
        _shared_caveats([(m, row[place]) for m, row in zip(metas, grid, strict=True)])
        for place in range(len(columns))
    ]
    heads = [
        Heading(text=column.name, is_number=True, notes=notes.number(caveats))
        for column, caveats in zip(columns, by_column, strict=True)
    ]
    rows = [
        (
            first,
            *(_figure_cell(r, meta, known, notes) for r, known in zip(row, by_column, strict=True)),
        )
        for first, meta, row in zip(firsts, metas, grid, strict=True)
    ]
    caption, table_id = name
    shared, body = hoisted(rows)
    return Table(
        id=table_id,
        caption=caption,
        headings=(Heading(text="Indicator", notes=shared), *heads),
        rows=body,
        downloads=downloads("indicators"),
        is_sortable=False,
    )


def _sites_as_rows(table: Table) -> Table:
    """Return a table with one row per site: more sites than this fit no page side by side."""
    if len(table.headings) - 1 <= MAX_SITE_COLUMNS:
        return table
    heads = (
        Heading(text=f"{row[0].text} ({row[0].small})", is_number=True, notes=row[0].notes)
        for row in table.rows
    )
    rows = (
        (Cell(text=head.text, notes=head.notes), *(row[place] for row in table.rows))
        for place, head in enumerate(table.headings[1:], start=1)
    )
    first = Heading(text="Site", notes=table.headings[0].notes)
    return replace(table, headings=(first, *heads), rows=tuple(rows), is_sortable=True)


def _row_heading(meta: Row, notes: Notes) -> Cell:
    return Cell(
        text=meta["title"],
        small=f"{unit_label(meta['unit'])}, {meta['period']}",
        notes=notes.number(split_keys(meta["caveat"])),
    )


def _own_caveats(row: Row, meta: Row) -> list[str]:
    common = split_keys(meta["caveat"])
    return [caveat for caveat in split_keys(row["caveat"]) if caveat not in common]


def _shared_caveats(column: Sequence[tuple[Row, Row | None]]) -> list[str]:
    """Return the caveats that every figure of a column carries beyond its indicator's own."""
    own = [_own_caveats(row, meta) for meta, row in column if row is not None]
    return [c for c in own[0] if all(c in other for other in own)] if own else []


def _figure_cell(row: Row | None, meta: Row, known: Sequence[str], notes: Notes) -> Cell:
    own = [c for c in _own_caveats(row, meta) if c not in known] if row else []
    decimals = meta["decimals"]
    return Cell(
        text=figure(row, decimals=decimals),
        small=interval(row, decimals=decimals),
        notes=notes.number(own),
    )


def _about(published: Published) -> Table:
    titles = published.dataset_titles
    rows = tuple(
        (
            Cell(text=meta["title"]),
            Cell(text=meta["meaning"]),
            Cell(text=meta["period"]),
            Cell(text=meta["interval"]),
            Cell(text="; ".join(titles.get(key, key) for key in split_keys(meta["source"]))),
        )
        for _, metas in _topics(published)
        for meta in metas
    )
    return Table(
        id="about",
        caption="What each indicator says, when, how sure, and from what",
        headings=headings("Indicator", "Meaning", "Period", "Interval", "Sources"),
        rows=rows,
        downloads=downloads("indicators_metadata"),
        filter_label="Find an indicator",
    )
