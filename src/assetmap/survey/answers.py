"""The closed answers of the questionnaire: each question's codes and their meaning in English.

Belongs here: vocabularies that the form, the loader, the gate and the pages share, once. Does
not: labels in other languages (``form.xlsx``), themes (``vocabulary/themes.csv``).
"""

from __future__ import annotations

from typing import Final

UNDER_AGE: Final = "under_18"

AGE_BANDS: Final = {
    "18_24": "18 to 24",
    "25_34": "25 to 34",
    "35_44": "35 to 44",
    "45_54": "45 to 54",
    "55_64": "55 to 64",
    "65_plus": "65 and over",
}
SEXES: Final = {
    "female": "Female",
    "male": "Male",
    "other": "Other",
    "not_said": "Prefer not to say",
}
COUNTRY_GROUPS: Final = {
    "uk": "United Kingdom",
    "eu": "EU countries",
    "other_europe": "Other countries of Europe",
    "africa": "Africa",
    "middle_east_asia": "Middle East and Asia",
    "americas_caribbean": "The Americas and the Caribbean",
    "oceania_other": "Oceania and other",
    "not_said": "Prefer not to say",
}
LANGUAGES: Final = {
    "english": "English",
    "urdu": "Urdu",
    "punjabi": "Punjabi",
    "polish": "Polish",
    "bengali": "Bengali",
    "arabic": "Arabic",
    "somali": "Somali",
    "tigrinya": "Tigrinya",
    "romanian": "Romanian",
    "other": "Another language",
}
QUALIFICATION_LEVELS: Final = {
    "none": "No qualifications",
    "level_1": "Level 1 or entry level",
    "level_2": "Level 2 (5 good GCSEs)",
    "apprenticeship": "Apprenticeship",
    "level_3": "Level 3 (A levels)",
    "level_4_plus": "Level 4 or above (degree)",
    "other": "Other, or level not known",
    "not_said": "Prefer not to say",
}
SKILLS: Final = {
    "cooking": "Cooking and catering",
    "childcare": "Looking after children",
    "elder_care": "Caring for older or disabled people",
    "nursing": "Nursing",
    "medicine": "Medicine",
    "midwifery": "Midwifery",
    "pharmacy": "Pharmacy",
    "cleaning": "Cleaning",
    "sewing": "Sewing and tailoring",
    "driving": "Driving",
    "construction": "General building work",
    "plumbing": "Plumbing and heating",
    "electrical": "Electrical work",
    "welding": "Welding and metal work",
    "hairdressing": "Hairdressing and beauty",
    "teaching": "Teaching and training",
    "interpreting": "Interpreting and translating",
    "bookkeeping": "Bookkeeping and accounts",
    "it_support": "Computers and IT support",
    "retail": "Shop work and sales",
    "farming": "Farming and growing food",
    "other": "Something else",
}
RECOGNITIONS: Final = {
    "recognised": "Recognised in the UK",
    "in_progress": "Applied for, not yet decided",
    "not_recognised": "Not recognised",
    "not_needed": "Recognition is not needed",
    "not_known": "Do not know",
}
INTERESTS: Final = {"yes": "Yes", "maybe": "Maybe", "no": "No"}
IDEA_THEMES: Final = {
    "food": "Food",
    "health": "Health and wellbeing",
    "care": "Care for older or disabled people",
    "childcare": "Childcare",
    "arts": "Arts and culture",
    "sport": "Sport",
    "environment": "Green spaces and environment",
    "training": "Training and language classes",
    "repair": "Repair and reuse",
    "transport": "Transport",
    "housing": "Housing",
    "digital": "Digital access",
    "none": "No idea now",
}
PASSIONS: Final = {
    "faith": "Faith community",
    "gardening": "Gardening",
    "music": "Music and dance",
    "football": "Football",
    "cricket": "Cricket",
    "cooking": "Cooking for others",
    "reading": "Reading and writing",
    "crafts": "Crafts",
    "volunteering": "Volunteering",
    "history": "Local history",
    "languages": "Languages",
    "none": "None of these",
}
MENTION_KINDS: Final = {"place": "Place", "group": "Group or organisation"}
FEELINGS: Final = {
    "opportunity": "More an opportunity",
    "threat": "More a threat",
    "mixed": "Both",
    "no_view": "No view",
}
MODES: Final = {"online": "Online or on a phone", "paper": "On paper"}
YES_NO: Final = {"yes": "Yes", "no": "No"}

LISTS: Final[dict[str, dict[str, str]]] = {
    "yes_no": YES_NO,
    "mode": MODES,
    "age_band": {UNDER_AGE: "Under 18", **AGE_BANDS},
    "sex": SEXES,
    "country_group": COUNTRY_GROUPS,
    "language": LANGUAGES,
    "qualification_level": QUALIFICATION_LEVELS,
    "skill": SKILLS,
    "qual_country": {k: v for k, v in COUNTRY_GROUPS.items() if k != "not_said"},
    "uk_status": RECOGNITIONS,
    "interest": INTERESTS,
    "idea_theme": IDEA_THEMES,
    "passion": PASSIONS,
    "mention_kind": MENTION_KINDS,
    "feeling": FEELINGS,
}
"""Every list of the form, by its name there: code and English label, in order."""
