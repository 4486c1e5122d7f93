"""Restricted reports of the survey: what came in, how it stands, whom it reached.

Belongs here: CSV files of ``data/processed/lists`` beside the worklists. Does not: worklists
of researchers (``worklists.py``), anything that is published. Figures here are true counts.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.cells import csv_text
from assetmap.errors import MissingInputError
from assetmap.quarantine import REASONS
from assetmap.survey.margins import dissimilarity
from assetmap.survey.restricted import write_private
from assetmap.survey.tables import STATUS_REASONS
from assetmap.survey.worklists import write_worklists

if TYPE_CHECKING:
    from pathlib import Path

    from assetmap.survey.conclude import Concluded
    from assetmap.survey.load import Answers

STATUS_FILE: Final = "status.csv"
_ERASED: Final = "the person asked to be left out"
_UNMATCHED: Final = "listed for erasure, but no response has that number"


def write_reports(folder: Path, answers: Answers, concluded: Concluded) -> None:
    """Write the worklists and every other list into ``folder``, for this user alone."""
    write_worklists(folder, concluded.records)
    places = concluded.tables["int_place_match"]
    lists = {
        "intake.csv": pd.DataFrame([asdict(a) for a in answers.accounts]),
        "held.csv": answers.held,
        STATUS_FILE: _count_status(answers, concluded),
        "coverage.csv": concluded.coverage,
        "dissimilarity.csv": dissimilarity(concluded.coverage),
        "clustering.csv": pd.DataFrame([asdict(e) for e in concluded.clustering.effects]),
        "weighting.csv": pd.DataFrame({"not_used": concluded.raked.unused}),
        "entry_agreement.csv": answers.agreement,
        "review_places.csv": places[places["decision"].isin(["review", "new"])],
    }
    for name, table in lists.items():
        write_private(folder / name, _as_csv(table))


def status_rows(folder: Path) -> list[tuple[str, str, str]]:
    """Return status, reason in words and count of the last build.

    Raises
    ------
    MissingInputError
        No build has read responses yet.
    """
    path = folder / STATUS_FILE
    if not path.is_file():
        message = f"{path} is not there. Run `assetmap build` first."
        raise MissingInputError(message)
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    return [tuple(row) for row in table[["status", "meaning", "count"]].to_numpy()]


def _count_status(answers: Answers, concluded: Concluded) -> pd.DataFrame:
    status = concluded.tables["int_survey_status"]
    counted = status.groupby(["status", "reason"]).size().reset_index(name="count")
    held = answers.held.groupby("reason").size().reset_index(name="count").assign(status="held")
    erased = sum(account.erased for account in answers.accounts)
    left = [{"status": "erased", "reason": "", "count": erased}]
    if answers.unmatched_erasures:
        left.append({"status": "erasures", "reason": "", "count": answers.unmatched_erasures})
    left_out = pd.DataFrame(left)
    rows = pd.concat([counted, held, left_out], ignore_index=True)
    # A response that loaded as well as one that did not may be a duplicate_id: status decides.
    is_held = rows["status"] == "held"
    meaning = rows["reason"].map(STATUS_REASONS).mask(is_held, rows["reason"].map(REASONS))
    meaning = meaning.mask(rows["status"] == "erased", _ERASED)
    meaning = meaning.mask(rows["status"] == "erasures", _UNMATCHED)
    return rows.assign(meaning=meaning)[["status", "reason", "meaning", "count"]]


def _as_csv(table: pd.DataFrame) -> str:
    rows = [[_cell(value) for value in row] for row in table.astype(object).to_numpy()]
    return csv_text(list(table.columns), rows)


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return "" if value is None or value != value else value  # noqa: PLR0124 - NaN
