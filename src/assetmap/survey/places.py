"""Names that respondents wrote, grouped and compared with the public places.

Belongs here: when two names are taken for one place. Does not: how a name is folded
(``names.py``), reading the decisions of a reviewer, publishing a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz import fuzz, process

from assetmap.errors import ConfigError
from assetmap.names import fold_name
from assetmap.survey.tables import INT_PLACE_MATCH

if TYPE_CHECKING:
    from collections.abc import Mapping

REVIEW_COLUMNS: Final = ("kind", "folded_name", "asset_id")
"""A decision on one name: the place that it is, or NULL in ``asset_id`` where it is a new one."""
LEAST_SCORE: Final = 90.0
"""Likeness, 0 to 100, from which a name goes to review; no likeness is enough to merge."""


def match_places(
    mentions: pd.DataFrame, public_places: pd.DataFrame, reviews: pd.DataFrame
) -> pd.DataFrame:
    """Return ``int_place_match``: one row for each kind and folded name.

    A decision of ``reviews`` stands above all; one for a place that is no longer listed goes
    back to ``review``. Else a place whose folded name is that of exactly one public place is
    ``matched``; one that is merely like public places (token sort ratio of
    :data:`LEAST_SCORE` or more), or has the name of several, goes to ``review`` with its
    candidate where there is one only. A group is compared with the other groups that were
    named, never with public places, and goes to ``review`` where one is like it. What is left
    is ``new``. ``score`` is 100 for an equal name and NULL where nothing was like it.

    Parameters
    ----------
    mentions
        ``stg_survey_mention`` of the respondents that count; a mention without a kind counts
        as a place. A name without a letter or digit is no name and is left out.
    public_places
        ``asset_id, asset_name``; other columns are not used.
    reviews
        Columns :data:`REVIEW_COLUMNS`; names are folded again, so they may be given as written.

    Raises
    ------
    ConfigError
        A name has two decisions that differ.
    """
    named = _grouped(mentions)
    decided = _decisions(reviews)
    listed = set(public_places["asset_id"])
    candidates: dict[str, dict[str, list[str]]] = {
        "place": _ids_by_name(public_places),
        "group": {str(n): [] for n in named.loc[named["kind"] == "group", "folded_name"]},
    }
    verdicts = []
    for kind, name in zip(named["kind"], named["folded_name"], strict=True):
        verdict = _compared(name, candidates[kind], is_listed=kind == "place")
        if (kind, name) in decided:
            asset_id = decided[kind, name]
            is_stale = kind == "place" and asset_id is not None and asset_id not in listed
            verdict = ("review", None, None) if is_stale else ("reviewed", asset_id, None)
        verdicts.append(verdict)
    judged = pd.DataFrame(verdicts, columns=["decision", "asset_id", "score"], dtype=object)
    judged["score"] = judged["score"].astype(float)
    return pd.concat([named, judged], axis=1)[INT_PLACE_MATCH.names]


def _grouped(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return kind, folded name and the number of distinct respondents, in that order."""
    kind = mentions["kind"].astype(object)
    folded = mentions.assign(
        kind=kind.where(kind.notna(), "place"),
        folded_name=mentions["name"].astype(object).map(fold_name),
    )
    named = folded[folded["folded_name"] != ""]
    counts = named.groupby(["kind", "folded_name"])["respondent"].nunique()
    return counts.rename("respondent_count").reset_index()


def _decisions(reviews: pd.DataFrame) -> dict[tuple[str, str], str | None]:
    ids = reviews["asset_id"].astype(object)
    decisions = pd.DataFrame(
        {
            "kind": reviews["kind"],
            "name": reviews["folded_name"].astype(object).map(fold_name),
            "asset_id": ids.where(ids.notna() & (ids != ""), None),
        }
    ).drop_duplicates()
    doubled = int(decisions.duplicated(["kind", "name"]).sum())
    if doubled:
        message = f"place reviews: {doubled} names have two decisions that differ. Keep one each."
        raise ConfigError(message)
    keys = zip(decisions["kind"], decisions["name"], strict=True)
    return dict(zip(keys, decisions["asset_id"], strict=True))


def _ids_by_name(public_places: pd.DataFrame) -> dict[str, list[str]]:
    folded = public_places["asset_name"].astype(object).map(fold_name)
    pairs = sorted(zip(folded, public_places["asset_id"], strict=True))
    ids: dict[str, list[str]] = {}
    for name, asset_id in pairs:
        ids.setdefault(name, []).append(asset_id)
    return ids


def _compared(
    name: str, candidates: Mapping[str, list[str]], *, is_listed: bool
) -> tuple[str, str | None, float | None]:
    """Return decision, asset and score of one name among candidates (ids by folded name)."""
    if is_listed and name in candidates:
        ids = candidates[name]
        return ("matched", ids[0], 100.0) if len(ids) == 1 else ("review", None, 100.0)
    others = [other for other in candidates if other and other != name]
    near = process.extract(
        name, others, scorer=fuzz.token_sort_ratio, score_cutoff=LEAST_SCORE, limit=None
    )
    if not near:
        return "new", None, None
    ids = [asset_id for other, _, _ in near for asset_id in candidates[other]]
    best = max(score for _, score, _ in near)
    return "review", ids[0] if len(ids) == 1 else None, round(best, 1)
