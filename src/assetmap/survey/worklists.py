"""Lists for those who run the survey: what is wrong, what to do, who can do it.

Belongs here: files for researchers, the reviewer and whoever hands out vouchers. They are
restricted: they hold receipts and codes, no answers. Does not: anything published.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Final

from assetmap.cells import csv_text
from assetmap.errors import StorageError
from assetmap.survey.funnel import EVERY_CHANNEL, Progress, count_stages
from assetmap.survey.restricted import make_private_folder, write_private
from assetmap.survey.tables import STATUS_REASONS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

UNASSIGNED: Final = "unassigned"

_RESEARCHER: Final = "community researcher"
_LEAD: Final = "survey lead"
_TRAINER: Final = "trainer"
_NOBODY: Final = "nobody"

REMEDIES: Final = {
    "": ("Nothing.", _NOBODY),
    "missing_answer": (
        "Ask the respondent for what is missing, or look at the paper, and enter it.",
        _RESEARCHER,
    ),
    "bad_postcode": ("Compare the postcode with the paper and enter it again.", _RESEARCHER),
    "pseudo_postcode": (
        "Ask the respondent for the postcode of the home, and enter it.",
        _RESEARCHER,
    ),
    "outside_study_area": (
        "Compare the postcode with the paper. If it is right, nothing: the response stays out.",
        _RESEARCHER,
    ),
    "researcher_missing": (
        "Find out from the paper or the date who asked, and enter the code.",
        _LEAD,
    ),
    "researcher_near": (
        "Decide who is meant in review_researchers.csv and add it to the reviews.",
        _LEAD,
    ),
    "researcher_unknown": (
        "Add the person to the register, or decide who is meant and add it to the reviews.",
        _LEAD,
    ),
    "researcher_not_trained": (
        "Enter the date of the module in the register once it is finished.",
        _TRAINER,
    ),
    "duplicate_id": ("Give one of the two papers its own receipt number.", _RESEARCHER),
    "possible_duplicate": (
        "Compare both papers, then add keep or drop for this receipt to the reviews.",
        _LEAD,
    ),
    "reviewed_duplicate": ("Nothing: it was decided.", _NOBODY),
}
"""For each reason what to do and who can do it."""

_WORK_HEADING: Final = (
    "receipt",
    "status",
    "reason",
    "what_is_wrong",
    "missing_answers",
    "nearly_the_same_as",
    "what_to_do",
    "who",
)
_REVIEW_HEADING: Final = (
    "kind",
    "subject",
    "decision",
    "decided_on",
    "response_count",
    "likeness",
    "candidate_ids",
    "scores",
)
_LEDGER_HEADING: Final = (
    "researcher_id",
    "completed_count",
    "validated_count",
    "accrued_gbp",
    "paid_gbp",
    "outstanding_gbp",
    "what_to_do",
)
_PROGRAMME_HEADING: Final = (
    "channel",
    "stage",
    "researcher_count",
    "conversion_pct",
    "target_count",
    "target_pct",
    "target_low_pct",
    "target_high_pct",
)

_Table = tuple["Sequence[str]", "Iterable[Sequence[object]]"]


@dataclass(frozen=True, eq=False, kw_only=True)
class FieldRecords:
    """What the lists are made from. Restricted.

    ``status`` is ``int_survey_status``; ``missing`` has the flags of
    :func:`~assetmap.survey.validation.find_missing`, indexed by respondent; ``receipts`` gives
    the receipt by respondent; ``researchers`` is ``stg_researcher``; ``ledger`` is
    ``int_voucher``; ``candidates`` come from
    :func:`~assetmap.survey.resolution.near_candidates`.
    """

    status: pd.DataFrame
    missing: pd.DataFrame
    receipts: Mapping[str, str]
    researchers: pd.DataFrame
    ledger: pd.DataFrame
    candidates: pd.DataFrame
    progress: Progress


def write_worklists(folder: Path, records: FieldRecords) -> tuple[str, ...]:
    """Write every list into ``folder``, for this user alone, and return their names in order.

    ``worklist_<code>.csv`` for each researcher on the register, ``worklist_unassigned.csv``,
    ``review_researchers.csv``, ``voucher_ledger.csv`` and ``researcher_programme.csv``.
    Worklists of an earlier run that are not written again are removed: they may name somebody
    whose answers were erased.

    Raises
    ------
    StorageError
        The folder cannot be written.
    """
    tables = make_worklists(records)
    make_private_folder(folder)
    _remove_others(folder, set(tables))
    for name, (heading, rows) in tables.items():
        write_private(folder / name, csv_text(heading, rows))
    return tuple(tables)


def make_worklists(records: FieldRecords) -> dict[str, _Table]:
    """Return heading and rows of every list by file name, in name order."""
    codes = [str(code) for code in records.researchers["researcher_id"]]
    rows_of: dict[str, list[tuple[str, ...]]] = {code: [] for code in [*codes, UNASSIGNED]}
    todo = records.status[records.status["reason"] != ""]
    for row in todo.to_dict("records"):
        code = row["researcher_id"] if row["researcher_id"] in rows_of else UNASSIGNED
        rows_of[code].append(_work_row(row, records))
    tables: dict[str, _Table] = {
        f"worklist_{code}.csv": (_WORK_HEADING, sorted(rows)) for code, rows in rows_of.items()
    }
    tables["review_researchers.csv"] = (_REVIEW_HEADING, _review_rows(records.candidates))
    tables["voucher_ledger.csv"] = (_LEDGER_HEADING, _ledger_rows(records.ledger))
    programme = _programme_rows(count_stages(records.researchers), records.progress)
    tables["researcher_programme.csv"] = (_PROGRAMME_HEADING, programme)
    return dict(sorted(tables.items()))


def _work_row(row: Mapping[Hashable, object], records: FieldRecords) -> tuple[str, ...]:
    person, reason = str(row["respondent"]), str(row["reason"])
    what_to_do, who = REMEDIES[reason]
    is_alike = reason == "possible_duplicate"
    return (
        records.receipts.get(person, ""),
        str(row["status"]),
        reason,
        STATUS_REASONS[reason],
        _say_missing(records.missing.loc[[person]]) if reason == "missing_answer" else "",
        records.receipts.get(str(row["similar_to"]), "") if is_alike else "",
        what_to_do,
        who,
    )


def _say_missing(flags: pd.DataFrame) -> str:
    return ", ".join(str(name) for name in flags.columns[flags.to_numpy(dtype=bool)[0]])


def _review_rows(candidates: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return rows whose first four cells, once decided, are a row of the reviews."""
    return [
        ("researcher", r.typed, "", "", r.response_count, r.researcher_match, r.candidate_ids,
         r.scores)
        for r in candidates.itertuples()
    ]  # fmt: skip


