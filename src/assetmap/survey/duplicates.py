"""Responses of one researcher that are nearly the same.

Belongs here: how alike two sets of answers are, and which response may repeat which. Does not:
what follows (``validation.py``), responses with the same number (``staging.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

ANSWERS: Final = (
    "wd17cd",
    "age_band",
    "sex",
    "country_group",
    "qualification_level",
    "construction_experience",
    "business_experience",
    "enterprise_interest",
    "development_feeling",
    "follow_up",
)
"""Questions with one answer that are compared."""

SETS: Final = ("languages", "skills", "idea_themes", "passions")
"""Questions with several answers that are compared."""

LEAST_COMPARED: Final = 5
"""Two forms that share fewer answered questions than this tell nothing."""

SIMILAR_COLUMNS: Final = ["respondent", "similar_to", "similarity"]
_BLOCK: Final = 512


def find_similar(
    responses: pd.DataFrame,
    choices: pd.DataFrame,
    *,
    threshold: float,
    order: Sequence[str] = ("collected_month", "respondent"),
    ignored: AbstractSet[str] = frozenset(),
) -> pd.DataFrame:
    """Find responses that nearly repeat an earlier one of the same researcher.

    Parameters
    ----------
    responses
        One row a response: ``respondent, researcher_id``, the columns of ``order`` and those of
        :data:`ANSWERS`. Responses without a researcher are compared among themselves.
    choices
        ``respondent, question, choice``.
    threshold
        Likeness (0 to 1, see :func:`similarity`) above which two are nearly the same; at 1
        nothing is.
    order
        Columns that tell earlier from later, complete; NULL stands last.
    ignored
        Respondents who are left out, such as those that a review dropped.

    Returns
    -------
    ``respondent, similar_to, similarity``: one row for each later response, with the earlier one
    that it is most like, or the earliest of those; ordered by respondent.
    """
    kept = responses[~responses["respondent"].isin(ignored)]
    kept = kept.sort_values(list(order), na_position="last", kind="stable", ignore_index=True)
    answers, sets = _encode_answers(kept), _encode_sets(kept["respondent"], choices)
    groups = pd.factorize(kept["researcher_id"].astype(object).fillna(""))[0]
    found: list[tuple[int, int, float]] = []
    for group in range(groups.max(initial=-1) + 1):
        rows = np.flatnonzero(groups == group)
        pairs = _most_like_earlier(answers[rows], [s[rows] for s in sets], threshold)
        found += [(rows[later], rows[earlier], alike) for later, earlier, alike in pairs]
    people = kept["respondent"].to_numpy()
    named = [(people[later], people[earlier], alike) for later, earlier, alike in found]
    return pd.DataFrame(sorted(named), columns=SIMILAR_COLUMNS)


def similarity(answers: np.ndarray, sets: Sequence[np.ndarray], rows: slice) -> np.ndarray:
    """Return how alike the responses of ``rows`` and all responses are, 0 to 1.

    For responses i and j over the questions k::

        S(i, j) = sum_k d_k(i, j) s_k(i, j) / sum_k d_k(i, j)

    One answer: s = 1 where both are the same, else 0; d = 1 where both answered, else 0.
    Several answers A and B: s = |A and B| / |A or B| (Jaccard); d = 1 where either gave one,
    else 0. Where fewer than :data:`LEAST_COMPARED` questions count (d = 1), S is 0: empty
    answers are not alike.

    Parameters
    ----------
    answers
        Integer codes, one row a response and one column a question; -1 where not answered.
    sets
        For each question with several answers a boolean array, one column a choice.
    rows
        Responses to compare with all.

    Source
    ------
    Gower (1971), A general coefficient of similarity and some of its properties; Jaccard (1912).
    """
    alike = np.zeros((len(answers[rows]), len(answers)))
    compared = np.zeros_like(alike)
    for codes in answers.T:
        known = (codes[rows, None] >= 0) & (codes >= 0)
        alike += known & (codes[rows, None] == codes)
        compared += known
    for chosen in sets:
        given = chosen.astype(float)
        both = given[rows] @ given.T
        either = given[rows].sum(axis=1)[:, None] + given.sum(axis=1) - both
        alike += np.divide(both, either, out=np.zeros_like(both), where=either > 0)
        compared += either > 0
    enough = compared >= LEAST_COMPARED
    return np.divide(alike, compared, out=np.zeros_like(alike), where=enough)


def _most_like_earlier(
    answers: np.ndarray, sets: list[np.ndarray], threshold: float
) -> list[tuple[int, int, float]]:
    """Return later, earlier and likeness, of rows that stand in their order."""
    pairs: list[tuple[int, int, float]] = []
    for start in range(0, len(answers), _BLOCK):  # a block bounds the memory, not the result
        alike = similarity(answers, sets, slice(start, start + _BLOCK))
        later = np.arange(start, start + len(alike))
        alike[np.arange(len(answers)) >= later[:, None]] = -1
        earlier = alike.argmax(axis=1)
        best = alike[np.arange(len(alike)), earlier]
        hits = np.flatnonzero(best > threshold)
        pairs += [(int(later[h]), int(earlier[h]), float(best[h])) for h in hits]
    return pairs


def _encode_answers(responses: pd.DataFrame) -> np.ndarray:
    codes = [pd.factorize(responses[name].astype(object))[0] for name in ANSWERS]
    return np.column_stack(codes)


def _encode_sets(respondents: pd.Series, choices: pd.DataFrame) -> list[np.ndarray]:
    people = pd.Index(respondents)
    return [_encode_set(people, choices[choices["question"] == name]) for name in SETS]


def _encode_set(people: pd.Index, chosen: pd.DataFrame) -> np.ndarray:
    rows = people.get_indexer(pd.Index(chosen["respondent"]))
    columns, titles = pd.factorize(chosen["choice"])
    given = np.zeros((len(people), len(titles)), dtype=bool)
    given[rows[rows >= 0], columns[rows >= 0]] = True
    return given
