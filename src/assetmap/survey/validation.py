"""Where each response stands: validated or not, and the first reason why not.

Belongs here: required answers, and the order in which reasons count. Does not: finding the
researcher (``resolution.py``) or likely repeats (``duplicates.py``), vouchers
(``vouchers.py``).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.survey.duplicates import SETS
from assetmap.survey.tables import INT_SURVEY_STATUS
from assetmap.survey.withdrawal import fold_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assetmap.settings import SurveyRules

_LOG = logging.getLogger(__name__)

REQUIRED: Final = ("postcode", "age_band", "skills")
"""Answers without which a response is incomplete, as on the form."""

STATUS_OF: Final = {
    "reviewed_duplicate": "duplicate",
    "missing_answer": "incomplete",
    "bad_postcode": "incomplete",
    "pseudo_postcode": "incomplete",
    "outside_study_area": "rejected",
    "researcher_missing": "unvalidated",
    "researcher_near": "unvalidated",
    "researcher_unknown": "unvalidated",
    "researcher_not_trained": "unvalidated",
    "possible_duplicate": "unvalidated",
    "": "validated",
}
"""Status by reason; where several reasons hold, the first of this order is given."""

_RESOLVED: Final = ("exact", "reviewed")


def find_missing(
    responses: pd.DataFrame, choices: pd.DataFrame, required: Sequence[str] = REQUIRED
) -> pd.DataFrame:
    """Return True where a required answer is empty: a column for each, indexed by respondent.

    ``postcode`` is judged by ``place_status``, questions with several answers by ``choices``,
    others by their column.
    """
    flags = {name: _is_empty(name, responses, choices).to_numpy() for name in required}
    return pd.DataFrame(flags, index=pd.Index(responses["respondent"]), dtype=bool)


def decide_duplicates(decisions: Mapping[str, str], receipts: Mapping[str, str]) -> dict[str, str]:
    """Return ``keep`` or ``drop`` by respondent.

    Parameters
    ----------
    decisions
        By folded receipt (``Registers.duplicate_decisions``).
    receipts
        Receipt or submission number by respondent, as written.
    """
    folded = {person: fold_number(receipt) for person, receipt in receipts.items()}
    return {p: decisions[number] for p, number in folded.items() if number in decisions}


def assign_status(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    researchers: pd.DataFrame,
    similar: pd.DataFrame,
    decisions: Mapping[str, str],
    *,
    rules: SurveyRules,
) -> pd.DataFrame:
    """Give every response its status and the first reason for it, in the order of STATUS_OF.

    A researcher counts as trained by what they have finished now, not on the day of the
    response: a response is not lost because a module ended later.

    Parameters
    ----------
    responses
        ``respondent, researcher_id, researcher_match, place_status`` of ``stg_survey_response``.
    missing
        Flags of :func:`find_missing`, by respondent; each must have a row.
    researchers
        ``researcher_id`` and the dates of ``stg_researcher``.
    similar
        ``respondent, similar_to`` of :func:`assetmap.survey.duplicates.find_similar`.
    decisions
        ``keep`` or ``drop`` by respondent, of reviewers.
    rules
        ``trained_after`` counts here.

    Returns
    -------
    ``int_survey_status``: one row a response, ordered by respondent.
    """
    holds = _reasons(responses, missing, researchers, similar, decisions, rules=rules)
    reasons = [reason for reason in STATUS_OF if reason]
    reason = np.select([holds[name] for name in reasons], reasons, default="")
    status = pd.DataFrame(
        {
            "respondent": responses["respondent"].to_numpy(),
            "status": [STATUS_OF[name] for name in reason],
            "reason": reason.astype(object),
            "researcher_id": _nulls(responses["researcher_id"]).to_numpy(),
            "similar_to": _similar_to(responses, similar).to_numpy(),
        }
    )[INT_SURVEY_STATUS.names].sort_values("respondent", ignore_index=True)
    _LOG.info("survey: %s", ", ".join(f"{k} {n}" for k, n in _count(status)))
    return status


def _reasons(
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    researchers: pd.DataFrame,
    similar: pd.DataFrame,
    decisions: Mapping[str, str],
    *,
    rules: SurveyRules,
) -> dict[str, np.ndarray]:
    """Return for each reason where it holds, whatever else does."""
    place, match = responses["place_status"], responses["researcher_match"]
    decided = responses["respondent"].map(dict(decisions))
    is_on_register = responses["researcher_id"].isin(researchers["researcher_id"])
    is_trained = responses["researcher_id"].isin(_trained(researchers, rules))
    is_resolved = match.isin(_RESOLVED)
    flags = missing.loc[responses["respondent"]].to_numpy(dtype=bool)
    is_incomplete = pd.Series(flags.any(axis=1), index=responses.index)
    holds = {
        "reviewed_duplicate": decided == "drop",
        "missing_answer": is_incomplete | (place == "missing"),
        "bad_postcode": place == "bad_postcode",
        "pseudo_postcode": place == "pseudo_postcode",
        "outside_study_area": place.isin(["outside", "not_in_lookup"]),
        "researcher_missing": match == "missing",
        "researcher_near": match == "near",
        "researcher_unknown": (match == "unknown") | (is_resolved & ~is_on_register),
        "researcher_not_trained": is_resolved & ~is_trained,
        "possible_duplicate": _similar_to(responses, similar).notna() & (decided != "keep"),
    }
    return {reason: rows.to_numpy(dtype=bool) for reason, rows in holds.items()}


def _trained(researchers: pd.DataFrame, rules: SurveyRules) -> pd.Series:
    has_finished = researchers[f"{rules.trained_after}_date"].notna()
    return researchers.loc[has_finished, "researcher_id"]


def _similar_to(responses: pd.DataFrame, similar: pd.DataFrame) -> pd.Series:
    found = dict(zip(similar["respondent"], similar["similar_to"], strict=True))
    return _nulls(responses["respondent"].map(found))


def _nulls(values: pd.Series) -> pd.Series:
    """Return a column of text in which what is absent is None and nothing else."""
    return values.astype(object).where(values.notna(), None)


def _is_empty(name: str, responses: pd.DataFrame, choices: pd.DataFrame) -> pd.Series:
    if name == "postcode":
        return responses["place_status"] == "missing"
    if name in SETS:
        given = choices.loc[choices["question"] == name, "respondent"]
        return ~responses["respondent"].isin(given)
    return responses[name].isna()


def _count(status: pd.DataFrame) -> list[tuple[str, int]]:
    counts = status["status"].value_counts()
    return [(name, int(counts.get(name, 0))) for name in dict.fromkeys(STATUS_OF.values())]
