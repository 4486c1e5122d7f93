"""From staged answers to the tables that counts, lists and facts are made from.

Belongs here: the order in which the rules of the survey are applied to one set of answers.
Does not: any rule of its own; reading (``load.py``), writing (``build.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from assetmap.survey import answers as answers_of
from assetmap.survey import funnel, tables
from assetmap.survey.clustering import measure_clustering
from assetmap.survey.duplicates import find_similar
from assetmap.survey.load import READ_ORDER
from assetmap.survey.margins import coverage, loaded_dimensions
from assetmap.survey.micro_assets import survey_assets
from assetmap.survey.people import person_tables, validated
from assetmap.survey.places import match_places
from assetmap.survey.resolution import near_candidates, resolve_researchers
from assetmap.survey.themes import read_themes
from assetmap.survey.validation import assign_status, decide_duplicates, find_missing
from assetmap.survey.vouchers import voucher_ledger
from assetmap.survey.weighting import rake
from assetmap.survey.worklists import FieldRecords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assetmap.contracts import Contract
    from assetmap.settings import SurveyRules
    from assetmap.survey.clustering import Clustering
    from assetmap.survey.load import Answers
    from assetmap.survey.weighting import Raked


@dataclass(frozen=True, eq=False)
class Concluded:
    """Every table of the warehouse by name, and what the restricted reports need besides."""

    tables: Mapping[str, pd.DataFrame]
    records: FieldRecords
    coverage: pd.DataFrame
    compared: tuple[str, ...]
    clustering: Clustering
    raked: Raked


def conclude(
    answers: Answers,
    margins: pd.DataFrame,
    public_places: pd.DataFrame,
    *,
    rules: SurveyRules,
    study_area: str,
    least: int,
) -> Concluded:
    """Apply every rule to staged answers.

    Parameters
    ----------
    answers
        What the exports and registers hold.
    margins
        ``int_census_margin``.
    public_places
        ``asset_id, asset_name`` of public places.
    rules
        Rules of the survey.
    study_area
        Code of the study area in ``margins``.
    least
        Respondents that a category must have to be weighted by.
    """
    themes = read_themes()
    registers = answers.registers
    responses = _resolve(answers, rules)
    missing = find_missing(responses, answers.choices)
    status = _judge(answers, responses, missing, rules)
    persons, attributes = _count(answers, responses, status, themes)
    ledger = voucher_ledger(status, registers.researchers, registers.payments, rules)
    raked = rake(
        attributes,
        persons,
        margins,
        study_area=study_area,
        limit=rules.weight_limit,
        least=least,
    )
    long = (answers.choices, answers.qualifications, answers.mentions)
    found = _staged(answers, responses) | {
        tables.INT_SURVEY_STATUS: status,
        tables.INT_VOUCHER: ledger,
        tables.INT_PERSON: persons,
        tables.INT_PERSON_ATTRIBUTE: attributes,
        tables.INT_RESPONDENT_WEIGHT: raked.weights,
        tables.INT_SURVEY_ASSET: survey_assets(responses, *long, status, themes),
        tables.INT_PLACE_MATCH: _match(answers, status, public_places),
    }
    return Concluded(
        tables={c.table: frame[c.names].reset_index(drop=True) for c, frame in found.items()},
        records=_records(answers, responses, missing, status, ledger, rules),
        coverage=coverage(attributes, persons, margins, study_area=study_area),
        compared=loaded_dimensions(margins, study_area),
        clustering=measure_clustering(attributes, status),
        raked=raked,
    )


def _staged(answers: Answers, responses: pd.DataFrame) -> dict[Contract, pd.DataFrame]:
    """Return the tables that stay as they were staged."""
    return {
        tables.STG_SURVEY_RESPONSE: responses,
        tables.STG_SURVEY_CHOICE: answers.choices,
        tables.STG_SURVEY_QUALIFICATION: answers.qualifications,
        tables.STG_SURVEY_MENTION: answers.mentions,
        tables.STG_SURVEY_TEXT: answers.texts,
        tables.STG_RESEARCHER: answers.registers.researchers,
        tables.STG_VOUCHER_PAYMENT: answers.registers.payments,
    }


def _match(answers: Answers, status: pd.DataFrame, public_places: pd.DataFrame) -> pd.DataFrame:
    """Return ``int_place_match`` of the places that counted responses name."""
    counted = answers.mentions[answers.mentions["respondent"].isin(validated(status))]
    return match_places(counted, public_places, _place_reviews(answers.registers.reviews))


def _resolve(answers: Answers, rules: SurveyRules) -> pd.DataFrame:
    """Return the responses with the researcher that each names."""
    registers = answers.registers
    matches = resolve_researchers(
        answers.people["typed_researcher"],
        registers.researchers,
        registers.reviews,
        near=rules.near_name,
    )
    return answers.people.assign(**matches)


def _judge(
    answers: Answers, responses: pd.DataFrame, missing: pd.DataFrame, rules: SurveyRules
) -> pd.DataFrame:
    """Return ``int_survey_status``."""
    receipts = _receipts(answers)
    decisions = decide_duplicates(answers.registers.duplicate_decisions(), receipts)
    dropped = {person for person, decision in decisions.items() if decision == "drop"}
    similar = find_similar(
        responses,
        answers.choices,
        threshold=rules.similarity,
        order=("collected_month", "submitted", READ_ORDER),
        ignored=dropped,
    )
    return assign_status(
        responses, missing, answers.registers.researchers, similar, decisions, rules=rules
    )


def _count(
    answers: Answers, responses: pd.DataFrame, status: pd.DataFrame, themes: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``int_person`` and ``int_person_attribute`` of both populations."""
    respondents = person_tables(responses, answers.choices, answers.qualifications, status, themes)
    researchers = funnel.person_attributes(answers.registers.researchers)
    persons, attributes = (
        pd.concat(pair, ignore_index=True) for pair in zip(respondents, researchers, strict=True)
    )
    return persons, attributes


def _records(
    answers: Answers,
    responses: pd.DataFrame,
    missing: pd.DataFrame,
    status: pd.DataFrame,
    ledger: pd.DataFrame,
    rules: SurveyRules,
) -> FieldRecords:
    registers = answers.registers
    candidates = near_candidates(
        responses["typed_researcher"],
        registers.researchers,
        registers.reviews,
        near=rules.near_name,
    )
    return FieldRecords(
        status=status,
        missing=missing,
        receipts=_receipts(answers),
        researchers=registers.researchers,
        ledger=ledger,
        candidates=candidates,
        progress=funnel.measure_progress(registers.researchers, rules.researcher_target),
    )


def _receipts(answers: Answers) -> dict[str, str]:
    return dict(zip(answers.people["respondent"], answers.people["receipt"], strict=True))


def _place_reviews(reviews: pd.DataFrame) -> pd.DataFrame:
    """Return decisions on names as ``kind, folded_name, asset_id``; new and ignored have no id."""
    decided = reviews[reviews["kind"] == "place"]
    is_place = ~decided["decision"].isin(["new", "ignore"])
    one = pd.DataFrame(
        {
            "folded_name": decided["subject"],
            "asset_id": decided["decision"].astype(object).where(is_place, None),
        }
    )
    kinds = [one.assign(kind=kind) for kind in answers_of.MENTION_KINDS]
    return pd.concat(kinds, ignore_index=True)
