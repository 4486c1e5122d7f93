"""Weights that bring the shares of respondents to those of residents: raking.

Belongs here: the margins that can be used, the iteration, trimming, what weighting costs. Does
not: the margins themselves (``margins.py``), any published figure. A weighted figure stays
gated on the unweighted number of respondents, and what is said here of an empty category is a
true count: restricted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.margins import BASES, WARD, census_counts, ward_counts
from assetmap.survey.people import POPULATION
from assetmap.survey.tables import INT_RESPONDENT_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping

TOLERANCE: Final = 1e-6
"""Largest difference of a weighted share from its target at which the iteration ends."""
MOST_ITERATIONS: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class Target:
    """One dimension to rake to.

    ``codes`` has a category's place for each respondent, -1 for one who is left out of this
    dimension; ``shares`` the wanted share of each category, which add up to 1.
    """

    dimension: str
    codes: np.ndarray
    shares: np.ndarray


@dataclass(frozen=True, eq=False, kw_only=True)
class Raked:
    """Weights and what must be said beside them.

    ``weights`` is ``int_respondent_weight``, with a mean of 1. ``effective_n`` is
    (sum w)^2 / sum w^2, ``deff_weighting`` the respondents over it, both after Kish (1965).
    ``worst_miss`` is the largest difference left between a weighted share and its target,
    above 0 mostly for the trimming: the margins then hold approximately only.
    ``whole`` are the dimensions whose every category has respondents; of ``partial`` ones a
    category is missing, so that the weights are fitted to the rest of them and no weighted
    figure may be given for that dimension. ``unused`` says in words which dimensions and
    categories were left out and why; it names empty categories and is restricted.
    """

    weights: pd.DataFrame
    effective_n: float
    deff_weighting: float
    iterations: int
    is_converged: bool
    worst_miss: float
    whole: tuple[str, ...]
    partial: tuple[str, ...]
    unused: tuple[str, ...]


def rake(
    person_attributes: pd.DataFrame,
    persons: pd.DataFrame,
    margins: pd.DataFrame,
    *,
    study_area: str,
    limit: float,
    least: int = 1,
) -> Raked:
    """Weight respondents so that their shares are those of the residents of the study area.

    Raking, or iterative proportional fitting: for one dimension after the other, every weight
    is multiplied by

    ::

        target share of its category * sum of w / sum of w of its category

    with sums over the respondents of that dimension, until no weighted share is further than
    :data:`TOLERANCE` from its target. Somebody without an answer is left out of that step,
    and keeps the weight that the other dimensions give. Dimensions are the wards and those
    of :data:`assetmap.survey.margins.BASES`. A category without respondents is left out and
    the rest of the dimension is fitted; a dimension without census figures is left out whole.
    Then no weight may be above ``limit`` times the mean; what is cut off goes to the others
    in proportion.

    Parameters
    ----------
    person_attributes, persons
        ``int_person_attribute`` and ``int_person``; only respondents are taken.
    margins
        ``int_census_margin``.
    study_area
        Code of the study area in ``margins``.
    limit
        Largest weight, as a multiple of the mean; 1 or more.
    least
        Respondents that a category must have to be fitted. With the threshold of the gate, the
        list of dimensions says nothing that the withheld counts do not say.

    Source
    ------
    Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled
    frequency table when the expected marginal totals are known.
    """
    # One order of persons: sums of floats then always run the same way.
    of_survey = persons[persons["population"] == POPULATION]
    people = of_survey.sort_values("person_id", ignore_index=True)
    targets, partial, unused = _targets(people, person_attributes, margins, study_area, least)
    fitted, iterations = fit(np.ones(len(people)), targets)
    is_converged = worst_miss(fitted, targets) <= TOLERANCE
    if not is_converged:
        unused.append(f"Raking: {iterations} rounds did not reach the margins, which conflict here")
    trimmed = trim(fitted, limit)
    weights = pd.DataFrame({"person_id": people["person_id"], "weight": trimmed})
    effective = effective_size(trimmed)
    return Raked(
        weights=weights[INT_RESPONDENT_WEIGHT.names],
        effective_n=effective,
        deff_weighting=len(people) / effective if effective else 1.0,
        iterations=iterations,
        is_converged=is_converged,
        worst_miss=worst_miss(trimmed, targets),
        whole=tuple(t.dimension for t in targets if t.dimension not in partial),
        partial=tuple(partial),
        unused=tuple(unused),
    )


def fit(weights: np.ndarray, targets: list[Target]) -> tuple[np.ndarray, int]:
    """Return the raked weights, with a mean of 1, and the number of rounds that it took."""
    fitted = weights.astype(float)
    for round_number in range(1, MOST_ITERATIONS + 1):
        if worst_miss(fitted, targets) <= TOLERANCE / 10:
            return _to_mean_one(fitted), round_number - 1
        for target in targets:
            sums = _sums(fitted, target)
            factors = np.append(target.shares * sums.sum() / sums, 1.0)  # -1 takes the last
            fitted = fitted * factors[target.codes]
    return _to_mean_one(fitted), MOST_ITERATIONS


def trim(weights: np.ndarray, limit: float) -> np.ndarray:
    """Return weights with a mean of 1 and none above ``limit``.

    The weights that would be above it are cut and the others raised in proportion, again and
    again until none is above.
    """
    is_cut = np.zeros(len(weights), dtype=bool)
    trimmed = weights
    while (trimmed[~is_cut] > limit).any():
        is_cut |= trimmed > limit
        rest = len(weights) - limit * is_cut.sum()
        scale = rest / math.fsum(weights[~is_cut]) if not is_cut.all() else 1.0
        trimmed = np.where(is_cut, limit, weights * scale)
    return trimmed


def worst_miss(weights: np.ndarray, targets: list[Target]) -> float:
    """Return the largest difference of a weighted share from its target; 0 without targets."""
    misses = [
        float(np.abs(sums / sums.sum() - target.shares).max())
        for target in targets
        for sums in [_sums(weights, target)]
    ]
    return max(misses, default=0.0)


def effective_size(weights: np.ndarray) -> float:
    """Return (sum w)^2 / sum w^2: as many equally weighted respondents would be as precise."""
    return math.fsum(weights) ** 2 / math.fsum(weights**2) if len(weights) else 0.0


def _sums(weights: np.ndarray, target: Target) -> np.ndarray:
    inside = target.codes >= 0
    return np.bincount(target.codes[inside], weights=weights[inside], minlength=len(target.shares))


def _to_mean_one(weights: np.ndarray) -> np.ndarray:
    return weights * len(weights) / math.fsum(weights) if len(weights) else weights


def _targets(
    people: pd.DataFrame,
    person_attributes: pd.DataFrame,
    margins: pd.DataFrame,
    study_area: str,
    least: int,
) -> tuple[list[Target], list[str], list[str]]:
    """Return the dimensions to rake to, the names of partial ones, and what is left out."""
    held = person_attributes[person_attributes["population"] == POPULATION]
    targets: list[Target] = []
    partial: list[str] = []
    unused: list[str] = []
    for dimension in BASES:
        if dimension == WARD:
            answers, residents = people["wd17cd"], ward_counts(margins)
        else:
            given = held[held["attribute"] == dimension].set_index("person_id")["category"]
            answers = people["person_id"].map(given)
            residents = census_counts(margins, dimension, study_area)
        if residents is None:
            unused.append(f"{_name(dimension)}: no census figures for the whole study area")
            continue
        target, left_out = _target(dimension, answers, residents, least)
        unused += left_out
        if target is None:
            continue
        targets.append(target)
        if left_out:
            partial.append(dimension)
    return targets, partial, unused


def _target(
    dimension: str, answers: pd.Series, residents: Mapping[str, float], least: int
) -> tuple[Target | None, list[str]]:
    """Return the target over the categories that have enough respondents, and residents."""
    found = answers.value_counts()
    used = [name for name, count in residents.items() if count and found.get(name, 0) >= least]
    few = "no respondents" if least == 1 else f"fewer than {least} respondents"
    left_out = [
        f"{_name(dimension)}, {name}: {few if count else 'no residents'}"
        for name, count in residents.items()
        if name not in used and (count or found.get(name, 0))
    ]
    if len(used) < 2:  # noqa: PLR2004 - one category has a share of 1 whatever the weights are
        reason = f"{_name(dimension)}: fewer than two categories have respondents"
        return None, [*left_out, reason]
    counts = np.array([residents[name] for name in used])
    place = {name: number for number, name in enumerate(used)}
    codes = answers.map(place).fillna(-1).to_numpy(dtype=np.int64)
    shares = counts / math.fsum(counts)
    return Target(dimension=dimension, codes=codes, shares=shares), left_out


def _name(dimension: str) -> str:
    return "Ward" if dimension == WARD else ATTRIBUTES[dimension].label
