"""Names, shares and sentences of the synthetic survey sample: nobody in it exists.

Belongs here: everything that somebody made up, in tables. Does not: faults
(``survey_sample_dirt.py``), drawing people (``survey_sample_people.py``), writing files
(``make_survey_sample.py``). Shares that the census knows are not here: they are read from its
files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LADYWOOD: Final = "E05001193"
SOHO: Final = "E05001205"
SMETHWICK: Final = "E05001277"

QUESTIONS: Final = (
    *("translation_status", "welcome", "researcher", "receipt", "collected_on", "mode"),
    *("consent_text", "consent_research", "consent_map", "no_consent"),
    *("postcode", "age_band", "under_age", "sex", "country_group"),
    *("languages", "languages_other"),
    *("qualification_level", "skills", "skills_other"),
    *("construction_experience", "business_experience"),
    *("enterprise_interest", "idea_themes", "idea", "passions"),
    *("development_feeling", "feeling_text", "follow_up", "notes"),
)
"""Headings of the form outside its repeats, notes (which stay empty) included, in order."""
BEFORE_CONSENT: Final = QUESTIONS[: QUESTIONS.index("postcode")]
QUALIFICATION: Final = ("qual_title", "qual_country", "qual_medical", "qual_uk_status")
MENTION: Final = ("mention_kind", "mention_name")
UNTRAINED: Final = "R12"


@dataclass(frozen=True, kw_only=True)
class Circle:
    """One researcher's family and friends: how many answer faultlessly, and how they differ.

    The factors multiply the shares of the ward: country of birth, skills, feelings.
    """

    researcher: str
    faultless: int
    home: str
    women: float = 0.62
    births: Mapping[str, float] = field(default_factory=dict)
    skills: Mapping[str, float] = field(default_factory=dict)
    feelings: Mapping[str, float] = field(default_factory=dict)


CIRCLES: Final = (
    Circle(
        researcher="R01",
        faultless=46,
        home=SOHO,
        births={"middle_east_asia": 2.2, "uk": 0.8},
        feelings={"threat": 1.6},
    ),
    Circle(
        researcher="R02",
        faultless=36,
        home=LADYWOOD,
        births={"africa": 4.0},
        skills={"driving": 1.5, "elder_care": 1.5},
        feelings={"opportunity": 1.8},
    ),
    Circle(
        researcher="R03",
        faultless=30,
        home=SMETHWICK,
        women=0.75,
        births={"middle_east_asia": 1.8},
        skills={"sewing": 1.8},
    ),
    Circle(
        researcher="R04",
        faultless=26,
        home=LADYWOOD,
        women=0.35,
        births={"eu": 3.0, "uk": 0.6},
        skills={"construction": 2.0, "electrical": 1.8, "plumbing": 1.8, "childcare": 0.6},
        feelings={"opportunity": 2.0, "threat": 0.5},
    ),
    Circle(
        researcher="R05",
        faultless=22,
        home=SOHO,
        births={"rest": 3.0},
        skills={"cooking": 1.4},
        feelings={"threat": 2.5, "opportunity": 0.5},
    ),
    Circle(
        researcher="R06",
        faultless=19,
        home=LADYWOOD,
        skills={"it_support": 2.2, "bookkeeping": 1.6},
        feelings={"mixed": 1.6},
    ),
    Circle(
        researcher="R07",
        faultless=15,
        home=SOHO,
        women=0.8,
        births={"africa": 3.0, "middle_east_asia": 1.5, "uk": 0.3},
        skills={"nursing": 4.0, "medicine": 4.0, "pharmacy": 4.0},
    ),
    Circle(
        researcher="R08",
        faultless=50,
        home=LADYWOOD,
        births={"uk": 1.3, "eu": 0.6},
        feelings={"mixed": 1.4},
    ),
    Circle(researcher="R09", faultless=49, home=SOHO, women=0.7, feelings={"threat": 1.5}),
    Circle(researcher="R10", faultless=10, home=SMETHWICK, women=0.5),
    Circle(researcher="R11", faultless=9, home=SMETHWICK, births={"eu": 3.0}),
    Circle(researcher=UNTRAINED, faultless=0, home=LADYWOOD),
)
"""R08 to R11 have no faults: they show the steps of the voucher rule (50, 49, 10, 9)."""

CARELESS: Final = tuple(circle.researcher for circle in CIRCLES[:7])
"""In whose circles the faults lie."""

RESEARCHER_HEADINGS: Final = (
    *("researcher_id", "name", "cohort", "recruited_via", "invited_on", "recruited_on"),
    *("module_1_on", "module_2_on", "module_3_on", "accredited_on"),
)
_FIRST_DATE: Final = RESEARCHER_HEADINGS.index("invited_on")
_REGISTER: Final = """\
R01,Quillon Testwick,cohort 1,event,05-01,05-08,05-29,07-03,09-11,10-16
R02,Zembla Fauxley,cohort 1,partner,05-01,05-11,05-29,07-03,09-11,10-16
R03,Ordia Mockridge,cohort 1,word_of_mouth,05-04,05-11,05-29,07-03,09-11,10-16
R04,Tavith Sampleton,cohort 1,event,05-04,05-12,05-29,07-03,09-18,
R05,Brenwyn Placeholder,cohort 1,local_hub,05-05,05-12,05-29,07-10,,
R06,Ikaro Dummiston,cohort 1,online,05-05,05-14,05-29,07-10,,
R07,Selphine Notreal,cohort 1,partner,05-05,05-14,05-29,,,
R08,Maduk Inventson,cohort 2,word_of_mouth,05-18,05-28,06-19,07-31,09-18,10-23
R09,Yarrow Fictley,cohort 2,event,05-18,05-28,06-19,07-31,09-18,
R10,Oshanti Pretendar,cohort 2,local_hub,05-20,06-02,06-19,07-31,,
R11,Wulfo Madeupsky,cohort 2,word_of_mouth,05-20,06-02,06-26,,,
R12,Lirien Examplar,cohort 1,event,05-01,,,,,
R13,Jostle Makebeliev,cohort 1,partner,05-01,05-11,,,,
R14,Orlia Mockbridge,cohort 1,online,05-04,05-12,,,,
R15,Cassiol Imaginer,cohort 1,event,05-04,05-14,,,,
R16,Nimba Phantomby,cohort 1,local_hub,05-05,05-14,,,,
R17,Dorrik Unrealton,cohort 1,event,05-05,05-15,,,,
R18,Pervinca Specimen,cohort 1,online,05-06,05-15,,,,
R19,Hesk Trialworth,cohort 2,word_of_mouth,05-18,05-28,,,,
R20,Vanyel Fabricant,cohort 2,partner,05-18,,,,,
R21,Tamsiko Dummyson,cohort 2,event,05-18,,,,,
R22,Gorlan Stubbing-Test,cohort 2,online,05-19,,,,,
R23,Elowick Nobodyne,cohort 2,local_hub,05-19,,,,,
R24,Ruvi Simulacre,cohort 2,event,05-20,,,,,
R25,Beltanor Contrivel,cohort 2,partner,05-20,,,,,
R26,Ximeno Fauxberry,cohort 2,word_of_mouth,05-21,,,,,
"""


def _in_2026(cells: list[str]) -> tuple[str, ...]:
    """Return a row of the register with the year before its dates."""
    return (*cells[:_FIRST_DATE], *(day and f"2026-{day}" for day in cells[_FIRST_DATE:]))


RESEARCHERS: Final = tuple(_in_2026(line.split(",")) for line in _REGISTER.splitlines())
"""The register: 26 invited, 18 recruited, 11 trained in module 1, fewer in each later stage."""

VOUCHERS: Final = (
    *(("R01", "2026-08-14", 60), ("R01", "2026-10-09", 20)),
    *(("R02", "2026-08-14", 40), ("R02", "2026-10-09", 20)),
    *(("R03", "2026-08-14", 40), ("R03", "2026-10-09", 20)),
    *(("R04", "2026-09-04", 20), ("R05", "2026-09-04", 40), ("R06", "2026-09-04", 20)),
    *(("R08", "2026-09-04", 60), ("R08", "2026-10-09", 20)),
    *(("R09", "2026-09-04", 60), ("R09", "2026-10-09", 40), ("R10", "2026-10-09", 20)),
    ("R07", "2026-10-09", 20),
)
"""R08 is still owed £20 of £100; R09, with 49 responses worth £80, was handed £100."""

# Made up: the census files here have no age. Men over 65 are reached least.
AGES: Final = {
    "18_24": 0.16,
    "25_34": 0.26,
    "35_44": 0.23,
    "45_54": 0.16,
    "55_64": 0.11,
    "65_plus": 0.08,
}
OLD_MEN: Final = 0.3
"""Factor on the oldest band among men."""
OTHER_SEX: Final = {"other": 0.01, "not_said": 0.02}
LEVEL_BIAS: Final = {"none": 0.8, "level_4_plus": 1.25, "rest": 1.0}
"""Who answers: rather people with a degree than people without a qualification."""
REST_OF_WORLD: Final = {"other_europe": 0.3, "americas_caribbean": 0.6, "oceania_other": 0.1}
REST_OF_LEVELS: Final = {
    "level_1": 0.22,
    "level_2": 0.25,
    "apprenticeship": 0.06,
    "level_3": 0.31,
    "other": 0.13,
    "not_said": 0.03,
}
LEFT_BLANK: Final = {
    "sex": 0.02,
    "country_group": 0.03,
    "qualification_level": 0.03,
    "construction_experience": 0.05,
    "business_experience": 0.05,
    "enterprise_interest": 0.05,
    "development_feeling": 0.06,
    "follow_up": 0.04,
}
LANGUAGES: Final = {
    "uk": {"english": 1.0, "punjabi": 0.2, "urdu": 0.18, "bengali": 0.06, "other": 0.04},
    "eu": {"english": 0.85, "polish": 0.4, "romanian": 0.35, "other": 0.25},
    "africa": {"english": 0.8, "somali": 0.35, "arabic": 0.3, "tigrinya": 0.3, "other": 0.3},
    "middle_east_asia": {
        "english": 0.8,
        "punjabi": 0.45,
        "urdu": 0.4,
        "bengali": 0.15,
        "arabic": 0.2,
        "other": 0.15,
    },
    "": {"english": 0.97, "other": 0.2},
}
SKILLS: Final = {
    "cooking": 0.42,
    "childcare": 0.36,
    "elder_care": 0.24,
    "nursing": 0.03,
    "medicine": 0.015,
    "pharmacy": 0.015,
    "cleaning": 0.3,
    "sewing": 0.24,
    "driving": 0.34,
    "construction": 0.16,
    "plumbing": 0.07,
    "electrical": 0.08,
    "welding": 0.05,
    "hairdressing": 0.16,
    "teaching": 0.16,
    "interpreting": 0.28,
    "bookkeeping": 0.24,
    "it_support": 0.25,
    "retail": 0.34,
    "other": 0.04,
}
"""Shares of people; a skill of :data:`PLANTED` is drawn elsewhere only, if at all."""
BY_MEN: Final = {"construction": 2.2, "plumbing": 2.2, "electrical": 2.0, "welding": 2.2}
BY_WOMEN: Final = {"construction": 0.3, "plumbing": 0.3, "electrical": 0.4, "welding": 0.3}
IDEA_THEMES: Final = {
    "food": 0.34,
    "health": 0.2,
    "care": 0.16,
    "childcare": 0.24,
    "arts": 0.15,
    "sport": 0.18,
    "environment": 0.22,
    "training": 0.3,
    "repair": 0.14,
    "transport": 0.06,
    "housing": 0.2,
    "digital": 0.12,
}
PASSIONS: Final = {
    "faith": 0.32,
    "gardening": 0.2,
    "music": 0.24,
    "football": 0.2,
    "cricket": 0.14,
    "cooking": 0.34,
    "reading": 0.2,
    "crafts": 0.16,
    "volunteering": 0.22,
    "history": 0.08,
    "languages": 0.14,
}
INTERESTS: Final = {"yes": 0.24, "maybe": 0.36, "no": 0.4}
FEELINGS: Final = {"opportunity": 0.32, "threat": 0.2, "mixed": 0.34, "no_view": 0.14}
STATUSES: Final = {"recognised": 0.24, "in_progress": 0.2, "not_recognised": 0.34, "not_known": 0.1}

TITLES: Final = {
    "nursing": "Synthetic diploma in nursing",
    "medicine": "Synthetic degree in medicine",
    "pharmacy": "Synthetic degree in pharmacy",
}
OTHER_TITLES: Final = (
    "Synthetic certificate in catering",
    "Synthetic certificate in accounting",
    "Synthetic diploma in engineering",
    "Synthetic degree in education",
    "Synthetic degree in computing",
)
IDEAS: Final = (
    "Synthetic answer: a kitchen that cooks lunches for the building sites",
    "Synthetic answer: a crèche that opens before the early shift",
    "Synthetic answer: a workshop that mends bicycles and sells them",
    "Synthetic answer: English classes in the evening, with tea",
    "Synthetic answer: raised beds on the empty plot by the canal",
    "Synthetic answer: a sewing room that makes curtains for the new flats",
)
FEELING_TEXTS: Final = {
    "opportunity": "Synthetic answer: the sites may bring work for my family",
    "threat": "Synthetic answer: rents may rise and we may have to move",
    "mixed": "Synthetic answer: jobs are welcome, dust and lorries are not",
    "no_view": "Synthetic answer: I have not heard of the plans",
}
LANGUAGES_OTHER: Final = ("Synthetic answer: Esperanto", "Synthetic answer: Volapük")
SKILLS_OTHER: Final = ("Synthetic answer: beekeeping", "Synthetic answer: clock repair")
NOTES: Final = "Synthetic answer: nothing to add"

PLACES: Final = (
    (LADYWOOD, "place", 4, ("Spring Hill Library", "spring hill library", "Spring Hil Libary")),
    (LADYWOOD, "place", 4, ("City Hospital", "city hospital", "City Hosp.")),
    (LADYWOOD, "place", 3, ("Library of Birmingham", "Birmingham Library")),
    (LADYWOOD, "place", 2, ("Summerfield Group Practice", "Summerfield practice")),
    (LADYWOOD, "place", 2, ("Nelson Junior and Infant School", "Nelson Junior & Infant School")),
    (SOHO, "place", 4, ("Soho Road Health Centre", "Soho Rd Health Centre")),
    (SOHO, "place", 4, ("Handsworth Library", "Handsworth Libary", "HANDSWORTH LIBRARY")),
    (SOHO, "place", 2, ("The Health Xchange", "The Health Exchange")),
    (SOHO, "place", 2, ("Holyhead School", "Hollyhead School")),
    (SMETHWICK, "place", 5, ("Smethwick Library", "the Smethwick library", "Smethwik Library")),
    (SMETHWICK, "place", 3, ("Cape Hill Medical Centre", "Cape Hill Medical Ctr")),
    (SMETHWICK, "place", 2, ("Victoria Park Primary", "Victoria Park Primary School")),
    ("", "group", 3, ("Synthetic Saturday Sewing Circle", "synthetic saturday sewing circle")),
    ("", "group", 2, ("Pretend Lane Football Club",)),
    ("", "group", 2, ("Example Street Food Bank", "Example St Food Bank")),
    ("", "place", 2, ("Imaginary Repair Café", "Imaginary Repair Cafe")),
    (LADYWOOD, "group", 2, ("Made-up Women's Walking Group", "Made up Womens Walking Group")),
    (SOHO, "group", 2, ("Invented Allotment Group",)),
    (SMETHWICK, "place", 2, ("Fictional Community Room",)),
    ("", "place", 0.5, ("my neighbour's kitchen table",)),
)
"""Ward or everywhere, kind, weight, spellings. The first twelve are public places under their
first spelling; the others are nowhere."""
PUBLIC_PLACES: Final = tuple(spellings[0] for _, _, _, spellings in PLACES[:12])
