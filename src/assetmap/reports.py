"""Short reports from the gated tables, for people who watch runs.

Belongs here: the indicator table and the quality report as plain rows and Markdown. Does
not: pages of the site (``publish/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assetmap.warehouse import fetch, fetch_rows, open_warehouse

if TYPE_CHECKING:
    from pathlib import Path


def indicator_rows(public: Path) -> list[dict[str, Any]]:
    """Return one plain row for each indicator and area, in published order."""
    with open_warehouse(public, read_only=True) as con:
        rows = fetch(
            con,
            "SELECT i.title, i.area_name, i.value, i.low, i.high, i.unit, i.status, i.caveat "
            "FROM pub_indicator AS i "
            "INNER JOIN pub_indicator_meta AS m ON i.indicator_id = m.indicator_id "
            "ORDER BY m.sort_order, "
            "list_position(['study_area', 'ward', 'lad', 'site'], i.geography), i.area_code",
        )
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def quality_markdown(public: Path) -> str:
    """Return the quality report as a Markdown table."""
    with open_warehouse(public, read_only=True) as con:
        checks = fetch(con, "SELECT * FROM pub_quality ORDER BY passed, severity, check_id")
        datasets = fetch(con, "SELECT * FROM pub_dataset ORDER BY dataset_id")
    lines = ["# Quality report", "", "| check | severity | result |", "|---|---|---|"]
    lines += [f"| {row.check_id} | {row.severity} | {row.message} |" for row in checks.itertuples()]
    lines += ["", "| dataset | rows in | loaded | held | extent |", "|---|---:|---:|---:|---|"]
    lines += [
        f"| {d.dataset_id} | {d.row_count} | {d.loaded_count} | {d.held_count} | {d.extent} |"
        for d in datasets.itertuples()
    ]
    return "\n".join(lines) + "\n"


def indicator_states(public: Path) -> dict[str, str]:
    """Return, for each indicator of the last build, how many of its areas have a figure."""
    if not public.exists():
        return {}
    with open_warehouse(public, read_only=True) as con:
        _, rows = fetch_rows(
            con,
            "SELECT i.indicator_id, count(i.value), count(*) "
            "FROM pub_indicator AS i GROUP BY i.indicator_id ORDER BY i.indicator_id",
        )
    return {name: f"{measured} of {areas} areas" for name, measured, areas in rows}
