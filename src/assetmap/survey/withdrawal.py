"""Who takes an answer back, and under which numbers it could come back.

Belongs here: the pseudonyms of one person's responses, erased and refusing ones, in every
file. Does not: the list of erasures (``erasure.py``), staging (``staging.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from assetmap.survey.pseudonyms import pseudonym

if TYPE_CHECKING:
    from collections.abc import Iterable


def fold_number(text: str) -> str:
    """Return a receipt or submission number as it is compared: no case, no punctuation."""
    return re.sub(r"[^0-9A-Z]", "", text.strip().upper().removeprefix("UUID:"))


def numbers_of(rows: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """Return the pseudonyms by receipt and by submission number; NULL where there is none."""

    def of(number: str) -> str | None:
        folded = fold_number(number)
        return pseudonym(key, folded) if folded else None

    return pd.DataFrame(
        {"receipt": rows["receipt"].map(of), "uid": rows["_uid"].map(of)}, dtype=object
    )


def spread_erasures(
    exports: Iterable[pd.DataFrame], key: bytes, listed: frozenset[str]
) -> frozenset[str]:
    """Return the pseudonyms of all rows that share a number, step by step, with a listed one.

    Who is erased by the number of the server stands in a paper sheet by the receipt alone, and
    would come back from there.
    """
    numbers = pd.concat(
        [pd.DataFrame(columns=["receipt", "uid"]), *(numbers_of(rows, key) for rows in exports)]
    )
    erased = set(listed)
    while True:
        is_theirs = numbers.isin(erased).any(axis=1)
        fresh = {n for n in numbers[is_theirs].to_numpy().ravel() if isinstance(n, str)} - erased
        if not fresh:
            return frozenset(erased)
        erased |= fresh


def count_unmatched(exports: Iterable[pd.DataFrame], key: bytes, listed: frozenset[str]) -> int:
    """Return how many listed pseudonyms fit no response: mistyped, or gone from the exports."""
    numbers = [numbers_of(rows, key).to_numpy().ravel() for rows in exports]
    return len(listed - {number for each in numbers for number in each})


def find_refusals(exports: Iterable[pd.DataFrame], key: bytes) -> frozenset[str]:
    """Return the pseudonyms of responses that say no to research.

    A no outweighs a yes under the same number in another file: consent may be withdrawn.
    """
    of_no = [numbers_of(rows[rows["consent_research"] == "no"], key) for rows in exports]
    return frozenset(
        number for frame in of_no for number in frame.to_numpy().ravel() if isinstance(number, str)
    )
