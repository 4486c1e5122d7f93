"""Which community researcher a response names.

Belongs here: codes and names as they are typed, compared with the register. Does not: reading
the register (``registers.py``), what follows for the response (``validation.py``).

A spelling that is only close is never taken for the person: someone decides, and the decision
is kept in the reviews.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from assetmap.names import spaced, without_accents, without_apostrophes

if TYPE_CHECKING:
    from collections.abc import Mapping

CANDIDATE_COLUMNS: Final = [
    "typed",
    "response_count",
    "researcher_match",
    "candidate_ids",
    "scores",
]

_CODE: Final = re.compile(r"R(\d{1,3})")
_CODE_WITHIN: Final = re.compile(r"\br ?\d{1,3}\b")
_DIGITS: Final = re.compile(r"\d{1,3}")
_MAX_CODE: Final = 5
_MAX_CANDIDATES: Final = 5
_SUBSET_WEIGHT: Final = 0.95
"""A first name alone is a little less than the whole name."""


def as_code(text: str) -> str:
    """Return a code as the register spells it (``r 7`` → ``R07``), or ``""`` if it is none."""
    match = _CODE.fullmatch(_squeeze(text))
    return f"R{int(match[1]):02d}" if match else ""


def fold_name(text: str) -> str:
    """Return a name as it is compared: no case, accent, apostrophe, punctuation or extra space.

    Only accents of Latin, Greek and Cyrillic letters go; vowel signs of other scripts stay,
    since names differ by them.
    """
    letters = without_apostrophes(without_accents(text))
    return spaced("".join(c for c in letters if unicodedata.category(c) != "Cf"))


def resolve_researchers(
    typed: pd.Series, researchers: pd.DataFrame, reviews: pd.DataFrame, *, near: int
) -> pd.DataFrame:
    """Resolve what respondents' forms name as their researcher.

    Parameters
    ----------
    typed
        Text of the form's question; NULL is blank.
    researchers
        ``researcher_id, name``: the register.
    reviews
        ``kind, subject, decision``; of kind ``researcher`` the subject is a spelling and the
        decision a code on the register.
    near
        Likeness, 0 to 100, from which on a spelling is close to a name.

    Returns
    -------
    ``researcher_id, researcher_match``, with the index of ``typed``. ``exact``: a code in any
    spelling, or the whole name of one person; ``reviewed``: somebody decided; ``near``: close to
    one or more, or shared by two, no code given; ``unknown``; ``missing``.
    """
    known = _Known.of(researchers, reviews)
    texts = typed.astype(object).fillna("").astype(str)
    resolved = {text: _resolve(text, known, near) for text in texts.unique()}
    pairs = [resolved[text] for text in texts]
    return pd.DataFrame(
        pairs, columns=["researcher_id", "researcher_match"], index=typed.index, dtype=object
    )


def near_candidates(
    typed: pd.Series, researchers: pd.DataFrame, reviews: pd.DataFrame, *, near: int
) -> pd.DataFrame:
    """Return the spellings that someone must decide, with who may be meant. Restricted.

    Returns
    -------
    ``typed, response_count, researcher_match, candidate_ids, scores``: one row for each folded
    spelling that is near or unknown, in its order. Candidates stand with the likeliest first,
    joined by spaces, and so do their scores (0 to 100); both are empty for an unknown.
    """
    known = _Known.of(researchers, reviews)
    texts = typed.astype(object).fillna("").astype(str)
    open_texts = texts[[_resolve(text, known, near)[0] is None for text in texts]]
    spellings = {fold_name(text): text for text in sorted(open_texts, reverse=True)}
    counts = open_texts.map(fold_name).value_counts()
    rows = [
        _listed(text, int(counts[folded]), _candidates(text, known, near))
        for folded, text in sorted(spellings.items())
        if folded
    ]
    return pd.DataFrame(rows, columns=CANDIDATE_COLUMNS)


@dataclass(frozen=True)
class _Known:
    """The register as it is looked up: ids by folded name, codes, decided spellings."""

    ids_by_name: Mapping[str, tuple[str, ...]]
    codes: tuple[str, ...]
    decided: Mapping[str, str]

    @classmethod
    def of(cls, researchers: pd.DataFrame, reviews: pd.DataFrame) -> _Known:
        ids: dict[str, tuple[str, ...]] = {}
        for code, name in zip(researchers["researcher_id"], researchers["name"], strict=True):
            folded = fold_name(name)
            ids[folded] = tuple(sorted({*ids.get(folded, ()), code}))
        decided = reviews[reviews["kind"] == "researcher"]
        spellings = decided["subject"].map(fold_name)
        return cls(
            ids_by_name={name: found for name, found in ids.items() if name},
            codes=tuple(sorted(researchers["researcher_id"])),
            decided=dict(zip(spellings, decided["decision"], strict=True)),
        )


def _resolve(text: str, known: _Known, near: int) -> tuple[str | None, str]:
    folded = fold_name(text)
    if not folded:
        return None, "missing"
    exact = _exact(text, folded, known)
    if exact:
        return exact, "exact"
    if folded in known.decided:
        return known.decided[folded], "reviewed"
    return None, "near" if _candidates(text, known, near) else "unknown"


def _exact(text: str, folded: str, known: _Known) -> str:
    """Return the one code that is meant for certain, or an empty text."""
    if as_code(text) in known.codes:
        return as_code(text)
    codes, name = _split(folded)
    ids = known.ids_by_name.get(name, ())
    if codes:
        return ids[0] if ids == tuple(sorted(codes)) else ""
    return ids[0] if len(ids) == 1 else ""


def _candidates(text: str, known: _Known, near: int) -> list[tuple[str, float]]:
    """Return codes and scores of those who may be meant, the likeliest first."""
    codes, name = _split(fold_name(text))
    scores = dict.fromkeys((code for code in codes if code in known.codes), 100.0)
    found = _near_codes(text, known.codes) + _near_names(name, known.ids_by_name, near)
    for code, score in found:
        scores[code] = max(score, scores.get(code, 0.0))
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_MAX_CANDIDATES]


def _near_codes(text: str, codes: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return codes with one wrong, missing or extra character, or whose R was left out."""
    squeezed = _squeeze(text)
    if _DIGITS.fullmatch(squeezed):
        squeezed = f"R{int(squeezed):02d}"
    if len(squeezed) > _MAX_CODE or not any(c.isdigit() for c in squeezed):
        return []
    return [
        (code, 100 * Levenshtein.normalized_similarity(squeezed, code))
        for code in codes
        if Levenshtein.distance(squeezed, code) <= 1
    ]


