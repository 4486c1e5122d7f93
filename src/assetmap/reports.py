"""Short reports from the gated tables, for people who watch runs.

Belongs here: the indicator table and the quality report as plain rows and Markdown. Does
not: pages of the site (``publish/``).
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.disclosure.quality import OWNERS
from assetmap.errors import MissingInputError, RetentionError
from assetmap.quality import REPORT, read_report
from assetmap.statements import read_statements
from assetmap.warehouse import fetch, fetch_table, open_warehouse

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from assetmap.settings import Settings

STORIES: Final = "data/stories.csv"
"""The stories that a published site tells, below its root."""


def indicator_rows(public: Path) -> list[dict[str, Any]]:
    """Return one plain row for each indicator and area, in published order."""
    rows = _report(public, "indicator_table")
    plain = rows.astype(object).where(rows.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def quality_records(settings: Settings) -> list[dict[str, Any]]:
    """Return every check of the last build, those with findings first.

    Raises
    ------
    MissingInputError
        There is no build yet.
    StorageError
        The report of the last build is missing or damaged.
    """
    if not settings.public.exists():
        message = f"{settings.public} is not there. Run `assetmap build` first."
        raise MissingInputError(message)
    return read_report(settings.processed / REPORT)


def find_lapsed(site: Path, today: date) -> list[str]:
    """Return the ids of stories that a published site tells and whose consent has ended."""
    path = site / STORIES
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        row.get("story_id") or ""
        for row in rows
        if (row.get("consent_until") or "") < today.isoformat()
    ]


def lapsed_records(maps: Path, today: date) -> list[dict[str, Any]]:
    """Return a record where the published site tells stories whose consent has ended.

    It hangs on the day and so stands in no report of a build. The site itself is read, since
    the next publication leaves such stories out. A story is named by its id: a title may name
    somebody.
    """
    lapsed = find_lapsed(maps, today)
    if not lapsed:
        return []
    return [
        {
            "name": "story_consent_ended",
            "title": "Published stories have live consent",
            "topic": "people",
            "severity": "blocking",
            "blocking": True,
            "owner": "keeper of the programme",
            "passed": False,
            "finding_count": len(lapsed),
            "notes": f"{len(lapsed)} published stories have a consent that has ended, e.g. "
            f"{lapsed[0]}; they stay on the site until `assetmap publish` is run.",
        }
    ]


def require_no_lapsed(maps: Path, records: list[dict[str, Any]]) -> None:
    """Raise RetentionError where :func:`lapsed_records` found stories."""
    if records:
        message = f"{maps}: {records[0]['notes']}"
        raise RetentionError(message)


def check_lines(records: list[dict[str, Any]]) -> list[str]:
    """Return records as lines to read: those that found something, then those that passed."""
    found = [record for record in records if not record["passed"]]
    passed = [record for record in records if record["passed"]]
    lines = [f"{len(found)} checks found something"]
    for record in found:
        check = f"{record['severity']}: {record['title']} ({record['name']})"
        lines += [
            f"  {check}, {record['finding_count']} found",
            f"      {record['notes']}",
            f"      Who: {record['owner']}, {OWNERS[record['owner']]}",
        ]
    lines.append(f"{len(passed)} checks passed")
    lines += [
        f"  {record['severity']}: {record['title']} ({record['name']}), passed. {record['notes']}"
        for record in passed
    ]
    return lines


def quality_markdown(public: Path) -> str:
    """Return the quality report of the build around ``public`` as Markdown tables."""
    with open_warehouse(public, read_only=True) as con:
        datasets = fetch_table(con, "pub_dataset", ["dataset_id"])
    counts = ["dataset_id", "row_count", "loaded_count", "held_count", "extent"]
    records = pd.DataFrame(read_report(public.with_name(REPORT)))
    checks = _markdown(records[["name", "title", "severity", "passed", "notes", "owner"]])
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
