"""Quality checks: each one a statement that selects what is wrong.

Belongs here: finding and running ``sql/quality/*.sql``, and the report. Does not: what to do
about a finding (its message says it).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.errors import ConfigError
from assetmap.statements import read_statements
from assetmap.warehouse import fetch

if TYPE_CHECKING:
    import duckdb

_HEADER: Final = re.compile(r"^-- (severity|found|fine): (.+)$", re.MULTILINE)
SEVERITIES: Final = ("blocking", "warning", "note")


@dataclass(frozen=True, kw_only=True)
class QualityCheck:
    """One statement of ``sql/quality`` with its header."""

    id: str
    severity: str
    found: str
    fine: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one check said of this run."""

    check_id: str
    severity: str
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
    """Return findings as a table, blocking ones first."""
    table = pd.DataFrame([asdict(finding) for finding in findings])
    rank = table["severity"].map(SEVERITIES.index)
    order = pd.DataFrame({"passed": table["passed"], "rank": rank, "id": table["check_id"]})
    return table.loc[order.sort_values(["passed", "rank", "id"]).index].reset_index(drop=True)


def _run(con: duckdb.DuckDBPyConnection, check: QualityCheck) -> Finding:
    rows = fetch(con, check.statement)
    count = len(rows)
    example = str(rows["example"].iloc[0])[:80] if count else ""
    message = check.found.format(count=f"{count:,}", example=example) if count else check.fine
    return Finding(
        check_id=check.id,
        severity=check.severity,
        passed=count == 0,
        finding_count=count,
        message=message,
    )


def _parse(check_id: str, text: str) -> QualityCheck:
    header = dict(_HEADER.findall(text))
    if set(header) != {"severity", "found", "fine"} or header["severity"] not in SEVERITIES:
        message = (
            f"{check_id}.sql needs the header lines severity (one of {', '.join(SEVERITIES)}), "
            "found and fine."
        )
        raise ConfigError(message)
    return QualityCheck(id=check_id, statement=_HEADER.sub("", text).strip(), **header)
