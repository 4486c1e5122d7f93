"""From what an export holds to restricted tables: identity out, pseudonyms in.

Belongs here: consent, age, place and number of one response, and the long tables of its
answers. Everything is pure. Does not: reading exports (``exports.py``), whether a response
counts (``validation.py``).

A postcode becomes a ward and is dropped, an age becomes a band, a date a month. Of a refusal,
a child or a repeated response nothing is kept but a row number and a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from assetmap.postcodes import normalise_postcode, postcode_fault
from assetmap.quarantine import Rejects
from assetmap.survey import answers, tables
from assetmap.survey.pseudonyms import pseudonym
from assetmap.survey.withdrawal import fold_number, numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assetmap.contracts import Contract
    from assetmap.survey.exports import RawExport

UNKNOWN: Final = "?"
"""What the reader puts before an answer that is not on its list."""

_ADULT: Final = 18
_OLDEST: Final = 120
_BAND_STARTS: Final = {"18_24": 18, "25_34": 25, "35_44": 35, "45_54": 45, "55_64": 55}
_ONE: Final = {
    "sex": answers.SEXES,
    "country_group": answers.COUNTRY_GROUPS,
    "qualification_level": answers.QUALIFICATION_LEVELS,
    "construction_experience": answers.YES_NO,
    "business_experience": answers.YES_NO,
    "enterprise_interest": answers.INTERESTS,
    "development_feeling": answers.FEELINGS,
    "follow_up": answers.YES_NO,
    "mode": answers.MODES,
}
_MANY: Final = {
    "languages": answers.LANGUAGES,
    "skills": answers.SKILLS,
    "idea_themes": answers.IDEA_THEMES,
    "passions": answers.PASSIONS,
}
_TEXTS: Final = ("languages_other", "skills_other", "idea", "feeling_text", "notes")

NEEDED: Final = frozenset(
    {
        *("researcher", "receipt", "collected_on", "consent_research", "consent_map"),
        *("postcode", "age_band", *_ONE, *_MANY, *_TEXTS),
        *("qual_title", "qual_country", "qual_medical", "qual_uk_status"),
        *("mention_kind", "mention_name"),
    }
)
"""Questions that the questionnaire must have, asked once or in a repeat."""
_OF_ITEMS: Final = {
    "qual_country": answers.LISTS["qual_country"],
    "qual_medical": answers.YES_NO,
    "qual_uk_status": answers.RECOGNITIONS,
    "mention_kind": answers.MENTION_KINDS,
}


@dataclass(frozen=True, eq=False)
class Places:
    """Where postcodes lie: ``postcode, lsoa11cd, terminated_month`` and ``lsoa11cd, wd17cd``."""

    postcodes: pd.DataFrame
    wards: pd.DataFrame
    study_wards: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Staged:
    """One export, staged.

    ``people`` are the columns of :data:`~assetmap.survey.tables.STG_SURVEY_RESPONSE` but those
    of the researcher, with ``receipt``, ``typed_researcher``, ``submitted`` and ``skills``
    beside them, which never reach the warehouse. Its index is the row number in the file; the
    long tables have it as ``row`` before the columns of their contract.
    """

    people: pd.DataFrame
    choices: pd.DataFrame
    qualifications: pd.DataFrame
    mentions: pd.DataFrame
    texts: pd.DataFrame
    rejects: Rejects
    erased_count: int


def stage(
    raw: RawExport,
    key: bytes,
    places: Places,
    erased: frozenset[str],
    refused: frozenset[str] = frozenset(),
) -> Staged:
    """Stage one export; rows in = staged + rejects + erased.

    Parameters
    ----------
    raw
        Canonical text cells, row numbers as index.
    key
        Key of the pseudonyms.
    places
        Lookups of postcodes and wards.
    erased
        Pseudonyms of those who had their answers erased.
    refused
        Pseudonyms of those who say no to research in any copy of their response.
    """
    rows = raw.responses
    numbers = numbers_of(rows, key)
    is_erased = numbers.isin(erased).any(axis=1).to_numpy()
    held = _held(rows, numbers, is_erased, refused)
    kept = rows.loc[(held == "") & ~is_erased]
    respondent = numbers.loc[kept.index, "receipt"].fillna(numbers.loc[kept.index, "uid"])
    people = _people(kept, respondent, places)
    return Staged(
        people=people,
        choices=_choices(kept, respondent),
        qualifications=_qualifications(raw.repeats.get("qualification"), respondent),
        mentions=_mentions(raw.repeats.get("mention"), respondent),
        texts=_texts(kept, raw.repeats, respondent),
        rejects=_as_rejects(held),
        erased_count=int(is_erased.sum()),
    )


def keep_entries(entries: pd.DataFrame, key: bytes, erased: frozenset[str]) -> pd.DataFrame:
    """Return the doubly entered rows of adults who agreed, in both entries, and were not erased."""
    if entries.empty:
        return entries
    receipts = entries["receipt"].map(fold_number)
    is_out = entries["consent_research"] != "yes"
    is_out |= entries["age_band"].map(age_band) == answers.UNDER_AGE
    is_out |= receipts.map(lambda number: pseudonym(key, number)).isin(erased)
    return entries[~receipts.isin(receipts[is_out])]


def age_band(text: str) -> str:
    """Return the band of an age, ``under_18``, ``bad_age``, or ``""`` where none is given.

    Paper sheets hold years where the form has bands: both are read.
    """
    said = text.removeprefix(UNKNOWN).strip()
    if said == "" or said in answers.LISTS["age_band"]:
        return said
    if not said.isascii() or not said.isdigit() or int(said) > _OLDEST:
        return "bad_age"
    years = int(said)
    if years < _ADULT:
        return answers.UNDER_AGE
    bands = [band for band, start in _BAND_STARTS.items() if years >= start]
    return "65_plus" if years >= 65 else bands[-1]  # noqa: PLR2004 - start of the last band


def place_of(postcodes: pd.Series, places: Places) -> pd.DataFrame:
    """Return ``wd17cd, place_status, is_terminated_postcode`` of postcodes, row for row."""
    folded = postcodes.map(normalise_postcode)
    lookup = places.postcodes.drop_duplicates("postcode").set_index("postcode")
    lsoa = folded.map(lookup["lsoa11cd"])
    ward = lsoa.map(places.wards.drop_duplicates("lsoa11cd").set_index("lsoa11cd")["wd17cd"])
    is_blank = postcodes.str.strip() == ""
    faults = postcodes.map(postcode_fault)
    status = np.select(
        [
            is_blank,
            faults == "pseudo_postcode",
            faults == "bad_postcode",
            lsoa.isna(),
            ~ward.isin(places.study_wards),
        ],
        ["missing", "pseudo_postcode", "bad_postcode", "not_in_lookup", "outside"],
        default="in_area",
    )
    terminated = folded.map(lookup["terminated_month"]).notna()
    return pd.DataFrame(
        {
            "wd17cd": ward.astype(object).where(status == "in_area", None),
            "place_status": status,
            "is_terminated_postcode": terminated,
        },
        index=postcodes.index,
    )


def _held(
    rows: pd.DataFrame, numbers: pd.DataFrame, is_erased: np.ndarray, refused: frozenset[str]
) -> pd.Series:
    """Return why each row is held, or an empty text."""
    bands = rows["age_band"].map(age_band)
    no_number = numbers.isna().all(axis=1)
    reason = np.select(
        [
            (rows["consent_research"] != "yes") | numbers.isin(refused).any(axis=1),
            bands == answers.UNDER_AGE,
            bands == "bad_age",
            no_number,
        ],
        ["no_consent", "under_18", "bad_age", "missing_value"],
        default="",
    )
    held = pd.Series(reason, index=rows.index, dtype=object)
    return held.mask(is_erased, "")


def _as_rejects(held: pd.Series) -> Rejects:
    columns = {"no_consent": "consent_research", "missing_value": "receipt"}
    rejects = Rejects()
    for reason in sorted(set(held) - {""}):
        rows = held.index[held == reason]
        rejects += Rejects.of(rows, reason, columns.get(reason, "age_band"))
    return rejects


def _people(rows: pd.DataFrame, respondent: pd.Series, places: Places) -> pd.DataFrame:
    said = rows["collected_on"].str.slice(0, 10)
    is_date = said.str.fullmatch(tables.DATE_PATTERN)
    month = said.where(is_date, rows["_submitted"]).str.slice(0, 7)
    is_month = month.str.fullmatch(tables.MONTH_PATTERN)
    known = {name: _known(rows[name], codes) for name, codes in _ONE.items()}
    return pd.DataFrame(
        {
            "respondent": respondent,
            **known,
            "age_band": rows["age_band"].map(age_band).replace("", None),
            "collected_month": month.astype(object).where(is_month, None),
            "has_map_consent": rows["consent_map"] == "yes",
            **place_of(rows["postcode"], places),
            "receipt": rows["receipt"].where(rows["receipt"] != "", rows["_uid"]),
            "uid": rows["_uid"].map(fold_number),
            "typed_researcher": rows["researcher"],
            "submitted": rows["_submitted"],
        },
        index=rows.index,
    )


def _known(values: pd.Series, codes: dict[str, str]) -> pd.Series:
    return values.astype(object).where(values.isin(list(codes)), None)


def _choices(rows: pd.DataFrame, respondent: pd.Series) -> pd.DataFrame:
    found = [
        (row, person, question, choice)
        for question, codes in _MANY.items()
        for row, person, text in zip(rows.index, respondent, rows[question], strict=True)
        for choice in _chosen(text, codes)
    ]
    return _frame(tables.STG_SURVEY_CHOICE, found)


def _chosen(text: str, codes: dict[str, str]) -> list[str]:
    """Return the known answers; anything else counts as ``other`` where the list has that."""
    said = text.split()
    known = sorted({choice for choice in said if choice in codes})
    has_unknown = any(choice not in codes for choice in said)
    is_other = has_unknown and "other" in codes and "other" not in known
    return [*known, "other"] if is_other else known


def _qualifications(items: pd.DataFrame | None, respondent: pd.Series) -> pd.DataFrame:
    if items is None or items.empty:
        return _frame(tables.STG_SURVEY_QUALIFICATION, [])
    own = _of_kept(items, respondent)
    columns = {
        "country_group": _known(own["qual_country"], _OF_ITEMS["qual_country"]),
        "is_medical": _known(own["qual_medical"], _OF_ITEMS["qual_medical"]),
        "uk_recognition": _known(own["qual_uk_status"], _OF_ITEMS["qual_uk_status"]),
    }
    numbered = own[["row", "respondent", "item_number"]].rename(
        columns={"item_number": "qualification_number"}
    )
    return numbered.assign(**columns)[["row", *tables.STG_SURVEY_QUALIFICATION.names]]


def _mentions(items: pd.DataFrame | None, respondent: pd.Series) -> pd.DataFrame:
    if items is None or items.empty:
        return _frame(tables.STG_SURVEY_MENTION, [])
    own = _of_kept(items, respondent)
    own = own[own["mention_name"].str.strip() != ""]
    named = pd.DataFrame(
        {
            "row": own["row"],
            "respondent": own["respondent"],
            "mention_number": own["item_number"],
            "kind": _known(own["mention_kind"], _OF_ITEMS["mention_kind"]),
            "name": own["mention_name"].str.strip(),
        }
    )
    return named.reset_index(drop=True)


def _of_kept(items: pd.DataFrame, respondent: pd.Series) -> pd.DataFrame:
    """Return the items of staged responses, numbered from 1 within each."""
    own = items[items["_parent"].isin(respondent.index)]
    return own.assign(
        row=own["_parent"],
        respondent=own["_parent"].map(respondent),
        item_number=own.groupby("_parent").cumcount() + 1,
    ).reset_index(drop=True)


def _texts(
    rows: pd.DataFrame, repeats: Mapping[str, pd.DataFrame], respondent: pd.Series
) -> pd.DataFrame:
    """Return every free answer, and every answer that its list does not have."""
    found = [
        (row, person, question, 0, _said(text, question))
        for question in (*_TEXTS, *_ONE, *_MANY)
        for row, person, text in zip(rows.index, respondent, rows[question], strict=True)
        if _is_free(text, question)
    ]
    found += [item for items in repeats.values() for item in _texts_of_items(items, respondent)]
    return _frame(tables.STG_SURVEY_TEXT, found)


def _texts_of_items(
    items: pd.DataFrame, respondent: pd.Series
) -> Iterable[tuple[int, str, str, int, str]]:
    own = _of_kept(items, respondent)
    for question in ("qual_title", *_OF_ITEMS):
        if question not in own:
            continue
        cells = own[["row", "respondent", "item_number", question]].to_numpy()
        for row, person, number, text in cells:
            if text.strip() and text not in _OF_ITEMS.get(question, ()):
                yield int(row), str(person), question, int(number), _said(text, question)


def _said(text: str, question: str) -> str:
    """Return an answer without the reader's mark of what is not listed."""
    if question in _MANY:
        return " ".join(code.removeprefix(UNKNOWN) for code in text.split())
    is_listed = question in _ONE or question in _OF_ITEMS
    return (text.removeprefix(UNKNOWN) if is_listed else text).strip()


def _is_free(text: str, question: str) -> bool:
    if question in _TEXTS:
        return text.strip() != ""
    codes = _ONE.get(question) or _MANY[question]
    said = text.split() if question in _MANY else [text] * bool(text)
    return any(choice not in codes for choice in said)


def _frame(contract: Contract, rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["row", *contract.names])
    return frame.sort_values(["row", *contract.primary_key], ignore_index=True)
