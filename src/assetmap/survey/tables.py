"""The restricted tables of the survey: every column that the warehouse holds of people.

Belongs here: contracts of ``stg_survey_*``, ``stg_researcher``, ``stg_voucher_payment`` and of
the tables that are worked out from them. Does not: what may be published of them
(``disclosure/``), how they are filled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Unpack

from assetmap import fields
from assetmap.contracts import Contract, Disclosure
from assetmap.geography import WARD_PATTERN
from assetmap.survey import answers

if TYPE_CHECKING:
    from assetmap.contracts import Column, Kind, Limits

_S: Final = Disclosure.ANSWER
_I: Final = Disclosure.IDENTITY
_B: Final = Disclosure.BASE

PSEUDONYM_PATTERN: Final = r"^p_[0-9a-f]{32}$"
RESEARCHER_PATTERN: Final = r"^R\d{2,3}$"
MONTH_PATTERN: Final = r"^\d{4}-(0[1-9]|1[0-2])$"
DATE_PATTERN: Final = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"

RESEARCHER_MATCHES: Final = ("exact", "reviewed", "near", "unknown", "missing")
PLACE_STATUSES: Final = (
    "in_area",
    "outside",
    "not_in_lookup",
    "bad_postcode",
    "pseudo_postcode",
    "missing",
)
STATUSES: Final = ("validated", "unvalidated", "incomplete", "duplicate", "rejected")
STATUS_REASONS: Final = {
    "": "nothing is wrong",
    "missing_answer": "a required answer is empty",
    "bad_postcode": "the postcode has not the shape of one",
    "pseudo_postcode": "the postcode stands for no place",
    "outside_study_area": "the postcode is outside the study area",
    "researcher_missing": "no community researcher is named",
    "researcher_near": "the researcher's name is close to one on the register: someone decides",
    "researcher_unknown": "the researcher is not on the register",
    "researcher_not_trained": "the researcher has not finished the training that is required",
    "duplicate_id": "another response has the same number",
    "possible_duplicate": "nearly the same as another response of the same researcher",
    "reviewed_duplicate": "someone decided that it repeats another response",
}
"""Why a response has its status; a closed list, without any answer in it."""


def _column(kind: Kind, name: str, description: str, **limits: Unpack[Limits]) -> Column:
    return fields.column(kind, name, description, about=_S, **limits)


def _choice(name: str, description: str, codes: dict[str, str]) -> Column:
    return _column("text", name, description, nullable=True, allowed=tuple(codes))


def _person(name: str = "respondent") -> Column:
    return _column("text", name, "Pseudonym of the respondent.", pattern=PSEUDONYM_PATTERN)


def _date(name: str, description: str) -> Column:
    return _column("text", name, description, nullable=True, pattern=DATE_PATTERN)


_WARD: Final = _column(
    "text", "wd17cd", "Best-fit ward of 2017.", nullable=True, pattern=WARD_PATTERN
)
_RESEARCHER: Final = _column(
    "text", "researcher_id", "Code on the register.", pattern=RESEARCHER_PATTERN
)

STG_SURVEY_RESPONSE: Final = Contract(
    table="stg_survey_response",
    row_is="one response with consent to research, of an adult",
    primary_key=("respondent",),
    columns=(
        _person(),
        _column(
            "text",
            "researcher_id",
            "Researcher that the name or code resolves to.",
            nullable=True,
            pattern=RESEARCHER_PATTERN,
        ),
        _column("text", "researcher_match", "How it was resolved.", allowed=RESEARCHER_MATCHES),
        _choice("mode", "Online or on paper.", answers.MODES),
        _column(
            "text", "collected_month", "Month of collection.", nullable=True, pattern=MONTH_PATTERN
        ),
        _column("boolean", "has_map_consent", "True where mapping was agreed to as well."),
        _WARD,
        _column("text", "place_status", "What the postcode led to.", allowed=PLACE_STATUSES),
        _column("boolean", "is_terminated_postcode", "True for a postcode no longer in use."),
        _choice("age_band", "Age, in bands.", answers.AGE_BANDS),
        _choice("sex", "Sex.", answers.SEXES),
        _choice("country_group", "Country of birth, in groups.", answers.COUNTRY_GROUPS),
        _choice("qualification_level", "Highest qualification.", answers.QUALIFICATION_LEVELS),
        _choice("construction_experience", "Has worked in construction.", answers.YES_NO),
        _choice("business_experience", "Has run a business.", answers.YES_NO),
        _choice("enterprise_interest", "Would start a social enterprise.", answers.INTERESTS),
        _choice("development_feeling", "What the developments feel like.", answers.FEELINGS),
        _choice("follow_up", "Wants to hear more.", answers.YES_NO),
    ),
)

STG_SURVEY_CHOICE: Final = Contract(
    table="stg_survey_choice",
    row_is="one respondent, one question with several answers, one answer",
    primary_key=("respondent", "question", "choice"),
    columns=(
        _person(),
        _column(
            "text",
            "question",
            "Question.",
            allowed=("languages", "skills", "idea_themes", "passions"),
        ),
        _column("text", "choice", "Code of the answer."),
    ),
)

STG_SURVEY_QUALIFICATION: Final = Contract(
    table="stg_survey_qualification",
    row_is="one qualification of one respondent",
    primary_key=("respondent", "qualification_number"),
    columns=(
        _person(),
        _column("integer", "qualification_number", "Order on the form.", minimum=1),
        _choice("country_group", "Where it was gained.", answers.LISTS["qual_country"]),
        _choice("is_medical", "Medical or nursing.", answers.YES_NO),
        _choice("uk_recognition", "Whether it is recognised.", answers.RECOGNITIONS),
    ),
)

STG_SURVEY_MENTION: Final = Contract(
    table="stg_survey_mention",
    row_is="one place or group that one respondent named",
    primary_key=("respondent", "mention_number"),
    columns=(
        _person(),
        _column("integer", "mention_number", "Order on the form.", minimum=1),
        _choice("kind", "Place or group.", answers.MENTION_KINDS),
        fields.column("text", "name", "As it was written.", about=_I),
    ),
)

STG_SURVEY_TEXT: Final = Contract(
    table="stg_survey_text",
    row_is="one free answer of one respondent",
    primary_key=("respondent", "question", "item_number"),
    columns=(
        _person(),
        _column("text", "question", "Question."),
        _column("integer", "item_number", "Order within a repeat; 0 outside one.", minimum=0),
        fields.column(
            "text", "text", "As it was written; may hold names or contact data.", about=_I
        ),
    ),
)

STG_RESEARCHER: Final = Contract(
    table="stg_researcher",
    row_is="one person invited to be a community researcher",
    primary_key=("researcher_id",),
    columns=(
        _RESEARCHER,
        _column("text", "cohort", "Cohort.", nullable=True),
        _column("text", "recruited_via", "Channel that led to them.", nullable=True),
        _date("invited_date", "Invited."),
        _date("recruited_date", "Recruited."),
        _date("module_1_date", "Finished module 1, understanding social research."),
        _date("module_2_date", "Finished module 2, fieldwork."),
        _date("module_3_date", "Finished module 3, data analysis."),
        _date("accredited_date", "Accredited by the open college network."),
    ),
)

STG_VOUCHER_PAYMENT: Final = Contract(
    table="stg_voucher_payment",
    row_is="one voucher handed over",
    primary_key=("voucher_ref",),
    columns=(
        _column("text", "voucher_ref", "Reference of the voucher."),
        _RESEARCHER,
        _column("text", "paid_date", "Handed over on.", pattern=DATE_PATTERN),
        _column("number", "amount_gbp", "Amount.", minimum=0, unit="gbp"),
    ),
)

INT_SURVEY_STATUS: Final = Contract(
    table="int_survey_status",
    row_is="one response with consent to research, of an adult",
    primary_key=("respondent",),
    columns=(
        _person(),
        _column("text", "status", "Where it stands.", allowed=STATUSES),
        _column("text", "reason", "Why.", allowed=tuple(STATUS_REASONS)),
        _column("text", "researcher_id", "Researcher, where known.", nullable=True),
        _column(
            "text",
            "similar_to",
            "Respondent of the response that it nearly repeats.",
            nullable=True,
            pattern=PSEUDONYM_PATTERN,
        ),
    ),
)

INT_VOUCHER: Final = Contract(
    table="int_voucher",
    row_is="one recruited researcher",
    primary_key=("researcher_id",),
    columns=(
        _RESEARCHER,
        _column("integer", "completed_count", "Responses that are complete.", minimum=0),
        _column("integer", "validated_count", "Responses that are validated.", minimum=0),
        _column("number", "accrued_gbp", "Earned by the rule.", minimum=0, unit="gbp"),
        _column("number", "paid_gbp", "Handed over.", minimum=0, unit="gbp"),
        _column("number", "outstanding_gbp", "Still owed; below 0: overpaid.", unit="gbp"),
    ),
)

INT_PERSON: Final = Contract(
    table="int_person",
    row_is="one person of one population that tables may count",
    primary_key=("population", "person_id"),
    columns=(
        _column("text", "population", "Whom.", allowed=("respondent", "researcher")),
        _column("text", "person_id", "Pseudonym, or code of a researcher."),
        _WARD,
    ),
)

INT_PERSON_ATTRIBUTE: Final = Contract(
    table="int_person_attribute",
    row_is="one person, one attribute, one category that holds for them",
    primary_key=("population", "person_id", "attribute", "category"),
    columns=(
        _column("text", "population", "Whom.", allowed=("respondent", "researcher")),
        _column("text", "person_id", "Pseudonym, or code of a researcher."),
        _column("text", "attribute", "Attribute (survey/attributes.py)."),
        _column("text", "category", "Category."),
    ),
)

INT_RESPONDENT_WEIGHT: Final = Contract(
    table="int_respondent_weight",
    row_is="one validated respondent",
    primary_key=("person_id",),
    columns=(
        _person("person_id"),
        _column("number", "weight", "Raking weight, trimmed; mean 1.", minimum=0),
    ),
)

INT_SURVEY_ASSET: Final = Contract(
    table="int_survey_asset",
    row_is="one micro-asset that one respondent has or named",
    primary_key=("asset_id",),
    columns=(
        _column("text", "asset_id", "Pseudonym and order."),
        _person(),
        _column(
            "text",
            "kind",
            "Kind of micro-asset.",
            allowed=("skill", "qualification", "idea", "passion", "place", "group"),
        ),
        _column("text", "choice", "Code of the answer, or NULL for a name.", nullable=True),
        _column("text", "theme", "Theme of the vocabulary.", nullable=True),
        _column("text", "soc2020_group", "SOC 2020 minor group.", nullable=True),
        _column("text", "vocabulary_version", "Version of the vocabulary."),
        _column(
            "text",
            "consent",
            "What was agreed to.",
            allowed=("research", "research_and_map"),
        ),
        _column("text", "recorded_month", "Month.", nullable=True, pattern=MONTH_PATTERN),
        _WARD,
    ),
)

INT_PLACE_MATCH: Final = Contract(
    table="int_place_match",
    row_is="one name of a place or group as respondents wrote it, folded",
    primary_key=("kind", "folded_name"),
    columns=(
        _choice("kind", "Place or group.", answers.MENTION_KINDS),
        fields.column("text", "folded_name", "Name in small letters, single spaces.", about=_I),
        _column("integer", "respondent_count", "Distinct respondents.", minimum=1),
        _column(
            "text",
            "decision",
            "What became of it.",
            allowed=("matched", "reviewed", "review", "new"),
        ),
        _column("text", "asset_id", "Public place that it is.", nullable=True),
        _column("number", "score", "Likeness of the names, 0 to 100.", nullable=True, minimum=0),
    ),
)

INT_CENSUS_MARGIN: Final = Contract(
    table="int_census_margin",
    row_is="one dimension, one category, one area",
    primary_key=("dimension", "category", "area_code"),
    columns=(
        fields.label("dimension", "Attribute of the survey that it compares with."),
        fields.label("category", "Category of that attribute."),
        fields.label("area_code", "Ward or study area."),
        fields.count("people_count", "Residents of that category."),
    ),
)

RESTRICTED: Final = (
    STG_SURVEY_RESPONSE,
    STG_SURVEY_CHOICE,
    STG_SURVEY_QUALIFICATION,
    STG_SURVEY_MENTION,
    STG_SURVEY_TEXT,
    STG_RESEARCHER,
    STG_VOUCHER_PAYMENT,
    INT_SURVEY_STATUS,
    INT_VOUCHER,
    INT_PERSON,
    INT_PERSON_ATTRIBUTE,
    INT_RESPONDENT_WEIGHT,
    INT_SURVEY_ASSET,
    INT_PLACE_MATCH,
)
"""Tables with a column of class I or S; nothing copies them out."""