def _ledger_rows(ledger: pd.DataFrame) -> list[tuple[object, ...]]:
    columns = list(_LEDGER_HEADING[:-1])
    return [(*row, _say_owed(float(row[-1]))) for row in ledger[columns].itertuples(index=False)]


def _say_owed(outstanding: float) -> str:
    if outstanding > 0:
        return f"Hand over £{outstanding:.2f}."
    if outstanding < 0:
        return f"£{-outstanding:.2f} more was paid than earned: hand over nothing until it is."
    return "Nothing."


def _programme_rows(stages: pd.DataFrame, progress: Progress) -> list[tuple[object, ...]]:
    return [
        (
            row["channel"],
            row["stage"],
            row["researcher_count"],
            _percent(row["conversion_share"]),
            *_target(row, progress),
        )
        for row in stages.to_dict("records")
    ]


def _target(row: Mapping[object, object], progress: Progress) -> tuple[object, ...]:
    if (row["channel"], row["stage"]) != (EVERY_CHANNEL, "recruited"):
        return ("", "", "", "")
    shares = (progress.share, progress.low, progress.high)
    return (progress.target_count, *(_percent(share) for share in shares))


def _percent(share: float) -> object:
    return "" if isnan(share) else round(100 * share, 1)


def _remove_others(folder: Path, names: set[str]) -> None:
    try:
        for path in sorted(folder.glob("worklist_*.csv")):
            if path.name not in names:
                path.unlink()
    except OSError as fault:
        message = f"{folder}: an old list cannot be removed ({fault.strerror}). Remove it."
        raise StorageError(message) from None
