"""Quality checks: each one a statement that selects what is wrong.

Belongs here: finding and running ``sql/quality/*.sql``, and the report. Does not: what to do
about a finding (its message says it), nor the closed words of a header
(``disclosure/quality.py``).

A header is a block of ``-- key: value`` lines, one for each of :data:`_KEYS`; no comment of a
statement may look like one.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from assetmap.disclosure.quality import OWNERS, SEVERITIES, TOPICS, WITHHELD
from assetmap.errors import ConfigError, StorageError
from assetmap.statements import read_statements
from assetmap.warehouse import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

REPORT: Final = "quality.json"
"""Name of the full report of a build, beside its warehouse."""

_LINE: Final = re.compile(r"^-- ([a-z]+): (.+)\n", re.MULTILINE)
_KEYS: Final = ("severity", "title", "topic", "owner", "found", "fine")
_CLOSED: Final = {"severity": SEVERITIES, "topic": TOPICS, "owner": tuple(OWNERS)}
_EXAMPLE_LENGTH: Final = 80
_RECORD: Final[dict[str, type]] = {
    "name": str,
    "title": str,
    "topic": str,
    "severity": str,
    "blocking": bool,
    "owner": str,
    "passed": bool,
    "finding_count": int,
    "notes": str,
}
"""What each record of the report has, and its type."""


@dataclass(frozen=True, kw_only=True)
class QualityCheck:
    """One statement of ``sql/quality`` with its header."""

    id: str
    title: str
    topic: str
    severity: str
    owner: str
    found: str
    fine: str
    statement: str

    @property
    def is_published(self) -> bool:
        """False where it compares with the last build, or asks who answered.

        Pages hang on the inputs alone, and only the tables of people on people.
        """
        return self.topic not in WITHHELD


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check said of this run."""

    check_id: str
    title: str
    topic: str
    severity: str
    owner: str
    passed: bool
    finding_count: int
    message: str


def find_checks() -> list[QualityCheck]:
    """Return every check, in id order."""
    return [_parse(name, text) for name, text in read_statements("quality").items()]


def assess(con: duckdb.DuckDBPyConnection, checks: list[QualityCheck]) -> list[Finding]:
    """Run the checks; a check passes where its statement selects nothing."""
    return [_run(con, check) for check in checks]


def as_table(findings: list[Finding]) -> pd.DataFrame:
    """Return findings as a table: those that found something, then the gravest, first."""
    table = pd.DataFrame([asdict(finding) for finding in findings])
    rank = table["severity"].map(SEVERITIES.index)
    order = pd.DataFrame({"passed": table["passed"], "rank": rank, "id": table["check_id"]})
    return table.loc[order.sort_values(["passed", "rank", "id"]).index].reset_index(drop=True)


def published(findings: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that may stand on a page: none that compares with the last build."""
    return findings[~findings["topic"].isin(WITHHELD)].reset_index(drop=True)


def as_records(findings: pd.DataFrame) -> list[dict[str, Any]]:
    """Return findings as the records of ``quality.json``."""
    return [
        {
            "name": row["check_id"],
            "title": row["title"],
            "topic": row["topic"],
            "severity": row["severity"],
            "blocking": row["severity"] == SEVERITIES[0],
            "owner": row["owner"],
            "passed": bool(row["passed"]),
            "finding_count": int(row["finding_count"]),
            "notes": row["message"],
        }
        for row in findings.to_dict("records")
    ]


def find_failed(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records of blocking checks that found something."""
    return [record for record in records if record["blocking"] and not record["passed"]]


def read_report(path: Path) -> list[dict[str, Any]]:
    """Return the records of a build's full report.

    Raises
    ------
    StorageError
        The report is not there or cannot be read, or is not whole.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        report = None
    records = report.get("checks") if isinstance(report, dict) else None
    if not isinstance(records, list) or not records or not all(map(_is_record, records)):
        message = (
            f"{path}: the quality report of the last build is missing or damaged, so whether the "
            "build may be published is not known. Run `assetmap build` again."
        )
        raise StorageError(message)
    return records


def _is_record(record: object) -> bool:
    return (
        isinstance(record, dict)
        and record.keys() == _RECORD.keys()
        and all(type(record[name]) is kind for name, kind in _RECORD.items())
    )


def _run(con: duckdb.DuckDBPyConnection, check: QualityCheck) -> Finding:
    rows = fetch(con, check.statement)
    count = len(rows)
    example = str(rows["example"].iloc[0])[:_EXAMPLE_LENGTH] if count else ""
    message = check.found.format(count=f"{count:,}", example=example) if count else check.fine
    return Finding(
        check_id=check.id,
        title=check.title,
        topic=check.topic,
        severity=check.severity,
        owner=check.owner,
        passed=count == 0,
        finding_count=count,
        message=message,
    )


def _parse(check_id: str, text: str) -> QualityCheck:
    pairs = _LINE.findall(text)
    header = dict(pairs)
    is_whole = sorted(key for key, _ in pairs) == sorted(_KEYS)
    if not is_whole or any(header[key] not in words for key, words in _CLOSED.items()):
        closed = "; ".join(f"{key} one of {', '.join(words)}" for key, words in _CLOSED.items())
        message = f"{check_id}.sql needs the header lines {', '.join(_KEYS)}, each once: {closed}."
        raise ConfigError(message)
    return QualityCheck(id=check_id, statement=_LINE.sub("", text).strip(), **header)
