"""Respondents as persons that tables may count: each once, with every category that holds.

Belongs here: who is counted, and how an answer becomes a category of ``attributes.py``. Does
not: researchers as persons, which tables exist, what may be published (``disclosure/``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.tables import INT_PERSON, INT_PERSON_ATTRIBUTE
from assetmap.survey.themes import require_known, themes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

POPULATION: Final = "respondent"

_FOLDED: Final[Mapping[str, Mapping[str, str]]] = {
    "sex": {"other": "other_not_said", "not_said": "other_not_said"},
    "country_group": dict.fromkeys(
        ("other_europe", "americas_caribbean", "oceania_other"), "other"
    ),
    "qualification_level": dict.fromkeys(
        ("level_1", "level_2", "apprenticeship", "level_3", "other"), "levels_1_to_3"
    ),
}
"""Answers that the categories of an attribute put together; other answers are categories."""

_UNANSWERED: Final = {
    "age_band": "no_answer",
    "sex": "other_not_said",
    "qualification_level": "not_said",
    "country_group": "not_said",
    "enterprise_interest": "no_answer",
    "development_feeling": "no_answer",
}
"""Attributes of one answer each, and the category of those who gave none."""

_MANY: Final = {"languages": "language", "idea_themes": "idea_theme"}
_COUNTS_IN_UK: Final = ("recognised", "not_needed")


def person_tables(
    responses: pd.DataFrame,
    choices: pd.DataFrame,
    qualifications: pd.DataFrame,
    status: pd.DataFrame,
    themes: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``int_person`` and ``int_person_attribute`` of the respondents.

    A person is a respondent whose response is validated and whose postcode is in the study
    area. Each has one category of every exclusive attribute, and as many as hold of the
    others: somebody with two skills of a theme stands once in that theme.

    Parameters
    ----------
    responses, choices, qualifications, status
        The tables ``stg_survey_response``, ``stg_survey_choice``, ``stg_survey_qualification``
        and ``int_survey_status``, whole.
    themes
        The vocabulary (:func:`assetmap.survey.themes.read_themes`).

    Raises
    ------
    ContractError
        An answer is none of the vocabulary.
    """
    counted = _counted(responses, status)
    people = counted["respondent"]
    given = choices[choices["respondent"].isin(people)]
    gained = qualifications[qualifications["respondent"].isin(people)]
    parts = [
        *(_one(counted, attribute) for attribute in _UNANSWERED),
        *(_many(given, question, attribute) for question, attribute in _MANY.items()),
        _skill_themes(given, themes),
        _recognition(people, gained),
        _of("qualification_country", gained["respondent"], gained["country_group"]),
    ]
    persons = pd.DataFrame(
        {"population": POPULATION, "person_id": people, "wd17cd": counted["wd17cd"]}
    )
    return _in_order(persons, INT_PERSON.names), _in_order(
        pd.concat(parts, ignore_index=True).dropna().drop_duplicates(), INT_PERSON_ATTRIBUTE.names
    )


def validated(status: pd.DataFrame) -> pd.Series:
    """Return the pseudonyms of those whose response is validated."""
    return status.loc[status["status"] == "validated", "respondent"]


def _counted(responses: pd.DataFrame, status: pd.DataFrame) -> pd.DataFrame:
    is_counted = (
        responses["respondent"].isin(validated(status))
        & (responses["place_status"] == "in_area")
        & responses["wd17cd"].notna()
    )
    return responses[is_counted].drop_duplicates("respondent")


def _of(attribute: str, people: pd.Series, categories: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "population": POPULATION,
            "person_id": people.to_numpy(dtype=object),
            "attribute": attribute,
            "category": categories.to_numpy(dtype=object),
        }
    )


def _one(counted: pd.DataFrame, attribute: str) -> pd.DataFrame:
    answers = counted[attribute].astype(object).replace(dict(_FOLDED.get(attribute, {})))
    filled = answers.where(answers.notna(), _UNANSWERED[attribute])
    return _of(attribute, counted["respondent"], filled)


def _many(choices: pd.DataFrame, question: str, attribute: str) -> pd.DataFrame:
    asked = choices[choices["question"] == question]
    require_known(question, asked["choice"], ATTRIBUTES[attribute].categories)
    return _of(attribute, asked["respondent"], asked["choice"])


def _skill_themes(choices: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    skills = choices[choices["question"] == "skills"]
    theme_of = themes_of(themes, "skill")["theme"]
    require_known("skills", skills["choice"], theme_of.index)
    return _of("skill_theme", skills["respondent"], skills["choice"].map(theme_of))


def _recognition(people: pd.Series, qualifications: pd.DataFrame) -> pd.DataFrame:
    """Say of each person whether an overseas qualification is of use here.

    A qualification whose country was left open is not known to be overseas and does not count
    as such. One that is recognised, or needs no recognition, outweighs others that are not.
    """
    country = qualifications["country_group"]
    overseas = qualifications[country.notna() & (country != "uk")]
    useful = overseas[overseas["uk_recognition"].isin(_COUNTS_IN_UK)]
    category = pd.Series("none_overseas", index=people.index, dtype=object)
    category = category.mask(people.isin(overseas["respondent"]), "not_recognised")
    category = category.mask(people.isin(useful["respondent"]), "recognised")
    return _of("recognition", people, category)


def _in_order(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table[columns].sort_values(columns, ignore_index=True)
