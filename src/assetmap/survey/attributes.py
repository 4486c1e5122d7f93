"""What tables of people may count by: each attribute with its categories.

Belongs here: names, labels, and what the gate must know of an attribute (whether its
categories exclude each other, whether it is sensitive). Does not: which tables are published
(``policy.toml``), thresholds (``settings.py``), filling the table (``people.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from assetmap.survey import answers

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One attribute.

    ``is_exclusive``: every person has exactly one category. ``is_nested``: the categories are
    stages in order, and who is in one is in all before it. ``is_sensitive``: country,
    migration, ethnicity, language, overseas qualification by country.
    """

    label: str
    categories: Mapping[str, str]
    is_exclusive: bool = True
    is_nested: bool = False
    is_sensitive: bool = False
    population: str = "respondent"


_NO_ANSWER: Final = {"no_answer": "No answer"}
_LEVELS: Final = {
    "none": "No qualifications",
    "levels_1_to_3": "Levels 1 to 3, apprenticeship or other",
    "level_4_plus": "Level 4 or above (degree)",
    "not_said": "Not said",
}
_BIRTH: Final = {
    "uk": "United Kingdom",
    "eu": "EU countries",
    "africa": "Africa",
    "middle_east_asia": "Middle East and Asia",
    "other": "Other countries",
    "not_said": "Not said",
}
_SKILL_THEMES: Final = {
    "food": "Food and catering",
    "care": "Care of children and adults",
    "health": "Health professions",
    "cleaning": "Cleaning",
    "textiles": "Sewing and textiles",
    "transport": "Driving and transport",
    "construction": "Building trades",
    "personal_services": "Hairdressing and beauty",
    "education_language": "Teaching and languages",
    "business_office": "Bookkeeping and office work",
    "digital": "Computers",
    "retail": "Shops and sales",
    "growing": "Farming and growing",
    "other": "Other skills",
}

ATTRIBUTES: Final[dict[str, Attribute]] = {
    "age_band": Attribute(label="Age", categories={**answers.AGE_BANDS, **_NO_ANSWER}),
    "sex": Attribute(
        label="Sex",
        categories={"female": "Female", "male": "Male", "other_not_said": "Other or not said"},
    ),
    "qualification_level": Attribute(label="Highest qualification", categories=_LEVELS),
    "country_group": Attribute(label="Country of birth", categories=_BIRTH, is_sensitive=True),
    "language": Attribute(
        label="Languages spoken",
        categories=answers.LANGUAGES,
        is_exclusive=False,
        is_sensitive=True,
    ),
    "skill_theme": Attribute(label="Skills by theme", categories=_SKILL_THEMES, is_exclusive=False),
    "recognition": Attribute(
        label="Overseas qualifications",
        categories={
            "none_overseas": "No overseas qualification",
            "recognised": "Overseas qualification, recognised or recognition not needed",
            "not_recognised": "Overseas qualification, none recognised yet",
        },
    ),
    "qualification_country": Attribute(
        label="Where qualifications were gained",
        categories=answers.LISTS["qual_country"],
        is_exclusive=False,
        is_sensitive=True,
    ),
    "idea_theme": Attribute(
        label="Ideas by theme", categories=answers.IDEA_THEMES, is_exclusive=False
    ),
    "enterprise_interest": Attribute(
        label="Interest in starting a social enterprise",
        categories={**answers.INTERESTS, **_NO_ANSWER},
    ),
    "development_feeling": Attribute(
        label="How the developments are seen",
        categories={**answers.FEELINGS, **_NO_ANSWER},
    ),
    "stage": Attribute(
        label="Community researchers by stage",
        categories={
            "invited": "Invited",
            "recruited": "Recruited",
            "module_1": "Finished module 1",
            "module_2": "Finished module 2",
            "module_3": "Finished module 3",
            "accredited": "Accredited",
        },
        is_exclusive=False,
        is_nested=True,
        population="researcher",
    ),
    "channel": Attribute(
        label="Recruited researchers by channel",
        categories={
            "event": "Recruitment event",
            "local_hub": "Local hub or shop",
            "partner": "Partner organisation",
            "word_of_mouth": "Word of mouth",
            "online": "Online",
        },
        is_exclusive=False,
        population="researcher",
    ),
}
"""Every attribute by name; ``int_person_attribute`` has a row for each category that holds."""
