"""Micro-assets from answers: one row for each skill, qualification, idea, passion or name.

Belongs here: which answers are micro-assets, under which id and theme. Does not: what a name
stands for (``places.py``), what may be published of them (``disclosure/``).
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from assetmap.survey.people import validated
from assetmap.survey.tables import INT_SURVEY_ASSET
from assetmap.survey.themes import MEDICAL, NOTHING, require_known, themes_of

_QUESTIONS: Final = {"skills": "skill", "idea_themes": "idea", "passions": "passion"}
_NAMED: Final = ["respondent", "kind", "number", "choice", "theme", "soc2020_group"]


def survey_assets(
    responses: pd.DataFrame,
    choices: pd.DataFrame,
    qualifications: pd.DataFrame,
    mentions: pd.DataFrame,
    status: pd.DataFrame,
    themes: pd.DataFrame,
) -> pd.DataFrame:
    """Return ``int_survey_asset``: what respondents with a validated response have or named.

    ``asset_id`` is pseudonym, kind and number, where the number is the place of the answer in
    the vocabulary or of the item on the form: the same answer has the same id in every build.
    `None of these` is no micro-asset. ``soc2020_group`` is the minor group, or the unit group
    where the answer is exactly one. A name without a kind counts as a place: the reading under
    which it can still be matched or reviewed.

    Raises
    ------
    ContractError
        An answer is none of the vocabulary.
    """
    parts = [
        *(_chosen(choices, themes, question) for question in _QUESTIONS),
        _qualified(qualifications, themes),
        _mentioned(mentions),
    ]
    assets = pd.concat(parts, ignore_index=True)
    assets = assets[assets["respondent"].isin(validated(status))]
    about = responses[["respondent", "has_map_consent", "collected_month", "wd17cd"]]
    joined = assets.merge(about, on="respondent", validate="many_to_one")
    number = joined["number"].astype(int).astype(str)
    has_map_consent = joined["has_map_consent"].astype(bool)
    described = joined.assign(
        asset_id=joined["respondent"] + "-" + joined["kind"] + "-" + number,
        vocabulary_version=themes["version"].iloc[0],
        consent=has_map_consent.map({True: "research_and_map", False: "research"}),
        recorded_month=joined["collected_month"],
    )
    return described[INT_SURVEY_ASSET.names].sort_values("asset_id", ignore_index=True)


def _chosen(choices: pd.DataFrame, themes: pd.DataFrame, question: str) -> pd.DataFrame:
    kind = _QUESTIONS[question]
    vocabulary = themes_of(themes, kind)
    asked = choices.loc[choices["question"] == question, ["respondent", "choice"]]
    require_known(question, asked["choice"], vocabulary.index)
    named = asked[asked["choice"] != NOTHING]
    found = named.join(vocabulary[["number", "theme", "soc2020_group"]], on="choice")
    return found.assign(kind=kind)[_NAMED]


def _qualified(qualifications: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    vocabulary = themes_of(themes, "qualification")
    choice = qualifications["is_medical"].astype(object).map(MEDICAL)
    found = qualifications[["respondent"]].assign(
        choice=choice.where(choice.notna(), None),
        kind="qualification",
        number=qualifications["qualification_number"],
    )
    return found.join(vocabulary[["theme", "soc2020_group"]], on="choice")[_NAMED]


def _mentioned(mentions: pd.DataFrame) -> pd.DataFrame:
    kind = mentions["kind"].astype(object)
    return mentions[["respondent"]].assign(
        kind=kind.where(kind.notna(), "place"),
        number=mentions["mention_number"],
        choice=None,
        theme=None,
        soc2020_group=None,
    )[_NAMED]
