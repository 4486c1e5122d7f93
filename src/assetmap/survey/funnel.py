"""The programme of community researchers: from invitation to accreditation.

Belongs here: counts by stage and channel, progress towards the target, and researchers as a
population of tables of people. Does not: the register (``registers.py``), what may be published
(``disclosure/``).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import TYPE_CHECKING, Final

import pandas as pd

from assetmap.survey.attributes import ATTRIBUTES
from assetmap.survey.tables import INT_PERSON, INT_PERSON_ATTRIBUTE

if TYPE_CHECKING:
    import numpy as np

STAGES: Final = tuple(ATTRIBUTES["stage"].categories)
EVERY_CHANNEL: Final = "all"
NOT_RECORDED: Final = "not_recorded"
FUNNEL_COLUMNS: Final = ["channel", "stage", "researcher_count", "conversion_share"]

_POPULATION: Final = "researcher"
_Z95: Final = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Researchers recruited towards the target, with the 95 % interval of their share.

    ``low`` and ``high`` are NaN where the target is 0 or passed: then it is no share.
    """

    recruited_count: int
    target_count: int
    share: float
    low: float
    high: float


def count_stages(researchers: pd.DataFrame) -> pd.DataFrame:
    """Count researchers by stage, for all and for each channel.

    Who has reached a stage has reached those before it, and all on the register were invited.

    Parameters
    ----------
    researchers
        ``stg_researcher``.

    Returns
    -------
    ``channel, stage, researcher_count, conversion_share``: ``all`` first, then the channels in
    the order of their list, then ``not_recorded`` where a researcher has none; stages in order.
    The conversion is the share of the stage before; NaN for the first, and after a stage that
    nobody reached.
    """
    reached = _reached(researchers)
    via = researchers["recruited_via"].astype(object).fillna(NOT_RECORDED).to_numpy()
    listed = [*ATTRIBUTES["channel"].categories, *([NOT_RECORDED] * (NOT_RECORDED in via))]
    groups = [(EVERY_CHANNEL, reached), *((name, reached[via == name]) for name in listed)]
    rows = [row for name, group in groups for row in _funnel(name, group)]
    return pd.DataFrame(rows, columns=FUNNEL_COLUMNS)


def measure_progress(researchers: pd.DataFrame, target: int) -> Progress:
    """Return how many of the researchers aimed at have been recruited."""
    recruited = int(_reached(researchers)["recruited"].sum())
    is_share = 0 < target >= recruited
    low, high = wilson_interval(recruited, target) if is_share else (nan, nan)
    return Progress(
        recruited_count=recruited,
        target_count=target,
        share=recruited / target if target else nan,
        low=low,
        high=high,
    )


def wilson_interval(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion p = count / total, n = total, z = 1.96.

    ::

        (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n)

    Source
    ------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Raises
    ------
    ValueError
        ``count`` is not within 0 and ``total``, or ``total`` is 0.
    """
    if not 0 <= count <= total or total == 0:
        message = f"a proportion needs 0 <= count <= total and total > 0, not {count} of {total}"
        raise ValueError(message)
    share, z2 = count / total, _Z95**2
    middle = share + z2 / (2 * total)
    half = _Z95 * sqrt(share * (1 - share) / total + z2 / (4 * total**2))
    scale = 1 + z2 / total
    # The share lies within; where it is an end (0 or 1), rounding must not push it out.
    return min(share, (middle - half) / scale), max(share, (middle + half) / scale)


def person_attributes(researchers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return researchers as ``int_person`` and ``int_person_attribute``, in key order.

    The attribute ``stage`` has a row for every stage reached; ``channel`` one row for those who
    were recruited, where it is recorded. No researcher has a ward: their home is not asked.
    """
    codes = researchers["researcher_id"].to_numpy()
    people = pd.DataFrame({"population": _POPULATION, "person_id": codes, "wd17cd": None})
    reached = _reached(researchers)
    stages = [(code, "stage", name) for name in STAGES for code in codes[reached[name].to_numpy()]]
    recruited = researchers[reached["recruited"].to_numpy()].dropna(subset="recruited_via")
    channels = [
        (code, "channel", via)
        for code, via in zip(recruited["researcher_id"], recruited["recruited_via"], strict=True)
    ]
    held = pd.DataFrame([*stages, *channels], columns=["person_id", "attribute", "category"])
    held.insert(0, "population", _POPULATION)
    return (
        people[INT_PERSON.names].sort_values("person_id", ignore_index=True),
        held.sort_values(INT_PERSON_ATTRIBUTE.names, ignore_index=True),
    )


def _reached(researchers: pd.DataFrame) -> pd.DataFrame:
    """Return a boolean column for each stage: a later date stands for the stages before it."""
    dated = {name: researchers[f"{name}_date"].notna().to_numpy() for name in STAGES[1:]}
    reached: dict[str, np.ndarray] = {}
    for name in reversed(STAGES[1:]):
        reached[name] = dated[name] if not reached else dated[name] | list(reached.values())[-1]
    return pd.DataFrame(reached, index=researchers.index).assign(invited=True)[list(STAGES)]


def _funnel(channel: str, reached: pd.DataFrame) -> list[tuple[str, str, int, float]]:
    counts = [int(reached[name].sum()) for name in STAGES]
    before = [0, *counts[:-1]]
    return [
        (channel, name, count, count / base if base else nan)
        for name, count, base in zip(STAGES, counts, before, strict=True)
    ]