def _near_names(
    name: str, ids_by_name: Mapping[str, tuple[str, ...]], near: int
) -> list[tuple[str, float]]:
    """Return those whose name is at least ``near`` alike, words in any order.

    The score is the larger of the likeness of all words, sorted, and 0.95 times that of the
    words which both have: so that a first name alone goes to review.
    """
    if not name:
        return []
    scored = ((_likeness(name, other), ids) for other, ids in ids_by_name.items())
    return [(code, score) for score, ids in scored if score >= near for code in ids]


def _likeness(name: str, other: str) -> float:
    subset = _SUBSET_WEIGHT * fuzz.token_set_ratio(name, other)
    return max(fuzz.token_sort_ratio(name, other), subset)


def _split(folded: str) -> tuple[set[str], str]:
    """Return the codes in a text and the name that stands beside them."""
    codes = {as_code(found) for found in _CODE_WITHIN.findall(folded)}
    return codes, " ".join(_CODE_WITHIN.sub(" ", folded).split())


def _listed(
    text: str, count: int, candidates: list[tuple[str, float]]
) -> tuple[str, int, str, str, str]:
    ids = " ".join(code for code, _ in candidates)
    scores = " ".join(f"{score:.1f}" for _, score in candidates)
    return text, count, "near" if candidates else "unknown", ids, scores


def _squeeze(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())
