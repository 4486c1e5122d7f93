"""The quality report: what was checked, what was found, and who can put it right.

Belongs here: the page of ``pub_quality``, ``pub_coverage`` and ``pub_held``. Does not: any check
(``sql/quality/``), nor the comparison with the last build, which is never published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.disclosure.quality import NOBODY, OWNERS, SEVERITIES
from assetmap.publish.page import Page, downloads
from assetmap.publish.tables import Cell, Table, counted, headings, percent, whole
from assetmap.quarantine import REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assetmap.publish.model import Published, Row

PAGE: Final = "quality.html"

_WEIGHTS: Final = {"blocking": "stops publication", "warning": "warning", "note": "note"}
_PLURALS: Final = {
    "LSOA of 2011": "LSOAs of 2011",
    "LSOA of 2021": "LSOAs of 2021",
    "ward of 2017": "wards of 2017",
    "live postcode": "live postcodes",
}


@dataclass(frozen=True, kw_only=True)
class OwnerGroup:
    """What one owner can put right."""

    owner: str
    who: str
    table: Table


def quality_page(published: Published) -> Page:
    """Return the page of the quality report."""
    rows = published.rows("pub_quality")
    found = [row for row in rows if not row["passed"]]
    return Page(
        path=PAGE,
        template="quality.html.j2",
        title="Quality of the data",
        summary="What was checked in the data of this build, what was found, what it means for "
        "the figures, and who can put it right.",
        content={
            "words": quality_words(rows),
            "groups": _groups([row for row in found if row["owner"] != NOBODY]),
            "datasets": _dataset_table(published),
            "held": _held_table(published),
            "known": _check_table(
                [row for row in found if row["owner"] == NOBODY],
                "known",
                "What is known of the data, and nobody has to mend",
            ),
            "passed": _passed_table([row for row in rows if row["passed"]]),
            "files": downloads("quality"),
        },
    )


def quality_words(rows: Sequence[Row]) -> str:
    """Return the report in three sentences."""
    found = [row for row in rows if not row["passed"]]
    known = sum(row["owner"] == NOBODY for row in found)
    stopping = sum(row["severity"] == SEVERITIES[0] for row in found)
    stops = counted(stopping, "finding stops", "findings stop") if stopping else "None stops"
    return (
        f"{counted(len(rows), 'check')} ran on this build, and {len(rows) - len(found)} found "
        f"nothing. {len(found) - known} found something that somebody can put right, and {known} "
        f"say what is known of the data. {stops} publication."
    )


def _groups(rows: Sequence[Row]) -> list[OwnerGroup]:
    groups = []
    for number, owner in enumerate(OWNERS):
        own = [row for row in rows if row["owner"] == owner]
        if own:
            caption = f"What was found for the {owner}"
            table = _check_table(own, f"owner-{number}", caption)
            groups.append(OwnerGroup(owner=_capital(owner), who=OWNERS[owner], table=table))
    return groups


def _check_table(rows: Sequence[Row], table_id: str, caption: str) -> Table:
    return Table(
        id=table_id,
        caption=caption,
        headings=headings(
            "What should be so", "What was found, and what it means", "#Findings", "Weight"
        ),
        rows=tuple(
            (
                Cell(text=row["title"]),
                Cell(text=row["message"]),
                Cell(text=whole(row["finding_count"])),
                Cell(text=_WEIGHTS[row["severity"]], sort=str(SEVERITIES.index(row["severity"]))),
            )
            for row in sorted(rows, key=_gravity)
        ),
        is_headed=True,
    )


def _passed_table(rows: Sequence[Row]) -> Table:
    return Table(
        id="passed",
        caption="Checks that found nothing",
        headings=headings("Check", "What is so", "About", "A failure"),
        rows=tuple(
            (
                Cell(text=row["title"]),
                Cell(text=row["message"]),
                Cell(text=row["topic"]),
                Cell(text=_WEIGHTS[row["severity"]], sort=str(SEVERITIES.index(row["severity"]))),
            )
            for row in sorted(rows, key=_gravity)
        ),
        is_headed=True,
    )


def _gravity(row: Row) -> tuple[int, str, str]:
    return SEVERITIES.index(row["severity"]), row["title"], row["check_id"]


def _dataset_table(published: Published) -> Table:
    covers = {row["dataset_id"]: row for row in published.rows("pub_coverage")}
    return Table(
        id="coverage",
        caption="Datasets: rows received, loaded and held, and how much of the study area has an "
        "entry",
        headings=headings(
            "Dataset", "#Received", "#Loaded", "#Held", "#Covered", "Of what", "Period", "Extent"
        ),
        rows=tuple(
            (
                Cell(text=row["title"], small=row["dataset_id"]),
                *(Cell(text=whole(row[n])) for n in ("row_count", "loaded_count", "held_count")),
                *_coverage_cells(covers.get(row["dataset_id"])),
                Cell(text=row["period"]),
                Cell(text=row["extent"]),
            )
            for row in published.rows("pub_dataset")
        ),
        downloads=downloads("coverage"),
    )


def _coverage_cells(row: Row | None) -> tuple[Cell, Cell]:
    if row is None or row["area_count"] is None:
        return Cell(text="not by area", sort="-1"), Cell(text="entries of a list")
    share = "100%" if row["covered_count"] == row["area_count"] else _part(row["covered_pct"])
    areas = str(_PLURALS.get(row["area_type"], row["area_type"]))
    of_what = f"{row['covered_count']:,} of {counted(row['area_count'], row['area_type'], areas)}"
    return Cell(text=share, sort=str(row["covered_pct"])), Cell(text=of_what)


def _part(covered_pct: float) -> str:
    """Return a share below the whole, which is never shown as 100%."""
    return "over 99%" if covered_pct >= 99.5 else percent(covered_pct / 100)  # noqa: PLR2004


def _held_table(published: Published) -> Table | None:
    rows = published.rows("pub_held")
    titles = published.dataset_titles
    table = Table(
        id="held",
        caption="Rows held back, by dataset and reason",
        headings=headings("Dataset", "Reason", "#Rows"),
        rows=tuple(
            (
                Cell(text=str(titles.get(row["dataset_id"], row["dataset_id"]))),
                Cell(text=_capital(str(REASONS.get(row["reason"], row["reason"])))),
                Cell(text=whole(row["held_count"])),
            )
            for row in rows
        ),
        downloads=downloads("held_rows"),
        is_headed=True,
    )
    return table if rows else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
