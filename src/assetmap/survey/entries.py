"""Paper questionnaires that two people typed in: made one, and how far they agree.

Belongs here: pairing the two entries of a receipt, and Cohen's kappa. Does not: reading the sheet
(``exports.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.quarantine import Rejects

if TYPE_CHECKING:
    from collections.abc import Iterable

RECEIPT: Final = "receipt"
ENTRY: Final = "entry"
_FIRST, _SECOND = "1", "2"


@dataclass(frozen=True, eq=False)
class Entries:
    """The outcome of double entry.

    ``kept`` are the index values of rows that load: one for each pair that agrees, and those
    that were entered once. ``merged`` counts second entries that agree with the first.
    ``pairs`` has both rows of every pair, with their index. ``single_count`` counts
    questionnaires of which one entry is missing.
    """

    kept: tuple[int, ...]
    rejects: Rejects
    merged: int
    pairs: pd.DataFrame
    single_count: int


def pair_entries(answers: pd.DataFrame, loose: Iterable[str]) -> Entries:
    """Return which rows load, where ``answers`` has a column ``entry`` of 1, 2 or "".

    Receipts pair without regard to case. Two entries agree where every column is the same;
    columns named in ``loose`` (text) may differ in case and blanks. Where they differ both
    rows are held, with the first column that differs. Rows with an empty ``entry`` were not
    meant to be entered twice. The same entry of one receipt again is held.
    """
    entry = answers[ENTRY].str.strip()
    receipt = answers[RECEIPT].str.strip().str.upper()
    is_odd = ~entry.isin(["", _FIRST, _SECOND])
    is_paired = entry.isin([_FIRST, _SECOND]) & (receipt != "")
    keys = pd.DataFrame({RECEIPT: receipt, ENTRY: entry})
    is_again = is_paired & keys.duplicated(keep="first")
    usable = answers.loc[is_paired & ~is_again]
    groups = usable.groupby(receipt.loc[usable.index], sort=False).groups
    pairs = [(int(rows[0]), int(rows[1])) for rows in groups.values() if len(rows) > 1]
    differing = _differing(answers, pairs, loose)
    held = {index: question for pair, question in differing.items() for index in pair}
    rejects = Rejects.of(answers.index[is_odd], "bad_category", ENTRY)
    rejects += Rejects.of(answers.index[is_again], "duplicate_key", ENTRY)
    for index, question in held.items():
        rejects += Rejects.of([index], "double_entry_differs", question)
    merged = {_later(answers, pair) for pair in pairs if pair not in differing}
    out = merged | set(rejects.row_numbers)
    kept = tuple(int(index) for index in answers.index if index not in out)
    both = answers.loc[[index for pair in pairs for index in pair]]
    return Entries(kept, rejects, len(merged), both, len(groups) - len(pairs))


def entry_agreement(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how far two entries agree: question, pairs, agreed_share (0 to 1), kappa.

    ``frame`` has both rows of every pair: ``receipt``, ``entry`` (1 or 2), and a column a
    question. A cell counts as one category, whole; two empty cells agree. Kappa is
    ``(observed - expected) / (1 - expected)``, where ``expected`` is the sum over categories
    of the product of the two entries' shares. It is NaN where all cells are one category,
    since no chance disagreement is then possible, and where there are no pairs.

    Source
    ------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and
    Psychological Measurement 20(1), 37-46.
    """
    keys = frame[RECEIPT].str.strip().str.upper()
    questions = [name for name in frame.columns if name not in (RECEIPT, ENTRY)]
    entry = frame[ENTRY].str.strip()
    one, two = (
        frame.loc[entry == which].set_index(keys.loc[entry == which]) for which in (_FIRST, _SECOND)
    )
    common = one.index.intersection(two.index)
    rows = [_agreement(name, one.loc[common, name], two.loc[common, name]) for name in questions]
    return pd.DataFrame(rows, columns=["question", "pairs", "agreed_share", "kappa"])


def _agreement(question: str, one: pd.Series, two: pd.Series) -> tuple[str, int, float, float]:
    pairs = len(one)
    if not pairs:
        return question, 0, float("nan"), float("nan")
    agreed = int((one.to_numpy() == two.to_numpy()).sum())
    first, second = one.value_counts(), two.value_counts()
    # Whole numbers until the last step, so that a share of 1 is exactly 1.
    chance = int(first.mul(second, fill_value=0).sum())
    possible = pairs * pairs - chance
    kappa = (agreed * pairs - chance) / possible if possible else float("nan")
    return question, pairs, agreed / pairs, kappa


def _differing(
    answers: pd.DataFrame, pairs: list[tuple[int, int]], loose: Iterable[str]
) -> dict[tuple[int, int], str]:
    """Return the first question that differs, for each pair that does."""
    compared = answers.drop(columns=[ENTRY])
    for name in {RECEIPT, *loose} & set(compared.columns):
        words = compared[name].str.split().str.join(" ")
        compared[name] = words.str.casefold()
    found = {}
    for first, second in pairs:
        differs = compared.loc[first] != compared.loc[second]
        if differs.any():
            found[first, second] = str(differs.idxmax())
    return found


def _later(answers: pd.DataFrame, pair: tuple[int, int]) -> int:
    """Return the row of a pair that is entry 2."""
    return pair[0] if answers[ENTRY].str.strip().loc[pair[0]] == _SECOND else pair[1]
