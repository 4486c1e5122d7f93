"""Respondents beside residents: shares of both, and how far the first stand for the second.

Belongs here: which answers the census can be compared with, coverage, dissimilarity. Does not:
the census figures (``sql/intermediate/int_census_margin.sql``), weights (``weighting.py``),
what may be published: every figure here is true and restricted.

There is no R-indicator here (Schouten, Cobben and Bethlehem 2009). It is a spread of response
propensities over a sample that was drawn; here nobody was drawn, and with a few hundred
respondents among tens of thousands of residents every propensity is near 0, so that it would
come out near 1 whoever answered.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.geography import WARD_PATTERN
from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.people import POPULATION

if TYPE_CHECKING:
    from collections.abc import Mapping

WARD: Final = "ward"
"""The dimension of where people live; its categories are the wards, its area the study area."""

BASES: Final[dict[str, str]] = {
    "ward": (
        "Residents of the ward: adults where figures by age are loaded for every ward, else "
        "residents aged 16 and over."
    ),
    "age_band": (
        "Adult residents. 18 to 24 is modelled: residents aged 20 to 24 and two fifths of those "
        "aged 15 to 19, which is too few where many students live."
    ),
    "qualification_level": "Residents aged 16 and over; respondents are 18 and over.",
    "country_group": (
        "Residents of all ages; respondents are adults, of whom more were born abroad than of "
        "children."
    ),
    "sex": "Adult residents, where figures were put in; the project comes without any.",
}
"""Each dimension, with what its census figures count."""

NOT_IN_CENSUS: Final = frozenset({"no_answer", "not_said", "other_not_said"})
"""Categories of respondents that the census does not have; no share is worked out from them."""

STATES: Final[dict[str, str]] = {
    "compared": "both shares are known",
    "no_respondents": "residents are of this category and no respondent is",
    "no_residents": "respondents are of this category and no resident is",
    "no_margin": "no census figures are loaded for this dimension, or not for the whole area",
    "not_comparable": "the census has no such category",
}
COLUMNS: Final = (
    "dimension",
    "category",
    "area_code",
    "respondent_count",
    "respondent_share",
    "census_share",
    "coverage_ratio",
    "state",
)


def categories_of(dimension: str) -> list[str]:
    """Return the categories of an attribute that the census has too, in order."""
    return [name for name in ATTRIBUTES[dimension].categories if name not in NOT_IN_CENSUS]


def census_counts(margins: pd.DataFrame, dimension: str, area_code: str) -> dict[str, float] | None:
    """Return residents by category, in order; None where a figure is missing or all are 0."""
    is_wanted = (margins["dimension"] == dimension) & (margins["area_code"] == area_code)
    found = margins[is_wanted].set_index("category")["people_count"]
    counts = found.reindex(categories_of(dimension)).astype(float)
    if counts.isna().any() or not counts.sum():
        return None
    return {str(category): float(count) for category, count in counts.items()}


def ward_counts(margins: pd.DataFrame) -> dict[str, float] | None:
    """Return residents by ward: adults, or those aged 16 and over, or None where unknown."""
    wards = _wards_of(margins)
    for dimension in ("age_band", "qualification_level"):
        counts = {ward: census_counts(margins, dimension, ward) for ward in wards}
        known = {ward: math.fsum(c.values()) for ward, c in counts.items() if c is not None}
        if wards and len(known) == len(wards):
            return known
    return None


def loaded_dimensions(margins: pd.DataFrame, study_area: str) -> tuple[str, ...]:
    """Return the dimensions that census figures are loaded for, for the whole study area."""
    return tuple(
        name
        for name in BASES
        if (ward_counts(margins) if name == WARD else census_counts(margins, name, study_area))
        is not None
    )


def coverage(
    person_attributes: pd.DataFrame,
    persons: pd.DataFrame,
    margins: pd.DataFrame,
    *,
    study_area: str,
) -> pd.DataFrame:
    """Return respondents and residents by dimension, category and area, side by side.

    Areas are the study area and then its wards. ``respondent_share`` is the category's part
    of the respondents of the area who gave an answer that the census has too,
    ``census_share`` its part of the residents, both 0 to 1, and::

        coverage_ratio = respondent_share / census_share

    which is below 1 for those whom the survey reached too seldom. A share without anybody
    below the line is NULL. What a dimension's residents are stands in :data:`BASES`; the
    states are those of :data:`STATES`. Every category stands there for every area, with 0
    respondents too. The counts are true values: restricted.

    Parameters
    ----------
    person_attributes, persons
        ``int_person_attribute`` and ``int_person``; only respondents are taken.
    margins
        ``int_census_margin``.
    study_area
        Code of the study area in ``margins``: all respondents are in it.
    """
    held = person_attributes[person_attributes["population"] == POPULATION]
    counted = persons.loc[persons["population"] == POPULATION, ["person_id", "wd17cd"]]
    placed = held.merge(counted, on="person_id", validate="many_to_one")
    wards = sorted({*counted["wd17cd"], *_wards_of(margins)})
    by_ward = counted["wd17cd"].value_counts().to_dict()
    parts = [_compare(WARD, study_area, dict.fromkeys(wards, 0) | by_ward, ward_counts(margins))]
    for dimension in (name for name in BASES if name != WARD):
        given = placed[placed["attribute"] == dimension]
        for area in (study_area, *wards):
            inside = given if area == study_area else given[given["wd17cd"] == area]
            found = inside["category"].value_counts().to_dict()
            counts = dict.fromkeys(ATTRIBUTES[dimension].categories, 0) | found
            parts.append(_compare(dimension, area, counts, census_counts(margins, dimension, area)))
    return pd.concat(parts, ignore_index=True)


def dissimilarity(table: pd.DataFrame) -> pd.DataFrame:
    """Return the index of dissimilarity by dimension and area, from :func:`coverage`.

    Half the sum of the absolute differences of the two shares: the part of the respondents
    who would have to be other people for the shares to agree, 0 to 1 (Duncan and Duncan 1955).
    Dimensions and areas without both shares are left out.
    """
    gap = (table["respondent_share"] - table["census_share"]).abs()
    known = table.assign(dissimilarity=gap / 2)[gap.notna()]
    grouped = known.groupby(["dimension", "area_code"])["dissimilarity"]
    return grouped.agg(math.fsum).reset_index()


def _wards_of(margins: pd.DataFrame) -> list[str]:
    codes = set(margins["area_code"])
    return sorted(code for code in codes if re.fullmatch(WARD_PATTERN, code, re.ASCII))


def _compare(
    dimension: str,
    area_code: str,
    respondents: Mapping[str, int],
    residents: Mapping[str, float] | None,
) -> pd.DataFrame:
    answered = sum(n for name, n in respondents.items() if name not in NOT_IN_CENSUS)
    total = math.fsum(residents.values()) if residents else 0.0
    rows = []
    for category, count in respondents.items():
        is_comparable = category not in NOT_IN_CENSUS
        share = count / answered if is_comparable and answered else None
        census = residents.get(category, 0.0) / total if is_comparable and residents else None
        ratio = share / census if share is not None and census else None
        state = _state(count, census, is_comparable=is_comparable)
        rows.append((dimension, category, area_code, count, share, census, ratio, state))
    table = pd.DataFrame(rows, columns=COLUMNS)
    shares = ["respondent_share", "census_share", "coverage_ratio"]
    return table.astype(dict.fromkeys(shares, float))


def _state(count: int, census: float | None, *, is_comparable: bool) -> str:
    if not is_comparable:
        return "not_comparable"
    if census is None:
        return "no_margin"
    if not count:
        return "no_respondents"
    return "compared" if census else "no_residents"
