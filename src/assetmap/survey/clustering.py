"""How alike the answers are that one researcher collected, and what that costs in precision.

Belongs here: intra-class correlation and design effect. Does not: weights (``weighting.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.people import POPULATION

if TYPE_CHECKING:
    from collections.abc import Sequence

STATES: Final[dict[str, str]] = {
    "estimated": "worked out from the answers",
    "below_zero": "the estimate is below 0 and is taken as 0: no sign of likeness",
    "constant": "all respondents gave the same answer: nothing to compare",
    "single_cluster": "fewer than two researchers: nothing to compare",
    "no_repeats": "no researcher has two respondents: likeness cannot show and costs nothing",
}


@dataclass(frozen=True, kw_only=True)
class ClusterEffect:
    """Likeness within researchers of one answer that is yes or no.

    ``icc`` is the intra-class correlation; ``deff`` the design effect at the mean number of
    respondents of a researcher, ``deff_weighted`` at the mean weighted by that number, which
    is the more cautious one where a few researchers collected most. None where ``state`` (of
    :data:`STATES`) says that there is nothing to work them out from.
    """

    outcome: str
    respondent_count: int
    cluster_count: int
    icc: float | None
    deff: float | None
    deff_weighted: float | None
    state: str


@dataclass(frozen=True, kw_only=True)
class Clustering:
    """Effects of every outcome, and their plain means over those that could be worked out."""

    effects: tuple[ClusterEffect, ...]
    icc: float | None
    deff: float | None
    deff_weighted: float | None


def measure_clustering(person_attributes: pd.DataFrame, status: pd.DataFrame) -> Clustering:
    """Return how alike the answers within researchers are: skills by theme, and interest.

    The outcomes are each theme of skills (has one, has none) and the interest in a social
    enterprise (yes; maybe or no), among those who answered and whose researcher is known.

    Parameters
    ----------
    person_attributes
        ``int_person_attribute``; only respondents are taken.
    status
        ``int_survey_status``, for the researcher of each respondent.
    """
    held = person_attributes[person_attributes["population"] == POPULATION]
    known = status.dropna(subset=["researcher_id"]).set_index("respondent")["researcher_id"]
    researcher = known[known.index.isin(held["person_id"])].sort_index()
    interest = held[held["attribute"] == "enterprise_interest"]
    answered = interest.loc[interest["category"] != "no_answer", "person_id"]
    asked = researcher[researcher.index.isin(answered)]
    effects = [
        cluster_effect(f"skill_theme {theme}", _holds(held, "skill_theme", theme, researcher))
        for theme in ATTRIBUTES["skill_theme"].categories
    ]
    willing = _holds(held, "enterprise_interest", "yes", asked)
    effects.append(cluster_effect("enterprise_interest yes", willing))
    return Clustering(
        effects=tuple(effects),
        icc=_mean([e.icc for e in effects]),
        deff=_mean([e.deff for e in effects]),
        deff_weighted=_mean([e.deff_weighted for e in effects]),
    )


def cluster_effect(outcome: str, answers: pd.DataFrame) -> ClusterEffect:
    """Return the effect of clusters on one answer, by one-way analysis of variance.

    With k clusters of n_i respondents, n in all, mean squares between (MSB) and within (MSW)::

        m0  = (n - sum(n_i^2) / n) / (k - 1)
        icc = (MSB - MSW) / (MSB + (m0 - 1) * MSW)
        deff          = 1 + (n / k - 1) * icc
        deff_weighted = 1 + (sum(n_i^2) / n - 1) * icc

    An estimate below 0 counts as 0 (state ``below_zero``).

    Parameters
    ----------
    answers
        One row a respondent: ``cluster``, and ``holds`` (true or false).

    Source
    ------
    Kish, L. (1965), Survey Sampling, for the design effect; the estimator of the correlation
    is that of the analysis of variance for clusters of unequal size.
    """
    sizes = answers.groupby("cluster")["holds"].agg(["size", "sum"])
    size, yes = sizes["size"].astype(float), sizes["sum"].astype(float)
    n, k = len(answers), len(sizes)
    if k < 2:  # noqa: PLR2004 - two clusters are the least that can differ
        return _without(outcome, n, k, "single_cluster")
    if yes.sum() in (0, n):
        return _without(outcome, n, k, "constant")
    if n == k:
        return _without(outcome, n, k, "no_repeats")
    share, overall = yes / size, yes.sum() / n
    between = math.fsum(size * (share - overall) ** 2) / (k - 1)
    within = math.fsum(size * share * (1 - share)) / (n - k)
    m0 = (n - math.fsum(size**2) / n) / (k - 1)
    icc = (between - within) / (between + (m0 - 1) * within)
    taken = max(icc, 0.0)
    return ClusterEffect(
        outcome=outcome,
        respondent_count=n,
        cluster_count=k,
        icc=taken,
        deff=1 + (n / k - 1) * taken,
        deff_weighted=1 + (math.fsum(size**2) / n - 1) * taken,
        state="estimated" if icc >= 0 else "below_zero",
    )


def _without(outcome: str, n: int, k: int, state: str) -> ClusterEffect:
    deff = 1.0 if state == "no_repeats" else None
    return ClusterEffect(
        outcome=outcome,
        respondent_count=n,
        cluster_count=k,
        icc=None,
        deff=deff,
        deff_weighted=deff,
        state=state,
    )


def _holds(held: pd.DataFrame, attribute: str, category: str, cluster: pd.Series) -> pd.DataFrame:
    is_it = (held["attribute"] == attribute) & (held["category"] == category)
    people = held.loc[is_it, "person_id"]
    return pd.DataFrame({"cluster": cluster, "holds": cluster.index.isin(people)})


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
