"""What residents answered, and how those who answered compare with the census.

Belongs here: the page of results. Does not: the tables' making (``people.py``), the
programme's own figures (``programme_page.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from assetmap.fields import NO_SURVEY
from assetmap.publish.page import Page, downloads
from assetmap.publish.people import (
    ALL,
    areas_of,
    declared,
    is_shown,
    labelled,
    percentage,
    rows_of,
    section,
)
from assetmap.publish.tables import SUPPRESSED, Bar, Cell, Table, headings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assetmap.publish.model import Published, Row
    from assetmap.publish.people import PeopleArea

LOW_RATIO: Final = 0.8
HIGH_RATIO: Final = 1.25
"""Between these a group has answered about in proportion: 4 to 5, or 5 to 4."""

_BARS: Final = {"shown": Bar(length=100), "withheld": Bar(is_withheld=True)}


def survey_page(published: Published) -> Page:
    """Return the page of the survey's results."""
    is_loaded = published.survey_state != NO_SURVEY
    return Page(
        path="survey.html",
        template="survey.html.j2",
        title="What residents said",
        summary=f"A survey of residents of {published.run['area_name']} by community researchers: "
        "who answered, what they can do, what they would start, and how they see the developments.",
        content={
            "is_loaded": is_loaded,
            **(_results(published) if is_loaded else {}),
            "bars": _BARS,
            "thresholds": _thresholds(published),
            "ratios": (LOW_RATIO, HIGH_RATIO),
        },
        survey="figures" if is_loaded else "",
    )


def _results(published: Published) -> dict[str, object]:
    metas = declared(published, "respondent")
    rows = [_compared_rows(published, meta) for meta in metas]
    return {
        "coverage": [
            _coverage_table(published, meta, own, place)
            for place, (meta, own) in enumerate(zip(metas, rows, strict=True), start=1)
            if _has_census(own)
        ],
        "uncompared": [
            meta["attribute_labels"]
            for meta, own in zip(metas, rows, strict=True)
            if own and not _has_census(own)
        ],
        "sections": [section(published, meta, n) for n, meta in enumerate(metas, start=1)],
        "weighted_by": _fact(published, "weighted_by"),
        "least_change": _fact(published, "least_change"),
        "rounding_base": _fact(published, "rounding_base") or "5",
        "declared": downloads("people_tables", published.survey_state),
    }


def _fact(published: Published, key: str) -> str:
    fact = published.survey_facts.get(key)
    return (fact["value"] or "") if fact else ""


def _thresholds(published: Published) -> dict[str, int]:
    """Return the smallest counts that are shown, of plain and of sensitive tables."""
    found = {"plain": 0, "sensitive": 0}
    for meta in published.rows("pub_people_table"):
        key = "sensitive" if meta["is_sensitive"] else "plain"
        found[key] = max(found[key], meta["threshold"])
    return found


def _compared_rows(published: Published, meta: Row) -> list[Row]:
    """Return the study area's rows of a table that is declared beside the census."""
    if not meta["margin"]:
        return []
    return [
        row
        for row in rows_of(published, meta["table_id"])
        if row["geography"] == "study_area" and row["category"] != ALL
    ]


def _has_census(rows: Sequence[Row]) -> bool:
    return any(row["census_pct"] is not None for row in rows)


def _coverage_table(published: Published, meta: Row, rows: Sequence[Row], place: int) -> Table:
    wards = _compared_wards(published, meta)
    return Table(
        id=f"coverage-{place}",
        caption=labelled(
            published, f"{meta['attribute_labels']}: respondents and residents of the study area"
        ),
        headings=headings(
            meta["attribute_labels"],
            "#Respondents who answered",
            "#Residents (census)",
            "#Ratio",
            "In words",
            *(f"#Ratio, {area.label}" for area in wards),
        ),
        rows=_coverage_rows(rows, list(wards.values())),
        downloads=downloads("people", published.survey_state),
        is_sortable=False,
    )


def _compared_wards(published: Published, meta: Row) -> dict[PeopleArea, dict[str, Row]]:
    """Return the rows of each ward that has a census figure to compare with, by category."""
    rows = [r for r in rows_of(published, meta["table_id"]) if r["geography"] == "ward"]
    by_area = {
        area: {r["category"]: r for r in rows if r["area_code"] == area.code}
        for area in areas_of(rows)
    }
    return {area: own for area, own in by_area.items() if _has_census(list(own.values()))}


def _coverage_rows(
    rows: Sequence[Row], wards: Sequence[Mapping[str, Row]]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(text=row["category_label"]),
            Cell(text=_given(row, percentage(row["answered_pct"]))),
            Cell(text=percentage(row["census_pct"]) or "no figure"),
            Cell(text=_given(row, _ratio(row["coverage_ratio"]))),
            Cell(text=coverage_words(row)),
            *(_ward_cell(ward.get(row["category"])) for ward in wards),
        )
        for row in rows
    )


def _ward_cell(row: Row | None) -> Cell:
    return Cell(text="no figure" if row is None else _given(row, _ratio(row["coverage_ratio"])))


def _given(row: Row, text: str) -> str:
    return (text or "not given") if is_shown(row) else SUPPRESSED


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def coverage_words(row: Row) -> str:
    """Return in words how a group of respondents compares with the census."""
    ratio = row["coverage_ratio"]
    if not is_shown(row):
        return "withheld"
    if row["census_pct"] is None:
        return "no census figure to compare"
    if ratio is None:
        return "too few to compare"
    if ratio < LOW_RATIO:
        return "fewer than their share"
    if ratio > HIGH_RATIO:
        return "more than their share"
    return "about in proportion"
