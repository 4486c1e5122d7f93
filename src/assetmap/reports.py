"""Short reports from the gated tables, for people who watch runs.

Belongs here: the indicator table and the quality report as plain rows and Markdown. Does
not: pages of the site (``publish/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assetmap.statements import read_statements
from assetmap.warehouse import fetch, fetch_table, open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def indicator_rows(public: Path) -> list[dict[str, Any]]:
    """Return one plain row for each indicator and area, in published order."""
    rows = _report(public, "indicator_table")
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def quality_rows(public: Path) -> pd.DataFrame:
    """Return the quality checks of the last build, those with findings first."""
    return _report(public, "quality_table")


def quality_markdown(public: Path) -> str:
    """Return the quality report as Markdown tables."""
    with open_warehouse(public, read_only=True) as con:
        datasets = fetch_table(con, "pub_dataset", ["dataset_id"])
    counts = ["dataset_id", "row_count", "loaded_count", "held_count", "extent"]
    checks = _markdown(quality_rows(public)[["check_id", "severity", "message"]])
    return f"# Quality report\n\n{checks}\n{_markdown(datasets[counts])}"


def indicator_states(public: Path) -> dict[str, str]:
    """Return, for each indicator of the last build, how many of its areas have a figure."""
    if not public.exists():
        return {}
    states = _report(public, "indicator_state").to_numpy()
    return {str(name): f"{measured} of {areas} areas" for name, measured, areas in states}


def _report(public: Path, name: str) -> pd.DataFrame:
    with open_warehouse(public, read_only=True) as con:
        return fetch(con, read_statements("reports")[name])


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.to_numpy().tolist()]
    return "".join(f"| {' | '.join(map(_cell, row))} |\n" for row in rows)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")
